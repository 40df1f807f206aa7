/* SPDX-License-Identifier: Apache-2.0 */
/* Values by kind: what is taken, what is refused and how that is said, and the way back to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/config/option_value.h"
#include "fabricpulse/config/yaml_tree.h"

struct all {
	bool flag;
	uint32_t u32;
	uint64_t u64;
	int32_t i32;
	uint64_t bytes;
	uint64_t duration_ns;
	double ratio;
	char *string;
	int choice;
	struct option_endpoints endpoints;
	struct option_u32s numbers;
	unsigned tree; /* children of the node */
};

static const char *const choices[] = { "none", "some", "all", NULL };

static void tree_read(const struct option_node *node, void *target,
                      struct option_problems *problems)
{
	unsigned *children = target;

	(void)problems;
	*children = 100;
	for (const struct option_node *n = node != NULL ? node->child : NULL; n != NULL;
	     n = n->sibling) {
		*children += 1;
	}
}

static void tree_release(void *target)
{
	*(unsigned *)target = 0;
}

#define AT(member) offsetof(struct all, member)
static const struct option_row rows[OPTION_KIND_COUNT] = {
	[OPTION_BOOL] = { .kind = OPTION_BOOL, .offset = AT(flag), .fallback = "true" },
	[OPTION_U32] = { .kind = OPTION_U32,
	                 .offset = AT(u32),
	                 .fallback = "3",
	                 .min = 1,
	                 .max = 64 },
	[OPTION_U64] = { .kind = OPTION_U64, .offset = AT(u64), .fallback = "0" },
	[OPTION_I32] = { .kind = OPTION_I32,
	                 .offset = AT(i32),
	                 .fallback = "-1",
	                 .min = -1,
	                 .max = 63 },
	[OPTION_BYTES] = { .kind = OPTION_BYTES,
	                   .offset = AT(bytes),
	                   .fallback = "32M",
	                   .min = 4096,
	                   .max = 1073741824 },
	[OPTION_DURATION] = { .kind = OPTION_DURATION,
	                      .offset = AT(duration_ns),
	                      .fallback = "1s",
	                      .min = 0.001,
	                      .max = 3600 },
	[OPTION_DOUBLE] = { .kind = OPTION_DOUBLE,
	                    .offset = AT(ratio),
	                    .fallback = "0.5",
	                    .min = 0,
	                    .max = 1 },
	[OPTION_STRING] = { .kind = OPTION_STRING, .offset = AT(string), .fallback = "a: b" },
	[OPTION_ENUM] = { .kind = OPTION_ENUM,
	                  .offset = AT(choice),
	                  .fallback = "some",
	                  .choices = choices },
	[OPTION_ENDPOINTS] = { .kind = OPTION_ENDPOINTS,
	                       .offset = AT(endpoints),
	                       .fallback = ":6343" },
	[OPTION_U32_LIST] = { .kind = OPTION_U32_LIST,
	                      .offset = AT(numbers),
	                      .fallback = "[10, 20]",
	                      .min = 0,
	                      .max = 63 },
	[OPTION_TREE] = { .kind = OPTION_TREE,
	                  .offset = AT(tree),
	                  .fallback = "{}",
	                  .read = tree_read,
	                  .release = tree_release },
};
#undef AT

struct bench {
	struct all values;
	struct option_problems *problems;
};

static int open_bench(void **state)
{
	struct bench *bench = mem_new(1, sizeof *bench);

	assert_non_null(bench);
	bench->problems = problems_new();
	assert_non_null(bench->problems);
	memset(&bench->values, 0xa5,
	       sizeof bench->values); /* init expects nothing of what is there */
	for (size_t kind = 0; kind < OPTION_KIND_COUNT; kind++) {
		option_value_init(&rows[kind], &bench->values, bench->problems);
	}
	assert_int_equal(problems_count(bench->problems), 0);
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	for (size_t kind = 0; kind < OPTION_KIND_COUNT; kind++) {
		option_value_release(&rows[kind], &bench->values);
	}
	problems_free(bench->problems);
	mem_free(bench);
	return 0;
}

