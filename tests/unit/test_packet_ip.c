/* SPDX-License-Identifier: Apache-2.0 */
/* The network layer: options, fragments, extension headers, segment routing, and its bounds. */
#include "roce_stack.h"

static void ipv4_options(void **state)
{
	struct stack s;
	struct packet p;
	uint8_t *ip;

	(void)state;
	stack_begin(&s);
	stack_rdma(&s, 0x06, 16);
	stack_udp(&s, SRC_PORT, ROCE_PORT);
	stack_hex(&s, "94040000 01010101");
	stack_ipv4(&s, 17, 0x6a);
	ip = s.storage + s.at;
	ip[0] = 0x47;
	p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
	assert_write_first(&p);
	ip[0] = 0x44; /* shorter than itself */
	assert_int_equal(parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX).outer.version, 0);
	ip[0] = 0x4f;
	p = parse_as(PACKET_LINK_IPV4, &s, 40); /* options beyond what was sampled */
	assert_int_equal(p.outer.version, 4);
	assert_int_equal(p.l4, 17);
	assert_true(p.is_cut);
	assert_int_equal(p.dst_port, 0);
}

static void ipv4_fragments(void **state)
{
	static const struct {
		uint8_t high, low;
		bool is_fragment, is_later;
	} cases[] = {
		{ 0x40, 0x00, false, false },
		{ 0x20, 0x00, true, false },
		{ 0x20, 0x01, true, true },
		{ 0x00, 0xb9, true, true },
	};
	struct stack s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct packet p;

		roce_over_ipv4(&s, 0x06, 16);
		s.storage[s.at + 6] = cases[i].high;
		s.storage[s.at + 7] = cases[i].low;
		p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
		assert_int_equal(p.outer.is_fragment, cases[i].is_fragment);
		assert_int_equal(p.outer.is_later_fragment, cases[i].is_later);
		assert_int_equal(p.roce.has_bth, !cases[i].is_later);
		assert_int_equal(p.l4, 17);
		assert_false(p.is_cut);
	}
}

/* What Ethernet pads is no transport header; a length of 0 was left to offload. */
static void ip_length_bounds_the_transport(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x11, 4);
	stack_ethernet(&s, 0x0800);
	s.storage[s.at + 14 + 3] = 28; /* IP ends behind UDP */
	p = parse(&s);
	assert_false(p.roce.has_bth);
	assert_int_equal(p.payload, PACKET_OTHER);
	assert_false(p.is_cut); /* the packet is short, not the sample */
	assert_int_equal(p.dst_port, ROCE_PORT);
	s.storage[s.at + 14 + 3] = 28 + 14; /* BTH fits, AETH does not */
	p = parse(&s);
	assert_true(p.roce.has_bth && !p.roce.has_aeth && !p.is_cut);
	s.storage[s.at + 14 + 3] = 0;
	p = parse(&s);
	assert_true(p.roce.has_aeth);
	assert_int_equal(p.outer.length, 0);
	s.storage[s.at + 14 + 2] = 0xff; /* longer than the sample: nothing to bound */
	p = parse(&s);
	assert_true(p.roce.has_aeth);
	s.storage[s.at + 14 + 2] = 0;
	s.storage[s.at + 14 + 3] = 7; /* shorter than its own header: not believed */
	p = parse(&s);
	assert_true(p.roce.has_aeth);
}

