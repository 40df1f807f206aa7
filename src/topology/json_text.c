/* SPDX-License-Identifier: Apache-2.0 */
/* A strict JSON checker, and a walker over what it has let pass.
 *
 * A posted document is given back as it was spelt, numbers and unknown members included, and it may
 * be 64 MiB of anything. A tree of nodes would cost twenty times that and lose the spelling, so there
 * is none: the text is checked once, byte by byte, and afterwards read where it lies. Walking skips a
 * nested value by counting its brackets, so each level of a document costs one more pass over it.
 *
 * The checker is a recursive descent with a bounded depth and a sticky fault: after the first mistake
 * nothing moves any more, so that the functions need not hand failures up.
 *
 * Source: RFC 8259.
 */
#include "json_text_priv.h"

#include <string.h>

#include "fabricpulse/base/utf8.h"

struct check {
	const uint8_t *at, *end;
	const char *expected; /* NULL: no fault so far */
	unsigned depth_left;
};

static void fail(struct check *c, const char *expected)
{
	if (c->expected == NULL) {
		c->expected = expected;
	}
}

static int peek(const struct check *c)
{
	return c->expected == NULL && c->at < c->end ? *c->at : -1;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit; 16 and more is none. */
static unsigned hex_value(int c)
{
	if (is_digit(c)) {
		return (unsigned)(c - '0');
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static void skip_blanks(struct check *c)
{
	while (is_blank(peek(c))) {
		c->at++;
	}
}

/* Steps over `want`, which must be the next byte. */
static bool take(struct check *c, int want, const char *expected)
{
	if (peek(c) != want) {
		fail(c, expected);
		return false;
	}
	c->at++;
	return true;
}

static void check_escape(struct check *c)
{
	int kind = peek(c);

	if (kind <= 0 || strchr("\"\\/bfnrtu", kind) == NULL) {
		fail(c, "expected an escape character");
		return;
	}
	c->at++;
	for (unsigned i = 0; kind == 'u' && i < 4; i++) {
		if (hex_value(peek(c)) > 15) {
			fail(c, "expected four hexadecimal digits");
			return;
		}
		c->at++;
	}
}

static void check_string(struct check *c)
{
	int next;

	(void)take(c, '"', "expected a string");
	while ((next = peek(c)) >= 0 && next != '"') {
		bool valid = next >= 0x20;

		if (next == '\\') {
			c->at++;
			check_escape(c);
			continue;
		}
		if (next < 0x80) {
			c->at += valid ? 1 : 0;
		} else {
			struct bytes rest = { c->at, (size_t)(c->end - c->at) };
			size_t len = utf8_piece(rest, &valid);

			c->at += valid ? len : 0;
		}
		if (!valid) {
			fail(c, next < 0x20 ? "a control character must be escaped"
			                    : "the text is not UTF-8");
		}
	}
	(void)take(c, '"', "the string does not end");
}

static void check_digits(struct check *c)
{
	if (!is_digit(peek(c))) {
		fail(c, "expected a digit");
	}
	while (is_digit(peek(c))) {
		c->at++;
	}
}

static void check_number(struct check *c)
{
	if (peek(c) == '-') {
		c->at++;
	}
	if (peek(c) == '0') {
		c->at++; /* and no digit may follow: what does is no comma */
	} else {
		check_digits(c);
	}
	if (peek(c) == '.') {
		c->at++;
		check_digits(c);
	}
	if (peek(c) == 'e' || peek(c) == 'E') {
		c->at++;
		if (peek(c) == '+' || peek(c) == '-') {
			c->at++;
		}
		check_digits(c);
	}
}

static void check_word(struct check *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0) {
		fail(c, "expected a value");
		return;
	}
	c->at += len;
}

static void check_value(struct check *c);

/* An array, or an object when `is_object`: both are lists between brackets. */
static void check_list(struct check *c, bool is_object)
{
	int close = is_object ? '}' : ']';

	if (c->depth_left == 0) {
		fail(c, "nested too deep");
		return;
	}
	c->depth_left--;
	c->at++;
	skip_blanks(c);
	if (peek(c) != close) {
		for (;;) {
			if (is_object) {
				check_string(c);
				skip_blanks(c);
				(void)take(c, ':', "expected ':'");
			}
			check_value(c);
			if (peek(c) != ',') {
				break;
			}
			c->at++;
			skip_blanks(c);
		}
	}
	(void)take(c, close, is_object ? "expected ',' or '}'" : "expected ',' or ']'");
	c->depth_left++;
}

/* A value and the blanks around it. */
static void check_value(struct check *c)
{
	int first;

	skip_blanks(c);
	first = peek(c);
	switch (first) {
	case '{':
	case '[': check_list(c, first == '{'); break;
	case '"': check_string(c); break;
	case 't': check_word(c, "true"); break;
	case 'f': check_word(c, "false"); break;
	case 'n': check_word(c, "null"); break;
	default:
		if (first == '-' || is_digit(first)) {
			check_number(c);
		} else {
			fail(c, "expected a value");
		}
	}
	skip_blanks(c);
}

bool json_check(struct bytes text, unsigned depth_max, struct json_fault *fault)
{
	struct check c = { .depth_left = depth_max };

	if (text.len == 0) {
		text.at = (const uint8_t *)""; /* an empty view may have no place */
	}
	c.at = text.at;
	c.end = text.at + text.len;
	check_value(&c);
	if (peek(&c) >= 0) {
		fail(&c, "expected the end of the document");
	}
	if (c.expected == NULL) {
		return true;
	}
	*fault = (struct json_fault){ .line = 1, .column = 1, .expected = c.expected };
	for (const uint8_t *p = text.at; p < c.at; p++) {
		fault->column++;
		if (*p == '\n') {
			fault->line++;
			fault->column = 1;
		}
	}
	return false;
}

struct bytes json_trim(struct bytes text)
{
	while (text.len > 0 && is_blank(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && is_blank(text.at[text.len - 1])) {
		text.len--;
	}
	return text;
}

enum json_kind json_kind(struct bytes value)
{
	switch (value.at[0]) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't': return JSON_TRUE;
	case 'f': return JSON_FALSE;
	case 'n': return JSON_NULL;
	default: return JSON_NUMBER;
	}
}

/* Behind the string that begins at `p`. */
static const uint8_t *string_end(const uint8_t *p)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\') {
			p++;
		}
	}
	return p + 1;
}

