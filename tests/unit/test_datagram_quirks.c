/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams and samples as real agents send them: interface words and their abuses, framing that is
 * a little off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/datagram.h"
#include "fabricpulse/decode/records.h"
#include "next_record.h"
#include "wire.h"

static struct bytes vector(void)
{
	return (struct bytes){ .at = wire_vector, .len = sizeof wire_vector };
}

struct word_case {
	uint32_t format, value; /* expanded; compact: format 0, value is the word */
	enum sflow_interface_kind input, output;
	uint32_t meaning; /* of the output */
	uint16_t faults;  /* of both together */
};

/* A flow sample whose input and output hold this word. */
static struct sflow_sample sample_with(const struct word_case *c, bool is_expanded,
                                       uint16_t *faults)
{
	uint8_t buf[128];
	uint8_t *at = buf;
	struct sflow_datagram d;
	struct sflow_sample s;
	uint32_t words[24] = { 5, 0, 0, 0, 0, 1 };
	size_t n = 6;

	words[n++] = is_expanded ? 3 : 1;
	words[n++] = is_expanded ? 44 : 32;
	words[n++] = 1;
	words[n++] = 0;
	if (is_expanded) {
		words[n++] = 7;
	}
	words[n++] = 1000;
	words[n++] = 1;
	words[n++] = 0;
	for (int i = 0; i < 2; i++) {
		if (is_expanded) {
			words[n++] = c->format;
		}
		words[n++] = c->value;
	}
	words[n++] = 0;
	for (size_t i = 0; i < n; i++, at += 4) {
		wire_store32(at, words[i]);
	}
	assert_int_equal(sflow_datagram_open(bytes_of(buf, 4 * n), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.rate, 1000);
	*faults = d.faults[FP_POLLUTED_INTERFACE];
	return s;
}

static void check_words(const struct word_case *cases, size_t count, bool is_expanded)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t faults;
		struct sflow_sample s = sample_with(&cases[i], is_expanded, &faults);

		assert_int_equal(s.input.kind, cases[i].input);
		assert_int_equal(s.output.kind, cases[i].output);
		assert_int_equal(s.output.value, cases[i].meaning);
		assert_int_equal(faults, cases[i].faults);
	}
}

static void compact_interface_words(void **state)
{
	static const struct word_case cases[] = {
		{ 0, 0, SFLOW_IF_UNKNOWN, SFLOW_IF_UNKNOWN, 0, 0 },
		{ 0, 2, SFLOW_IF_PORT, SFLOW_IF_PORT, 2, 0 },
		{ 0, 0x3ffffffe, SFLOW_IF_PORT, SFLOW_IF_PORT, 0x3ffffffe, 0 },
		{ 0, 0x3fffffff, SFLOW_IF_INTERNAL, SFLOW_IF_INTERNAL, 0, 0 },
		{ 0, 0x80000007, SFLOW_IF_UNKNOWN, SFLOW_IF_MULTIPLE, 7, 1 },
		{ 0, 0x80000000, SFLOW_IF_UNKNOWN, SFLOW_IF_MULTIPLE, 0, 1 },
		{ 0, 0x40000102, SFLOW_IF_UNKNOWN, SFLOW_IF_DISCARDED, 258, 1 },
		{ 0, 0xc0000001, SFLOW_IF_UNKNOWN, SFLOW_IF_UNKNOWN, 0, 2 },
	};

	(void)state;
	check_words(cases, sizeof cases / sizeof cases[0], false);
}

static void expanded_interface_words(void **state)
{
	static const struct word_case cases[] = {
		{ 0, 0, SFLOW_IF_UNKNOWN, SFLOW_IF_UNKNOWN, 0, 0 },
		{ 0, 0x01000001, SFLOW_IF_PORT, SFLOW_IF_PORT, 0x01000001, 0 },
		{ 0, 0x3fffffff, SFLOW_IF_INTERNAL, SFLOW_IF_INTERNAL, 0, 0 },
		{ 0, 0xffffffff, SFLOW_IF_UNKNOWN, SFLOW_IF_UNKNOWN, 0, 0 },
		{ 1, 259, SFLOW_IF_UNKNOWN, SFLOW_IF_DISCARDED, 259, 1 },
		{ 2, 0, SFLOW_IF_UNKNOWN, SFLOW_IF_MULTIPLE, 0, 1 },
		{ 3, 1, SFLOW_IF_UNKNOWN, SFLOW_IF_UNKNOWN, 0, 2 },
		{ 77, 1, SFLOW_IF_UNKNOWN, SFLOW_IF_UNKNOWN, 0, 2 },
		/* the compact word in the wrong place */
		{ 0, 0x40000102, SFLOW_IF_UNKNOWN, SFLOW_IF_DISCARDED, 258, 2 },
		{ 0, 0x80000007, SFLOW_IF_UNKNOWN, SFLOW_IF_MULTIPLE, 7, 2 },
		/* an ifIndex that only looks like it */
		{ 0, 0x4ca40191, SFLOW_IF_PORT, SFLOW_IF_PORT, 0x4ca40191, 0 },
	};

	(void)state;
	check_words(cases, sizeof cases / sizeof cases[0], true);
}

static void discard_interfaces_are_plain(void **state)
{
	static const struct {
		uint32_t value;
		enum sflow_interface_kind kind;
	} cases[] = {
		{ 0, SFLOW_IF_UNKNOWN },
		{ 5, SFLOW_IF_PORT },
		{ 0x40000102, SFLOW_IF_PORT },
		{ 0x3fffffff, SFLOW_IF_INTERNAL },
	};
	uint8_t buf[WIRE_VECTOR_BYTES];
	struct sflow_datagram d;
	struct sflow_sample s;

	(void)state;
	memcpy(buf, wire_vector, sizeof buf);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		wire_store32(buf + 252, cases[i].value); /* input of the second sample */
		assert_int_equal(sflow_datagram_open(bytes_of(buf, sizeof buf), &d), FP_OK);
		assert_true(sflow_sample_next(&d, &s));
		assert_true(sflow_sample_next(&d, &s));
		assert_int_equal(s.input.kind, cases[i].kind);
		assert_int_equal(d.faults[FP_POLLUTED_INTERFACE], 0);
	}
}

