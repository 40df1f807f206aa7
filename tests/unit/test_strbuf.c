/* SPDX-License-Identifier: Apache-2.0 */
/* The text buffer: growth and its ceiling, numbers, shortest doubles, escapes. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/hash.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/strbuf.h"

#define ROOM 4096

static void appends_and_terminates(void **state)
{
	struct strbuf s;
	char *text;

	(void)state;
	strbuf_init(&s, ROOM);
	strbuf_puts(&s, "one");
	strbuf_putc(&s, ' ');
	strbuf_put(&s, "two!", 3);
	strbuf_printf(&s, " %d%s", 3, "");
	assert_string_equal(s.at, "one two 3");
	assert_int_equal(s.len, 9);
	text = strbuf_take(&s);
	assert_string_equal(text, "one two 3");
	mem_free(text);
	assert_null(s.at);
	strbuf_puts(&s, "again"); /* usable after the take */
	assert_string_equal(s.at, "again");
	strbuf_clear(&s);
	assert_string_equal(s.at, "");
	strbuf_deinit(&s);
}

static void taking_nothing_gives_an_empty_text(void **state)
{
	struct strbuf s;
	char *text;

	(void)state;
	strbuf_init(&s, ROOM);
	text = strbuf_take(&s);
	assert_string_equal(text, "");
	mem_free(text);
}

static void grows_by_doubling(void **state)
{
	struct strbuf s;
	size_t sizes = 0;
	size_t last = 0;

	(void)state;
	strbuf_init(&s, 1 << 20);
	for (int i = 0; i < 1 << 20; i++) {
		strbuf_putc(&s, (char)('a' + i % 26));
		sizes += s.size != last;
		last = s.size;
	}
	assert_false(s.failed);
	assert_int_equal(s.len, 1 << 20);
	assert_int_equal(s.size, (1 << 20) + 1); /* the ceiling and its NUL */
	assert_true(sizes < 16);
	assert_int_equal(s.at[27], 'b');
	strbuf_deinit(&s);
}

static void the_ceiling_holds_and_failure_sticks(void **state)
{
	struct strbuf s;

	(void)state;
	strbuf_init(&s, 5);
	strbuf_puts(&s, "12345");
	assert_false(s.failed);
	strbuf_clear(&s);
	strbuf_puts(&s, "1234");
	strbuf_puts(&s, "56"); /* does not fit, so none of it */
	assert_true(s.failed);
	assert_string_equal(s.at, "1234");
	strbuf_puts(&s, "5"); /* would fit, but the text already has a hole */
	assert_string_equal(s.at, "1234");
	assert_null(strbuf_take(&s));
	assert_false(s.failed);
	strbuf_printf(&s, "%s", "123456");
	assert_true(s.failed);
	assert_int_equal(s.len, 0);
	strbuf_deinit(&s);
	assert_false(s.failed);
}

static void a_ceiling_of_zero_takes_the_empty_text(void **state)
{
	struct strbuf s;

	(void)state;
	strbuf_init(&s, 0);
	strbuf_puts(&s, "");
	assert_false(s.failed);
	strbuf_putc(&s, 'x');
	assert_true(s.failed);
	strbuf_deinit(&s);
}

static void fixed_storage_never_grows(void **state)
{
	char storage[8];
	struct strbuf s;

	(void)state;
	strbuf_init_fixed(&s, storage, sizeof storage);
	assert_string_equal(storage, "");
	strbuf_printf(&s, "%s", "1234567");
	assert_false(s.failed);
	assert_ptr_equal(s.at, storage);
	strbuf_putc(&s, '8');
	assert_true(s.failed);
	assert_string_equal(storage, "1234567");
}

