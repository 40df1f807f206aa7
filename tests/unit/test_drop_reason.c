/* SPDX-License-Identifier: Apache-2.0 */
/* Drop reasons: names, misprints, and codes that nobody has published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/drop_reason.h"

static const char *name_of(uint32_t code)
{
	return drop_reason_name(drop_reason_slot(code));
}

static void codes_have_their_names(void **state)
{
	static const struct {
		uint32_t code;
		const char *name;
	} cases[] = {
		{ 0, "net_unreachable" },
		{ 15, "precedence_cutoff" },
		{ 256, "unknown" },
		{ 257, "ttl_exceeded" },
		{ 258, "acl" },
		{ 259, "no_buffer_space" },
		{ 260, "red" },
		{ 262, "pkt_too_big" },
		{ 263, "src_mac_is_multicast" },
		{ 279, "unresolved_neigh" },
		{ 288, "unknown_tunnel" },
		{ 303, "split_horizon" },
		{ 323, "unknown_parsing" },
		{ 335, "reverse_path_forwarding" },
		{ 371, "socket_filter" },
		{ 372, "bgp_flowspec" },
		{ 12, "dst_host_tos_unreacheable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(drop_reason_slot(cases[i].code), cases[i].code);
		assert_string_equal(name_of(cases[i].code), cases[i].name);
	}
}

static void quirk_two_codes_are_misprinted(void **state)
{
	(void)state;
	assert_int_equal(drop_reason_slot(33), 332);
	assert_int_equal(drop_reason_slot(36), 366);
	assert_string_equal(name_of(33), "dev_hdr");
	assert_string_equal(name_of(332), "dev_hdr");
	assert_string_equal(name_of(36), "tc_egress");
	assert_string_equal(name_of(366), "tc_egress");
	assert_null(drop_reason_name(33)); /* nothing is counted there */
}

static void other_codes_share_a_slot(void **state)
{
	static const uint32_t codes[] = { 16, 32, 34, 255, 373, 383, 384, 385, 1000, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		assert_int_equal(drop_reason_slot(codes[i]), DROP_REASON_OTHER);
		assert_string_equal(name_of(codes[i]), "other");
	}
	assert_null(drop_reason_name(DROP_REASON_SLOTS));
}

/* 0..15, 256..372: every code of the published lists, and nothing else. */
static void the_list_is_complete(void **state)
{
	uint32_t named = 0;

	(void)state;
	for (uint32_t code = 0; code < DROP_REASON_LIMIT; code++) {
		bool is_listed = code <= 15 || (code >= 256 && code <= 372);

		assert_int_equal(drop_reason_name(code) != NULL, is_listed);
		named += is_listed;
	}
	assert_int_equal(named, 133);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_their_names),
		cmocka_unit_test(quirk_two_codes_are_misprinted),
		cmocka_unit_test(other_codes_share_a_slot),
		cmocka_unit_test(the_list_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
