/* SPDX-License-Identifier: Apache-2.0 */
/* Percent escapes: decoded where they are ones, left alone where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/http/request_priv.h"

static void test_escapes(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "%41%6a%6A%fF", "Ajj\xff" },
		{ "collect%5B%5D", "collect[]" },
		{ "%2541", "%41" }, /* once */
		{ "a%2", "a%2" },
		{ "a%", "a%" },
		{ "%%41", "%A" },
		{ "%4g%g4", "%4g%g4" },
		{ "%00", "%00" },
		{ "a%00b%01", "a%00b\x01" },
		{ "+", "+" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[32];

		memcpy(text, rows[i].in, strlen(rows[i].in) + 1);
		assert_int_equal(percent_decode(text), strlen(rows[i].out));
		assert_string_equal(text, rows[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
