/* SPDX-License-Identifier: Apache-2.0 */
/* Running text in lines. */
#pragma once

#include "fabricpulse/base/strbuf.h"

/* Appends `text` broken at blanks so that no line has more than `width` characters where its words
 * allow it, each line begun by `prefix` and ended by a newline. */
void wrap_text(struct strbuf *out, const char *prefix, const char *text, size_t width);
