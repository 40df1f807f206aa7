/* SPDX-License-Identifier: Apache-2.0 */
/* Packets and bytes, estimated from flow samples: each sample stands for `rate` packets of its own
 * size. Beside each estimate stands the number of samples n that it rests on; its error (95 %) is
 * 1.96 / sqrt(n) of it.
 *
 * Two views, never mixed. The fabric view counts each packet once, split by the rule under which it
 * entered (enum fabric_basis): sum over the rules, and look at how much of it is of unknown role or
 * undirected, where a packet may count at every switch. The link view takes each port and direction
 * for itself; its totals by role add up all ports, so that a packet counts at each hop.
 * Bytes are those on the wire with FCS, without preamble and gap.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

#define TRAFFIC_PAYLOADS    ((uint32_t)PACKET_UET + 1u) /* enum packet_payload */
#define TRAFFIC_IP_VERSIONS 3u                          /* by enum addr_family of the addresses */

/* Written by the worker, about a dozen additions a packet. */
struct traffic_fabric {
	/* Fabric view. [BASIS_NONE] gathers what does not enter it, so that the loop need not ask;
	 * of that only samples are shown, under a name of their own. */
	struct counter packets[BASIS_COUNT][TRAFFIC_PAYLOADS];
	struct counter bytes[BASIS_COUNT][TRAFFIC_PAYLOADS];
	struct counter samples[BASIS_COUNT][TRAFFIC_PAYLOADS];
	struct counter ip_packets[BASIS_COUNT][TRAFFIC_IP_VERSIONS];
	struct counter ip_bytes[BASIS_COUNT][TRAFFIC_IP_VERSIONS];
	struct counter ip_samples[BASIS_COUNT][TRAFFIC_IP_VERSIONS];
	struct counter left_out_samples;
	/* Link view, all ports: [metric_role_direction()][enum metric_traffic]. */
	struct counter link_packets[METRIC_ROLE_DIRECTIONS][TRAFFIC_COUNT];
	struct counter link_bytes[METRIC_ROLE_DIRECTIONS][TRAFFIC_COUNT];
	struct counter link_samples[METRIC_ROLE_DIRECTIONS][TRAFFIC_COUNT];
};

/* Link view, one port: [enum direction][enum metric_traffic]. */
struct traffic_port {
	struct counter packets[DIRECTION_COUNT][TRAFFIC_COUNT];
	struct counter bytes[DIRECTION_COUNT][TRAFFIC_COUNT];
	struct counter samples[DIRECTION_COUNT][TRAFFIC_COUNT];
};
