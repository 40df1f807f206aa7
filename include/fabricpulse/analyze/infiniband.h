/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of native InfiniBand ports (ib_counters).
 *
 * The hardware's error counters stop at their highest value instead of wrapping, so a total that no
 * longer grows may stand for a counter that is full.
 *
 * Source: sFlow InfiniBand Structures (draft); IBTA volume 1, PortCounters.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/delta.h"

/* X(label `error`, wire field). */
#define INFINIBAND_ERRORS(X)                                                                       \
	X(symbol, SymbolErrorCounter)                                                              \
	X(link_recovery, LinkErrorRecoveryCounter)                                                 \
	X(link_downed, LinkDownedCounter)                                                          \
	X(receive, PortRcvErrors)                                                                  \
	X(receive_remote_physical, PortRcvRemotePhysicalErrors)                                    \
	X(receive_switch_relay, PortRcvSwitchRelayErrors)                                          \
	X(transmit_discard, PortXmitDiscards)                                                      \
	X(transmit_constraint, PortXmitConstraintErrors)                                           \
	X(receive_constraint, PortRcvConstraintErrors)                                             \
	X(local_link_integrity, LocalLinkIntegrityErrors)                                          \
	X(excessive_buffer_overrun, ExcessiveBufferOverrunErrors)                                  \
	X(vl15_dropped, VL15Dropped)

enum infiniband_error {
#define X(label, field) INFINIBAND_##label,
	INFINIBAND_ERRORS(X)
#undef X
	    INFINIBAND_ERROR_COUNT, /* last */
};

#define INFINIBAND_WAYS     2 /* in, out */
#define INFINIBAND_COUNTERS (INFINIBAND_WAYS + INFINIBAND_ERROR_COUNT)

/* Written by the worker; the last part is its own memory. */
struct infiniband_port {
	struct opt_counter packets[INFINIBAND_WAYS];
	struct opt_counter errors[INFINIBAND_ERROR_COUNT];
	struct opt_counter resets;

	struct delta_base base;
	uint64_t last[INFINIBAND_COUNTERS];
};
