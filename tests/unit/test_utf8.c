/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: the borders of RFC 3629's table, broken pieces, and names made printable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/utf8.h"

static struct bytes text_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void borders_of_the_table(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool valid;
	} rows[] = {
		{ "\x01", 1, true },
		{ "\x7f", 1, true },
		{ "\x80", 1, false },     /* a continuation alone */
		{ "\xc1\xbf", 1, false }, /* overlong */
		{ "\xc2\x80", 2, true },
		{ "\xdf\xbf", 2, true },
		{ "\xc2\x41", 1, false },
		{ "\xe0\x9f\xbf", 1, false }, /* overlong */
		{ "\xe0\xa0\x80", 3, true },
		{ "\xed\x9f\xbf", 3, true },
		{ "\xed\xa0\x80", 1, false }, /* surrogate */
		{ "\xee\x80\x80", 3, true },
		{ "\xef\xbf\xbf", 3, true },
		{ "\xf0\x8f\xbf\xbf", 1, false }, /* overlong */
		{ "\xf0\x90\x80\x80", 4, true },
		{ "\xf4\x8f\xbf\xbf", 4, true },
		{ "\xf4\x90\x80\x80", 1, false }, /* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 1, false },
		{ "\xff", 1, false },
		{ "\xe2\x82", 2, false },     /* cut short */
		{ "\xe2\x82\x41", 2, false }, /* broken off */
		{ "\xf0\x9f\x98", 3, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool valid;

		assert_int_equal(utf8_piece(text_of(rows[i].text), &valid), rows[i].len);
		assert_int_equal(valid, rows[i].valid);
	}
}

static void printable(const char *in, size_t size, const char *expected)
{
	char out[64];

	assert_int_equal(utf8_printable(out, size, text_of(in)), strlen(expected));
	assert_string_equal(out, expected);
}

static void names_become_printable(void **state)
{
	(void)state;
	printable("leaf-1", 64, "leaf-1");
	printable("", 64, "");
	printable("a\nb\tc\x7f", 64, "a?b?c?");
	printable("\xc2\x85", 64, "?"); /* C1 */
	printable("\xc2\xa0", 64, "\xc2\xa0");
	printable("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80", 64,
	          "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80");
	printable("Z\xfcrich", 64, "Z?rich"); /* Latin-1 */
	printable("\xe2\x82x\xff\xfe", 64, "?x??");
}

static void cut_at_whole_characters(void **state)
{
	(void)state;
	printable("abc", 4, "abc");
	printable("abc", 3, "ab");
	printable("abc", 1, "");
	printable("a\xe2\x82\xac", 5, "a\xe2\x82\xac");
	printable("a\xe2\x82\xac", 4, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(borders_of_the_table),
		cmocka_unit_test(names_become_printable),
		cmocka_unit_test(cut_at_whole_characters),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
