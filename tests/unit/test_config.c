/* SPDX-License-Identifier: Apache-2.0 */
/* The load: defaults, file and flags in their order, every mistake at its place, all or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "demo_schema.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/config/option_tree.h"

#define SHOWN_BYTES_MAX (1u << 20)

static struct option_problems *problems;
static struct demo demo;

static int open_load(void **state)
{
	(void)state;
	memset(&demo, 0xa5, sizeof demo); /* what was there does not matter */
	problems = problems_new();
	return problems != NULL ? 0 : -1;
}

static int close_load(void **state)
{
	(void)state;
	problems_free(problems);
	return 0;
}

static enum fp_err load(const char *yaml, const struct option_node *flags)
{
	struct bytes text = { .at = (const uint8_t *)yaml, .len = strlen(yaml) };

	return config_load_text(&demo_schema, text, flags, &demo, problems);
}

static void assert_problems(const char *expected)
{
	struct strbuf shown;

	strbuf_init(&shown, SHOWN_BYTES_MAX);
	problems_print(problems, &shown);
	assert_string_equal(shown.at != NULL ? shown.at : "", expected);
	strbuf_deinit(&shown);
}

/* A load that must fail, and what is said. */
static void assert_fails(const char *yaml, const char *expected)
{
	problems_free(problems);
	problems = problems_new();
	assert_non_null(problems);
	problems_set_file(problems, "f");
	assert_int_equal(load(yaml, NULL), FP_BAD_CONFIG);
	assert_problems(expected);
	assert_null(demo.prefix);
	assert_null(demo.tree);
}

static void assert_defaults(void)
{
	assert_int_equal(demo.workers, 1);
	assert_int_equal(demo.listen.count, 1);
	assert_int_equal(demo.listen.at[0].port, 6343);
	assert_int_equal(demo.web.at[0].port, 8008);
	assert_true(demo.gzip);
	assert_int_equal(demo.forward.count, 0);
	assert_int_equal(demo.level, 1);
	assert_string_equal(demo.prefix, "");
	assert_int_equal(demo.limits.bytes, 1 << 20);
	assert_int_equal(demo.limits.expire_ns, 600 * NS_PER_SECOND);
	assert_null(demo.tree);
}

static void nothing_gives_the_defaults(void **state)
{
	static const char *const texts[] = {
		"",         "# nothing\n",        "---\n", "sflow:\n  # workers: 2\n", "{}",
		"names:\n", "sflow: {}\nlog: ~\n"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(load(texts[i], NULL), FP_OK);
		assert_defaults();
		config_release(&demo_schema, &demo);
	}
	assert_int_equal(config_load(&demo_schema, NULL, NULL, &demo, problems), FP_OK);
	assert_defaults();
	config_release(&demo_schema, &demo);
}

static void a_file_changes_what_it_says(void **state)
{
	(void)state;
	assert_int_equal(load("sflow:\n"
	                      "  workers: 8\n"
	                      "forward: 10.0.0.9:6343\n"
	                      "limits: { memory: 2M, expire: 1h }\n"
	                      "names: { leaf1: x, leaf2: y }\n"
	                      "log:\n"
	                      "  prefix: hello\n",
	                      NULL),
	                 FP_OK);
	assert_int_equal(demo.workers, 8);
	assert_int_equal(demo.listen.at[0].port, 6343);
	assert_int_equal(demo.forward.count, 1);
	assert_int_equal(demo.limits.bytes, 2 << 20);
	assert_int_equal(demo.limits.expire_ns, 3600 * NS_PER_SECOND);
	assert_string_equal(demo.tree, "leaf1");
	assert_string_equal(demo.prefix, "hello");
	config_release(&demo_schema, &demo);
	assert_null(demo.prefix);
	assert_null(demo.tree);
}