static void integers(void **state)
{
	struct strbuf s;
	char expected[32];

	(void)state;
	strbuf_init(&s, ROOM);
	for (unsigned digits = 0; digits < 64; digits++) {
		uint64_t power = UINT64_C(1) << digits;

		for (uint64_t v = power - 1; v <= power + 1; v++) {
			strbuf_clear(&s);
			strbuf_put_u64(&s, v);
			(void)snprintf(expected, sizeof expected, "%" PRIu64, v);
			assert_string_equal(s.at, expected);
			strbuf_clear(&s);
			strbuf_put_i64(&s, (int64_t)v);
			(void)snprintf(expected, sizeof expected, "%" PRId64, (int64_t)v);
			assert_string_equal(s.at, expected);
		}
	}
	for (uint64_t v = 0, power = 1; power < UINT64_MAX / 10; power *= 10) {
		for (v = power - 1; v <= power + 1; v++) {
			strbuf_clear(&s);
			strbuf_put_u64(&s, v);
			(void)snprintf(expected, sizeof expected, "%" PRIu64, v);
			assert_string_equal(s.at, expected);
		}
	}
	strbuf_clear(&s);
	strbuf_put_u64(&s, UINT64_MAX);
	strbuf_put_i64(&s, INT64_MIN);
	assert_string_equal(s.at, "18446744073709551615-9223372036854775808");
	strbuf_deinit(&s);
}

/* Values whose text is known from the ECMAScript specification and from the literature on printing
 * floating-point numbers. */
static void doubles_are_spelt_as_ecmascript_does(void **state)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = {
		{ 0.0, "0" },
		{ -0.0, "0" },
		{ 1, "1" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 4.35, "4.35" },
		{ 100, "100" },
		{ 1767323045.678, "1767323045.678" },
		{ 9007199254740991.0, "9007199254740991" },
		{ 9007199254740992.0, "9007199254740992" },
		{ -9007199254740994.0, "-9007199254740994" },
		{ 123456789012345680000.0, "123456789012345680000" },
		{ 999999999999999900000.0, "999999999999999900000" },
		{ 1e21, "1e+21" },
		{ 1e23, "1e+23" },
		{ 1.0000000000000001e23, "1.0000000000000001e+23" },
		{ -1.5e300, "-1.5e+300" },
		{ 1e-6, "0.000001" },
		{ 1.5e-6, "0.0000015" },
		{ 1e-7, "1e-7" },
		{ 1.25e-7, "1.25e-7" },
		{ 5e-324, "5e-324" },
		{ 1.5e-323, "1.5e-323" },
		{ 2.225073858507201e-308, "2.225073858507201e-308" },   /* largest subnormal */
		{ 2.2250738585072014e-308, "2.2250738585072014e-308" }, /* smallest normal */
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 0x1p-1017, "7.120236347223045e-307" }, /* nearest 16 digits miss it */
		{ 0x1p-44, "5.684341886080802e-14" },
		{ INFINITY, "+Inf" },
		{ -INFINITY, "-Inf" },
		{ NAN, "NaN" },
		{ -NAN, "NaN" },
	};
	struct strbuf s;

	(void)state;
	strbuf_init(&s, ROOM);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		strbuf_clear(&s);
		strbuf_put_double(&s, rows[i].v);
		assert_string_equal(s.at, rows[i].text);
	}
	strbuf_deinit(&s);
}

/* How many significant digits `text` has. */
static int digits_of(const char *text)
{
	char digits[40];
	int n = 0;
	int first = 0;

	for (; *text != '\0' && *text != 'e'; text++) {
		if (*text >= '0' && *text <= '9') {
			digits[n++] = *text;
		}
	}
	while (n > 0 && digits[n - 1] == '0') {
		n--;
	}
	while (first < n && digits[first] == '0') {
		first++;
	}
	return n - first;
}

/* Whether the decimal of `digits` digits next to `v` on either side reads as `v`. */
static bool fits_in(double v, int digits)
{
	char text[40];
	char mantissa[24];
	long exponent;
	uint64_t nearest;

	(void)snprintf(text, sizeof text, "%.*e", digits - 1, v);
	exponent = strtol(strchr(text, 'e') + 1, NULL, 10) - (digits - 1);
	mantissa[0] = text[0];
	memcpy(mantissa + 1, text + 2, (size_t)digits - 1);
	mantissa[digits] = '\0';
	nearest = strtoull(mantissa, NULL, 10);
	for (uint64_t m = nearest - 1; m <= nearest + 1; m++) {
		(void)snprintf(text, sizeof text, "%" PRIu64 "e%ld", m, exponent);
		if (strtod(text, NULL) == v) {
			return true;
		}
	}
	return false;
}

