/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a description. Written from the specifications and not from the code under test:
 * sizes and offsets stand here a second time on purpose. Checksums are zero. */
#include "frame.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pcap/dlt.h>
#include <string.h>

struct writer {
	uint8_t *at;
};

static void put(struct writer *w, const void *bytes, size_t len)
{
	if (len > 0) {
		memcpy(w->at, bytes, len);
	}
	w->at += len;
}

static void put_zero(struct writer *w, size_t len)
{
	memset(w->at, 0, len);
	w->at += len;
}

static void put_8(struct writer *w, unsigned v)
{
	*w->at++ = (uint8_t)v;
}

static void put_16(struct writer *w, unsigned v)
{
	put_8(w, v >> 8);
	put_8(w, v & 255u);
}

static void put_address(struct writer *w, int family, const char *text)
{
	uint8_t bytes[16];
	int rc = inet_pton(family, text, bytes);

	assert(rc == 1);
	(void)rc;
	put(w, bytes, family == AF_INET ? 4 : 16);
}

/* The type word of what follows: that of IP, or of the first tag; then the tags. */
static void put_type_and_tags(struct writer *w, const struct frame_shape *s)
{
	for (unsigned i = 0; i < s->tags; i++) {
		put_16(w, i + 1 < s->tags ? 0x88a8 : 0x8100);
		if (s->link_type == DLT_LINUX_SLL2 && i == 0) {
			put_zero(w, 18);
		}
		put_16(w, 100 + i);
	}
	put_16(w, s->is_ipv6 ? 0x86dd : 0x0800);
	if (s->link_type == DLT_LINUX_SLL2 && s->tags == 0) {
		put_zero(w, 18);
	}
}

static void put_link(struct writer *w, const struct frame_shape *s)
{
	switch (s->link_type) {
	case DLT_EN10MB:
		put_zero(w, 12);
		put_type_and_tags(w, s);
		break;
	case DLT_LINUX_SLL:
		put_zero(w, 14);
		put_type_and_tags(w, s);
		break;
	case DLT_LINUX_SLL2: put_type_and_tags(w, s); break;
	case DLT_NULL: /* the capturing machine's byte order; BSD's number for IPv6 */
		put_8(w, s->is_ipv6 ? 24 : 2);
		put_zero(w, 3);
		break;
	case DLT_LOOP: /* network order */
		put_zero(w, 3);
		put_8(w, s->is_ipv6 ? 30 : 2);
		break;
	default: break; /* raw IP has none */
	}
}

static void put_ipv4(struct writer *w, const struct frame_shape *s, size_t body_bytes)
{
	size_t header_bytes = 20 + 4 * (size_t)s->options;

	put_8(w, 0x40 | (unsigned)(header_bytes / 4));
	put_8(w, 0);
	put_16(w, (unsigned)(header_bytes + body_bytes));
	put_16(w, 0x1234);
	put_16(w, (s->has_more_fragments ? 0x2000u : 0u) | s->fragment_offset);
	put_8(w, 64);
	put_8(w, 17);
	put_16(w, 0);
	put_address(w, AF_INET, FRAME_SOURCE_V4);
	put_address(w, AF_INET, "192.0.2.1");
	for (unsigned i = 0; i < 4 * s->options; i++) {
		put_8(w, 1); /* no operation */
	}
}

/* Extension headers in the order in which RFC 8200 lists them, the fragment header last. */
static void put_ipv6(struct writer *w, const struct frame_shape *s, size_t body_bytes)
{
	static const uint8_t kinds[] = { 0, 60, 43, 51 };
	bool is_fragment = s->fragment_offset != 0 || s->has_more_fragments;
	unsigned last = is_fragment ? 44 : 17;

	assert(s->options <= sizeof kinds);
	put_8(w, 0x60);
	put_zero(w, 3);
	put_16(w, (unsigned)(body_bytes + 8 * (size_t)s->options + (is_fragment ? 8 : 0)));
	put_8(w, s->options > 0 ? kinds[0] : last);
	put_8(w, 64);
	put_address(w, AF_INET6, FRAME_SOURCE_V6);
	put_address(w, AF_INET6, "2001:db8::1");
	for (unsigned i = 0; i < s->options; i++) {
		put_8(w, i + 1 < s->options ? kinds[i + 1] : last);
		put_zero(w, 7); /* length 0: 8 bytes, in each one's own way to count */
	}
	if (is_fragment) {
		put_8(w, 17);
		put_8(w, 0);
		put_16(w, s->fragment_offset << 3 | (s->has_more_fragments ? 1u : 0u));
		put_16(w, 0);
		put_16(w, 0x1234);
	}
}

size_t frame_build(const struct frame_shape *shape, uint8_t out[static FRAME_BYTES_MAX])
{
	struct writer w = { .at = out };
	bool has_udp_header = shape->fragment_offset == 0;
	size_t body_bytes = shape->payload.len + (has_udp_header ? 8 : 0);

	assert(body_bytes + shape->padding + 256 < FRAME_BYTES_MAX);
	put_link(&w, shape);
	if (shape->is_ipv6) {
		put_ipv6(&w, shape, body_bytes);
	} else {
		put_ipv4(&w, shape, body_bytes);
	}
	if (has_udp_header) {
		put_16(&w, FRAME_SOURCE_PORT);
		put_16(&w, shape->port);
		put_16(&w, (unsigned)(body_bytes + shape->udp_excess));
		put_16(&w, 0);
	}
	put(&w, shape->payload.at, shape->payload.len);
	put_zero(&w, shape->padding);
	return (size_t)(w.at - out);
}