static void flags_win_over_the_file(void **state)
{
	struct option_tree tree = { .root = NULL };
	struct option_node *root = option_tree_child(&tree, NULL, "", OPTION_NODE_MAP);
	struct option_node *sflow = option_tree_child(&tree, root, "sflow", OPTION_NODE_MAP);
	struct option_node *workers =
	    option_tree_child(&tree, sflow, "workers", OPTION_NODE_SCALAR);

	(void)state;
	workers->text = "3";
	assert_int_equal(load("sflow: { workers: 2, listen: \":1\" }", tree.root), FP_OK);
	assert_int_equal(demo.workers, 3);
	assert_int_equal(demo.listen.at[0].port, 1);
	config_release(&demo_schema, &demo);

	workers->text = "many";
	problems_set_file(problems, "f");
	assert_int_equal(load("sflow: { workers: 0 }", tree.root), FP_BAD_CONFIG);
	assert_problems("--sflow.workers: expected a whole number from 1 to 64, got \"many\"\n"
	                "f:1:19: sflow.workers: expected a whole number from 1 to 64, got \"0\"\n");
	option_tree_release(&tree);
}

static void every_mistake_is_shown_in_the_order_of_the_file(void **state)
{
	(void)state;
	assert_fails("sflow:\n"
	             "  workres: 2\n"
	             "  listen: [\":1\", here]\n"
	             "log:\n"
	             "  level: loud\n"
	             "  level: warn\n"
	             "wbe:\n"
	             "  gzip: on\n",
	             "f:2:3: sflow.workres: unknown key; did you mean \"workers\"?\n"
	             "f:3:18: sflow.listen[1]: expected address:port with a numeric address "
	             "(10.0.0.1:6343, [2001:db8::1]:6343, :6343), or a list of them, got \"here\"\n"
	             "f:5:10: log.level: expected one of debug, info, warn, got \"loud\"\n"
	             "f:6:3: log.level: the same key again; it was given first in line 5\n"
	             "f:7:1: wbe: unknown section; did you mean \"web\"?\n");
}

