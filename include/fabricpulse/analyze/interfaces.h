/* SPDX-License-Identifier: Apache-2.0 */
/* Interface counters (if_counters, ethernet_counters): true counters from polls, and the rates of
 * the last interval.
 *
 * Deltas are modular by the counter's width on the wire, thrown away where a reset lies between two
 * polls, and added up: what we export only grows (analyze/delta.h). All-ones values are "not
 * available" and leave their counter absent. From a multicast or broadcast counter that is absent
 * no sum of packets is made.
 *
 * A poll whose octets exceed what the port's speed allows (25 % and 2 s of grace) is taken for an
 * undetected reset and thrown away. A port that is too fast twice in a row has a wrong ifSpeed, not
 * wrong counters: this speed is then not believed, and absent, until another one is reported.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/delta.h"

/* Counters of if_counters, in pairs of in and out: X(member, wire field, bits on the wire). */
#define INTERFACE_COUNTERS(X)                                                                      \
	X(in_octets, ifInOctets, 64)                                                               \
	X(out_octets, ifOutOctets, 64)                                                             \
	X(in_ucast, ifInUcastPkts, 32)                                                             \
	X(out_ucast, ifOutUcastPkts, 32)                                                           \
	X(in_multicast, ifInMulticastPkts, 32)                                                     \
	X(out_multicast, ifOutMulticastPkts, 32)                                                   \
	X(in_broadcast, ifInBroadcastPkts, 32)                                                     \
	X(out_broadcast, ifOutBroadcastPkts, 32)                                                   \
	X(in_discards, ifInDiscards, 32)                                                           \
	X(out_discards, ifOutDiscards, 32)                                                         \
	X(in_errors, ifInErrors, 32)                                                               \
	X(out_errors, ifOutErrors, 32)                                                             \
	X(in_unknown_protos, ifInUnknownProtos, 32)

enum interface_counter {
#define X(member, field, bits) IFC_##member,
	INTERFACE_COUNTERS(X)
#undef X
	    IFC_COUNT, /* last */
};

/* Counters of ethernet_counters that a switched, full-duplex link can have: X(member, wire
 * field). The member is also the label `error`. */
#define ETHERNET_COUNTERS(X)                                                                       \
	X(alignment, dot3StatsAlignmentErrors)                                                     \
	X(fcs, dot3StatsFCSErrors)                                                                 \
	X(symbol, dot3StatsSymbolErrors)                                                           \
	X(carrier_sense, dot3StatsCarrierSenseErrors)                                              \
	X(frame_too_long, dot3StatsFrameTooLongs)                                                  \
	X(internal_mac_receive, dot3StatsInternalMacReceiveErrors)                                 \
	X(internal_mac_transmit, dot3StatsInternalMacTransmitErrors)

enum ethernet_counter {
#define X(member, field) ETHC_##member,
	ETHERNET_COUNTERS(X)
#undef X
	    ETHC_COUNT, /* last */
};

#define INTERFACE_WAYS 2 /* in, out */

/* Written by the worker. The first part is shown; the second is the worker's own memory. */
struct interfaces_port {
	struct opt_counter total[IFC_COUNT]; /* since we first heard */
	struct opt_counter ethernet[ETHC_COUNT];
	struct gauge rate[IFC_COUNT];   /* per second over the last poll interval; NaN: not known */
	struct gauge speed_bps;         /* absent: 0, implausible or not believed */
	struct gauge admin_up, oper_up; /* 0 or 1 */
	struct gauge direction, type;   /* ifDirection, ifType */
	struct gauge last_poll_seconds; /* event time of the last poll, Unix seconds */
	struct gauge interval_seconds;  /* between the last two polls */
	struct opt_counter polls;       /* that were used: late ones are not */
	struct opt_counter resets;      /* polls whose differences were thrown away */
	struct opt_counter state_changes; /* of the operational state, as polls saw it */

	struct delta_base base, ethernet_base;
	uint64_t last[IFC_COUNT], ethernet_last[ETHC_COUNT];
	uint64_t doubted_bps;   /* the ifSpeed that the octets have refuted */
	uint32_t too_fast;      /* polls in a row that did not fit the speed */
	uint32_t has_state : 1; /* was_up holds */
	uint32_t was_up : 1;
};

/* Written by the worker: sums over all ports by their role, so that totals need no per-port
 * series. */
struct interfaces_fabric {
	struct counter bytes[ROLE_COUNT][INTERFACE_WAYS];
	struct counter discards[ROLE_COUNT][INTERFACE_WAYS];
	struct counter errors[ROLE_COUNT][INTERFACE_WAYS];
	struct counter state_changes[ROLE_COUNT];
	struct counter polls, resets;
	/* One observation a poll of a port whose speed is known; thousandths. */
	struct histogram utilization[ROLE_COUNT][INTERFACE_WAYS];
};
