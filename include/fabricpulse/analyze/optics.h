/* SPDX-License-Identifier: Apache-2.0 */
/* Transceivers (sfp): light, bias current, temperature and voltage as the module measures them.
 *
 * A module that several ports share is shown at the port whose sample carried it. Power is in
 * watts: 0 is a dark fibre, and dBm has no number for that. A module that is no longer reported
 * although its port is, for longer than limits.expire, was pulled out and becomes absent.
 *
 * Source: sFlow Optical Interface Structures.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

#define OPTICS_LANES 8u

/* Written by the worker; gauges in the units of the wire. Lane 1 lies at 0. */
struct optics_port {
	struct gauge tx_power_uw[OPTICS_LANES];
	struct gauge rx_power_uw[OPTICS_LANES];
	struct gauge tx_bias_ua[OPTICS_LANES];
	struct gauge temperature_mc, voltage_mv;
	struct gauge lanes;               /* of the module; a port may use fewer */
	struct opt_counter lanes_refused; /* lane records whose number is 0 or above OPTICS_LANES */

	uint64_t last_ns; /* of the last report; 0: none shown */
};