static void unknown_keys_are_guessed_at(void **state)
{
	static const struct {
		const char *yaml;
		const char *sentence;
	} cases[] = {
		{ "log: { gzip: off }", "f:1:8: log.gzip: unknown key; \"gzip\" belongs to section "
		                        "\"web\"\n" },
		{ "log: { gizp: off }", "f:1:8: log.gizp: unknown key; \"gzip\" belongs to section "
		                        "\"web\"\n" },
		{ "limits: { exprie: 1h }",
		  "f:1:11: limits.exprie: unknown key; did you mean \"expire\"?\n" },
		{ "log: { forward: [] }",
		  "f:1:8: log.forward: unknown key; \"forward\" is a section of its own\n" },
		{ "log: { colour: red }", "f:1:8: log.colour: unknown key\n" },
		{ "workers: 4",
		  "f:1:1: workers: unknown key; \"workers\" belongs to section \"sflow\"\n" },
		{ "sflow.workers: 4",
		  "f:1:1: sflow.workers: unknown key; \"workers\" belongs to section \"sflow\"\n" },
		{ "froward: []", "f:1:1: froward: unknown section; did you mean \"forward\"?\n" },
		{ "colours: {}", "f:1:1: colours: unknown section\n" },
		{ "'': {}", "f:1:1: unknown section\n" },
		{ "log: { '': 1 }", "f:1:8: log: unknown key\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_fails(cases[i].yaml, cases[i].sentence);
	}
}

static void shapes_are_checked(void **state)
{
	(void)state;
	assert_fails("[sflow]", "f:1:1: expected a map of sections, got a list\n");
	assert_fails("sflow", "f:1:1: expected a map of sections, got \"sflow\"\n");
	assert_fails("sflow: 4", "f:1:8: sflow: expected a map of keys, got \"4\"\n");
	assert_fails("sflow: [4]", "f:1:8: sflow: expected a map of keys, got a list\n");
	assert_fails("sflow: { workers: }", "f:1:19: sflow.workers: expected a whole number from 1 "
	                                    "to 64, got nothing\n");
	assert_fails("forward: {}", "f:1:10: forward: expected address:port with a numeric address "
	                            "(10.0.0.1:6343, [2001:db8::1]:6343, :6343), or a list of "
	                            "them, got a map\n");
	assert_fails("names: []", "f:1:8: names: expected a map of names\n");
}

static void syntax_errors_hide_nothing_before_them_and_invent_nothing_after(void **state)
{
	(void)state;
	assert_fails("log: { level: loud, level: warn }\nsflow: [\n",
	             "f:1:21: log.level: the same key again; it was given first in line 1\n"
	             "f:3:1: not YAML: did not find expected node content while parsing a flow "
	             "node\n");
}

static void too_many_mistakes_are_counted(void **state)
{
	struct strbuf yaml;
	struct strbuf shown;

	(void)state;
	strbuf_init(&yaml, SHOWN_BYTES_MAX);
	for (unsigned i = 0; i < PROBLEMS_SHOWN_MAX + 5; i++) {
		strbuf_printf(&yaml, "colour%u:\n", i);
	}
	assert_int_equal(load(yaml.at, NULL), FP_BAD_CONFIG);
	assert_int_equal(problems_count(problems), PROBLEMS_SHOWN_MAX + 5);
	strbuf_init(&shown, SHOWN_BYTES_MAX);
	problems_print(problems, &shown);
	assert_non_null(strstr(shown.at, "colour199: unknown section\nand 5 more\n"));
	strbuf_deinit(&shown);
	strbuf_deinit(&yaml);
}

static void files_are_read_and_missing_ones_are_mistakes(void **state)
{
	char path[] = "/tmp/test_config_XXXXXX";
	char expected[128];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "sflow: {workers: 5}\n", 20), 20);
	assert_int_equal(config_load(&demo_schema, path, NULL, &demo, problems), FP_OK);
	assert_int_equal(demo.workers, 5);
	config_release(&demo_schema, &demo);

	assert_int_equal(ftruncate(fd, CONFIG_FILE_BYTES_MAX + 1), 0);
	assert_int_equal(config_load(&demo_schema, path, NULL, &demo, problems), FP_BAD_CONFIG);
	(void)snprintf(expected, sizeof expected, "%s: expected at most 16 MiB\n", path);
	assert_problems(expected);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);

	problems_free(problems);
	problems = problems_new();
	assert_int_equal(config_load(&demo_schema, path, NULL, &demo, problems), FP_BAD_CONFIG);
	(void)snprintf(expected, sizeof expected,
	               "%s: cannot be opened: No such file or directory\n", path);
	assert_problems(expected);

	problems_free(problems);
	problems = problems_new();
	assert_int_equal(config_load(&demo_schema, "/tmp", NULL, &demo, problems), FP_BAD_CONFIG);
	assert_problems("/tmp: cannot be read: Is a directory\n");
}

static void rows_are_found(void **state)
{
	size_t place = 0;

	(void)state;
	assert_string_equal(config_find(&demo_schema, "limits", "expire", &place)->key, "expire");
	assert_int_equal(place, 5);
	assert_int_equal(config_find(&demo_schema, "forward", "", &place)->kind, OPTION_ENDPOINTS);
	assert_null(config_find(&demo_schema, "log", "expire", &place));
	assert_null(config_find(&demo_schema, "colours", "expire", &place));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_load, close_load)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_gives_the_defaults),
		CASE(a_file_changes_what_it_says),
		CASE(flags_win_over_the_file),
		CASE(every_mistake_is_shown_in_the_order_of_the_file),
		CASE(unknown_keys_are_guessed_at),
		CASE(shapes_are_checked),
		CASE(syntax_errors_hide_nothing_before_them_and_invent_nothing_after),
		CASE(too_many_mistakes_are_counted),
		CASE(files_are_read_and_missing_ones_are_mistakes),
		CASE(rows_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
