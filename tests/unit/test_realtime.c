/* SPDX-License-Identifier: Apache-2.0 */
/* Real-time samples: every type, and where the walk must end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/realtime.h"
#include "wire.h"

static struct sflow_sample sample(enum sflow_sample_kind kind, const char *hex)
{
	static uint8_t *exact;
	uint8_t buf[512];
	size_t len = wire_hex(hex, buf, sizeof buf);

	free(exact);
	exact = wire_exact(buf, len);
	return (struct sflow_sample){ .kind = kind, .body = { .at = exact, .len = len } };
}

#define METRICS                                                                                    \
	"00000002 6e630000 00000007"                                                               \
	"00000001 61000000 00000000 00000003 78797a00"                                             \
	"00000001 62000000 00000001 ffffffff"                                                      \
	"00000001 63000000 00000002 ffffffffffffffff"                                              \
	"00000001 64000000 00000003 00000005"                                                      \
	"00000001 65000000 00000004 0000000100000000"                                              \
	"00000001 66000000 00000005 3f000000"                                                      \
	"00000001 67000000 00000006 bff8000000000000"

static void metrics_of_every_type(void **state)
{
	static const struct {
		const char *type;
		enum sflow_realtime_kind kind;
		uint64_t u64;
		double f64;
	} expected[] = {
		{ "string", SFLOW_REALTIME_STRING, 0, 0 },
		{ "counter32", SFLOW_REALTIME_UNSIGNED, UINT32_MAX, 0 },
		{ "counter64", SFLOW_REALTIME_UNSIGNED, UINT64_MAX, 0 },
		{ "gauge32", SFLOW_REALTIME_UNSIGNED, 5, 0 },
		{ "gauge64", SFLOW_REALTIME_UNSIGNED, UINT64_C(0x100000000), 0 },
		{ "gauge_float", SFLOW_REALTIME_DOUBLE, 0, 0.5 },
		{ "gauge_double", SFLOW_REALTIME_DOUBLE, 0, -1.5 },
	};
	struct sflow_sample s = sample(SFLOW_SAMPLE_RTMETRIC, METRICS);
	struct sflow_realtime rt;
	struct sflow_realtime_value v;

	(void)state;
	assert_int_equal(sflow_realtime_open(&s, &rt), FP_OK);
	assert_memory_equal(rt.dsname.at, "nc", 2);
	assert_int_equal(rt.count, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_true(sflow_realtime_next(&rt, &v));
		assert_int_equal(v.name.len, 1);
		assert_int_equal(v.name.at[0], 'a' + i);
		assert_string_equal(v.type, expected[i].type);
		assert_int_equal(v.kind, expected[i].kind);
		assert_true(v.u64 == expected[i].u64);
		assert_true(v.f64 >= expected[i].f64 && v.f64 <= expected[i].f64);
		assert_int_equal(v.text.len, i == 0 ? 3 : 0);
	}
	assert_false(sflow_realtime_next(&rt, &v));
	assert_int_equal(rt.fault, FP_OK);
}

static void flows_of_every_type(void **state)
{
	struct sflow_sample s = sample(SFLOW_SAMPLE_RTFLOW,
	                               "00000001 66000000 000003e8 000007d0 00000008"
	                               "00000001 61000000 00000000 00000002 68690000"
	                               "00000001 62000000 00000001 02000000000a 0000"
	                               "00000001 63000000 00000002 0a000001"
	                               "00000001 64000000 00000003 20010db8000000000000000000000001"
	                               "00000001 65000000 00000004 fffffffe"
	                               "00000001 66000000 00000005 fffffffffffffffd"
	                               "00000001 67000000 00000006 40400000"
	                               "00000001 68000000 00000007 4008000000000000");
	struct sflow_realtime rt;
	struct sflow_realtime_value v[8];

	(void)state;
	assert_int_equal(sflow_realtime_open(&s, &rt), FP_OK);
	assert_int_equal(rt.rate, 1000);
	assert_int_equal(rt.pool, 2000);
	for (size_t i = 0; i < 8; i++) {
		assert_true(sflow_realtime_next(&rt, &v[i]));
	}
	assert_memory_equal(v[0].text.at, "hi", 2);
	assert_int_equal(v[1].kind, SFLOW_REALTIME_MAC);
	assert_int_equal(v[1].mac.bytes[5], 10);
	assert_int_equal(v[2].addr.family, ADDR_IPV4);
	assert_int_equal(v[2].addr.bytes[0], 10);
	assert_int_equal(v[3].addr.family, ADDR_IPV6);
	assert_int_equal(v[3].addr.bytes[15], 1);
	assert_true(v[4].i64 == -2);
	assert_true(v[5].i64 == -3);
	assert_true(v[6].f64 >= 3 && v[6].f64 <= 3);
	assert_true(v[7].f64 >= 3 && v[7].f64 <= 3);
	assert_false(sflow_realtime_next(&rt, &v[0]));
	assert_int_equal(rt.fault, FP_OK);
}

static void an_unknown_type_ends_the_walk(void **state)
{
	struct sflow_sample s =
	    sample(SFLOW_SAMPLE_RTMETRIC, "00000001 61000000 00000003"
	                                  "00000001 61000000 00000001 00000007"
	                                  "00000001 62000000 00000007 00000007"
	                                  "00000001 63000000 00000001 00000007");
	struct sflow_realtime rt;
	struct sflow_realtime_value v;

	(void)state;
	assert_int_equal(sflow_realtime_open(&s, &rt), FP_OK);
	assert_true(sflow_realtime_next(&rt, &v));
	assert_false(sflow_realtime_next(&rt, &v));
	assert_int_equal(rt.fault, FP_BAD_RECORD);
	assert_false(sflow_realtime_next(&rt, &v));
}

static void every_truncation(void **state)
{
	uint8_t buf[512];
	size_t len = wire_hex(METRICS, buf, sizeof buf);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = wire_exact(buf, cut);
		struct sflow_sample s = { .kind = SFLOW_SAMPLE_RTMETRIC,
			                  .body = { .at = exact, .len = cut } };
		struct sflow_realtime rt;
		struct sflow_realtime_value v;
		unsigned values = 0;

		if (cut < 12) {
			assert_int_equal(sflow_realtime_open(&s, &rt), FP_SHORT_SAMPLE);
		} else {
			assert_int_equal(sflow_realtime_open(&s, &rt), FP_OK);
			while (sflow_realtime_next(&rt, &v)) {
				values++;
			}
			assert_true(values < 7);
			assert_int_equal(rt.fault, FP_SHORT_RECORD);
		}
		free(exact);
	}
}

static void a_count_is_not_trusted(void **state)
{
	struct sflow_sample s =
	    sample(SFLOW_SAMPLE_RTMETRIC, "00000001 61000000 ffffffff 00000000 00000001 00000007");
	struct sflow_realtime rt;
	struct sflow_realtime_value v;

	(void)state;
	assert_int_equal(sflow_realtime_open(&s, &rt), FP_OK);
	assert_true(sflow_realtime_next(&rt, &v));
	assert_false(sflow_realtime_next(&rt, &v));
	assert_int_equal(rt.fault, FP_SHORT_RECORD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_of_every_type),
		cmocka_unit_test(flows_of_every_type),
		cmocka_unit_test(an_unknown_type_ends_the_walk),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(a_count_is_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
