/* SPDX-License-Identifier: Apache-2.0 */
/* BTH and its extension headers: the opcode table, each header's fields, and where parsing
 * stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/roce.h"
#include "wire.h"

static bool parse(const char *hex, struct roce *out)
{
	uint8_t buf[128];
	size_t len = wire_hex(hex, buf, sizeof buf);
	uint8_t *exact = wire_exact(buf, len);
	bool is_bad;
	bool is_bth = roce_parse((struct bytes){ .at = exact, .len = len }, out, &is_bad);

	free(exact);
	return is_bth;
}

/* Sizes of what follows the BTH, by opcode: typed from the specification's tables. */
static const struct {
	uint8_t from, to;        /* of the low five bits */
	uint8_t rc, uc, rd, xrc; /* bytes; 0xff: not defined */
} sizes[] = {
	{ 0x00, 0x02, 0, 0, 12, 4 },
	{ 0x03, 0x03, 4, 4, 16, 8 },
	{ 0x04, 0x04, 0, 0, 12, 4 },
	{ 0x05, 0x05, 4, 4, 16, 8 },
	{ 0x06, 0x06, 16, 16, 28, 20 },
	{ 0x07, 0x08, 0, 0, 12, 4 },
	{ 0x09, 0x09, 4, 4, 16, 8 },
	{ 0x0a, 0x0a, 16, 16, 28, 20 },
	{ 0x0b, 0x0b, 20, 20, 32, 24 },
	{ 0x0c, 0x0c, 16, 0xff, 28, 20 },
	{ 0x0d, 0x0d, 4, 0xff, 8, 4 },
	{ 0x0e, 0x0e, 0, 0xff, 4, 0 },
	{ 0x0f, 0x11, 4, 0xff, 8, 4 },
	{ 0x12, 0x12, 12, 0xff, 16, 12 },
	{ 0x13, 0x14, 28, 0xff, 40, 32 },
	{ 0x15, 0x15, 0xff, 0xff, 12, 0xff },
	{ 0x16, 0x17, 4, 0xff, 0xff, 8 },
	{ 0x18, 0x1b, 0xff, 0xff, 0xff, 0xff },
	{ 0x1c, 0x1c, 20, 0xff, 24, 24 },
	{ 0x1d, 0x1d, 16, 0xff, 0xff, 0xff },
	{ 0x1e, 0x1f, 0xff, 0xff, 0xff, 0xff },
};

/* How many bytes of extensions the opcode asks for: the shortest that is not cut. */
static uint32_t extension_bytes(uint8_t opcode)
{
	uint8_t buf[128] = { opcode };
	struct roce r;
	bool is_bad;
	uint32_t len = 0;

	do {
		assert_true(roce_parse((struct bytes){ .at = buf, .len = 12 + len }, &r, &is_bad));
		len++;
	} while (r.is_cut);
	return len - 1;
}

static void check_size(uint8_t opcode, uint8_t bytes)
{
	const struct roce_opcode *o = roce_opcode_of(opcode);

	if ((o->transport != NULL) != (bytes != 0xff)) {
		fail_msg("opcode %#x: defined or not?", opcode);
	}
	if (extension_bytes(opcode) != (bytes != 0xff ? bytes : 0u)) {
		fail_msg("opcode %#x has %u bytes of extensions, not %u", opcode,
		         extension_bytes(opcode), bytes);
	}
}

static void every_opcode_has_its_extensions(void **state)
{
	size_t named = 0;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (unsigned op = sizes[i].from; op <= sizes[i].to; op++) {
			check_size((uint8_t)(0x00 | op), sizes[i].rc);
			check_size((uint8_t)(0x20 | op), sizes[i].uc);
			check_size((uint8_t)(0x40 | op), sizes[i].rd);
			check_size((uint8_t)(0xa0 | op), sizes[i].xrc);
		}
	}
	for (unsigned op = 0x60; op < 0xa0; op++) {
		uint8_t bytes = op == 0x64 ? 8 : op == 0x65 ? 12 : op == 0x81 ? 16 : 0xff;

		check_size((uint8_t)op, bytes);
	}
	for (unsigned op = 0xc0; op <= 0xff; op++) {
		check_size((uint8_t)op, 0xff);
	}
	for (unsigned op = 0; op <= 0xff; op++) {
		named += roce_opcode_of((uint8_t)op)->transport != NULL;
	}
	assert_int_equal(named, 87);
}

