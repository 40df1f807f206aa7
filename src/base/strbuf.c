/* SPDX-License-Identifier: Apache-2.0 */
/* The text buffer: growth, numbers and escapes.
 *
 * Everything that is appended goes through strbuf_room(), which grows the memory by doubling and
 * keeps the ceiling, so an append is either whole or not there. Numbers are written without printf
 * where that is simple; doubles use libc's correctly rounded printf and strtod to find the shortest
 * digits. The process never calls setlocale(), so the decimal point is a point.
 */
#include "fabricpulse/base/strbuf.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/utf8.h"

#define FIRST_SIZE 256u

void strbuf_init(struct strbuf *s, size_t ceiling)
{
	*s = (struct strbuf){ .ceiling = ceiling < SIZE_MAX / 4 ? ceiling : SIZE_MAX / 4 };
}

void strbuf_init_fixed(struct strbuf *s, char *storage, size_t size)
{
	*s = (struct strbuf){ .at = storage, .size = size, .ceiling = size - 1 };
	storage[0] = '\0';
}

void strbuf_deinit(struct strbuf *s)
{
	mem_free(s->at);
	strbuf_init(s, s->ceiling);
}

void strbuf_clear(struct strbuf *s)
{
	s->len = 0;
	s->failed = false;
	if (s->at != NULL) {
		s->at[0] = '\0';
	}
}

/* Memory for a text of `len` bytes and its NUL; at most the ceiling's. */
static bool strbuf_grow(struct strbuf *s, size_t len)
{
	size_t size = s->size > 0 ? s->size : FIRST_SIZE;
	char *at;

	while (size <= len) {
		size *= 2;
	}
	if (size > s->ceiling + 1) {
		size = s->ceiling + 1;
	}
	at = mem_resize(s->at, size, 1);
	if (at == NULL) {
		return false;
	}
	s->at = at;
	s->size = size;
	return true;
}

/* There is room for a NUL behind them, too. */
char *strbuf_room(struct strbuf *s, size_t n)
{
	if (s->failed || n > s->ceiling - s->len) {
		s->failed = true;
		return NULL;
	}
	if (s->len + n >= s->size && !strbuf_grow(s, s->len + n)) {
		s->failed = true;
		return NULL;
	}
	return s->at + s->len;
}

void strbuf_advance(struct strbuf *s, size_t n)
{
	s->len += n;
	s->at[s->len] = '\0';
}

char *strbuf_take(struct strbuf *s)
{
	char *text;

	strbuf_put(s, "", 0); /* an empty text is a text */
	if (s->failed) {
		strbuf_deinit(s);
		return NULL;
	}
	text = s->at;
	strbuf_init(s, s->ceiling);
	return text;
}

void strbuf_put(struct strbuf *s, const char *bytes, size_t len)
{
	char *p = strbuf_room(s, len);

	if (p != NULL) {
		memcpy(p, bytes, len);
		strbuf_advance(s, len);
	}
}

void strbuf_puts(struct strbuf *s, const char *text)
{
	strbuf_put(s, text, strlen(text));
}

void strbuf_putc(struct strbuf *s, char c)
{
	strbuf_put(s, &c, 1);
}

void strbuf_vprintf(struct strbuf *s, const char *format, va_list args)
{
	va_list measured;
	char *p;
	int len;

	va_copy(measured, args);
	len = vsnprintf(NULL, 0, format, measured);
	va_end(measured);
	if (len < 0) {
		s->failed = true;
		return;
	}
	p = strbuf_room(s, (size_t)len);
	if (p != NULL) {
		(void)vsnprintf(p, (size_t)len + 1, format, args);
		strbuf_advance(s, (size_t)len);
	}
}

void strbuf_printf(struct strbuf *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strbuf_vprintf(s, format, args);
	va_end(args);
}

/* Two digits a division. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                            "34353637383940414243444546474849505152535455565758596061626364656667"
                            "6869707172737475767778798081828384858687888990919293949596979899";

void strbuf_put_u64(struct strbuf *s, uint64_t v)
{
	char digits[20];
	size_t at = sizeof digits;

	while (v >= 10) {
		at -= 2;
		memcpy(digits + at, pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	/* What is left is a single digit, or nothing of a number whose last pair is written. */
	if (v > 0 || at == sizeof digits) {
		digits[--at] = (char)('0' + v);
	}
	strbuf_put(s, digits + at, sizeof digits - at);
}

void strbuf_put_i64(struct strbuf *s, int64_t v)
{
	if (v < 0) {
		strbuf_putc(s, '-');
		strbuf_put_u64(s, 0 - (uint64_t)v);
		return;
	}
	strbuf_put_u64(s, (uint64_t)v);
}

/* A positive number as 0.d1d2d3… x 10^point. */
struct decimal {
	char digits[18]; /* `count` of them, no NUL */
	int count;
	int point;
};

/* The decimal of `count` digits (at most 17) that is nearest to `v`. */
static void decimal_of(struct decimal *d, double v, int count)
{
	char text[32]; /* d.dddde-308 */

	(void)snprintf(text, sizeof text, "%.*e", count - 1, v);
	d->digits[0] = text[0];
	if (count > 1) {
		memcpy(d->digits + 1, text + 2, (size_t)count - 1);
	}
	d->count = count;
	d->point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
}

/* The next decimal of as many digits. */
static void decimal_up(struct decimal *d)
{
	int i = d->count - 1;

	while (i >= 0 && d->digits[i] == '9') {
		d->digits[i--] = '0';
	}
	if (i >= 0) {
		d->digits[i]++;
		return;
	}
	d->digits[0] = '1';
	d->point++;
}