/* Behind the value that begins at `p`; `end` is that of the list around it, whose closing bracket is
 * there, so no value needs it to end. */
static const uint8_t *value_end(const uint8_t *p)
{
	unsigned depth = 0;

	do {
		switch (*p) {
		case '"': p = string_end(p); break;
		case '{':
		case '[':
			depth++;
			p++;
			break;
		case '}':
		case ']':
			depth--;
			p++;
			break;
		default: p++; break;
		}
	} while (depth > 0);
	return p;
}

struct json_walk json_walk_of(struct bytes object)
{
	/* The closing brace is left in sight: it ends the last member. */
	return (struct json_walk){ object.at + 1, object.at + object.len };
}

static const uint8_t *blanks_end(const uint8_t *p)
{
	while (is_blank(*p)) {
		p++;
	}
	return p;
}

bool json_walk_next(struct json_walk *w, struct bytes *key, struct bytes *value)
{
	const uint8_t *p = blanks_end(w->at);
	const uint8_t *end;

	if (*p == '}') {
		return false;
	}
	end = string_end(p);
	*key = (struct bytes){ p, (size_t)(end - p) };
	p = blanks_end(blanks_end(end) + 1); /* over ':' */
	end = value_end(p);
	if (json_kind((struct bytes){ p, 1 }) < JSON_STRING) {
		/* A number or a word: value_end() has seen one byte of it. */
		while (*end != ',' && *end != '}' && !is_blank(*end)) {
			end++;
		}
	}
	*value = (struct bytes){ p, (size_t)(end - p) };
	p = blanks_end(end);
	w->at = *p == ',' ? p + 1 : p;
	return true;
}

/* Four hexadecimal digits that are known to be there. */
static uint32_t hex4(const uint8_t *p)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++) {
		v = v << 4 | hex_value(p[i]);
	}
	return v;
}

static size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* The character of the \u at `*p` (which points at the u), a pair of them for one beyond U+FFFF;
 * steps behind. Never longer in UTF-8 than as an escape. */
static uint32_t unicode_escape(const uint8_t **p)
{
	uint32_t c = hex4(*p + 1);

	*p += 5;
	if (c >= 0xd800 && c < 0xdc00 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		uint32_t low = hex4(*p + 2);

		if (low >= 0xdc00 && low < 0xe000) {
			*p += 6;
			return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c;
}

static char simple_escape(uint8_t c)
{
	switch (c) {
	case 'b': return '\b';
	case 'f': return '\f';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	default: return (char)c; /* a quote or a slash stands for itself */
	}
}

size_t json_decode(struct bytes string, char *out)
{
	const uint8_t *p = string.at + 1;
	size_t len = 0;

	while (*p != '"') {
		if (*p != '\\') {
			out[len++] = (char)*p++;
		} else if (*++p == 'u') {
			len += utf8_put(out + len, unicode_escape(&p));
		} else {
			out[len++] = simple_escape(*p++);
		}
	}
	out[len] = '\0';
	return len;
}

bool json_is(struct bytes string, const char *text)
{
	char decoded[128];

	return string.len <= sizeof decoded && json_decode(string, decoded) == strlen(text) &&
	       strcmp(decoded, text) == 0;
}