static void opcodes_have_names(void **state)
{
	char name[ROCE_OPCODE_NAME_SIZE];

	(void)state;
	assert_string_equal(roce_opcode_name(0x06, name), "RC:RDMA_WRITE_FIRST");
	assert_string_equal(roce_opcode_name(0x2b, name), "UC:RDMA_WRITE_ONLY_WITH_IMMEDIATE");
	assert_string_equal(roce_opcode_name(0x4b, name), "RD:RDMA_WRITE_ONLY_WITH_IMMEDIATE");
	assert_string_equal(roce_opcode_name(0x64, name), "UD:SEND_ONLY");
	assert_string_equal(roce_opcode_name(0x81, name), "CNP:CNP");
	assert_string_equal(roce_opcode_name(0xb1, name), "XRC:ACKNOWLEDGE");
	assert_string_equal(roce_opcode_name(0x9f, name), "0x9F");
	assert_string_equal(roce_opcode_name(0xe0, name), "0xE0");
	for (unsigned op = 0; op <= 0xff; op++) {
		assert_true(strlen(roce_opcode_name((uint8_t)op, name)) <
		            ROCE_OPCODE_NAME_SIZE - 1);
	}
}

static void bth_fields(void **state)
{
	struct roce r;

	(void)state;
	assert_true(parse("04 f0 8001 ff fffffe 80 fffffd", &r));
	assert_true(r.has_bth && r.is_solicited && r.is_migrated);
	assert_int_equal(r.pad_count, 3);
	assert_int_equal(r.p_key, 0x8001);
	assert_true(r.is_fecn && r.is_becn && r.is_ack_requested);
	assert_int_equal(r.dest_qp, 0xfffffe);
	assert_int_equal(r.psn, 0xfffffd);
	/* The reserved bits alone say nothing. */
	assert_true(parse("04 00 0000 3f 000001 7f 000002", &r));
	assert_false(r.is_fecn || r.is_becn || r.is_ack_requested || r.is_solicited);
	assert_int_equal(r.dest_qp, 1);
	assert_int_equal(r.psn, 2);
}

static void no_bth_without_twelve_bytes_of_version_0(void **state)
{
	uint8_t bth[12] = { 4, 0x01 };
	struct roce r;
	bool is_bad;

	(void)state;
	assert_false(roce_parse((struct bytes){ .at = bth, .len = 12 }, &r, &is_bad));
	assert_true(is_bad);
	assert_false(r.has_bth);
	bth[1] = 0;
	assert_false(roce_parse((struct bytes){ .at = bth, .len = 11 }, &r, &is_bad));
	assert_false(is_bad);
	assert_true(roce_parse((struct bytes){ .at = bth, .len = 12 }, &r, &is_bad));
}

static void reth_and_immediate(void **state)
{
	struct roce r;

	(void)state;
	assert_true(parse("0b 00 ffff 00 0000d2 80 00abcd"
	                  "00007f0012340000 00001a2b 00001000 deadbeef",
	                  &r));
	assert_true(r.has_reth && r.has_imm && !r.is_cut);
	assert_true(r.virtual_address == UINT64_C(0x7f0012340000));
	assert_int_equal(r.r_key, 0x1a2b);
	assert_int_equal(r.dma_length, 4096);
	assert_int_equal(r.immediate, 0xdeadbeef);
	/* What is cut off is absent; what was whole stays. */
	assert_true(parse("0b 00 ffff 00 0000d2 80 00abcd"
	                  "00007f0012340000 00001a2b 00001000 deadbe",
	                  &r));
	assert_true(r.has_reth && !r.has_imm && r.is_cut);
	assert_true(parse("0b 00 ffff 00 0000d2 80 00abcd 00007f0012340000 00001a2b 000010", &r));
	assert_true(!r.has_reth && !r.has_imm && r.is_cut);
	assert_int_equal(r.dma_length, 0);
}

static void aeth_kinds(void **state)
{
	static const struct {
		const char *hex;
		uint8_t kind, value;
	} cases[] = {
		{ "11 00 ffff 00 0000d2 00 00abcd 05 000007", ROCE_AETH_ACK, 5 },
		{ "11 00 ffff 00 0000d2 00 00abcd 1f 000007", ROCE_AETH_ACK, 31 },
		{ "11 00 ffff 00 0000d2 00 00abcd 2e 000007", ROCE_AETH_RNR_NAK, 14 },
		{ "11 00 ffff 00 0000d2 00 00abcd 41 000007", ROCE_AETH_RESERVED, 1 },
		{ "11 00 ffff 00 0000d2 00 00abcd 60 000007", ROCE_AETH_NAK, 0 },
		{ "11 00 ffff 00 0000d2 00 00abcd e4 000007", ROCE_AETH_NAK, 4 },
	};
	struct roce r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(parse(cases[i].hex, &r));
		assert_true(r.has_aeth);
		assert_int_equal(r.aeth_kind, cases[i].kind);
		assert_int_equal(r.aeth_value, cases[i].value);
		assert_int_equal(r.msn, 7);
	}
	assert_string_equal(roce_nak_name(0), "psn_sequence_error");
	assert_string_equal(roce_nak_name(4), "invalid_rd_request");
	assert_string_equal(roce_nak_name(5), "reserved");
	assert_string_equal(roce_nak_name(31), "reserved");
}

