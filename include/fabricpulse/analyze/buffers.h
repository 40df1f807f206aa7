/* SPDX-License-Identifier: Apache-2.0 */
/* How full packet buffers got (bst_device_buffers, bst_port_buffers).
 *
 * The switch reports peaks and forgets them as it does, so an average would hide what matters and a
 * scrape between two reports would miss it. A gauge therefore holds the highest peak of the last
 * BUFFERS_HOLD_NS, and a histogram counts every peak of every port.
 *
 * Source: Broadcom buffer statistics (sFlow enterprise 4413).
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

#define BUFFERS_HOLD_NS (UINT64_C(60) * 1000000000)

#define BUFFERS_CASTS  2  /* unicast, multicast */
#define BUFFERS_WAYS   2  /* ingress, egress */
#define BUFFERS_QUEUES 8u /* egress queues in a record */

#define BUFFERS_PORT_PEAKS  (BUFFERS_WAYS * BUFFERS_CASTS)
#define BUFFERS_QUEUE_PEAKS (BUFFERS_QUEUES * BUFFERS_CASTS)

/* Written by the worker; 0.01 %. `*_ns`: when the peak that is held came, the worker's own. */
struct buffers_port {
	struct gauge peak[BUFFERS_WAYS][BUFFERS_CASTS];
	struct gauge queue_peak[BUFFERS_QUEUES][BUFFERS_CASTS];
	uint64_t peak_ns[BUFFERS_PORT_PEAKS];
	uint64_t queue_peak_ns[BUFFERS_QUEUE_PEAKS];
};

struct buffers_agent {
	struct gauge peak[BUFFERS_CASTS];
	uint64_t peak_ns[BUFFERS_CASTS];
};

struct buffers_fabric {
	/* One observation a report and kind of traffic; 0.01 %. */
	struct histogram peaks[ROLE_COUNT][BUFFERS_WAYS];
};
