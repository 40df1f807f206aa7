/* SPDX-License-Identifier: Apache-2.0 */
/* What analyzers see: a batch of events that classify made from datagrams.
 *
 * Four kinds of event, each an array that one analyzer after another walks: datagrams (sequence and
 * loss), packets (flow samples: one sampled packet each), discards (dropped-packet notices) and
 * counters (decoded counter records). Everything borrowed (strings, lists) is valid until the
 * analyzers return.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/table.h"
#include "fabricpulse/decode/datagram.h"
#include "fabricpulse/decode/drop_reason.h"
#include "fabricpulse/decode/packet.h"
#include "fabricpulse/decode/records.h"
#include "fabricpulse/topology/topology.h"

#define BATCH_DATAGRAMS 64
#define BATCH_PACKETS   512
#define BATCH_DISCARDS  256
#define BATCH_COUNTERS  128

enum direction {
	DIRECTION_IN = 0,
	DIRECTION_OUT,
	DIRECTION_UNKNOWN, /* the agent does not say: source is neither input nor output, or both */
	DIRECTION_COUNT,   /* last */
};
const char *direction_name(enum direction d); /* "in", "out", "unknown" */

/* By which rule a packet enters the fabric view, where each packet counts once. */
enum fabric_basis {
	BASIS_NONE = 0,        /* does not enter */
	BASIS_EDGE_INGRESS,    /* ingress sample of an edge port */
	BASIS_EDGE_EGRESS,     /* egress sample there, of an agent that samples no ingress */
	BASIS_UNKNOWN_INGRESS, /* at ports of unknown role: once a switch that it crosses */
	BASIS_UNKNOWN_EGRESS,
	BASIS_UNDIRECTED, /* from an agent that never shows a direction: once or twice a switch */
	BASIS_COUNT,      /* last */
};
const char *fabric_basis_name(enum fabric_basis b); /* "edge_ingress", … */

/* Bits of observation.flags. */
#define OBS_IS_IP            0x0001u
#define OBS_HAS_BTH          0x0002u
#define OBS_HAS_RETH         0x0004u
#define OBS_HAS_AETH         0x0008u
#define OBS_IS_CNP           0x0010u
#define OBS_IS_TRIMMED       0x0020u /* DSCP of a trimmed packet */
#define OBS_IS_TUNNELLED     0x0040u
#define OBS_IS_SOLICITED     0x0080u /* BTH SE */
#define OBS_IS_MIGRATED      0x0100u /* BTH M */
#define OBS_IS_ACK_REQUESTED 0x0200u
#define OBS_HAS_QUEUE        0x0400u
#define OBS_HAS_DEPTH        0x0800u
#define OBS_HAS_DELAY        0x1000u
#define OBS_HAS_TIMESTAMP    0x2000u /* time_ns is the extended_timestamp, not the arrival */
#define OBS_HAS_HEADER       0x4000u
#define OBS_IS_DATA          0x8000u /* RDMA payload carrying: SEND, WRITE, READ_RESPONSE */

#define OBS_PORT_NONE TABLE_NONE

/* One sampled packet. Three cache lines; the first holds what nearly every analyzer asks. */
struct observation {
	/* Of the packet: extended_timestamp where present, else arrival. */
	_Alignas(64) uint64_t time_ns;
	uint32_t agent;   /* dense, directory.agent */
	uint32_t at_port; /* dense: the port that sampled; OBS_PORT_NONE for device-wide sources */
	uint32_t in_port, out_port;   /* dense; OBS_PORT_NONE: not a port, or not known */
	uint32_t rate;                /* weight: this sample stands for `rate` packets; never 0 */
	uint32_t frame_bytes;         /* on the wire, with FCS */
	uint32_t flags;               /* OBS_* */
	uint8_t direction;            /* enum direction */
	uint8_t role;                 /* enum port_role of at_port */
	uint8_t basis;                /* enum fabric_basis */
	uint8_t payload;              /* enum packet_payload */
	uint8_t opcode;               /* BTH; valid with OBS_HAS_BTH */
	uint8_t outer_ecn, inner_ecn; /* equal where nothing is tunnelled */
	uint8_t outer_dscp;
	uint8_t inner_dscp;
	uint8_t ttl;                   /* innermost */
	uint8_t aeth_kind, aeth_value; /* valid with OBS_HAS_AETH */
	uint8_t uet_type, uet_nack_code;
	uint16_t udp_src_port;

