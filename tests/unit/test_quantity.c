/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and durations: every unit, every limit, and back to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/quantity_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/option.h"

static void refusals_leave_the_value_alone(void **state)
{
	static const char *const words[] = { "",   " 1", "1 ",  "-1", "+1",  "01",  "00",
		                             "1x", "K",  "1.0", "1,", "0x1", "1e1", "١" };
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_false(quantity_u64_parse(words[i], &value));
		assert_false(quantity_bytes_parse(words[i], &value));
		assert_false(quantity_duration_parse(words[i], &value));
	}
	assert_false(quantity_u64_parse("18446744073709551616", &value));
	assert_false(quantity_bytes_parse("16777216T", &value)); /* 2^64 */
	assert_false(quantity_duration_parse("30500w6d", &value));
	assert_int_equal(value, 7);
}

static void sizes_are_powers_of_1024(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
		const char *printed;
	} cases[] = {
		{ "0", 0, "0" },
		{ "1", 1, "1" },
		{ "1023", 1023, "1023" },
		{ "1024B", 1024, "1K" },
		{ "3K", 3072, "3K" },
		{ "3KiB", 3072, "3K" },
		{ "32M", UINT64_C(32) << 20, "32M" },
		{ "1MiB", UINT64_C(1) << 20, "1M" },
		{ "1024M", UINT64_C(1) << 30, "1G" },
		{ "5GiB", UINT64_C(5) << 30, "5G" },
		{ "1T", UINT64_C(1) << 40, "1T" },
		{ "16777215TiB", UINT64_C(16777215) << 40, "16777215T" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf out;
		uint64_t bytes = 7;

		assert_true(quantity_bytes_parse(cases[i].text, &bytes));
		assert_int_equal(bytes, cases[i].bytes);
		strbuf_init(&out, 64);
		quantity_bytes_print(bytes, &out);
		assert_string_equal(out.at, cases[i].printed);
		strbuf_deinit(&out);
	}
}

static void durations_fall_from_unit_to_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
		const char *printed;
	} cases[] = {
		{ "0", 0, "0s" },
		{ "0s", 0, "0s" },
		{ "1us", 1000, "1us" },
		{ "1500us", 1500000, "1ms500us" },
		{ "250ms", 250 * NS_PER_MS, "250ms" },
		{ "90s", 90 * NS_PER_SECOND, "1m30s" },
		{ "1h30m", 5400 * NS_PER_SECOND, "1h30m" },
		{ "1m1ms", 60 * NS_PER_SECOND + NS_PER_MS, "1m1ms" },
		{ "7d", 604800 * NS_PER_SECOND, "1w" },
		{ "1w1d1h1m1s1ms1us", UINT64_C(694861001001000), "1w1d1h1m1s1ms1us" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf out;
		uint64_t ns = 7;

		assert_true(quantity_duration_parse(cases[i].text, &ns));
		assert_int_equal(ns, cases[i].ns);
		strbuf_init(&out, 64);
		quantity_duration_print(ns, &out);
		assert_string_equal(out.at, cases[i].printed);
		strbuf_deinit(&out);
	}
}

static void durations_need_units_in_order(void **state)
{
	static const char *const words[] = { "1",   "10", "1m1h", "1s1s", "1ms1s",
		                             "1s5", "1S", "1min", "1sm",  "1h30" };
	uint64_t ns = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_false(quantity_duration_parse(words[i], &ns));
	}
	assert_int_equal(ns, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_leave_the_value_alone),
		cmocka_unit_test(sizes_are_powers_of_1024),
		cmocka_unit_test(durations_fall_from_unit_to_unit),
		cmocka_unit_test(durations_need_units_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
