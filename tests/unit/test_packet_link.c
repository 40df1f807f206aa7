/* SPDX-License-Identifier: Apache-2.0 */
/* Layers below the network: tags, LLC, MPLS, PPP, layer 3 samples, MAC control. */
#include "roce_stack.h"

static void vlan_tags(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	stack_tag(&s, 0x6064, 0x0800); /* priority 3, VLAN 100 */
	stack_tag(&s, 0xf00a, 0x8100); /* priority 7, DEI, VLAN 10 */
	stack_ethernet(&s, 0x88a8);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.vlan_count, 2);
	assert_int_equal(p.vlan_outer, 0xf00a);
	assert_int_equal(p.vlan_inner, 0x6064);
	assert_int_equal(p.ethertype, 0x0800);
	for (unsigned tags = 0; tags <= 10; tags++) {
		roce_over_ipv4(&s, 0x06, 16);
		for (unsigned t = 0; t < tags; t++) {
			stack_tag(&s, 1, t == 0 ? 0x0800 : 0x9100);
		}
		stack_ethernet(&s, tags == 0 ? 0x0800 : 0x9100);
		p = parse(&s);
		assert_int_equal(p.roce.has_bth, tags <= 8);
		assert_int_equal(p.vlan_count, tags <= 8 ? tags : 8);
	}
}

static void other_link_tags(void **state)
{
	static const struct {
		uint16_t ethertype;
		const char *hex;
	} tags[] = {
		{ 0x8926, "12345678 0800" },     /* VNTAG */
		{ 0x893f, "123456789abc 0800" }, /* E-TAG */
		{ 0x22e9, "1234 0800" },         /* congestion notification */
	};
	struct stack s;
	struct packet p;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		roce_over_ipv4(&s, 0x06, 16);
		stack_hex(&s, tags[i].hex);
		stack_ethernet(&s, tags[i].ethertype);
		p = parse(&s);
		assert_write_first(&p);
		assert_int_equal(p.vlan_count, 0);
	}
	roce_over_ipv4(&s, 0x06, 16);
	stack_hex(&s, "0000000000000000"); /* MACsec: nobody can see through it */
	stack_ethernet(&s, 0x88e5);
	p = parse(&s);
	assert_int_equal(p.ethertype, 0x88e5);
	assert_int_equal(p.outer.version, 0);
	assert_false(p.is_cut);
}

static void llc_and_snap(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	stack_hex(&s, "aaaa03 000000 0800");
	stack_ethernet(&s, 100);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.ethertype, 0x0800);
	roce_over_ipv4(&s, 0x06, 16);
	stack_hex(&s, "aaaa03 00000c 0800"); /* Cisco's own numbers */
	stack_ethernet(&s, 100);
	p = parse(&s);
	assert_int_equal(p.outer.version, 0);
	roce_over_ipv4(&s, 0x06, 16);
	stack_hex(&s, "060603");
	stack_ethernet(&s, 100);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.ethertype, 0);
	roce_over_ipv4(&s, 0x06, 16);
	stack_hex(&s, "424203"); /* spanning tree */
	stack_ethernet(&s, 38);
	assert_int_equal(parse(&s).outer.version, 0);
	roce_over_ipv4(&s, 0x06, 16);
	stack_ethernet(&s, 1501); /* neither length nor type */
	p = parse(&s);
	assert_int_equal(p.outer.version, 0);
	assert_int_equal(p.ethertype, 0);
}

static void mpls(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	stack_hex(&s, "00007000 00010140"); /* entropy label indicator and its label */
	stack_hex(&s, "000c8040");          /* 200 */
	stack_ethernet(&s, 0x8847);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.mpls_count, 3);
	assert_int_equal(p.mpls_label, 200);
	roce_over_ipv6(&s, 0x06, 16);
	stack_hex(&s, "00002140"); /* IPv6 explicit null */
	stack_ethernet(&s, 0x8848);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.outer.version, 6);
	roce_over_ipv4(&s, 0x06, 16); /* pseudowire with control word */
	stack_ethernet(&s, 0x0800);
	stack_hex(&s, "000c8140 00000000");
	stack_ethernet(&s, 0x8847);
	p = parse(&s);
	assert_write_first(&p);
	assert_int_equal(p.tunnel, PACKET_TUNNEL_PSEUDOWIRE);
	roce_over_ipv4(&s, 0x06, 16); /* and without: a MAC address of 02:… */
	stack_ethernet(&s, 0x0800);
	s.storage[s.at] = 0x22;
	stack_hex(&s, "000c8140");
	p = parse_as(PACKET_LINK_MPLS, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_false(p.has_ethernet);
	for (unsigned labels = 15; labels <= 18; labels++) {
		roce_over_ipv4(&s, 0x06, 16);
		for (unsigned i = 0; i < labels; i++) {
			stack_hex(&s, i == 0 ? "00010140" : "00010040");
		}
		assert_int_equal(parse_as(PACKET_LINK_MPLS, &s, SIZE_MAX).roce.has_bth,
		                 labels <= 16);
	}
}

