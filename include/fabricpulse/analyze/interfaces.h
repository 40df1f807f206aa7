/* SPDX-License-Identifier: Apache-2.0 */
/* Interface counters (if_counters, ethernet_counters): true counters from polls, and the rates of the last interval.
 *
 * Deltas are modular by the counter's width on the wire, thrown away where a reset lies between two polls, and added up:
 * what we export only grows. All-ones values are "not available" and leave their counter absent. From a multicast or
 * broadcast counter that is absent no sum of packets is made.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

/* Counters of if_counters: X(member, wire field, bits on the wire). */
#define INTERFACE_COUNTERS(X)                                                                      \
	X(in_octets, ifInOctets, 64)                                                               \
	X(in_ucast, ifInUcastPkts, 32)                                                             \
	X(in_multicast, ifInMulticastPkts, 32)                                                     \
	X(in_broadcast, ifInBroadcastPkts, 32)                                                     \
	X(in_discards, ifInDiscards, 32)                                                           \
	X(in_errors, ifInErrors, 32)                                                               \
	X(in_unknown_protos, ifInUnknownProtos, 32)                                                \
	X(out_octets, ifOutOctets, 64)                                                             \
	X(out_ucast, ifOutUcastPkts, 32)                                                           \
	X(out_multicast, ifOutMulticastPkts, 32)                                                   \
	X(out_broadcast, ifOutBroadcastPkts, 32)                                                   \
	X(out_discards, ifOutDiscards, 32)                                                         \
	X(out_errors, ifOutErrors, 32)

enum interface_counter {
#define X(member, field, bits) IFC_##member,
	INTERFACE_COUNTERS(X)
#undef X
	    IFC_COUNT, /* last */
};

/* Written by the worker. The first part is shown; `last_*` is the worker's own memory of the previous poll. */
struct interfaces_port {
	struct opt_counter total[IFC_COUNT]; /* since we first heard */
	struct gauge rate[IFC_COUNT];   /* per second over the last poll interval; NaN: not known */
	struct gauge speed_bps;         /* absent: 0, or implausible */
	struct gauge admin_up, oper_up; /* 0 or 1 */
	struct gauge direction, type;   /* ifDirection, ifType */
	struct gauge last_poll_seconds; /* event time of the last poll, Unix seconds */
	struct counter polls, resets;
	struct opt_counter alignment_errors, fcs_errors, symbol_errors, frame_too_longs,
	    internal_mac_receive_errors, internal_mac_transmit_errors;
	uint64_t last_time_ns;
	uint64_t last[IFC_COUNT];
	uint32_t last_present; /* bit enum interface_counter */
	uint32_t last_ethernet[13];
	uint64_t last_ethernet_time_ns;
};
