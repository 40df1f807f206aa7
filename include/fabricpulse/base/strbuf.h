/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text buffer with a named ceiling. Appending past the ceiling (or out of memory) sets
 * `failed` and appends nothing from then on, so that callers check once at the end. Always
 * NUL-terminated after the first append.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

struct strbuf {
	char *at;       /* owned; NULL while empty */
	size_t len;     /* without the NUL */
	size_t size;    /* allocated */
	size_t ceiling; /* largest len */
	bool failed;
};

void strbuf_init(struct strbuf *s, size_t ceiling);
/* Over the caller's `storage` of `size` > 0 bytes: never grows, ceiling size-1. Neither
 * strbuf_deinit() nor strbuf_take(). */
void strbuf_init_fixed(struct strbuf *s, char *storage, size_t size);

void strbuf_deinit(struct strbuf *s);
void strbuf_clear(struct strbuf *s); /* empties, keeps the memory, clears `failed` */

/* Gives the text away (caller releases with mem_free()) and leaves the buffer empty. NULL when
 * failed. */
char *strbuf_take(struct strbuf *s);

void strbuf_put(struct strbuf *s, const char *bytes, size_t len);
void strbuf_puts(struct strbuf *s, const char *text);
void strbuf_putc(struct strbuf *s, char c);
void strbuf_printf(struct strbuf *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *s, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* For inner loops that copy several pieces at once: the place where the next `n` bytes go, or NULL
 * and a failed buffer. Write at most `n` of them there, then take those that were written into the
 * text. */
char *strbuf_room(struct strbuf *s, size_t n);
void strbuf_advance(struct strbuf *s, size_t n);

/* Numbers without printf: several times faster, and the same bytes everywhere. */
void strbuf_put_u64(struct strbuf *s, uint64_t v);
void strbuf_put_i64(struct strbuf *s, int64_t v);

/* The shortest decimal form that reads back to the same double, spelt as ECMAScript's
 * Number::toString does: 0, 1, 0.1, 1e-7, 1e+21, 123456789012345680000. NaN, Infinity and -Infinity
 * are "NaN", "+Inf", "-Inf" (Prometheus). */
void strbuf_put_double(struct strbuf *s, double v);

/* JSON string with quotes: control characters escaped, invalid UTF-8 replaced by U+FFFD. */
void strbuf_put_json(struct strbuf *s, struct bytes text);

/* Prometheus label value without quotes: \\, \", \n escaped; invalid UTF-8 replaced. */
void strbuf_put_label(struct strbuf *s, const char *text);

/* Lower-case hexadecimal. */
void strbuf_put_hex(struct strbuf *s, struct bytes b);