static bool decimal_reads_as(const struct decimal *d, double v)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%.*se%d", d->count, d->digits, d->point - d->count);
	return strtod(text, NULL) == v;
}

/* The shortest decimal that reads as `v`, and the nearest to it of those.
 *
 * Each decimal of up to 15 digits survives the way through a normal double, so what the nearest 15
 * digits (less final zeros) cannot say takes 16 or 17; subnormal numbers are coarser and begin at
 * one digit. Below a power of two doubles lie twice as close as above it, so there the nearest 16
 * digits may miss from below while the next ones above hit. */
static void decimal_shortest(struct decimal *d, double v)
{
	int binary_exponent;
	bool power_of_two = frexp(v, &binary_exponent) == 0.5;

	for (int count = v < DBL_MIN ? 1 : DBL_DIG; count < DBL_DECIMAL_DIG; count++) {
		decimal_of(d, v, count);
		if (decimal_reads_as(d, v)) {
			return;
		}
		if (power_of_two) {
			decimal_up(d);
			if (decimal_reads_as(d, v)) {
				return;
			}
		}
	}
	decimal_of(d, v, DBL_DECIMAL_DIG);
}

static void put_zeros(struct strbuf *s, int count)
{
	strbuf_put(s, "00000000000000000000", (size_t)count);
}

/* ECMAScript 2024, section 6.1.6.1.20 (Number::toString), steps 6 to 12: k is the count, n the
 * point. */
static void put_decimal(struct strbuf *s, const struct decimal *d)
{
	int k = d->count;
	int n = d->point;

	if (k <= n && n <= 21) {
		strbuf_put(s, d->digits, (size_t)k);
		put_zeros(s, n - k);
	} else if (n > 0 && n < k) { /* of at most 17 digits, so n <= 21 holds */
		strbuf_put(s, d->digits, (size_t)n);
		strbuf_putc(s, '.');
		strbuf_put(s, d->digits + n, (size_t)(k - n));
	} else if (n > -6 && n <= 0) {
		strbuf_puts(s, "0.");
		put_zeros(s, -n);
		strbuf_put(s, d->digits, (size_t)k);
	} else {
		strbuf_putc(s, d->digits[0]);
		if (k > 1) {
			strbuf_putc(s, '.');
			strbuf_put(s, d->digits + 1, (size_t)(k - 1));
		}
		strbuf_puts(s, n > 0 ? "e+" : "e");
		strbuf_put_i64(s, n - 1);
	}
}

/* Integers below this are exact doubles, and so are all below them. */
#define EXACT_END 9007199254740992.0

void strbuf_put_double(struct strbuf *s, double v)
{
	struct decimal d;

	if (isnan(v)) {
		strbuf_puts(s, "NaN");
		return;
	}
	if (isinf(v)) {
		strbuf_puts(s, v > 0 ? "+Inf" : "-Inf");
		return;
	}
	if (fabs(v) < EXACT_END && (double)(int64_t)v == v) {
		strbuf_put_i64(s, (int64_t)v); /* most of what we print */
		return;
	}
	if (v < 0) {
		strbuf_putc(s, '-');
	}
	decimal_shortest(&d, fabs(v));
	while (d.count > 1 && d.digits[d.count - 1] == '0') {
		d.count--;
	}
	put_decimal(s, &d);
}

static const char hex_digits[] = "0123456789abcdef";

/* What stands for the character `c` in a label value, or NULL when it stands for itself. */
static const char *label_escape(uint8_t c, char scratch[static 7])
{
	(void)scratch;
	return c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : NULL;
}

/* The same in a JSON string (RFC 8259, section 7); the long form is built in `scratch`. */
static const char *json_escape(uint8_t c, char scratch[static 7])
{
	const char *common = label_escape(c, scratch);

	if (common != NULL || c >= 0x20) {
		return common;
	}
	memcpy(scratch, "\\u00", 4);
	scratch[4] = hex_digits[c >> 4];
	scratch[5] = hex_digits[c & 15];
	scratch[6] = '\0';
	return c == '\t' ? "\\t" : c == '\r' ? "\\r" : scratch;
}

/* Appends `text` in runs of what needs no change. */
static void put_escaped(struct strbuf *s, struct bytes text,
                        const char *(*escape)(uint8_t c, char scratch[static 7]))
{
	char scratch[7];
	size_t run = 0;

	while (run < text.len) {
		bool valid;
		size_t len = utf8_piece((struct bytes){ text.at + run, text.len - run }, &valid);
		const char *instead = valid ? escape(text.at[run], scratch) : UTF8_REPLACEMENT;

		if (instead == NULL) {
			run += len;
			continue;
		}
		strbuf_put(s, (const char *)text.at, run);
		strbuf_puts(s, instead);
		text.at += run + len;
		text.len -= run + len;
		run = 0;
	}
	if (run > 0) {
		strbuf_put(s, (const char *)text.at, run);
	}
}

void strbuf_put_json(struct strbuf *s, struct bytes text)
{
	strbuf_putc(s, '"');
	put_escaped(s, text, json_escape);
	strbuf_putc(s, '"');
}

void strbuf_put_label(struct strbuf *s, const char *text)
{
	put_escaped(s, (struct bytes){ (const uint8_t *)text, strlen(text) }, label_escape);
}

void strbuf_put_hex(struct strbuf *s, struct bytes b)
{
	char *p = strbuf_room(s, 2 * b.len);

	if (p == NULL) {
		return;
	}
	for (size_t i = 0; i < b.len; i++) {
		p[2 * i] = hex_digits[b.at[i] >> 4];
		p[2 * i + 1] = hex_digits[b.at[i] & 15];
	}
	strbuf_advance(s, 2 * b.len);
}
