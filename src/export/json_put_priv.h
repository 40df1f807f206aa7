/* SPDX-License-Identifier: Apache-2.0 */
/* JSON streamed into a buffer, integers exact. Commas come by themselves: a value is separated from
 * what stands before it unless that opens an object or a list or ends a key. Every function takes
 * the member's key; NULL: an item of a list, or the document itself. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/strbuf.h"

static inline void json_put_string(struct strbuf *out, const char *text)
{
	strbuf_put_json(out, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

static inline void json_key(struct strbuf *out, const char *key)
{
	const char *last = out->len > 0 ? &out->at[out->len - 1] : "{";

	if (strchr("{[:", *last) == NULL) {
		strbuf_putc(out, ',');
	}
	if (key != NULL) {
		json_put_string(out, key);
		strbuf_putc(out, ':');
	}
}

/* `bracket` is '{' or '['. */
static inline void json_open(struct strbuf *out, const char *key, char bracket)
{
	json_key(out, key);
	strbuf_putc(out, bracket);
}

static inline void json_close(struct strbuf *out, char bracket)
{
	strbuf_putc(out, bracket);
}

static inline void json_text(struct strbuf *out, const char *key, const char *value)
{
	json_key(out, key);
	json_put_string(out, value);
}

static inline void json_u64(struct strbuf *out, const char *key, uint64_t value)
{
	json_key(out, key);
	strbuf_put_u64(out, value);
}

/* null for what JSON cannot say. */
static inline void json_double(struct strbuf *out, const char *key, double value)
{
	json_key(out, key);
	if (isfinite(value)) {
		strbuf_put_double(out, value);
	} else {
		strbuf_puts(out, "null");
	}
}

static inline void json_bool(struct strbuf *out, const char *key, bool value)
{
	json_key(out, key);
	strbuf_puts(out, value ? "true" : "false");
}

/* RFC 3339; null for 0, which is never. */
static inline void json_time(struct strbuf *out, const char *key, uint64_t time_ns)
{
	char text[CLOCK_TEXT_SIZE];

	json_key(out, key);
	if (time_ns == 0) {
		strbuf_puts(out, "null");
	} else {
		json_put_string(out, clock_text(time_ns, text));
	}
}
