/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams of a made-up fabric: what its agents send one after the other, the same ones each time.
 *
 * Agent i is 10.1.0.i+1. Its datagrams are numbered without a gap and hold four flow samples of
 * RDMA packets (writes, reads, acknowledgements, notifications) at ports in turn; every eighth one
 * holds counters and the name of a port besides. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TRAFFIC_DATAGRAM_BYTES 1400u
#define TRAFFIC_FLOWS          4u    /* flow samples a datagram */
#define TRAFFIC_RATE           1000u /* of every flow sample */

struct traffic {
	uint32_t agents, ports; /* as wanted; ports of an agent, ifIndex 1 … */
	uint64_t sent;          /* datagrams so far; 0 at first */
};

/* Fills `out` with the next datagram; its length. */
size_t traffic_next(struct traffic *t, uint8_t out[static TRAFFIC_DATAGRAM_BYTES]);
