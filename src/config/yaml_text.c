/* SPDX-License-Identifier: Apache-2.0 */
/* Writing scalars, for files that people edit: plain words and paths stay plain.
 *
 * In quotes, what a reader would refuse (control characters and non-characters) or would fold into
 * a blank (every YAML line break) is escaped; other characters stay readable.
 *
 * Source: YAML 1.1, 5.1 Character Set, 5.4 Line Break Characters, 5.6 Escape Sequences.
 */
#include "yaml_text_priv.h"

#include <string.h>

#include "fabricpulse/base/option.h"
#include "fabricpulse/base/utf8.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_"

static bool is_plain(const char *text)
{
	static const char *const others[] = { "null", "Null", "NULL",  "true",  "false",
		                              "yes",  "no",   "on",    "off",   "y",
		                              "n",    "True", "False", "Yes",   "No",
		                              "On",   "Off",  "TRUE",  "FALSE", "YES",
		                              "NO",   "ON",   "OFF",   "Y",     "N" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strcmp(text, others[i]) == 0) {
			return false;
		}
	}
	return strspn(text, LETTERS) > 0 && strspn(text, LETTERS "0123456789.-") == strlen(text);
}

/* Of one well-formed character of `len` bytes. */
static uint32_t code_point(const uint8_t *at, size_t len)
{
	uint32_t value = len == 1 ? at[0] : at[0] & (0xffu >> (len + 1));

	for (size_t i = 1; i < len; i++) {
		value = value << 6 | (at[i] & 0x3fu);
	}
	return value;
}

static bool needs_escape(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
	       c == 0xfffe || c == 0xffff;
}

static void put_character(const uint8_t *at, size_t len, struct strbuf *out)
{
	uint32_t c = code_point(at, len);

	if (needs_escape(c)) {
		strbuf_printf(out, "\\u%04x", (unsigned)c);
		return;
	}
	strbuf_puts(out, c == '"' || c == '\\' ? "\\" : "");
	strbuf_put(out, (const char *)at, len);
}

void yaml_text_print(const char *text, struct strbuf *out)
{
	struct bytes left = { .at = (const uint8_t *)text, .len = strlen(text) };

	if (is_plain(text)) {
		strbuf_puts(out, text);
		return;
	}
	strbuf_putc(out, '"');
	while (left.len > 0) {
		bool is_valid;
		size_t len = utf8_piece(left, &is_valid);

		if (is_valid) {
			put_character(left.at, len, out);
		} else {
			strbuf_puts(out, UTF8_REPLACEMENT);
		}
		left.at += len;
		left.len -= len;
	}
	strbuf_putc(out, '"');
}
