/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's AI Metrics, by its own rules: gauges smoothed over 2 s, recomputed once a second of
 * event time.
 *
 * Rules: "ingress samples of edge ports", "summed over every topology port" and so on are theirs,
 * hop-multiplied where theirs are; the native analyzers count each packet once instead. With no
 * topology the roles that are known are used; ports of unknown role then count as edges (sFlow-RT
 * would show zeros). An agent that never shows an ingress sample counts with those that stand in
 * for them in the fabric view.
 * The digest keeps a snapshot and 300 points of history; readers copy them under the digest's own
 * lock, which no worker ever takes.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

/* The 24 scalars, in the order in which sFlow-RT prints them: X(member, name without prefix). */
#define COMPAT_SCALARS(X)                                                                          \
	X(bps, "bps")                                                                              \
	X(rdma_ops, "rdma_ops")                                                                    \
	X(rdma_bytes, "rdma_bytes")                                                                \
	X(aeth_credits_avg, "aeth_credits_avg")                                                    \
	X(aeth_credits_min, "aeth_credits_min")                                                    \
	X(aeth_credits_max, "aeth_credits_max")                                                    \
	X(core_min_bps, "core_min_bps")                                                            \
	X(core_q1_bps, "core_q1_bps")                                                              \
	X(core_med_bps, "core_med_bps")                                                            \
	X(core_q3_bps, "core_q3_bps")                                                              \
	X(core_max_bps, "core_max_bps")                                                            \
	X(edge_min_bps, "edge_min_bps")                                                            \
	X(edge_q1_bps, "edge_q1_bps")                                                              \
	X(edge_med_bps, "edge_med_bps")                                                            \
	X(edge_q3_bps, "edge_q3_bps")                                                              \
	X(edge_max_bps, "edge_max_bps")                                                            \
	X(discards_in, "discards_in")                                                              \
	X(errors_in, "errors_in")                                                                  \
	X(discards_out, "discards_out")                                                            \
	X(errors_out, "errors_out")                                                                \
	X(ecn_pps, "ecn_pps")                                                                      \
	X(cnp_pps, "cnp_pps")                                                                      \
	X(trim_pps, "trim_pps")                                                                    \
	X(period, "period")

enum compat_scalar {
#define X(member, name) COMPAT_##member,
	COMPAT_SCALARS(X)
#undef X
	    COMPAT_SCALAR_COUNT, /* last */
};
extern const char *const compat_scalar_names[COMPAT_SCALAR_COUNT];

#define COMPAT_TOP       5
#define COMPAT_HISTORY   300
#define COMPAT_NAME_SIZE 64

struct compat_top {
	char name[COMPAT_NAME_SIZE]; /* "RC:RDMA_WRITE_FIRST", "no_buffer_space" */
	double value;                /* frames/s */
};

struct compat_snapshot {
	bool is_valid;    /* false before the first second */
	uint64_t time_ns; /* of the second */
	double scalar[COMPAT_SCALAR_COUNT];
	uint32_t operation_count, drop_count;
	struct compat_top operations[COMPAT_TOP]; /* value >= 1/s, descending, name breaks ties */
	struct compat_top drops[COMPAT_TOP];      /* value >= 0.0001/s */
	bool uses_topology; /* a port that we hear has its role from a topology */
};

/* Copy the newest snapshot; not `is_valid` before the first second. */
void compat_snapshot_get(const struct shards *shards, struct compat_snapshot *out);

/* Copy up to `limit` points newer than `after_ms` (Unix ms; 0: all), oldest first. There is one a
 * second and at most COMPAT_HISTORY. Returns how many were copied. */
size_t compat_history_get(const struct shards *shards, uint64_t after_ms,
                          struct compat_snapshot *out, size_t limit);

/* The periodicity view, renewed ten times a second: the rate of frames at edges smoothed over
 * 0.1 s, the threshold (its mean) and baselines. */
struct compat_period {
	double value, period, threshold;
	double load_mean, load_sdev; /* baseline of the load: last 20 s */
	uint32_t load_count;
	double period_mean, period_sdev; /* baseline of the period; 0 until a period is measured */
	uint32_t period_count;
};
void compat_period_get(const struct shards *shards, struct compat_period *out);
