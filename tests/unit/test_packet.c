/* SPDX-License-Identifier: Apache-2.0 */
/* The walk as a whole: byte limits, RDMA in all its carriers, what a frame weighs. */
#include "roce_stack.h"

static void plain_ethernet(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	stack_ethernet(&s, 0x0800);
	p = parse(&s);
	assert_write_first(&p);
	assert_true(p.has_ethernet);
	assert_int_equal(p.src_mac.bytes[5], 1);
	assert_int_equal(p.dst_mac.bytes[5], 2);
	assert_int_equal(p.ethertype, 0x0800);
	assert_int_equal(p.vlan_count, 0);
	assert_int_equal(p.tunnel, PACKET_TUNNEL_NONE);
	assert_int_equal(p.ip_offset, 14);
	assert_int_equal(p.outer.version, 4);
	assert_int_equal(p.outer.length, 20 + 8 + 12 + 16 + 4);
	assert_memory_equal(p.outer.src.bytes, ((uint8_t[]){ 10, 0, 1, 1 }), 4);
	assert_int_equal(p.inner.length, p.outer.length);
	assert_memory_equal(&p.outer.src, &p.inner.src, sizeof p.outer.src);
	roce_over_ipv6(&s, 0x06, 16);
	stack_ethernet(&s, 0x86dd);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.outer.version, 6);
	assert_int_equal(p.outer.flow_label, 0x12345);
	assert_int_equal(p.outer.length, 40 + 8 + 12 + 16 + 4);
}

enum carrier {
	PLAIN_V4 = 0,
	TAGGED_V4,
	PLAIN_V6,
	VXLAN_V4_V4,
	VXLAN_V6_V4,
	VXLAN_V6_V6,
	SRV6_V6,
};

static void carry(struct stack *s, enum carrier carrier, uint8_t opcode, size_t extra)
{
	if (carrier == SRV6_V6) {
		roce_over_srv6(s, opcode, extra);
		return;
	}
	if (carrier == PLAIN_V6 || carrier == VXLAN_V6_V6) {
		roce_over_ipv6(s, opcode, extra);
	} else {
		roce_over_ipv4(s, opcode, extra);
	}
	if (carrier == TAGGED_V4) {
		stack_tag(s, 0x6064, 0x0800);
		stack_ethernet(s, 0x8100);
		return;
	}
	stack_ethernet(s, carrier == PLAIN_V6 || carrier == VXLAN_V6_V6 ? 0x86dd : 0x0800);
	if (carrier >= VXLAN_V4_V4) {
		stack_vxlan(s, 5000);
		stack_udp(s, 50000, 4789);
		if (carrier == VXLAN_V4_V4) {
			stack_ipv4(s, 17, 0x03);
			stack_ethernet(s, 0x0800);
		} else {
			stack_ipv6(s, 17, 0x03);
			stack_ethernet(s, 0x86dd);
		}
	}
}

static const struct {
	enum carrier carrier;
	uint32_t bth, aeth_end, reth_end, imm_end, atomic_end;
} limits[] = {
	{ PLAIN_V4, 42, 58, 70, 74, 82 },         { TAGGED_V4, 46, 62, 74, 78, 86 },
	{ PLAIN_V6, 62, 78, 90, 94, 102 },        { VXLAN_V4_V4, 92, 108, 120, 124, 132 },
	{ VXLAN_V6_V4, 112, 128, 140, 144, 152 }, { VXLAN_V6_V6, 132, 148, 160, 164, 172 },
	{ SRV6_V6, 142, 158, 170, 174, 182 },
};

/* For each sampled length: the headers that it holds, and no others. */
static void every_byte_limit(void **state)
{
	struct stack s;

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		static const struct {
			uint8_t opcode;
			size_t extra;
		} kinds[] = { { 0x11, 4 }, { 0x0b, 20 }, { 0x13, 28 } };

		for (size_t k = 0; k < 3; k++) {
			carry(&s, limits[i].carrier, kinds[k].opcode, kinds[k].extra);
			for (size_t len = 0; len <= stack_bytes(&s).len; len++) {
				struct packet p = parse_as(PACKET_LINK_ETHERNET, &s, len);
				bool has_bth = len >= limits[i].bth + 12;

				assert_int_equal(p.roce.has_bth, has_bth);
				assert_int_equal(p.bth_offset, has_bth ? limits[i].bth : 0);
				assert_int_equal(p.roce.has_aeth,
				                 k == 0 && len >= limits[i].aeth_end);
				assert_int_equal(p.roce.has_reth,
				                 k == 1 && len >= limits[i].reth_end);
				assert_int_equal(p.roce.has_imm,
				                 k == 1 && len >= limits[i].imm_end);
				assert_int_equal(p.roce.has_atomic,
				                 k == 2 && len >= limits[i].atomic_end);
				assert_int_equal(p.is_cut,
				                 len < limits[i].bth + 12 + kinds[k].extra);
			}
		}
	}
}

