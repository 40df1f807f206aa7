/* SPDX-License-Identifier: Apache-2.0 */
/* Flags that say how a capture is read; shared by the commands that read one. */
#pragma once

#include <stdbool.h>

/* "max" (as fast as possible: 0) or how many times real time. False: neither. */
bool capture_speed_parse(const char *text, double *speed);
