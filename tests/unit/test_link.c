/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the datagram in a frame: every link type, tags, options, extension headers, fragments,
 * lengths that lie, and every place where a capture can cut a frame off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/dlt.h>

#include "frame.h"
#include "io/link_priv.h"

static const uint8_t text[] = "sixteen octets..";
static const struct bytes payload = { .at = text, .len = 16 };

static const int link_types[] = {
	DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_IPV4, DLT_IPV6, DLT_NULL, DLT_LOOP,
};

static bool link_type_has_tags(int link_type)
{
	return link_type == DLT_EN10MB || link_type == DLT_LINUX_SLL || link_type == DLT_LINUX_SLL2;
}

static enum link_verdict find(const struct frame_shape *shape, struct link_datagram *out)
{
	static uint8_t frame[FRAME_BYTES_MAX];
	size_t len = frame_build(shape, frame);

	return link_datagram_find(shape->link_type, (struct bytes){ frame, len }, 6343, out);
}

static void assert_whole(const struct frame_shape *shape)
{
	struct link_datagram d;
	char name[ADDR_TEXT_SIZE];

	assert_int_equal(find(shape, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, payload.len);
	assert_memory_equal(d.payload.at, payload.at, payload.len);
	assert_false(d.is_truncated);
	assert_false(d.is_first_fragment);
	assert_int_equal(d.from.port, FRAME_SOURCE_PORT);
	assert_string_equal(addr_text(&d.from.addr, name),
	                    shape->is_ipv6 ? FRAME_SOURCE_V6 : FRAME_SOURCE_V4);
}

/* Each link type, IPv4 and IPv6, 0 to 3 tags, 0 to 4 options or extension headers, padding or
 * not. */
static void every_shape_is_opened(void **state)
{
	(void)state;
	for (size_t t = 0; t < sizeof link_types / sizeof link_types[0]; t++) {
		unsigned tags_max = link_type_has_tags(link_types[t]) ? 3 : 0;

		assert_true(link_is_supported(link_types[t]));
		for (unsigned n = 0; n < 2 * 4 * 5 * 2; n++) {
			struct frame_shape shape = {
				.link_type = link_types[t],
				.is_ipv6 = n % 2 == 1,
				.tags = n / 2 % 4,
				.options = n / 8 % 5,
				.padding = n / 40 * 18,
				.port = 6343,
				.payload = payload,
			};

			if (shape.tags <= tags_max) {
				assert_whole(&shape);
			}
		}
	}
}

static void other_link_types_are_refused(void **state)
{
	struct frame_shape shape = { .link_type = DLT_RAW, .port = 6343, .payload = payload };
	uint8_t frame[FRAME_BYTES_MAX];
	size_t len = frame_build(&shape, frame);
	struct link_datagram d;

	(void)state;
	assert_false(link_is_supported(DLT_IEEE802_11));
	assert_int_equal(link_datagram_find(DLT_IEEE802_11, (struct bytes){ frame, len }, 0, &d),
	                 LINK_OTHER);
}

static void only_the_port_is_taken(void **state)
{
	struct frame_shape shape = { .link_type = DLT_EN10MB, .port = 6344, .payload = payload };
	uint8_t frame[FRAME_BYTES_MAX];
	size_t len = frame_build(&shape, frame);
	struct link_datagram d;

	(void)state;
	assert_int_equal(find(&shape, &d), LINK_OTHER);
	assert_int_equal(link_datagram_find(DLT_EN10MB, (struct bytes){ frame, len }, 0, &d),
	                 LINK_DATAGRAM);
}

static void fragments_are_told_apart(void **state)
{
	struct link_datagram d;

	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct frame_shape first = {
			.link_type = DLT_EN10MB,
			.is_ipv6 = v6 == 1,
			.options = 1,
			.has_more_fragments = true,
			.udp_excess = 1000,
			.port = 6343,
			.payload = payload,
		};
		struct frame_shape later = first;

		assert_int_equal(find(&first, &d), LINK_DATAGRAM);
		assert_true(d.is_first_fragment);
		assert_true(d.is_truncated);
		assert_int_equal(d.payload.len, payload.len);

		later.fragment_offset = 3;
		assert_int_equal(find(&later, &d), LINK_LATER_FRAGMENT);
		later.has_more_fragments = false;
		assert_int_equal(find(&later, &d), LINK_LATER_FRAGMENT);
		assert_null(d.payload.at);
	}
}

static void later_fragments_of_tcp_are_other(void **state)
{
	struct frame_shape shape = { .link_type = DLT_RAW,
		                     .fragment_offset = 3,
		                     .payload = payload };
	uint8_t frame[FRAME_BYTES_MAX];
	size_t len = frame_build(&shape, frame);
	struct link_datagram d;

	(void)state;
	frame[9] = 6;
	assert_int_equal(link_datagram_find(DLT_RAW, (struct bytes){ frame, len }, 6343, &d),
	                 LINK_OTHER);
}

/* Cut a frame after each byte, in a block of exactly that size: nothing behind it is read, and what
 * is found says how much is missing. */
