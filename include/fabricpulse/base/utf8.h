/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 from untrusted senders: telling characters from garbage, once, for everything that writes
 * text.
 *
 * Source: RFC 3629 (no overlong forms, no surrogates, nothing above U+10FFFF); a broken character
 * counts as one piece as far as it was well-formed (Unicode 15, section 3.9, "substitution of
 * maximal subparts").
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fabricpulse/base/bytes.h"

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* How many bytes the first piece of `text` has (`text` is not empty): a whole character when
 * `*valid`, else a broken one to be replaced. */
size_t utf8_piece(struct bytes text, bool *valid);

/* Fills `out` (size > 0) with `text` as one printable line: control characters and broken pieces
 * become '?'; cut at a whole character to fit; NUL-terminated. Returns the length without the
 * NUL. */
size_t utf8_printable(char *out, size_t size, struct bytes text);