static void atomics(void **state)
{
	struct roce r;

	(void)state;
	assert_true(parse("13 00 ffff 00 0000d2 80 00abcd 0000000000001000 00000007"
	                  "1111111111111111 2222222222222222",
	                  &r));
	assert_true(r.has_atomic && !r.is_cut);
	assert_true(r.virtual_address == 0x1000 && r.r_key == 7);
	assert_true(r.swap_or_add == UINT64_C(0x1111111111111111));
	assert_true(r.compare == UINT64_C(0x2222222222222222));
	assert_true(parse("12 00 ffff 00 0000d2 80 00abcd 1f 000001 3333333333333333", &r));
	assert_true(r.has_aeth && r.has_atomic_ack);
	assert_true(r.original == UINT64_C(0x3333333333333333));
	assert_true(parse("16 00 ffff 00 0000d2 80 00abcd 00000009", &r));
	assert_true(r.has_ieth && r.invalidated_r_key == 9);
}

static void datagram_and_reliable_datagram(void **state)
{
	struct roce r;

	(void)state;
	assert_true(parse("65 00 ffff 00 000001 00 000001 80010000 ff000001 cafef00d", &r));
	assert_true(r.has_deth && r.has_imm);
	assert_int_equal(r.q_key, 0x80010000);
	assert_int_equal(r.src_qp, 1);
	assert_int_equal(r.immediate, 0xcafef00d);
	/* RDETH, DETH, RETH */
	assert_true(parse("46 00 ffff 00 000001 00 000001 00000005 00000011 00000022"
	                  "0000000000000001 00000002 00000003",
	                  &r));
	assert_true(r.has_deth && r.has_reth);
	assert_int_equal(r.src_qp, 0x22);
	assert_int_equal(r.dma_length, 3);
	/* XRCETH, RETH */
	assert_true(parse("a6 00 ffff 00 000001 00 000001 00000005"
	                  "0000000000000001 00000002 00000009",
	                  &r));
	assert_int_equal(r.dma_length, 9);
	/* FETH, RETH */
	assert_true(parse("1c 00 ffff 00 000001 00 000001 00000013"
	                  "0000000000000001 00000002 0000000a",
	                  &r));
	assert_int_equal(r.dma_length, 10);
}

/* A CNP is one by its opcode; BECN is only expected. */
static void quirk_cnp_without_becn(void **state)
{
	struct roce r;

	(void)state;
	assert_true(parse("81 00 ffff 40 0000d2 00 000000 00000000000000000000000000000000", &r));
	assert_true(r.is_cnp && r.is_becn && !r.is_cut);
	assert_true(parse("81 00 ffff 00 0000d2 00 000000", &r));
	assert_true(r.is_cnp && !r.is_becn && r.is_cut);
	assert_true(parse("82 00 ffff 40 0000d2 00 000000", &r));
	assert_false(r.is_cnp);
}

static void credits_and_timers(void **state)
{
	(void)state;
	assert_int_equal(roce_credits(0), 0);
	assert_int_equal(roce_credits(4), 4);
	assert_int_equal(roce_credits(5), 6);
	assert_int_equal(roce_credits(15), 192);
	assert_int_equal(roce_credits(30), 32768);
	assert_int_equal(roce_credits(31), ROCE_CREDITS_UNLIMITED);
	assert_int_equal(roce_credits(0x80 | 5), 6); /* five bits */
	for (uint8_t c = 4; c < 29; c++) {           /* doubles every other step */
		assert_int_equal(roce_credits((uint8_t)(c + 2)), 2 * roce_credits(c));
	}
	assert_true(roce_rnr_timer_ns(0) == 655360000);
	assert_true(roce_rnr_timer_ns(1) == 10000);
	assert_true(roce_rnr_timer_ns(14) == 1280000);
	assert_true(roce_rnr_timer_ns(31) == 491520000);
	for (uint8_t c = 2; c < 30; c++) {
		if (c != 3) {
			assert_true(roce_rnr_timer_ns((uint8_t)(c + 2)) ==
			            2 * roce_rnr_timer_ns(c));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_opcode_has_its_extensions),
		cmocka_unit_test(opcodes_have_names),
		cmocka_unit_test(bth_fields),
		cmocka_unit_test(no_bth_without_twelve_bytes_of_version_0),
		cmocka_unit_test(reth_and_immediate),
		cmocka_unit_test(aeth_kinds),
		cmocka_unit_test(atomics),
		cmocka_unit_test(datagram_and_reliable_datagram),
		cmocka_unit_test(quirk_cnp_without_becn),
		cmocka_unit_test(credits_and_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
