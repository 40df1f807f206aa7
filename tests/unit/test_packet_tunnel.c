/* SPDX-License-Identifier: Apache-2.0 */
/* Encapsulations: which are passed, which only look like one, and how many. */
#include "roce_stack.h"

/* Everything between the inner packet (Ethernet or IP) and the outer IPv4. */
static void tunnels_are_passed(void **state)
{
	static const struct {
		enum packet_tunnel tunnel;
		bool has_inner_ethernet;
		uint8_t protocol; /* of the outer IP; 17: UDP to `port` */
		uint16_t port;
		const char *hex;
		uint32_t vni;
	} cases[] = {
		{ PACKET_TUNNEL_VXLAN, true, 17, 4789, "08000000 00138800", 5000 },
		{ PACKET_TUNNEL_VXLAN, true, 17, 8472, "08000000 00000000", 0 },
		{ PACKET_TUNNEL_VXLAN_GPE, false, 17, 4790, "0c000001 00138800", 5000 },
		{ PACKET_TUNNEL_VXLAN_GPE, true, 17, 4790, "0c000003 00138800", 5000 },
		{ PACKET_TUNNEL_VXLAN_GPE, true, 17, 4790, "08000000 00138800", 5000 },
		{ PACKET_TUNNEL_GENEVE, true, 17, 6081, "02006558 00138800 0000000000000000",
		  5000 },
		{ PACKET_TUNNEL_GENEVE, false, 17, 6081, "00000800 00138800", 5000 },
		{ PACKET_TUNNEL_GRE, false, 47, 0, "00000800", 0 },
		{ PACKET_TUNNEL_GRE, false, 47, 0, "b0000800 00000000 00000007 00000001", 0 },
		{ PACKET_TUNNEL_GRE, true, 47, 0, "00006558", 0 },
		{ PACKET_TUNNEL_NVGRE, true, 47, 0, "20006558 00138801", 5000 },
		{ PACKET_TUNNEL_ERSPAN, true, 47, 0, "100088be 00000001 1001000200000000", 0 },
		{ PACKET_TUNNEL_ERSPAN, true, 47, 0, "000088be", 0 },
		{ PACKET_TUNNEL_ERSPAN, true, 47, 0, "100022eb 00000001 200100020000000000000000",
		  0 },
		{ PACKET_TUNNEL_ERSPAN, true, 47, 0,
		  "100022eb 00000001 200100020000000000000001 0000000000000000", 0 },
		{ PACKET_TUNNEL_ERSPAN, false, 47, 0, "100022eb 00000001 200100020000000000000800",
		  0 },
		{ PACKET_TUNNEL_IPIP, false, 4, 0, "", 0 },
		{ PACKET_TUNNEL_ETHERIP, true, 97, 0, "3000", 0 },
		{ PACKET_TUNNEL_MPLS_UDP, false, 17, 6635, "00064140", 0 },
		{ PACKET_TUNNEL_MPLS_IP, false, 137, 0, "00064140", 0 },
	};
	struct stack s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct packet p;

		roce_over_ipv4(&s, 0x06, 16);
		if (cases[i].has_inner_ethernet) {
			stack_ethernet(&s, 0x0800);
		}
		stack_hex(&s, cases[i].hex);
		if (cases[i].protocol == 17) {
			stack_udp(&s, 50000, cases[i].port);
		}
		stack_ipv4(&s, cases[i].protocol, 0xc3);
		stack_ethernet(&s, 0x0800);
		p = parse(&s);
		assert_write_first(&p);
		if (p.tunnel != cases[i].tunnel) {
			fail_msg("%s, not %s", packet_tunnel_name(p.tunnel),
			         packet_tunnel_name(cases[i].tunnel));
		}
		assert_int_equal(p.tunnel_depth, 1);
		assert_int_equal(p.vni, cases[i].vni);
		assert_int_equal(p.outer.ecn, 3);
		assert_int_equal(p.outer.dscp, 48);
		assert_int_equal(p.outer.src.bytes[2], 2);
		assert_int_equal(p.inner.src.bytes[2], 1);
		assert_int_equal(p.ip_offset, 14);
	}
}

static void headers_that_break_their_rules_are_no_tunnels(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t port;
		const char *hex;
	} cases[] = {
		{ 17, 4789, "00000000 00138800" },       /* no VNI flag */
		{ 17, 6081, "42006558 00138800" },       /* Geneve version 1 */
		{ 17, 4790, "0c000004 00138800" },       /* NSH */
		{ 17, 4790, "0c0000ff 00138800" },       /* nobody's number */
		{ 47, 0, "00010800" },                   /* GRE version 1 */
		{ 47, 0, "40000800 00000000 00000000" }, /* source-routed GRE */
		{ 97, 0, "2000" },                       /* EtherIP version 2 */
		{ 17, 4788, "08000000 00138800" },       /* another port */
	};
	struct stack s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct packet p;

		roce_over_ipv4(&s, 0x06, 16);
		stack_ethernet(&s, 0x0800);
		stack_hex(&s, cases[i].hex);
		if (cases[i].protocol == 17) {
			stack_udp(&s, 50000, cases[i].port);
		}
		stack_ipv4(&s, cases[i].protocol, 0);
		stack_ethernet(&s, 0x0800);
		p = parse(&s);
		assert_false(p.roce.has_bth);
		assert_false(p.is_cut);
		assert_int_equal(p.outer.version, 4); /* the outer headers stay */
		assert_int_equal(p.dst_port, cases[i].port);
	}
}

static void mixed_address_families(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv6(&s, 0x06, 16);
	stack_ipv4(&s, 41, 0);
	p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_int_equal(p.outer.version, 4);
	assert_int_equal(p.inner.version, 6);
	assert_int_equal(p.tunnel, PACKET_TUNNEL_IPIP);
	roce_over_ipv4(&s, 0x06, 16);
	stack_ipv6(&s, 4, 0);
	p = parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_int_equal(p.outer.version, 6);
	assert_int_equal(p.inner.version, 4);
}

static void at_most_four_encapsulations(void **state)
{
	struct stack s;

	(void)state;
	for (unsigned depth = 0; depth <= 6; depth++) {
		struct packet p;

		roce_over_ipv4(&s, 0x06, 16);
		for (unsigned i = 0; i < depth; i++) {
			stack_ipv4(&s, 4, 0);
		}
		p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
		assert_int_equal(p.roce.has_bth, depth <= 4);
		assert_int_equal(p.tunnel_depth, depth <= 4 ? depth : 4);
		assert_int_equal(p.outer.src.bytes[2], depth + 1); /* always the first one */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tunnels_are_passed),
		cmocka_unit_test(headers_that_break_their_rules_are_no_tunnels),
		cmocka_unit_test(mixed_address_families),
		cmocka_unit_test(at_most_four_encapsulations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