static void forget_problems(struct bench *bench)
{
	problems_free(bench->problems);
	bench->problems = problems_new();
	assert_non_null(bench->problems);
}

/* Sets from YAML text. True when nothing was complained about. */
static bool set(struct bench *bench, enum option_kind kind, const char *yaml)
{
	struct bytes text = { .at = (const uint8_t *)yaml, .len = strlen(yaml) };
	struct option_tree tree = { .root = NULL };

	forget_problems(bench);
	assert_int_equal(yaml_tree_parse(text, &tree, bench->problems), FP_OK);
	assert_non_null(tree.root);
	option_value_set(&rows[kind], tree.root, &bench->values, bench->problems);
	option_tree_release(&tree);
	return problems_count(bench->problems) == 0;
}

static void assert_prints(struct bench *bench, enum option_kind kind, const char *expected)
{
	struct strbuf out;

	strbuf_init(&out, 4096);
	option_value_print(&rows[kind], &bench->values, &out);
	assert_string_equal(out.at, expected);
	strbuf_deinit(&out);
}

/* There is one problem, and its text ends so. */
static void assert_problem(struct bench *bench, const char *expected)
{
	size_t count;
	const struct problem *problem = problems_sorted(bench->problems, &count);

	assert_int_equal(count, 1);
	assert_true(strlen(problem->text) >= strlen(expected));
	assert_string_equal(problem->text + strlen(problem->text) - strlen(expected), expected);
}

static void defaults_are_read_and_printed(void **state)
{
	struct bench *bench = *state;
	static const char *const printed[OPTION_KIND_COUNT] = {
		[OPTION_BOOL] = "true",
		[OPTION_U32] = "3",
		[OPTION_U64] = "0",
		[OPTION_I32] = "-1",
		[OPTION_BYTES] = "32M",
		[OPTION_DURATION] = "1s",
		[OPTION_DOUBLE] = "0.5",
		[OPTION_STRING] = "\"a: b\"",
		[OPTION_ENUM] = "some",
		[OPTION_ENDPOINTS] = "\":6343\"",
		[OPTION_U32_LIST] = "[10, 20]",
		[OPTION_TREE] = "{}",
	};

	for (unsigned kind = 0; kind < OPTION_KIND_COUNT; kind++) {
		assert_prints(bench, (enum option_kind)kind, printed[kind]);
	}
	assert_int_equal(bench->values.bytes, 32u << 20);
	assert_int_equal(bench->values.duration_ns, NS_PER_SECOND);
	assert_int_equal(bench->values.endpoints.at[0].port, 6343);
	assert_int_equal(bench->values.choice, 1);
	assert_int_equal(bench->values.tree, 100);
}

