/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as scalars: how they look, and that a reader gives them back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/yaml_text_priv.h"
#include "fabricpulse/config/yaml_tree.h"

static void assert_prints(const char *text, const char *expected)
{
	struct strbuf out;

	strbuf_init(&out, 1024);
	yaml_text_print(text, &out);
	assert_string_equal(out.at, expected);
	strbuf_deinit(&out);
}

static void words_and_paths_stay_plain(void **state)
{
	(void)state;
	assert_prints("sflow_", "sflow_");
	assert_prints("/var/lib/fabric-pulse.2", "/var/lib/fabric-pulse.2");
}

static void what_could_mean_something_else_is_quoted(void **state)
{
	(void)state;
	assert_prints("", "\"\"");
	assert_prints("null", "\"null\"");
	assert_prints("Yes", "\"Yes\"");
	assert_prints("12", "\"12\"");
	assert_prints("1e3", "\"1e3\"");
	assert_prints("-x", "\"-x\"");
	assert_prints(":6343", "\":6343\"");
	assert_prints("a b", "\"a b\"");
	assert_prints("a#", "\"a#\"");
	assert_prints("a\"b\\c", "\"a\\\"b\\\\c\"");
	assert_prints("a\n\x7f", "\"a\\u000a\\u007f\"");
	assert_prints("\xc3\xa9\xc2\x85\xe2\x80\xa8", "\"\xc3\xa9\\u0085\\u2028\"");
	assert_prints("\xff", "\"\xef\xbf\xbd\"");
}

/* Every character that UTF-8 can hold, each between two letters. */
static size_t encode(uint32_t c, char out[static 8])
{
	size_t len = 0;

	out[len++] = 'a';
	if (c < 0x80) {
		out[len++] = (char)c;
	} else if (c < 0x800) {
		out[len++] = (char)(0xc0 | c >> 6);
		out[len++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		out[len++] = (char)(0xe0 | c >> 12);
		out[len++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[len++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[len++] = (char)(0xf0 | c >> 18);
		out[len++] = (char)(0x80 | (c >> 12 & 0x3f));
		out[len++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[len++] = (char)(0x80 | (c & 0x3f));
	}
	out[len++] = 'z';
	out[len] = '\0';
	return len;
}

static void every_character_is_given_back(void **state)
{
	struct option_problems *problems = problems_new();
	struct strbuf out;
	char text[8];

	(void)state;
	assert_non_null(problems);
	strbuf_init(&out, 1024);
	for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 || c >= 0xfe00 ? 1 : 0x10) {
		struct option_tree tree = { .root = NULL };
		struct bytes yaml;

		if ((c >= 0xd800 && c < 0xe000) || (c >= 0x10000 && c % 0x111 != 0)) {
			continue; /* surrogates are no characters; a sample of the rest will do */
		}
		(void)encode(c, text);
		strbuf_clear(&out);
		yaml_text_print(text, &out);
		yaml = (struct bytes){ .at = (const uint8_t *)out.at, .len = out.len };
		assert_int_equal(yaml_tree_parse(yaml, &tree, problems), FP_OK);
		assert_string_equal(tree.root->text, text);
		option_tree_release(&tree);
	}
	strbuf_deinit(&out);
	problems_free(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_paths_stay_plain),
		cmocka_unit_test(what_could_mean_something_else_is_quoted),
		cmocka_unit_test(every_character_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
