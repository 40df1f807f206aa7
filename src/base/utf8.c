/* SPDX-License-Identifier: Apache-2.0 */
/* A UTF-8 checker in the form of the table of RFC 3629, section 4.
 *
 * The lead byte says how many bytes follow and which range the second one has; that range is what
 * excludes overlong forms, surrogates and code points above U+10FFFF, so no code point need be
 * computed.
 */
#include "fabricpulse/base/utf8.h"

#include <string.h>

struct lead {
	uint8_t first, last;            /* lead bytes of this row */
	uint8_t len;                    /* of the whole character */
	uint8_t second_min, second_max; /* further bytes are 80..BF */
};

static const struct lead leads[] = {
	{ 0x00, 0x7f, 1, 0x80, 0xbf }, { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* NULL: no character begins with `byte`. */
static const struct lead *lead_of(uint8_t byte)
{
	for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
		if (byte >= leads[i].first && byte <= leads[i].last) {
			return &leads[i];
		}
	}
	return NULL;
}

size_t utf8_piece(struct bytes text, bool *valid)
{
	const struct lead *lead = lead_of(text.at[0]);
	size_t len = 1;

	*valid = false;
	if (lead == NULL) {
		return len;
	}
	for (; len < lead->len; len++) {
		uint8_t min = len == 1 ? lead->second_min : 0x80;
		uint8_t max = len == 1 ? lead->second_max : 0xbf;

		if (len >= text.len || text.at[len] < min || text.at[len] > max) {
			return len;
		}
	}
	*valid = true;
	return len;
}

/* C0, DEL and C1 (which UTF-8 writes as C2 80..C2 9F). */
static bool is_control(const uint8_t *piece)
{
	return piece[0] < 0x20 || piece[0] == 0x7f || (piece[0] == 0xc2 && piece[1] < 0xa0);
}

size_t utf8_printable(char *out, size_t size, struct bytes text)
{
	size_t used = 0;

	while (text.len > 0) {
		bool valid;
		size_t len = utf8_piece(text, &valid);
		bool keep = valid && !is_control(text.at);
		size_t width = keep ? len : 1;

		if (used + width >= size) {
			break;
		}
		memcpy(out + used, keep ? (const char *)text.at : "?", width);
		used += width;
		text.at += len;
		text.len -= len;
	}
	out[used] = '\0';
	return used;
}
