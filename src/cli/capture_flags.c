/* SPDX-License-Identifier: Apache-2.0 */
/* Flags that say how a capture is read. */
#include "capture_flags_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool capture_speed_parse(const char *text, double *speed)
{
	char *end;

	if (strcmp(text, "max") == 0) {
		*speed = 0;
		return true;
	}
	*speed = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*speed) && *speed > 0;
}
