/* SPDX-License-Identifier: Apache-2.0 */
/* InMon's real-time samples: named values that an agent's host hands in, as metrics (4300:1002) or
 * as the keys of a flow (4300:1003). They are the only way in which arbitrary counters travel in
 * sFlow.
 *
 *     struct sflow_realtime rt;
 *     struct sflow_realtime_value v;
 *
 *     if (sflow_realtime_open(&sample, &rt) == FP_OK)
 *             while (sflow_realtime_next(&rt, &v))
 *                     …
 *
 * Values carry their type and nothing else says how long they are: an unknown type ends the walk.
 * Views borrow the datagram. Source: the reference decoder; no formal text is published.
 */
#pragma once

#include "fabricpulse/decode/datagram.h"

enum sflow_realtime_kind {
	SFLOW_REALTIME_STRING = 0,
	SFLOW_REALTIME_UNSIGNED,
	SFLOW_REALTIME_SIGNED,
	SFLOW_REALTIME_DOUBLE,
	SFLOW_REALTIME_MAC,
	SFLOW_REALTIME_ADDRESS,
	SFLOW_REALTIME_KIND_COUNT, /* last */
};

struct sflow_realtime_value {
	struct bytes name;
	const char *type; /* "counter32", "gauge_double", "ipv6", … */
	enum sflow_realtime_kind kind;
	/* The one that `kind` names; the others are zero. */
	struct bytes text;
	uint64_t u64;
	int64_t i64;
	double f64;
	struct mac mac;
	struct addr addr;
};

struct sflow_realtime {
	bool is_flow;
	struct bytes dsname;  /* the data source's name */
	uint32_t rate, pool;  /* rtflow */
	uint32_t count, read; /* announced, given */
	struct xdr left;
	/* Why the walk ended early: FP_BAD_RECORD unknown type, FP_SHORT_RECORD. */
	enum fp_err fault;
};

/* `sample` is of kind RTMETRIC or RTFLOW. FP_SHORT_SAMPLE: it ends inside its fixed fields. */
FP_MUST_USE enum fp_err sflow_realtime_open(const struct sflow_sample *sample,
                                            struct sflow_realtime *out);

/* The next value; false at the end, `fault` then says whether it was the true one. */
bool sflow_realtime_next(struct sflow_realtime *rt, struct sflow_realtime_value *out);