static void takes(void **state)
{
	struct bench *bench = *state;
	static const struct {
		enum option_kind kind;
		const char *yaml;
		const char *printed;
	} cases[] = {
		{ OPTION_BOOL, "no", "false" },
		{ OPTION_BOOL, "On", "true" },
		{ OPTION_BOOL, "FALSE", "false" },
		{ OPTION_U32, "1", "1" },
		{ OPTION_U32, "64", "64" },
		{ OPTION_U32, "\"7\"", "7" },
		{ OPTION_U64, "18446744073709551615", "18446744073709551615" },
		{ OPTION_I32, "0", "0" },
		{ OPTION_I32, "-1", "-1" },
		{ OPTION_BYTES, "4096", "4K" },
		{ OPTION_BYTES, "64KiB", "64K" },
		{ OPTION_BYTES, "1G", "1G" },
		{ OPTION_BYTES, "5000B", "5000" },
		{ OPTION_DURATION, "250ms", "250ms" },
		{ OPTION_DURATION, "1h", "1h" },
		{ OPTION_DURATION, "59m59s1000us", "59m59s1ms" },
		{ OPTION_DOUBLE, "1", "1" },
		{ OPTION_DOUBLE, "1e-3", "0.001" },
		{ OPTION_STRING, "/var/lib/x", "/var/lib/x" },
		{ OPTION_STRING, "\"\"", "\"\"" },
		{ OPTION_STRING, "\"null\"", "\"null\"" },
		{ OPTION_STRING, "12", "\"12\"" },
		{ OPTION_ENUM, "all", "all" },
		{ OPTION_ENDPOINTS, "10.0.0.1:1", "\"10.0.0.1:1\"" },
		{ OPTION_ENDPOINTS, "[]", "[]" },
		{ OPTION_ENDPOINTS, "[\"[::1]:2\", 10.0.0.1:1]", "[\"[::1]:2\", \"10.0.0.1:1\"]" },
		{ OPTION_U32_LIST, "[]", "[]" },
		{ OPTION_U32_LIST, "5", "[5]" },
		{ OPTION_U32_LIST, "[0, 63]", "[0, 63]" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!set(bench, cases[i].kind, cases[i].yaml)) {
			fail_msg("%s was refused", cases[i].yaml);
		}
		assert_prints(bench, cases[i].kind, cases[i].printed);
	}
}

static void refuses_and_keeps_what_was(void **state)
{
	struct bench *bench = *state;
	static const struct {
		enum option_kind kind;
		const char *yaml;
		const char *sentence;
	} cases[] = {
		{ OPTION_BOOL, "1", "expected true or false, got \"1\"" },
		{ OPTION_BOOL, "y", "expected true or false, got \"y\"" },
		{ OPTION_U32, "0", "expected a whole number from 1 to 64, got \"0\"" },
		{ OPTION_U32, "65", "expected a whole number from 1 to 64, got \"65\"" },
		{ OPTION_U32, "many", "expected a whole number from 1 to 64, got \"many\"" },
		{ OPTION_U32, "010", "got \"010\"" },
		{ OPTION_U32, "0x10", "got \"0x10\"" },
		{ OPTION_U32, "+5", "got \"+5\"" },
		{ OPTION_U32, "1e1", "got \"1e1\"" },
		{ OPTION_U32, "4294967297", "got \"4294967297\"" },
		{ OPTION_U32, "~", "got nothing" },
		{ OPTION_U32, "[4]", "got a list" },
		{ OPTION_U32, "{a: 4}", "got a map" },
		{ OPTION_U64, "18446744073709551616",
		  "expected a whole number, got "
		  "\"18446744073709551616\"" },
		{ OPTION_I32, "-2", "expected a whole number from -1 to 63, got \"-2\"" },
		{ OPTION_I32, "--1", "got \"--1\"" },
		{ OPTION_BYTES, "1", "expected a size from 4K to 1G, got \"1\"" },
		{ OPTION_BYTES, "2G", "got \"2G\"" },
		{ OPTION_BYTES, "64KB", "got \"64KB\"" },
		{ OPTION_BYTES, "1.5M", "got \"1.5M\"" },
		{ OPTION_BYTES, "99999999999T", "got \"99999999999T\"" },
		{ OPTION_DURATION, "1", "expected a duration from 1ms to 1h, got \"1\"" },
		{ OPTION_DURATION, "0", "got \"0\"" },
		{ OPTION_DURATION, "61m", "got \"61m\"" },
		{ OPTION_DURATION, "1s1m", "got \"1s1m\"" },
		{ OPTION_DURATION, "1s1s", "got \"1s1s\"" },
		{ OPTION_DURATION, "1.5s", "got \"1.5s\"" },
		{ OPTION_DURATION, "s", "got \"s\"" },
		{ OPTION_DURATION, "1 s", "got \"1 s\"" },
		{ OPTION_DURATION, "99999999999w", "got \"99999999999w\"" },
		{ OPTION_DOUBLE, "1.01", "expected a number from 0 to 1, got \"1.01\"" },
		{ OPTION_DOUBLE, "nan", "got \"nan\"" },
		{ OPTION_DOUBLE, "0x1", "got \"0x1\"" },
		{ OPTION_DOUBLE, ".inf", "got \".inf\"" },
		{ OPTION_STRING, "[a]", "expected text, got a list" },
		{ OPTION_STRING, "null", "expected text, got nothing" },
		{ OPTION_ENUM, "ALL", "expected one of none, some, all, got \"ALL\"" },
		{ OPTION_ENDPOINTS, "localhost:1", "or a list of them, got \"localhost:1\"" },
		{ OPTION_ENDPOINTS, "\":0x1\"", "got \":0x1\"" },
		{ OPTION_ENDPOINTS, "[[]]", "got a list" },
		{ OPTION_ENDPOINTS, "null", "got nothing" },
		{ OPTION_U32_LIST, "[1, 64]",
		  "[1]: expected a list of whole numbers from 0 to 63, "
		  "got \"64\"" },
	};
	struct all before = bench->values;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (set(bench, cases[i].kind, cases[i].yaml)) {
			fail_msg("%s was taken", cases[i].yaml);
		}
		assert_problem(bench, cases[i].sentence);
	}
	assert_memory_equal(&bench->values, &before, sizeof before);
}

