/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams and samples: the test vector value by value, then everything that can be wrong with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/datagram.h"
#include "fabricpulse/decode/packet.h"
#include "fabricpulse/decode/records.h"
#include "next_record.h"
#include "wire.h"

#define COUNT_AT 24u /* the sample count of the vector */

static struct bytes vector(void)
{
	return (struct bytes){ .at = wire_vector, .len = sizeof wire_vector };
}

static void assert_port(struct sflow_interface i, uint32_t ifindex)
{
	assert_int_equal(i.kind, SFLOW_IF_PORT);
	assert_int_equal(i.value, ifindex);
}

static void vector_flow_sample(struct sflow_datagram *d)
{
	struct sflow_sample s;
	struct sflow_record r;
	union sflow_value v;
	struct packet p;

	assert_true(sflow_sample_next(d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_FLOW_EXPANDED);
	assert_int_equal(s.tag, 3);
	assert_int_equal(s.length, 192);
	assert_int_equal(s.sequence, 7);
	assert_int_equal(s.source.class_, 0);
	assert_int_equal(s.source.index, 49);
	assert_int_equal(s.rate, 20000);
	assert_int_equal(s.pool, 140000);
	assert_int_equal(s.drops, 0);
	assert_port(s.input, 49);
	assert_port(s.output, 57);
	assert_int_equal(s.record_count, 5);
	next_record(d, &s, SF_sampled_header, &v);
	assert_int_equal(v.sampled_header.header_protocol, 1);
	assert_int_equal(v.sampled_header.frame_length, 1102);
	assert_int_equal(v.sampled_header.stripped, 4);
	assert_int_equal(v.sampled_header.header.len, 71);
	packet_parse(1, v.sampled_header.header, &p, NULL);
	assert_int_equal(p.outer.version, 4);
	assert_memory_equal(p.outer.src.bytes, ((uint8_t[]){ 10, 1, 0, 1 }), 4);
	assert_memory_equal(p.outer.dst.bytes, ((uint8_t[]){ 10, 1, 0, 2 }), 4);
	assert_int_equal(p.outer.dscp, 26);
	assert_int_equal(p.outer.ecn, 3);
	assert_int_equal(p.src_port, 49374);
	assert_int_equal(p.dst_port, 4791);
	assert_true(p.roce.has_bth && p.roce.has_reth && !p.roce.is_cut);
	assert_int_equal(p.roce.opcode, 0x06);
	assert_true(p.roce.is_migrated && !p.roce.is_solicited && p.roce.is_ack_requested);
	assert_int_equal(p.roce.p_key, 0xffff);
	assert_int_equal(p.roce.dest_qp, 0xd2);
	assert_int_equal(p.roce.psn, 0xabcd);
	assert_true(p.roce.virtual_address == UINT64_C(0x7f0012340000));
	assert_int_equal(p.roce.r_key, 0x1a2b);
	assert_int_equal(p.roce.dma_length, 4096);
	next_record(d, &s, SF_extended_egress_queue, &v);
	assert_int_equal(v.extended_egress_queue.queue, 3);
	next_record(d, &s, SF_extended_transit, &v);
	assert_int_equal(v.extended_transit.delay, 1850);
	next_record(d, &s, SF_extended_queue, &v);
	assert_int_equal(v.extended_queue.depth, 262144);
	next_record(d, &s, SF_extended_timestamp, &v);
	assert_true(v.extended_timestamp.nanoseconds == UINT64_C(1767225600000000000));
	assert_false(sflow_record_next(d, &s, &r));
}

static void vector_discard(struct sflow_datagram *d)
{
	struct sflow_sample s;
	union sflow_value v;
	struct packet p;

	assert_true(sflow_sample_next(d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_DISCARD);
	assert_int_equal(s.sequence, 3);
	assert_int_equal(s.source.index, 57);
	assert_int_equal(s.drops, 0);
	assert_port(s.input, 57);
	assert_port(s.output, 49);
	assert_int_equal(s.reason, 259);
	next_record(d, &s, SF_sampled_header, &v);
	assert_int_equal(v.sampled_header.frame_length, 78);
	assert_int_equal(v.sampled_header.header.len, 70);
	packet_parse(1, v.sampled_header.header, &p, NULL);
	assert_true(p.roce.is_cnp && p.roce.is_becn);
	assert_int_equal(p.roce.opcode, 0x81);
	assert_int_equal(p.roce.dest_qp, 0xd2);
	assert_int_equal(p.outer.dscp, 48);
	next_record(d, &s, SF_extended_hw_trap, &v);
	assert_int_equal(v.extended_hw_trap.group.len, 12);
	assert_memory_equal(v.extended_hw_trap.group.at, "buffer_drops", 12);
	assert_int_equal(v.extended_hw_trap.trap.len, 9);
	assert_memory_equal(v.extended_hw_trap.trap.at, "tail_drop", 9);
}

static void vector_counters(struct sflow_datagram *d)
{
	struct sflow_sample s;
	union sflow_value v;

	assert_true(sflow_sample_next(d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_COUNTERS_EXPANDED);
	assert_int_equal(s.sequence, 9);
	assert_int_equal(s.source.index, 49);
	next_record(d, &s, SF_if_counters, &v);
	assert_int_equal(v.if_counters.ifIndex, 49);
	assert_int_equal(v.if_counters.ifType, 6);
	assert_true(v.if_counters.ifSpeed == UINT64_C(400000000000));
	assert_int_equal(v.if_counters.ifStatus, 3);
	assert_true(v.if_counters.ifInOctets == UINT64_C(123456789012));
	assert_true(v.if_counters.ifOutOctets == UINT64_C(223456789012));
	assert_int_equal(v.if_counters.ifInDiscards, 2);
	assert_int_equal(v.if_counters.ifOutDiscards, 5);
	assert_int_equal(v.if_counters.ifInMulticastPkts, UINT32_MAX);
	next_record(d, &s, SF_port_name, &v);
	assert_memory_equal(v.port_name.name.at, "swp1", 4);
	assert_int_equal(v.port_name.name.len, 4);
	next_record(d, &s, SF_pfc_counters, &v);
	assert_int_equal(v.pfc_counters.requests, 812);
	assert_int_equal(v.pfc_counters.indications, 344);
	assert_int_equal(v.pfc_counters.pause_duration, 90123);
	assert_int_equal(v.pfc_counters.storm_detected, 1);
	assert_int_equal(v.pfc_counters.storm_restored, 1);
}

static void the_vector_decodes_value_by_value(void **state)
{
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;

	(void)state;
	assert_int_equal(sflow_datagram_open(vector(), &d), FP_OK);
	assert_int_equal(d.version, 5);
	assert_int_equal(d.agent.family, ADDR_IPV4);
	assert_memory_equal(d.agent.bytes, ((uint8_t[]){ 10, 0, 0, 11 }), 4);
	assert_int_equal(d.sub_agent, 0);
	assert_int_equal(d.sequence, 1001);
	assert_int_equal(d.uptime_ms, 360000);
	assert_int_equal(d.sample_count, 4);
	vector_flow_sample(&d);
	vector_discard(&d);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_UNKNOWN);
	assert_int_equal(s.tag, SFLOW_TAG(9999, 77));
	assert_int_equal(s.length, 3);
	assert_memory_equal(s.body.at, ((uint8_t[]){ 1, 2, 3 }), 3);
	assert_false(sflow_record_next(&d, &s, &r));
	vector_counters(&d);
	assert_false(sflow_sample_next(&d, &s));
	assert_false(d.has_faults);
}

static void agent_addresses(void **state)
{
	static const struct {
		const char *hex;
		uint32_t family;
		size_t size;
	} cases[] = {
		{ "00000005 00000000 00000002 00000003 00000004 00000000", ADDR_NONE, 24 },
		{ "00000005 00000001 0a00000b 00000002 00000003 00000004 00000000", ADDR_IPV4, 28 },
		{ "00000005 00000002 20010db8000000000000000000000001"
		  "00000002 00000003 00000004 00000000",
		  ADDR_IPV6, 40 },
	};
	struct sflow_datagram d;
	uint8_t buf[64];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t len = wire_hex(cases[i].hex, buf, sizeof buf);

		assert_int_equal(len, cases[i].size);
		assert_int_equal(sflow_datagram_open(bytes_of(buf, len), &d), FP_OK);
		assert_int_equal(d.agent.family, cases[i].family);
		assert_int_equal(d.sub_agent, 2);
		assert_int_equal(d.sequence, 3);
		assert_int_equal(d.uptime_ms, 4);
		for (size_t cut = 0; cut < len; cut++) {
			assert_int_equal(sflow_datagram_open(bytes_of(buf, cut), &d),
			                 FP_SHORT_HEADER);
			assert_int_equal(d.faults[FP_SHORT_HEADER], 1);
		}
	}
	wire_store32(buf + 4, 3);
	assert_int_equal(sflow_datagram_open(bytes_of(buf, 40), &d), FP_BAD_ADDRESS_TYPE);
	assert_int_equal(d.faults[FP_BAD_ADDRESS_TYPE], 1);
}

static void other_versions_are_counted(void **state)
{
	static const uint32_t versions[] = { 0, 2, 4, 6, 0x50000, UINT32_MAX };
	uint8_t buf[WIRE_VECTOR_BYTES];
	struct sflow_datagram d;
	struct sflow_sample s;

	(void)state;
	memcpy(buf, wire_vector, sizeof buf);
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		wire_store32(buf, versions[i]);
		assert_int_equal(sflow_datagram_open(bytes_of(buf, sizeof buf), &d),
		                 FP_BAD_VERSION);
		assert_int_equal(d.version, versions[i]);
		assert_int_equal(d.faults[FP_BAD_VERSION], 1);
		assert_false(sflow_sample_next(&d, &s));
	}
}

