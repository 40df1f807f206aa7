/* SPDX-License-Identifier: Apache-2.0 */
/* What the analyzers of counter records share, besides the differences (analyze/delta.h). */
#pragma once

#include "fabricpulse/analyze/metric.h"

/* direction="in|out": counters know their direction, so there is no third slot. */
extern const struct metric_dim dim_in_out;
