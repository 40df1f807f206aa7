/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow version 5 datagrams: pull samples out of a datagram and records out of a sample.
 *
 *     struct sflow_datagram d;
 *     struct sflow_sample s;
 *     struct sflow_record r;
 *
 *     if (sflow_datagram_open(payload, &d) == FP_OK)
 *             while (sflow_sample_next(&d, &s))
 *                     while (sflow_record_next(&d, &s, &r))
 *                             …
 *
 * Decoding is pure: nothing is logged, counted globally or allocated. What is wrong with the wire
 * is noted in `d.faults`, per kind of fault, and the walk goes on with whatever can still be
 * trusted: a bad record costs itself, a bad sample costs itself, an unknown one is skipped by its
 * length. Every child is cut to its own length before it is read. Views (struct bytes, struct xdr)
 * borrow the payload.
 *
 * Source: sFlow Version 5 (July 2004) with errata; Dropped Packet Notification Structures (October
 * 2020).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/err.h"
#include "fabricpulse/base/xdr.h"

#define SFLOW_VERSION 5u
#define SFLOW_PORT    6343u

/* A data format word: enterprise in the top 20 bits, format in the low 12. */
#define SFLOW_TAG(enterprise, format) ((uint32_t)(enterprise) << 12 | (uint32_t)(format))
#define SFLOW_ENTERPRISE(tag)         ((tag) >> 12)
#define SFLOW_FORMAT(tag)             ((tag)&0xfffu)

/* The two spaces of record numbers; samples have a third of their own. */
enum sflow_space {
	SFLOW_SPACE_FLOW = 0,
	SFLOW_SPACE_COUNTER,
	SFLOW_SPACE_COUNT, /* last */
};

enum sflow_sample_kind {
	SFLOW_SAMPLE_UNKNOWN = 0, /* skipped by length; only tag and body are set */
	SFLOW_SAMPLE_FLOW,
	SFLOW_SAMPLE_COUNTERS,
	SFLOW_SAMPLE_FLOW_EXPANDED,
	SFLOW_SAMPLE_COUNTERS_EXPANDED,
	SFLOW_SAMPLE_DISCARD,
	SFLOW_SAMPLE_RTMETRIC,   /* 4300:1002; body is read by realtime.h */
	SFLOW_SAMPLE_RTFLOW,     /* 4300:1003 */
	SFLOW_SAMPLE_KIND_COUNT, /* last */
};

/* "flow_sample", "counters_sample_expanded", …; "unknown" for SFLOW_SAMPLE_UNKNOWN. */
const char *sflow_sample_kind_name(enum sflow_sample_kind kind);

/* What an interface word says, after both encodings and their known abuses are resolved. */
enum sflow_interface_kind {
	SFLOW_IF_UNKNOWN = 0,
	SFLOW_IF_PORT,      /* value = ifIndex, never 0 */
	SFLOW_IF_INTERNAL,  /* the device itself sent or takes the packet; never a port */
	SFLOW_IF_DISCARDED, /* output only; value = drop reason */
	SFLOW_IF_MULTIPLE,  /* output only; value = number of ports, 0 unknown */
};

struct sflow_interface {
	uint32_t kind; /* enum sflow_interface_kind */
	uint32_t value;
	uint32_t raw_format, raw_value; /* as on the wire (compact: bits 31..30 and 29..0) */
};

/* sFlowDataSource: class 0 ifIndex, 1 VLAN, 2 physical entity, 3 logical entity. */
struct sflow_source {
	uint32_t class_;
	uint32_t index;
};

struct sflow_datagram {
	uint32_t version;
	struct addr agent; /* as the agent says; see addr_is_anonymous() */
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms;
	uint32_t sample_count; /* announced; never trusted */
	uint32_t samples_read;
	struct xdr body; /* what is left */
	bool has_faults;
	uint16_t faults[FP_WIRE_FAULT_END]; /* by enum fp_err, saturating */
};

struct sflow_sample {
	enum sflow_sample_kind kind;
	uint32_t tag;
	uint32_t length;   /* declared, without pad */
	struct bytes body; /* whole sample body */
	uint32_t sequence;
	struct sflow_source source;
	uint32_t rate;                        /* flow: 1-in-N of this sample */
	uint32_t pool;                        /* flow */
	uint32_t drops;                       /* flow, discard: cumulative, lost inside the agent */
	struct sflow_interface input, output; /* flow, discard */
	uint32_t reason;                      /* discard */
	uint32_t record_count;                /* announced */
	uint32_t records_read;
	struct xdr records; /* what is left */
};

struct sflow_record {
	enum sflow_space space;
	uint32_t tag;
	uint32_t length;   /* declared, without pad */
	struct bytes body; /* cut to its length */
};

/* Read the header. Wire faults FP_SHORT_HEADER, FP_BAD_VERSION, FP_BAD_ADDRESS_TYPE end the
 * datagram (they are noted in `faults` too); `out` then holds what was read (version is set
 * whenever 4 bytes were there). */
FP_MUST_USE enum fp_err sflow_datagram_open(struct bytes payload, struct sflow_datagram *out);

/* The next sample, fully zeroed before it is filled. False at the end; leftovers are then noted as
 * faults. A sample that is broken inside its fixed fields is noted and given as kind UNKNOWN. */
bool sflow_sample_next(struct sflow_datagram *d, struct sflow_sample *out);

/* The next record of a flow, counters or discard sample. False at the end, leftovers are noted. */
bool sflow_record_next(struct sflow_datagram *d, struct sflow_sample *s, struct sflow_record *out);

void sflow_fault(struct sflow_datagram *d, enum fp_err fault);

static inline bool sflow_sample_is_flow(const struct sflow_sample *s)
{
	return s->kind == SFLOW_SAMPLE_FLOW || s->kind == SFLOW_SAMPLE_FLOW_EXPANDED;
}

static inline bool sflow_sample_is_counters(const struct sflow_sample *s)
{
	return s->kind == SFLOW_SAMPLE_COUNTERS || s->kind == SFLOW_SAMPLE_COUNTERS_EXPANDED;
}