/* Decode what is known, note what cannot be. */
static void decode_record(struct sflow_datagram *d, const struct sflow_record *r)
{
	const struct sflow_record_type *type = sflow_record_find(r->space, r->tag);
	union sflow_value v;
	enum fp_err err = type != NULL ? sflow_record_decode(type, r->body, &v) : FP_OK;

	if (err != FP_OK) {
		sflow_fault(d, err);
	}
}

/* Walk everything; how many samples there were. */
static uint32_t walk(struct bytes payload, struct sflow_datagram *d)
{
	struct sflow_sample s;
	struct sflow_record r;
	uint32_t samples = 0;

	if (sflow_datagram_open(payload, d) != FP_OK) {
		return 0;
	}
	while (sflow_sample_next(d, &s)) {
		samples++;
		assert_true(samples <= payload.len / 8);
		while (sflow_record_next(d, &s, &r)) {
			decode_record(d, &r);
		}
	}
	return samples;
}

static void every_truncation_is_noted(void **state)
{
	struct sflow_datagram d;

	(void)state;
	for (size_t len = 0; len < WIRE_VECTOR_BYTES; len++) {
		uint8_t *exact = wire_exact(wire_vector, len);
		uint32_t samples = walk(bytes_of(exact, len), &d);

		assert_true(samples < 4);
		assert_true(d.has_faults);
		assert_int_equal(d.faults[FP_SHORT_HEADER], len < 28);
		assert_int_equal(d.faults[FP_SAMPLE_OVERRUN] + d.faults[FP_SAMPLE_MISSING],
		                 len >= 28);
		free(exact);
	}
}