static void rocev1(void **state)
{
	static const char grh[] =
	    "60000000 0024 1b 40"
	    "fe800000000000000000000000000001 fe800000000000000000000000000002";
	struct stack s;
	struct packet p;

	(void)state;
	stack_begin(&s);
	stack_rdma(&s, 0x0a, 16);
	stack_hex(&s, grh);
	stack_ethernet(&s, 0x8915);
	p = parse(&s);
	assert_int_equal(p.payload, PACKET_ROCEV1);
	assert_true(p.roce.has_reth);
	assert_int_equal(p.bth_offset, 54);
	assert_int_equal(p.outer.version, 0);
	s.storage[s.at + 14 + 6] = 17; /* not a BTH behind the GRH */
	p = parse(&s);
	assert_int_equal(p.payload, PACKET_OTHER);
	assert_false(p.roce.has_bth);
}

static void native_infiniband(void **state)
{
	static const char grh[] =
	    "60000000 0024 1b 40"
	    "fe800000000000000000000000000001 fe800000000000000000000000000002";
	struct stack s;
	struct packet p;

	(void)state;
	stack_begin(&s);
	stack_rdma(&s, 0x04, 0);
	stack_hex(&s, "00 02 0001 0009 0002");
	p = parse_as(PACKET_LINK_INFINIBAND, &s, SIZE_MAX);
	assert_int_equal(p.payload, PACKET_INFINIBAND);
	assert_true(p.roce.has_bth);
	assert_int_equal(p.bth_offset, 8);
	stack_begin(&s);
	stack_rdma(&s, 0x04, 0);
	stack_hex(&s, grh);
	stack_hex(&s, "00 03 0001 0013 0002");
	p = parse_as(PACKET_LINK_INFINIBAND, &s, SIZE_MAX);
	assert_true(p.roce.has_bth);
	assert_int_equal(p.bth_offset, 48);
	roce_over_ipv6(&s, 0x06, 16); /* raw IPv6 */
	stack_hex(&s, "00 01 0001 0013 0002");
	assert_int_equal(parse_as(PACKET_LINK_INFINIBAND, &s, SIZE_MAX).outer.version, 6);
	stack_begin(&s); /* raw */
	stack_rdma(&s, 0x04, 0);
	stack_hex(&s, "00 00 0001 0009 0002");
	p = parse_as(PACKET_LINK_INFINIBAND, &s, SIZE_MAX);
	assert_int_equal(p.payload, PACKET_OTHER);
}

static void a_bth_of_another_version_is_counted(void **state)
{
	uint16_t faults[FP_WIRE_FAULT_END] = { 0 };
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	s.storage[s.at + 28 + 1] = 0x03;
	packet_parse(PACKET_LINK_IPV4, stack_bytes(&s), &p, faults);
	assert_false(p.roce.has_bth);
	assert_int_equal(p.payload, PACKET_OTHER);
	assert_int_equal(faults[FP_BAD_BTH_VERSION], 1);
	packet_parse(PACKET_LINK_IPV4, stack_bytes(&s), &p, NULL);
}

/* Only the destination port makes RoCE. */
static void source_port_4791_is_not_roce(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	stack_begin(&s);
	stack_rdma(&s, 0x06, 16);
	stack_udp(&s, ROCE_PORT, 9999);
	stack_ipv4(&s, 17, 0);
	p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
	assert_int_equal(p.payload, PACKET_OTHER);
	assert_false(p.roce.has_bth);
	assert_int_equal(p.src_port, ROCE_PORT);
}

static void ultra_ethernet(void **state)
{
	static const struct {
		const char *hex;
		uint8_t type, nack;
		bool is_ecn_seen;
	} cases[] = {
		{ "1000 0000", 2, 0, false },   /* RUD_REQ */
		{ "1020 0000", 2, 0, false },   /* bit 0x20 means something else in requests */
		{ "3820 0000", 7, 0, true },    /* ACK, M */
		{ "4000 0000", 8, 0, false },   /* ACK_CC */
		{ "5020 01 00", 10, 1, true },  /* NACK, TRIMMED */
		{ "6000 03 00", 12, 3, false }, /* NACK_CCX, TRIMMED_ACK */
		{ "5820 0000", 11, 0, false },  /* CONTROL */
	};
	struct stack s;
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		stack_begin(&s);
		stack_hex(&s, cases[i].hex);
		stack_udp(&s, SRC_PORT, 4793);
		stack_ipv4(&s, 17, 0);
		p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
		assert_int_equal(p.payload, PACKET_UET);
		assert_int_equal(p.uet.type, cases[i].type);
		assert_int_equal(p.uet.nack_code, cases[i].nack);
		assert_int_equal(p.uet.is_ecn_seen, cases[i].is_ecn_seen);
		p = parse_as(PACKET_LINK_IPV4, &s, 29);
		assert_int_equal(p.payload, PACKET_UET);
		assert_true(p.is_cut);
	}
}