static void check_shortest(struct strbuf *s, double v)
{
	int digits;

	strbuf_clear(s);
	strbuf_put_double(s, v);
	assert_true(strtod(s->at, NULL) == v);
	digits = digits_of(s->at);
	if (digits > 1 && fits_in(v, digits - 1)) {
		fail_msg("%.17g has a shorter form than %s", v, s->at);
	}
}

/* All powers of two, then random bit patterns: each reads back, and no shorter form does. */
static void doubles_are_shortest_and_read_back(void **state)
{
	struct strbuf s;

	(void)state;
	strbuf_init(&s, ROOM);
	for (int e = -1074; e < 1024; e++) {
		double v = ldexp(1, e);

		check_shortest(&s, v);
		check_shortest(&s, nextafter(v, INFINITY));
		if (e > -1074) {
			check_shortest(&s, nextafter(v, 0));
		}
	}
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t bits = hash_words(1, i, 0, 0) & INT64_MAX;
		double v;

		memcpy(&v, &bits, sizeof v);
		if (isfinite(v)) {
			check_shortest(&s, v);
			check_shortest(&s, (double)(bits % 1000000007) / 1000);
		}
	}
	strbuf_deinit(&s);
}

static void json(struct strbuf *s, const void *text, size_t len, const char *expected)
{
	strbuf_clear(s);
	strbuf_put_json(s, (struct bytes){ text, len });
	assert_string_equal(s->at, expected);
}

static void json_strings_are_escaped(void **state)
{
	struct strbuf s;

	(void)state;
	strbuf_init(&s, ROOM);
	json(&s, NULL, 0, "\"\"");
	json(&s, "plain", 5, "\"plain\"");
	json(&s, "a\"b\\c/\n\r\t\x01\x1f\x7f", 12, "\"a\\\"b\\\\c/\\n\\r\\t\\u0001\\u001f\x7f\"");
	json(&s, "a\0b", 3, "\"a\\u0000b\"");
	json(&s, "Z\xc3\xbcrich \xf0\x9f\x98\x80", 12, "\"Z\xc3\xbcrich \xf0\x9f\x98\x80\"");
	json(&s, "\xff\xe2\x82x\xed\xa0\x80", 7,
	     "\"\xef\xbf\xbd\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	strbuf_deinit(&s);
}

static void labels_are_escaped(void **state)
{
	struct strbuf s;

	(void)state;
	strbuf_init(&s, ROOM);
	strbuf_put_label(&s, "");
	assert_int_equal(s.len, 0);
	strbuf_put_label(&s, "C:\\DIR \"x\"\n\xfe!");
	assert_string_equal(s.at, "C:\\\\DIR \\\"x\\\"\\n\xef\xbf\xbd!");
	strbuf_deinit(&s);
}

static void hex_is_lower_case(void **state)
{
	struct strbuf s;

	(void)state;
	strbuf_init(&s, 8);
	strbuf_put_hex(&s, (struct bytes){ (const uint8_t[]){ 0x00, 0x9a, 0xff }, 3 });
	assert_string_equal(s.at, "009aff");
	strbuf_put_hex(&s, (struct bytes){ (const uint8_t[]){ 1, 2 }, 2 });
	assert_true(s.failed);
	assert_string_equal(s.at, "009aff");
	strbuf_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_and_terminates),
		cmocka_unit_test(taking_nothing_gives_an_empty_text),
		cmocka_unit_test(grows_by_doubling),
		cmocka_unit_test(the_ceiling_holds_and_failure_sticks),
		cmocka_unit_test(a_ceiling_of_zero_takes_the_empty_text),
		cmocka_unit_test(fixed_storage_never_grows),
		cmocka_unit_test(integers),
		cmocka_unit_test(doubles_are_spelt_as_ecmascript_does),
		cmocka_unit_test(doubles_are_shortest_and_read_back),
		cmocka_unit_test(json_strings_are_escaped),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(hex_is_lower_case),
	};

	return cmocka_run_group_tests_name("strbuf", tests, NULL, NULL);
}
