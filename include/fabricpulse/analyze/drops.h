/* SPDX-License-Identifier: Apache-2.0 */
/* Dropped packets that agents give notice of (discarded_packet), by reason.
 *
 * A notice is one dropped packet, not a sample of many. Agents limit how many they send and say how
 * many they withheld: dropped packets = notices + suppressed. For what reasons the withheld ones
 * were dropped is not known. A packet is dropped once, so there is one view.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

/* Written by the worker. Everything counts packets, exactly, but for bytes. */
struct drops_fabric {
	struct counter notices[DROP_REASON_SLOTS];
	struct counter rdma_notices[DROP_REASON_SLOTS]; /* those of packets with a BTH */
	struct counter rdma_opcodes[256];               /* the same by opcode */
	struct counter bytes; /* on the wire, of notices that say the length */
	struct counter suppressed;
	struct counter packets; /* notices + suppressed */
};

struct drops_agent {
	struct counter notices, suppressed, packets, rdma_notices;
};

/* Notices of packets that came in or were to go out through the port: [DIRECTION_IN] and
 * [DIRECTION_OUT]; a packet may count at one of each. */
struct drops_port {
	struct counter notices[DIRECTION_COUNT];
	struct counter rdma_notices[DIRECTION_COUNT];
};
