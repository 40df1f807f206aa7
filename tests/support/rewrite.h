/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram decoded and written again: known records from their structs, everything else as bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

/* The length of what was written to `out`; 0 when the payload does not open or `out` is too small.
 */
size_t rewrite(struct bytes payload, uint8_t *out, size_t size);
