/* SPDX-License-Identifier: Apache-2.0 */
/* A strict reader of Prometheus' text formats. */
#pragma once

#include <stddef.h>

#include "fabricpulse/base/bytes.h"

/* Fails the test, and shows the line, unless every line is a comment of a known kind or a series:
 * name, labels with correct escapes, one number; valid UTF-8 throughout; counters and the parts of
 * histograms neither negative nor NaN. Returns how many series there are. */
size_t assert_exposition(struct bytes text);