/* A tunnel whose inner packet is cut off keeps the outer one's ports; one that is not forgets them.
 */
static void quirk_nothing_of_the_outer_layer_leaks_in(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	stack_begin(&s);
	stack_hex(&s, "0800 0000");
	stack_ipv4(&s, 1, 0); /* ICMP inside */
	stack_ethernet(&s, 0x0800);
	stack_vxlan(&s, 7);
	stack_udp(&s, 50000, 4789);
	stack_ipv4(&s, 17, 0);
	p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
	assert_int_equal(p.l4, 1);
	assert_int_equal(p.src_port, 0);
	assert_int_equal(p.dst_port, 0);
	p = parse_as(PACKET_LINK_IPV4, &s, 40);
	assert_int_equal(p.l4, 17);
	assert_int_equal(p.dst_port, 4789);
	assert_true(p.is_cut);
	memset(&p, 0xff, sizeof p); /* whatever was there before */
	packet_parse(99, (struct bytes){ .at = s.storage, .len = 0 }, &p, NULL);
	assert_int_equal(p.src_port, 0);
	assert_false(p.roce.has_bth);
}

static uint32_t frame_bytes(uint32_t link, uint32_t ip_offset, uint32_t ip_bytes, uint32_t frame,
                            uint32_t stripped, uint32_t header)
{
	struct packet p = { .link = link, .ip_offset = ip_offset, .outer = { .length = ip_bytes } };

	return packet_frame_bytes(frame, stripped, header, &p);
}

static void frame_lengths_are_believed_when_ip_agrees(void **state)
{
	(void)state;
	assert_int_equal(frame_bytes(1, 14, 1084, 1102, 4, 128), 1102);
	assert_int_equal(frame_bytes(1, 18, 1084, 1106, 4, 128), 1106);
	assert_int_equal(frame_bytes(1, 14, 1084, 1106, 8, 128), 1106); /* tag stripped, too */
	assert_int_equal(frame_bytes(11, 0, 1084, 1102, 18, 128), 1102);
	assert_int_equal(frame_bytes(1, 14, 40, 64, 4, 60), 64);     /* padded */
	assert_int_equal(frame_bytes(1, 14, 0, 9000, 4, 128), 9000); /* offload */
	assert_int_equal(frame_bytes(1, 0, 0, 64, 4, 60), 64);       /* no IP */
}

/* Seen: length 92, header 96. */
static void quirk_header_longer_than_the_frame(void **state)
{
	(void)state;
	assert_int_equal(frame_bytes(1, 14, 78, 92, 4, 96), 96);
	assert_int_equal(frame_bytes(1, 0, 0, 0, 0, 128), 128);
}

/* Juniper: 14 too large is within what is believed; anything at all is not. */
static void quirk_frame_length_that_contradicts_ip(void **state)
{
	(void)state;
	assert_int_equal(frame_bytes(1, 14, 1084, 1116, 4, 128), 1116);
	assert_int_equal(frame_bytes(1, 14, 1084, 1102 + 65, 4, 128), 1102);
	assert_int_equal(frame_bytes(1, 14, 1084, 1102 + 64, 4, 128), 1166);
	assert_int_equal(frame_bytes(1, 14, 1084, UINT32_MAX, 4, 128), 1102);
	assert_int_equal(frame_bytes(1, 14, 1084, 128, 4, 128), 1102);
	assert_int_equal(frame_bytes(1, 14, 1084, 1102, UINT32_MAX, 128), 1102);
	assert_int_equal(frame_bytes(11, 0, 1084, 5, 18, 5), 1102);
	assert_int_equal(frame_bytes(1, 14, 59, 4000, 4, 128), 4000); /* too short to say */
}

static void tunnels_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < PACKET_TUNNEL_COUNT; i++) {
		assert_non_null(packet_tunnel_name((enum packet_tunnel)i));
	}
	assert_string_equal(packet_tunnel_name(PACKET_TUNNEL_VXLAN), "vxlan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_ethernet),
		cmocka_unit_test(every_byte_limit),
		cmocka_unit_test(rocev1),
		cmocka_unit_test(native_infiniband),
		cmocka_unit_test(a_bth_of_another_version_is_counted),
		cmocka_unit_test(source_port_4791_is_not_roce),
		cmocka_unit_test(ultra_ethernet),
		cmocka_unit_test(quirk_nothing_of_the_outer_layer_leaks_in),
		cmocka_unit_test(frame_lengths_are_believed_when_ip_agrees),
		cmocka_unit_test(quirk_header_longer_than_the_frame),
		cmocka_unit_test(quirk_frame_length_that_contradicts_ip),
		cmocka_unit_test(tunnels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