/* Compact: a class of more than 3 is an ifIndex of more than 24 bits. */
static void quirk_ifindex_beyond_24_bits_in_a_compact_source(void **state)
{
	static const uint8_t counters[] = {
		0, 0, 0, 5, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 0,    1, 0, 0, 0, 0, 0, 0,
		0, 1, 0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, 1, 0x41, 0, 0, 9, 0, 0, 0, 0,
	};
	struct sflow_datagram d;
	struct sflow_sample s;

	(void)state;
	assert_int_equal(sflow_datagram_open(bytes_of(counters, sizeof counters), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_COUNTERS);
	assert_int_equal(s.source.class_, 0x41);
	assert_int_equal(s.source.index, 9);
	assert_int_equal(d.faults[FP_POLLUTED_INTERFACE], 1);
}

/* Brocade ICX: the sample is declared four bytes longer than its records. */
static void quirk_four_bytes_behind_the_last_record(void **state)
{
	uint8_t buf[128];
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	size_t len = wire_hex("00000005 00000000 00000000 00000001 00000000 00000002"
	                      "00000002 0000001c 00000001 00000031 00000001"
	                      "000003ed 00000004 00000000 deadbeef"
	                      "00000002 0000000c 00000002 00000032 00000000",
	                      buf, sizeof buf);

	(void)state;
	assert_int_equal(sflow_datagram_open(bytes_of(buf, len), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_true(sflow_record_next(&d, &s, &r));
	assert_int_equal(r.tag, 1005);
	assert_false(sflow_record_next(&d, &s, &r));
	assert_int_equal(d.faults[FP_TRAILING_SAMPLE_BYTES], 1);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.source.index, 50);
	assert_false(sflow_sample_next(&d, &s));
	assert_int_equal(d.faults[FP_TRAILING_DATAGRAM_BYTES], 0);
}

/* A final pad that the agent left out. */
static void quirk_no_pad_at_the_end(void **state)
{
	uint8_t buf[128];
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	size_t len = wire_hex("00000005 00000000 00000000 00000001 00000000 00000001"
	                      "0270f04d 00000003 010203",
	                      buf, sizeof buf);

	(void)state;
	assert_int_equal(sflow_datagram_open(bytes_of(buf, len), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.length, 3);
	assert_false(sflow_sample_next(&d, &s));
	assert_false(sflow_record_next(&d, &s, &r));
	assert_false(d.has_faults);
}

/* Vendors put samples and records of their own between the known ones. */
static void quirk_unknown_records_are_skipped_by_length(void **state)
{
	uint8_t buf[128];
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	union sflow_value v;
	size_t len = wire_hex("00000005 00000000 00000000 00000001 00000000 00000001"
	                      "00000002 0000002c 00000001 00000031 00000002"
	                      "02260002 00000005 0102030405000000" /* 8800:2 */
	                      "000003ed 00000008 00000001 61000000",
	                      buf, sizeof buf);

	(void)state;
	assert_int_equal(sflow_datagram_open(bytes_of(buf, len), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_true(sflow_record_next(&d, &s, &r));
	assert_int_equal(SFLOW_ENTERPRISE(r.tag), 8800);
	assert_int_equal(SFLOW_FORMAT(r.tag), 2);
	assert_int_equal(r.body.len, 5);
	assert_null(sflow_record_find(r.space, r.tag));
	next_record(&d, &s, SF_port_name, &v);
	assert_int_equal(v.port_name.name.len, 1);
	assert_false(sflow_record_next(&d, &s, &r));
	assert_false(d.has_faults);
}

/* Extreme EXOS: rate and pool are 0. The sample is whole; scaling it is another's business. */
static void quirk_rate_zero_is_a_sample(void **state)
{
	uint8_t buf[WIRE_VECTOR_BYTES];
	struct sflow_datagram d;
	struct sflow_sample s;

	(void)state;
	memcpy(buf, wire_vector, sizeof buf);
	wire_store32(buf + 48, 0);
	wire_store32(buf + 52, 0);
	assert_int_equal(sflow_datagram_open(bytes_of(buf, sizeof buf), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_FLOW_EXPANDED);
	assert_int_equal(s.rate, 0);
	assert_int_equal(s.record_count, 5);
}

/* nfdump once kept the next hop of the sample before. */
static void quirk_nothing_stays_from_the_sample_before(void **state)
{
	struct sflow_datagram d;
	struct sflow_sample s;

	(void)state;
	assert_int_equal(sflow_datagram_open(vector(), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.rate, 20000);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.rate, 0);
	assert_int_equal(s.pool, 0);
	assert_int_equal(s.reason, 259);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.reason, 0);
	assert_int_equal(s.input.kind, SFLOW_IF_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact_interface_words),
		cmocka_unit_test(expanded_interface_words),
		cmocka_unit_test(discard_interfaces_are_plain),
		cmocka_unit_test(quirk_ifindex_beyond_24_bits_in_a_compact_source),
		cmocka_unit_test(quirk_four_bytes_behind_the_last_record),
		cmocka_unit_test(quirk_no_pad_at_the_end),
		cmocka_unit_test(quirk_unknown_records_are_skipped_by_length),
		cmocka_unit_test(quirk_rate_zero_is_a_sample),
		cmocka_unit_test(quirk_nothing_stays_from_the_sample_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