static void point_to_point_links(void **state)
{
	static const struct {
		uint32_t link;
		const char *hex;
		bool is_found;
	} cases[] = {
		{ PACKET_LINK_PPP, "ff03 0021", true },
		{ PACKET_LINK_PPP, "0021", true },
		{ PACKET_LINK_PPP, "21", true },
		{ PACKET_LINK_PPP, "ff03 c021", false },
		{ PACKET_LINK_POS, "ff03 0021", true },
		{ PACKET_LINK_POS, "0f00 0800", true },
		{ PACKET_LINK_POS, "8f00 0800", true },
		{ PACKET_LINK_POS, "0f00 8035", false },
		{ PACKET_LINK_PPP, "0281 00064140", true },
	};
	struct stack s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		roce_over_ipv4(&s, 0x06, 16);
		stack_hex(&s, cases[i].hex);
		assert_int_equal(parse_as(cases[i].link, &s, SIZE_MAX).roce.has_bth,
		                 cases[i].is_found);
	}
	roce_over_ipv4(&s, 0x06, 16); /* PPPoE session */
	stack_hex(&s, "11 00 0001 0050 0021");
	stack_ethernet(&s, 0x8864);
	assert_true(parse(&s).roce.has_bth);
}

static void layer_3_samples(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	p = parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_false(p.has_ethernet);
	assert_int_equal(p.ip_offset, 0);
	roce_over_ipv6(&s, 0x06, 16);
	p = parse_as(PACKET_LINK_IPV6, &s, SIZE_MAX);
	assert_write_first(&p);
	assert_int_equal(parse_as(PACKET_LINK_IPV4, &s, SIZE_MAX).outer.version, 0);
}

/* Header protocols that nobody parses give nothing, and nothing bad. */
static void quirk_other_header_protocols(void **state)
{
	static const uint32_t links[] = { 0, 2, 5, 10, 15, 16, 17, 19, UINT32_MAX };
	struct stack s;

	(void)state;
	roce_over_ipv4(&s, 0x06, 16);
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
		struct packet p = parse_as(links[i], &s, SIZE_MAX);

		assert_int_equal(p.link, links[i]);
		assert_int_equal(p.outer.version, 0);
		assert_int_equal(p.payload, PACKET_OTHER);
		assert_false(p.is_cut);
	}
}

static void pause_and_pfc(void **state)
{
	struct stack s;
	struct packet p;

	(void)state;
	stack_begin(&s);
	stack_hex(&s, "0101 0008 0000 0000 0000 ffff 0000 0000 0000 0000");
	stack_hex(&s, "0180c2000001 020000000001 8808");
	p = parse(&s);
	assert_true(p.is_pfc && !p.is_pause);
	stack_begin(&s);
	stack_hex(&s, "0180c2000001 020000000001 8808 0001 ffff");
	p = parse(&s);
	assert_true(p.is_pause && !p.is_pfc);
	stack_begin(&s);
	stack_hex(&s, "0180c2000001 020000000001 8808 00");
	p = parse(&s);
	assert_true(!p.is_pause && !p.is_pfc && p.is_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vlan_tags),
		cmocka_unit_test(other_link_tags),
		cmocka_unit_test(llc_and_snap),
		cmocka_unit_test(mpls),
		cmocka_unit_test(point_to_point_links),
		cmocka_unit_test(layer_3_samples),
		cmocka_unit_test(quirk_other_header_protocols),
		cmocka_unit_test(pause_and_pfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
