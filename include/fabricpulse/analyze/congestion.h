/* SPDX-License-Identifier: Apache-2.0 */
/* Congestion as packets tell it: ECN codepoints, congestion notification packets (CNP), trimmed
 * packets. Estimates, with their samples beside.
 *
 * The ECN field is that of the outer IP header, which switches mark; CE ratio = ce / (ce + ect0 +
 * ect1). It is kept for all IP packets and for RDMA data (SEND, WRITE, READ response) alone: the
 * field of a CNP means nothing, and acknowledgements are often not ECT.
 *
 * A switch marks and trims where a packet leaves it, and a host sends neither marked nor trimmed.
 * So in the fabric view, which counts packets where they enter, nothing is marked as long as roles
 * are known; look at ports for that. An ingress sample shows what the switches before did, an
 * egress sample may include the port's own mark. CNPs come from hosts: the fabric view has them.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

/* What is kept of each view, port and direction. [ecn]: codepoint as on the wire. 160 bytes, of
 * which a packet touches one or two lines. */
struct congestion_view {
	struct counter ip[ECN_COUNT], ip_samples[ECN_COUNT];
	struct counter data[ECN_COUNT], data_samples[ECN_COUNT];
	struct counter cnps, cnp_samples;
	struct counter trimmed, trimmed_samples;
};

/* Written by the worker. */
struct congestion_fabric {
	struct congestion_view fabric; /* fabric view */
	/* Link view, all ports: [metric_role_direction()]. */
	struct congestion_view links[METRIC_ROLE_DIRECTIONS];
	/* Link view, tunnelled packets only: [outer][inner]. */
	struct counter tunnelled[ECN_COUNT][ECN_COUNT];
	struct counter tunnelled_samples[ECN_COUNT][ECN_COUNT];
};

/* Link view, one port: [enum direction]. */
struct congestion_port {
	struct congestion_view directions[DIRECTION_COUNT];
};
