/* SPDX-License-Identifier: Apache-2.0 */
/* Writers for what describe.h gives: JSON on one line, and indented text. Both append to a strbuf,
 * whose `failed` says at the end whether all of it fitted. */
#pragma once

#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/decode/describe.h"

/* One JSON value after another; numbers are exact, what is no number in JSON (NaN) is null. */
struct json_sink {
	struct field_sink sink; /* first: the callbacks get back here */
	struct strbuf *out;     /* borrowed */
	bool needs_comma;
};
void json_sink_init(struct json_sink *json, struct strbuf *out);

/* "name: value unit", one a line, nested by two blanks. */
struct text_sink {
	struct field_sink sink;
	struct strbuf *out;
	unsigned depth;
	bool is_item; /* the next line is the first one of a list's item */
};
void text_sink_init(struct text_sink *text, struct strbuf *out);
