/* SPDX-License-Identifier: Apache-2.0 */
/* Priority flow control (pfc_counters): pause frames, time spent paused, and the storms that the
 * switch's watchdog saw. Sums over all priorities: sFlow has no others.
 *
 * By the draft `requests` are pause frames that the port sent and `indications` those that it
 * received; some agents have it the other way round (analyze.pfc_swap).
 *
 * Source: sFlow PFC Structures (draft, March 2026); IEEE 802.1Q, PFC MIB.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/delta.h"

#define PFC_FIELDS 5
#define PFC_WAYS   2 /* in: received; out: sent */

/* Written by the worker; the second part is its own memory. */
struct pfc_port {
	struct opt_counter frames[PFC_WAYS];
	struct opt_counter pause_us;
	struct opt_counter storms_detected, storms_restored;
	struct opt_counter resets;

	struct delta_base base;
	uint64_t last[PFC_FIELDS];
};

/* Written by the worker: sums over all ports, by role. */
struct pfc_fabric {
	struct counter frames[ROLE_COUNT][PFC_WAYS];
	struct counter pause_us[ROLE_COUNT];
	struct counter storms_detected[ROLE_COUNT], storms_restored[ROLE_COUNT];
};