static void a_cut_frame_is_truncated_or_other(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct frame_shape shape = {
			.link_type = DLT_EN10MB,
			.is_ipv6 = v6 == 1,
			.tags = 2,
			.options = 3,
			.port = 6343,
			.payload = payload,
		};
		uint8_t frame[FRAME_BYTES_MAX];
		size_t len = frame_build(&shape, frame);

		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *exact = malloc(cut > 0 ? cut : 1);
			struct link_datagram d;
			enum link_verdict verdict;

			memcpy(exact, frame, cut);
			verdict =
			    link_datagram_find(DLT_EN10MB, (struct bytes){ exact, cut }, 6343, &d);
			if (cut < len - payload.len) {
				assert_int_equal(verdict, LINK_OTHER);
			} else {
				assert_int_equal(verdict, LINK_DATAGRAM);
				assert_true(d.is_truncated);
				assert_int_equal(d.payload.len, cut - (len - payload.len));
			}
			free(exact);
		}
	}
}

/* Put `value` at `offset` of a plain IPv4 or IPv6 frame and look. */
static enum link_verdict find_with(bool is_ipv6, size_t offset, uint16_t value,
                                   struct link_datagram *d)
{
	struct frame_shape shape = {
		.link_type = DLT_RAW, .is_ipv6 = is_ipv6, .port = 6343, .payload = payload
	};
	static uint8_t frame[FRAME_BYTES_MAX];
	size_t len = frame_build(&shape, frame);

	frame[offset] = (uint8_t)(value >> 8);
	frame[offset + 1] = (uint8_t)value;
	return link_datagram_find(DLT_RAW, (struct bytes){ frame, len }, 6343, d);
}

static void lengths_narrow_and_never_widen(void **state)
{
	struct link_datagram d;

	(void)state;
	/* UDP shorter than the packet: the rest is not payload. */
	assert_int_equal(find_with(false, 24, 8 + 5, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, 5);
	assert_false(d.is_truncated);
	/* UDP longer than the packet. */
	assert_int_equal(find_with(false, 24, 8 + 17, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, 16);
	assert_true(d.is_truncated);
	/* IP shorter than the frame, UDP not: what is left is cut. */
	assert_int_equal(find_with(false, 2, 20 + 8 + 4, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, 4);
	assert_true(d.is_truncated);
	assert_int_equal(find_with(true, 4, 8 + 4, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, 4);
	/* IP longer than the frame: the frame holds the whole of the UDP length all the same. */
	assert_int_equal(find_with(false, 2, 60000, &d), LINK_DATAGRAM);
	assert_false(d.is_truncated);
	/* IP length 0: captured before segmentation. */
	assert_int_equal(find_with(false, 2, 0, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, 16);
	assert_int_equal(find_with(true, 4, 0, &d), LINK_DATAGRAM);
	assert_int_equal(d.payload.len, 16);
}

static void nonsense_is_other(void **state)
{
	struct link_datagram d;

	(void)state;
	assert_int_equal(find_with(false, 24, 7, &d), LINK_OTHER);     /* UDP length < 8 */
	assert_int_equal(find_with(false, 24, 0, &d), LINK_OTHER);     /* ... 0 */
	assert_int_equal(find_with(false, 2, 19, &d), LINK_OTHER);     /* IP length < header */
	assert_int_equal(find_with(false, 2, 20 + 7, &d), LINK_OTHER); /* ... < UDP header */
	assert_int_equal(find_with(false, 0, 0x4400, &d), LINK_OTHER); /* 16 bytes of header */
	assert_int_equal(find_with(false, 0, 0x4f00, &d), LINK_OTHER); /* options to the end */
	assert_int_equal(find_with(false, 0, 0x5500, &d), LINK_OTHER); /* IP version 5 */
	assert_int_equal(find_with(false, 8, 0x4006, &d), LINK_OTHER); /* TCP */
	assert_int_equal(find_with(true, 6, 0x3b40, &d), LINK_OTHER);  /* no next header */
	assert_int_equal(find_with(true, 6, 0x0040, &d), LINK_OTHER);  /* options of no sense */
}

/* A chain of headers without end costs at most a few steps. */
static void endless_chains_end(void **state)
{
	uint8_t frame[40 + 8 * 200] = { [0] = 0x60, [4] = 6, [5] = 0x40, [6] = 60 };
	uint8_t tags[12 + 4 * 200] = { 0 };
	struct link_datagram d;

	(void)state;
	for (size_t at = 40; at < sizeof frame; at += 8) {
		frame[at] = 60;
	}
	for (size_t at = 12; at < sizeof tags; at += 4) {
		tags[at] = 0x81;
	}
	assert_int_equal(link_datagram_find(DLT_RAW, (struct bytes){ frame, sizeof frame }, 0, &d),
	                 LINK_OTHER);
	assert_int_equal(link_datagram_find(DLT_EN10MB, (struct bytes){ tags, sizeof tags }, 0, &d),
	                 LINK_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_opened),
		cmocka_unit_test(other_link_types_are_refused),
		cmocka_unit_test(only_the_port_is_taken),
		cmocka_unit_test(fragments_are_told_apart),
		cmocka_unit_test(later_fragments_of_tcp_are_other),
		cmocka_unit_test(a_cut_frame_is_truncated_or_other),
		cmocka_unit_test(lengths_narrow_and_never_widen),
		cmocka_unit_test(nonsense_is_other),
		cmocka_unit_test(endless_chains_end),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
