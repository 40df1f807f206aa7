/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as text: checked once, then walked in place.
 *
 * json_check() tells whether a text is one JSON value. Everything else here takes values that have
 * passed it, so walking knows no errors; a value is the view of its bytes in the text, strings with
 * their quotes. Nothing is allocated and nothing is copied before somebody asks for a string.
 *
 * Source: RFC 8259, strictly (no comments, no byte order mark, UTF-8 only).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fabricpulse/base/bytes.h"

enum json_kind {
	JSON_NULL = 0,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json_fault {
	unsigned line, column; /* 1-based, in bytes */
	const char *expected;  /* what should be there, or what should not; static */
};

/* True when `text` is one value whose arrays and objects nest at most `depth_max` levels; else `fault`
 * is filled. Time is linear in the length. */
bool json_check(struct bytes text, unsigned depth_max, struct json_fault *fault);

/* The value without the blanks around it. */
struct bytes json_trim(struct bytes text);

enum json_kind json_kind(struct bytes value);

/* Steps through the members of an object, in their order. */
struct json_walk {
	const uint8_t *at, *end;
};

struct json_walk json_walk_of(struct bytes object);

/* False at the end, else the next member: key (with quotes) and value. */
bool json_walk_next(struct json_walk *w, struct bytes *key, struct bytes *value);

/* Fills `out` (at least string.len bytes) with the characters of a string, NUL-terminated, and returns
 * their length. U+0000 and halves of surrogate pairs become U+FFFD. */
size_t json_decode(struct bytes string, char *out);

/* True when the characters of `string` are `text`, which has at most 20 (escaped or not, that fits). */
bool json_is(struct bytes string, const char *text);