static void announced_sample_counts_are_not_trusted(void **state)
{
	static const struct {
		uint32_t count;
		uint32_t given;
		enum fp_err fault;
	} cases[] = {
		{ 0, 0, FP_TRAILING_DATAGRAM_BYTES },
		{ 3, 3, FP_TRAILING_DATAGRAM_BYTES },
		{ 5, 4, FP_SAMPLE_MISSING },
		{ UINT32_MAX, 4, FP_SAMPLE_MISSING },
	};
	uint8_t buf[WIRE_VECTOR_BYTES];
	struct sflow_datagram d;
	struct sflow_sample s;

	(void)state;
	memcpy(buf, wire_vector, sizeof buf);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		wire_store32(buf + COUNT_AT, cases[i].count);
		assert_int_equal(walk(bytes_of(buf, sizeof buf), &d), cases[i].given);
		assert_int_equal(d.faults[cases[i].fault], 1);
		assert_false(sflow_sample_next(&d, &s)); /* asking again notes nothing */
		assert_int_equal(d.faults[cases[i].fault], 1);
	}
}

/* Every length word of the vector: samples, records, header, strings. */
static const size_t length_words[] = { 32,  84,  100, 180, 192, 204, 216, 232, 272, 288,
	                               368, 372, 388, 408, 420, 444, 540, 544, 556 };
