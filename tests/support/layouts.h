/* SPDX-License-Identifier: Apache-2.0 */
/* Record layouts a second time, typed from the specifications and not from records.def, so that a
 * mistake in the table has something to disagree with.
 *
 * A layout is a string of widths in wire order: 4 a word, 8 a hyper, F a float, M a MAC address
 * (8), V an IPv4 address (4), X an IPv6 address (16), A an address union, U a uuid (16), O four
 * octets, S a string or opaque, W a list of words, P an AS path, D adapters, L lanes; "*nn" repeats
 * the last one, "|" stands before the fields that a short form lacks. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/decode/datagram.h"

struct layout {
	enum sflow_space space;
	uint32_t enterprise, format;
	const char *name;
	const char *widths;
	uint32_t bytes; /* as published; variable ones: with empty strings and lists, IPv4 unions */
};

extern const struct layout layouts[];
extern const size_t layout_count;

/* Builds a body by the widths alone: the i-th field holds i + 1 (a number: i + 1; bytes: all i + 1;
 * strings: "abc" and pad; lists: the two words i + 1, i + 2). Returns its length; `*fields` counts;
 * `short_bytes` (may be NULL) is the length without the optional tail. */
size_t layout_build(const struct layout *l, uint8_t *out, uint32_t *fields, size_t *short_bytes);