static void lists_have_a_limit(void **state)
{
	struct bench *bench = *state;
	struct strbuf yaml;

	strbuf_init(&yaml, 4096);
	strbuf_puts(&yaml, "[1");
	for (int i = 1; i < OPTION_LIST_MAX; i++) {
		strbuf_puts(&yaml, ", 1");
	}
	strbuf_puts(&yaml, "]");
	assert_true(set(bench, OPTION_U32_LIST, yaml.at));
	assert_int_equal(bench->values.numbers.count, OPTION_LIST_MAX);
	yaml.at[yaml.len - 1] = ',';
	strbuf_puts(&yaml, "1]");
	assert_false(set(bench, OPTION_U32_LIST, yaml.at));
	assert_problem(bench, "[64]: expected at most 64 values");
	strbuf_deinit(&yaml);
}

static void endpoints_may_have_a_number(void **state)
{
	struct bench *bench = *state;
	struct option_row two = rows[OPTION_ENDPOINTS];
	struct option_node alone = { .text = ":1", .key = "", .line = 1, .column = 1 };

	two.min = 2;
	two.max = 4;
	option_value_set(&two, &alone, &bench->values, bench->problems);
	assert_problem(bench, "expected 2 to 4 values, got 1");
}

static void trees_are_released_before_they_are_read_again(void **state)
{
	struct bench *bench = *state;

	assert_true(set(bench, OPTION_TREE, "{a: 1, b: 2}"));
	assert_int_equal(bench->values.tree, 102);
	assert_true(set(bench, OPTION_TREE, "~")); /* as if it were absent */
	assert_int_equal(bench->values.tree, 100);
	option_value_release(&rows[OPTION_TREE], &bench->values);
	assert_int_equal(bench->values.tree, 0);
}

static void long_and_strange_text_is_shown_in_one_line(void **state)
{
	struct bench *bench = *state;
	char text[400];
	struct option_node node = { .text = text, .key = "", .line = 1, .column = 1 };

	memset(text, 'x', sizeof text);
	memcpy(text, "a\nb\x1b[1m\xff", 8);
	text[sizeof text - 1] = '\0';
	option_value_set(&rows[OPTION_U32], &node, &bench->values, bench->problems);
	assert_problem(bench,
	               "expected a whole number from 1 to 64, got "
	               "\"a?b?[1m?xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\"");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(defaults_are_read_and_printed),
		CASE(takes),
		CASE(refuses_and_keeps_what_was),
		CASE(lists_have_a_limit),
		CASE(endpoints_may_have_a_number),
		CASE(trees_are_released_before_they_are_read_again),
		CASE(long_and_strange_text_is_shown_in_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
