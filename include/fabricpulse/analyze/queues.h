/* SPDX-License-Identifier: Apache-2.0 */
/* Queues as sampled packets met them: which queue, how deep it was, how long the switch kept the
 * packet. Link view: every switch that a packet crosses has queues of its own.
 *
 * A sample stands for `rate` packets, so depths and delays are weighted by packets: what a packet
 * meets, not what a queue shows over time. A delay of 2^32 - 1 ns means that or more; it is counted
 * apart and enters neither histogram nor sum. Some agents let the value wrap instead.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

#define QUEUES_NUMBERED 8u /* by their number; ports of fabric switches have eight */
#define QUEUES_OTHER    8u /* higher numbers */
#define QUEUES_UNKNOWN  9u /* a depth without a queue */
#define QUEUES_COUNT    10u

/* Written by the worker. Packets, bytes and the weights of histograms are estimates. */
struct queues_fabric {
	struct counter packets[QUEUES_COUNT], bytes[QUEUES_COUNT], samples[QUEUES_COUNT];
	struct histogram depth_bytes[QUEUES_COUNT];
	struct counter depth_samples[QUEUES_COUNT];
	struct histogram delay_ns;
	struct counter delay_samples;
	struct counter saturated,
	    saturated_samples; /* packets whose delay is 2^32 - 1 ns or more */
};

/* By the port that the packet leaves through, whose queues they are. Sums over packets: divide by
 * the packets for a mean. */
struct queues_port {
	struct counter depth_bytes, depth_packets, depth_samples;
	struct counter delay_ns, delay_packets, delay_samples;
	struct counter saturated, saturated_samples;
};