	uint32_t dma_length; /* RETH: whole message; valid with OBS_HAS_RETH */
	uint32_t dest_qp, psn, msn;
	uint32_t queue, depth_bytes, delay_ns; /* delay UINT32_MAX: that or more */
	uint32_t header_protocol;
	uint32_t vni;
	uint16_t vlan;
	struct mac src_mac;
	struct addr src, dst; /* innermost network layer */
};

/* What became of a datagram in its stream. */
enum sequence_verdict {
	SEQUENCE_FIRST = 0,     /* first of its stream */
	SEQUENCE_NEXT,          /* in order; `lost` before it may be > 0 */
	SEQUENCE_LATE,          /* behind the newest, inside the window: used, but not for deltas */
	SEQUENCE_DUPLICATE,     /* seen before: its samples are dropped */
	SEQUENCE_RESTART,       /* the agent restarted: deltas start anew */
	SEQUENCE_VERDICT_COUNT, /* last */
};

struct datagram_event {
	uint64_t time_ns;
	uint32_t agent; /* dense; TABLE_NONE: the datagram did not get that far, or no room */
	uint32_t bytes;
	uint8_t verdict; /* enum sequence_verdict */
	uint8_t error;   /* enum fp_err of sflow_datagram_open() */
	bool has_faults;
	uint32_t lost; /* datagrams missing before this one */
	uint32_t uptime_ms;
	uint16_t faults[FP_WIRE_FAULT_END];
	uint16_t samples[SFLOW_SAMPLE_KIND_COUNT];
	uint32_t samples_lost; /* by sample sequence numbers */
	uint32_t agent_drops;  /* samples that the agent says it dropped, since its last datagram */
	uint32_t suspect_rates;  /* samples whose rate is above limits.max_sampling_rate */
	uint32_t rate_changes;   /* data sources whose rate differs from their last */
	uint32_t flow_rate_last; /* rate of the last flow sample; 0: none */
	uint32_t unknown_records;
	uint32_t samples_repeated; /* flow samples with the sequence of the one before */
};

/* One dropped packet that was reported. */
struct discard_event {
	uint64_t time_ns;
	uint32_t agent;
	uint32_t in_port, out_port; /* dense or OBS_PORT_NONE */
	uint32_t reason;            /* as on the wire; drop_reason_slot() */
	uint32_t suppressed;        /* notices that the agent withheld since its last one */
	uint32_t frame_bytes;       /* 0: no header record */
	uint32_t flags;             /* OBS_* of the dropped packet */
	uint8_t opcode;
	uint8_t dscp;
};

/* One decoded counter record. */
struct counter_event {
	uint64_t time_ns;
	uint32_t agent;
	uint32_t port; /* dense: of the source, or of ifIndex in if_counters; OBS_PORT_NONE */
	struct sflow_source source;
	uint32_t uptime_ms;
	bool is_reset; /* a discontinuity lies before it: no delta against the last poll */
	bool is_late;  /* older than the newest: not for deltas */
	const struct sflow_record_type *type;
	union sflow_value value;
};

struct batch {
	uint64_t now_ns; /* arrival of the newest datagram */
	uint32_t datagram_count, packet_count, discard_count, counter_count;
	struct datagram_event datagrams[BATCH_DATAGRAMS];
	struct observation packets[BATCH_PACKETS];
	struct discard_event discards[BATCH_DISCARDS];
	struct counter_event counters[BATCH_COUNTERS];
};