/* Those that bound samples: what follows cannot be found when they overrun. */
static const size_t sample_lengths[] = { 32, 232, 408, 420 };

static bool is_sample_length(size_t at)
{
	for (size_t i = 0; i < 4; i++) {
		if (sample_lengths[i] == at) {
			return true;
		}
	}
	return false;
}

static void wrong_lengths_cost_only_what_they_bound(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 0x7fffffff, 0xffffffff };
	struct sflow_datagram d;

	(void)state;
	for (size_t w = 0; w < sizeof length_words / sizeof length_words[0]; w++) {
		for (size_t i = 0; i < 4; i++) {
			uint8_t *exact = wire_exact(wire_vector, WIRE_VECTOR_BYTES);
			uint32_t samples;

			wire_store32(exact + length_words[w], lengths[i]);
			samples = walk(bytes_of(exact, WIRE_VECTOR_BYTES), &d);
			if (!is_sample_length(length_words[w])) {
				assert_int_equal(samples, 4);
			}
			/* Short lengths can make sense by chance: 0 and 1 are good for a string. */
			if (lengths[i] > 1) {
				assert_true(d.has_faults);
			}
			free(exact);
		}
	}
}

static void record_counts_are_not_trusted(void **state)
{
	static const struct {
		uint32_t count;
		enum fp_err fault;
	} cases[] = {
		{ 0, FP_TRAILING_SAMPLE_BYTES },
		{ 4, FP_TRAILING_SAMPLE_BYTES },
		{ 6, FP_RECORD_MISSING },
		{ UINT32_MAX, FP_RECORD_MISSING },
	};
	uint8_t buf[WIRE_VECTOR_BYTES];
	struct sflow_datagram d;

	(void)state;
	memcpy(buf, wire_vector, sizeof buf);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		wire_store32(buf + 76, cases[i].count);
		assert_int_equal(walk(bytes_of(buf, sizeof buf), &d), 4);
		assert_int_equal(d.faults[cases[i].fault], 1);
	}
}

static void a_sample_without_its_fixed_fields_is_unknown(void **state)
{
	uint8_t buf[64];
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	size_t len = wire_hex("00000005 00000000 00000000 00000001 00000000 00000002"
	                      "00000001 00000008 00000001 00000031" /* flow, two words only */
	                      "00000002 0000000c 00000001 00000031 00000000",
	                      buf, sizeof buf);

	(void)state;
	assert_int_equal(sflow_datagram_open(bytes_of(buf, len), &d), FP_OK);
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.kind, SFLOW_SAMPLE_UNKNOWN);
	assert_int_equal(s.tag, 1);
	assert_int_equal(s.sequence, 0);
	assert_int_equal(d.faults[FP_SHORT_SAMPLE], 1);
	assert_false(sflow_record_next(&d, &s, &r));
	assert_true(sflow_sample_next(&d, &s)); /* the next one is whole */
	assert_int_equal(s.kind, SFLOW_SAMPLE_COUNTERS);
	assert_int_equal(s.source.index, 49);
}

static void samples_have_names(void **state)
{
	(void)state;
	assert_string_equal(sflow_sample_kind_name(SFLOW_SAMPLE_DISCARD), "discarded_packet");
	for (int i = 0; i < SFLOW_SAMPLE_KIND_COUNT; i++) {
		assert_non_null(sflow_sample_kind_name((enum sflow_sample_kind)i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_decodes_value_by_value),
		cmocka_unit_test(agent_addresses),
		cmocka_unit_test(other_versions_are_counted),
		cmocka_unit_test(every_truncation_is_noted),
		cmocka_unit_test(announced_sample_counts_are_not_trusted),
		cmocka_unit_test(wrong_lengths_cost_only_what_they_bound),
		cmocka_unit_test(record_counts_are_not_trusted),
		cmocka_unit_test(a_sample_without_its_fixed_fields_is_unknown),
		cmocka_unit_test(samples_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