static void ipv6_extension_headers(void **state)
{
	static const struct {
		uint8_t kind;
		const char *hex;
		bool is_found;
	} cases[] = {
		{ 0, "11 00 010400000000", true },
		{ 60, "11 01 010400000000 0000000000000000", true },
		{ 43, "11 00 00 00 00000000", true },
		{ 135, "11 00 000000000000", true },
		{ 139, "11 00 000000000000", true },
		{ 140, "11 00 000000000000", true },
		{ 44, "11 00 0001 00000001", true },  /* first fragment */
		{ 44, "11 00 0000 00000001", true },  /* atomic fragment */
		{ 44, "11 00 0009 00000001", false }, /* a later one */
		{ 51, "11 04 0000 00000001 00000001 000000000000000000000000", true }, /* AH */
		{ 50, "00000001 00000001", false },                                    /* ESP */
		{ 59, "", false },                                                     /* none */
	};
	struct stack s;
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		stack_begin(&s);
		stack_rdma(&s, 0x06, 16);
		stack_udp(&s, SRC_PORT, ROCE_PORT);
		stack_hex(&s, cases[i].hex);
		stack_ipv6(&s, cases[i].kind, 0x6a);
		p = parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX);
		assert_int_equal(p.roce.has_bth, cases[i].is_found);
		assert_false(p.is_cut);
		if (cases[i].is_found) {
			assert_int_equal(p.outer.protocol, 17);
		}
	}
	for (unsigned headers = 9; headers <= 12; headers++) {
		stack_begin(&s);
		stack_rdma(&s, 0x06, 16);
		stack_udp(&s, SRC_PORT, ROCE_PORT);
		for (unsigned i = 0; i < headers; i++) {
			stack_hex(&s, i == 0 ? "11 00 000000000000" : "3c 00 000000000000");
		}
		stack_ipv6(&s, 60, 0x6a);
		assert_int_equal(parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX).roce.has_bth,
		                 headers <= 10);
	}
}

static void segment_routing(void **state)
{
	static const uint8_t last[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x05, 0xe9, [15] = 1 };
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_srv6(&s, 0x06, 16);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.tunnel, PACKET_TUNNEL_SRV6);
	assert_int_equal(p.tunnel_depth, 1);
	assert_memory_equal(p.outer.dst.bytes, last, 16); /* not the active segment */
	assert_int_equal(p.outer.ecn, 3);
	assert_int_equal(p.inner.ecn, 2);
	/* The last segment has been reached: the destination is what the header says. */
	roce_over_ipv6(&s, 0x06, 16);
	stack_segments(&s, 41, 2, 0);
	stack_ipv6(&s, 43, 0);
	p = parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_int_equal(p.outer.dst.bytes[5], 2);
	/* UDP directly behind the segments: no tunnel. */
	stack_begin(&s);
	stack_rdma(&s, 0x06, 16);
	stack_udp(&s, SRC_PORT, ROCE_PORT);
	stack_segments(&s, 17, 3, 2);
	stack_ipv6(&s, 43, 0x6a);
	p = parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_int_equal(p.tunnel, PACKET_TUNNEL_NONE);
	assert_memory_equal(p.inner.dst.bytes, last, 16);
	/* Ethernet behind the segments. */
	roce_over_ipv4(&s, 0x06, 16);
	stack_ethernet(&s, 0x0800);
	stack_ipv6(&s, 143, 0);
	p = parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_int_equal(p.tunnel, PACKET_TUNNEL_SRV6);
}

/* IPv4 says TCP and there are no bytes, or the flags are cut off. */
static void quirk_tcp_without_bytes(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	stack_begin(&s);
	stack_hex(&s, "1f90 c000 00000001 00000002 f0 12 ffff 0000 0000");
	stack_ipv4(&s, 6, 0);
	p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
	assert_int_equal(p.src_port, 8080);
	assert_int_equal(p.tcp_flags, 0x12);
	p = parse_as(PACKET_LINK_IPV4, &s, 20);
	assert_int_equal(p.l4, 6);
	assert_int_equal(p.src_port, 0);
	assert_true(p.is_cut);
	p = parse_as(PACKET_LINK_IPV4, &s, 32);
	assert_int_equal(p.dst_port, 0xc000);
	assert_int_equal(p.tcp_flags, 0);
	assert_true(p.is_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_options),
		cmocka_unit_test(ipv4_fragments),
		cmocka_unit_test(ip_length_bounds_the_transport),
		cmocka_unit_test(ipv6_extension_headers),
		cmocka_unit_test(segment_routing),
		cmocka_unit_test(quirk_tcp_without_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
