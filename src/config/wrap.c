/* SPDX-License-Identifier: Apache-2.0 */
/* Breaking lines, greedily: help texts are short, and nobody justifies them. */
#include "wrap_priv.h"

#include <string.h>

void wrap_text(struct strbuf *out, const char *prefix, const char *text, size_t width)
{
	size_t room = width > strlen(prefix) ? width - strlen(prefix) : 1;

	while (*text != '\0') {
		size_t len = strlen(text);

		if (len > room) {
			len = room;
			while (len > 0 && text[len] != ' ') {
				len--;
			}
			len = len > 0 ? len : strcspn(text, " ");
		}
		strbuf_puts(out, prefix);
		strbuf_put(out, text, len);
		strbuf_putc(out, '\n');
		text += len;
		text += strspn(text, " ");
	}
}
