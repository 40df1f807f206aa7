/* SPDX-License-Identifier: Apache-2.0 */
/* A short name that one thread writes and others read while it may change.
 *
 * A sequence lock whose payload is words of atomics, so that a torn read is possible only inside
 * the function and never leaves it. Names are sanitised on the way in: they end at the first NUL,
 * and control characters and what is not valid UTF-8 become '?'. Zero-filled memory is an empty
 * box.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

#define NAME_SIZE                                                                                  \
	64 /* with the final NUL; host_descr allows 64, port names are shorter in practice */

struct namebox {
	_Atomic uint32_t sequence; /* odd while the writer is inside */
	_Atomic uint64_t words[NAME_SIZE / 8];
};

/* Writer: true when the (sanitised, cut to NAME_SIZE-1) name differs from what was there. */
bool namebox_set(struct namebox *box, struct bytes name);

/* Reader: fills `out`, NUL-terminated, "" when never set; returns `out`. */
const char *namebox_get(const struct namebox *box, char out[static NAME_SIZE]);
