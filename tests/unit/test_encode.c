/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: what was decoded is written as it was read, and a full buffer fails for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/encode.h"
#include "rewrite.h"
#include "wire.h"

static void the_vector_is_written_as_it_was_read(void **state)
{
	uint8_t buf[WIRE_VECTOR_BYTES];

	(void)state;
	assert_int_equal(rewrite((struct bytes){ .at = wire_vector, .len = sizeof wire_vector },
	                         buf, sizeof buf),
	                 WIRE_VECTOR_BYTES);
	assert_memory_equal(buf, wire_vector, WIRE_VECTOR_BYTES);
}

static void every_buffer_that_is_too_small(void **state)
{
	uint8_t buf[WIRE_VECTOR_BYTES];
	uint8_t *exact;

	(void)state;
	for (size_t size = 0; size < WIRE_VECTOR_BYTES; size++) {
		exact = wire_exact(buf, size); /* a sanitizer sees a byte beyond it */
		assert_int_equal(
		    rewrite((struct bytes){ .at = wire_vector, .len = sizeof wire_vector }, exact,
		            size),
		    0);
		free(exact);
	}
}

/* Compact forms, each kind of interface, each kind of agent address. */
static void forms_interfaces_and_addresses(void **state)
{
	static const enum sflow_sample_kind kinds[] = { SFLOW_SAMPLE_FLOW,
		                                        SFLOW_SAMPLE_FLOW_EXPANDED };
	static const struct sflow_interface outputs[] = {
		{ .kind = SFLOW_IF_PORT, .value = 7 },
		{ .kind = SFLOW_IF_INTERNAL },
		{ .kind = SFLOW_IF_DISCARDED, .value = 259 },
		{ .kind = SFLOW_IF_MULTIPLE, .value = 3 },
		{ .kind = SFLOW_IF_UNKNOWN },
		{ .kind = SFLOW_IF_UNKNOWN, .raw_format = 3, .raw_value = 5 },
	};
	uint8_t buf[256];

	(void)state;
	for (size_t i = 0; i < (size_t)2 * 6 * 3; i++) {
		const struct sflow_interface *output = &outputs[i / 2 % 6];
		const struct sflow_datagram head = { .agent = { .bytes = { [3] = 9 },
			                                        .family = (uint32_t)(i / 12) },
			                             .sub_agent = 1,
			                             .sequence = 2,
			                             .uptime_ms = 3 };
		const struct sflow_sample in = { .kind = kinds[i % 2],
			                         .sequence = 4,
			                         .source = { .class_ = 3, .index = 0x123456 },
			                         .rate = 5,
			                         .pool = 6,
			                         .drops = 7,
			                         .output = *output };
		struct sflow_writer w;
		struct sflow_datagram d;
		struct sflow_sample s;
		size_t len;

		sflow_write_begin(&w, buf, sizeof buf, &head);
		sflow_write_sample(&w, &in);
		len = sflow_write_end(&w);
		assert_int_equal(sflow_datagram_open((struct bytes){ .at = buf, .len = len }, &d),
		                 FP_OK);
		assert_int_equal(d.agent.family, head.agent.family);
		assert_int_equal(d.sub_agent, 1);
		assert_int_equal(d.sequence, 2);
		assert_int_equal(d.uptime_ms, 3);
		assert_true(sflow_sample_next(&d, &s));
		assert_int_equal(s.kind, in.kind);
		assert_int_equal(s.sequence, 4);
		assert_int_equal(s.source.class_, 3);
		assert_int_equal(s.source.index, 0x123456);
		assert_int_equal(s.rate, 5);
		assert_int_equal(s.pool, 6);
		assert_int_equal(s.drops, 7);
		assert_int_equal(s.output.kind, output->kind);
		assert_int_equal(s.output.value, output->value);
		assert_int_equal(s.output.raw_format, output->kind == SFLOW_IF_UNKNOWN
		                                          ? output->raw_format
		                                          : s.output.raw_format);
		assert_false(sflow_sample_next(&d, &s));
		assert_int_equal(d.faults[FP_TRAILING_DATAGRAM_BYTES], 0);
	}
}

static void samples_and_records_are_counted(void **state)
{
	const struct sflow_datagram head = { .sequence = 1 };
	const struct sflow_sample counters = { .kind = SFLOW_SAMPLE_COUNTERS };
	const union sflow_value name = { .port_name = { .name = { (const uint8_t *)"swp12", 5 } } };
	struct sflow_writer w;
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	uint8_t buf[512];
	size_t len;

	(void)state;
	sflow_write_begin(&w, buf, sizeof buf, &head);
	for (uint32_t i = 0; i < 3; i++) {
		sflow_write_sample(&w, &counters);
		for (uint32_t k = 0; k < i; k++) {
			sflow_write_record(&w, SF_port_name, &name);
		}
	}
	sflow_write_opaque_sample(&w, 99, (struct bytes){ .at = (const uint8_t *)"x", .len = 1 });
	len = sflow_write_end(&w);
	assert_int_equal(len % 4, 0);
	assert_int_equal(sflow_datagram_open((struct bytes){ .at = buf, .len = len }, &d), FP_OK);
	assert_int_equal(d.sample_count, 4);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(sflow_sample_next(&d, &s));
		assert_int_equal(s.record_count, i);
		for (uint32_t k = 0; k < i; k++) {
			assert_true(sflow_record_next(&d, &s, &r));
			assert_int_equal(r.length, 12);
		}
		assert_false(sflow_record_next(&d, &s, &r));
	}
	assert_true(sflow_sample_next(&d, &s));
	assert_int_equal(s.tag, 99);
	assert_false(d.has_faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_is_written_as_it_was_read),
		cmocka_unit_test(every_buffer_that_is_too_small),
		cmocka_unit_test(forms_interfaces_and_addresses),
		cmocka_unit_test(samples_and_records_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
