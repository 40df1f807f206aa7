/* SPDX-License-Identifier: Apache-2.0 */
/* Text as a YAML scalar. */
#pragma once

#include "fabricpulse/base/strbuf.h"

/* Appends `text` so that a YAML reader gives it back as text: plain where that is safe, else in
 * double quotes. Broken UTF-8 becomes U+FFFD. */
void yaml_text_print(const char *text, struct strbuf *out);
