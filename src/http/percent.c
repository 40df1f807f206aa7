/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-decoding in place (RFC 3986, section 2.1), as the HTTP library asks for it: once for the
 * path, once for each key and value of the query. What is no escape stays as it is. So does %00:
 * text ends at a NUL here, and what follows it would be ignored. */
#include "request_priv.h"

/* 16: no hexadecimal digit. */
static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return (unsigned)(c - '0');
	}
	if (c >= 'a' && c <= 'f') {
		return (unsigned)(c - 'a') + 10;
	}
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

size_t percent_decode(char *text)
{
	const char *const begin = text;
	char *out = text;

	while (*text != '\0') {
		const unsigned high = text[0] == '%' ? digit_of(text[1]) : 16;
		const unsigned low = high < 16 ? digit_of(text[2]) : 16;

		if (low < 16 && (high | low) != 0) {
			*out++ = (char)(high << 4 | low);
			text += 3;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
	return (size_t)(out - begin);
}
