/* SPDX-License-Identifier: Apache-2.0 */
/* What the topology application adds up over link ends, from a port's counters: per second over the
 * last poll interval; NaN: not known. */
#pragma once

#include "fabricpulse/analyze/interfaces.h"

struct sflowrt_rates {
	double bps, pps;         /* out */
	double speed;            /* bits/s */
	double discards, errors; /* in and out */
};

void sflowrt_port_rates(const struct interfaces_port *port, struct sflowrt_rates *out);
