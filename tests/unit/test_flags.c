/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines: names, values, operands, mistakes, and what reaches the configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "demo_schema.h"
#include "fabricpulse/config/flags.h"

#define TEXT_BYTES_MAX (1u << 20)
#define ARGUMENTS_MAX  16

struct own {
	double speed;
	char *format;
	bool loops;
};

static const struct option_row own_rows[] = {
	{ .key = "speed",
	  .kind = OPTION_DOUBLE,
	  .offset = offsetof(struct own, speed),
	  .fallback = "1",
	  .min = 0,
	  .max = 1000,
	  .help = "How fast." },
	{ .key = "format",
	  .kind = OPTION_STRING,
	  .offset = offsetof(struct own, format),
	  .fallback = "json",
	  .help = "Which notation." },
	{ .key = "loop",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct own, loops),
	  .fallback = "false",
	  .help = "Again and again." },
};
static const struct option_table own_table = { "", own_rows, ARRAY_LEN(own_rows) };

static const struct flags_spec spec = {
	.usage = "play [flags] FILE...",
	.about = "Plays files.",
	.own = &own_table,
	.schema = &demo_schema,
	.operands_max = 2,
};

static struct option_problems *problems;
static struct own own;
static struct flags flags;

static int open_flags(void **state)
{
	(void)state;
	problems = problems_new();
	return problems != NULL ? 0 : -1;
}

static int close_flags(void **state)
{
	(void)state;
	problems_free(problems);
	return 0;
}

/* Parses a line whose words are separated by blanks; "_" stands for an empty word. */
static enum fp_err parse(const char *line)
{
	static char text[512];
	char *argv[ARGUMENTS_MAX] = { "play" };
	int argc = 1;
	size_t len = strlen(line);

	assert_true(len < sizeof text);
	memcpy(text, line, len + 1);
	for (char *p = text; *p != '\0' && argc < ARGUMENTS_MAX; argc++) {
		size_t word = strcspn(p, " ");
		bool is_last = p[word] == '\0';

		argv[argc] = p[0] == '_' && word == 1 ? "" : p;
		p[word] = '\0';
		p += is_last ? word : word + 1;
	}
	problems_free(problems);
	problems = problems_new();
	assert_non_null(problems);
	return flags_parse(argc, argv, &spec, &own, &flags, problems);
}

static void assert_problems(const char *expected)
{
	struct strbuf shown;

	strbuf_init(&shown, TEXT_BYTES_MAX);
	problems_print(problems, &shown);
	assert_string_equal(shown.at != NULL ? shown.at : "", expected);
	strbuf_deinit(&shown);
}

static void release(void)
{
	flags_release(&spec, &own, &flags);
}

static void nothing_gives_the_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse(""), FP_OK);
	assert_string_equal(flags.config_file, "");
	assert_false(flags.wants_help);
	assert_false(flags.wants_version);
	assert_int_equal(flags.operand_count, 0);
	assert_null(flags.options.root);
	assert_true(own.speed == 1.0);
	assert_string_equal(own.format, "json");
	assert_false(own.loops);
	release();
	assert_null(flags.config_file);
	assert_null(own.format);
}

static void values_stand_behind_equals_or_alone(void **state)
{
	(void)state;
	assert_int_equal(parse("--speed=2.5 --format text --config.file=a=b --loop x"), FP_OK);
	assert_true(own.speed == 2.5);
	assert_string_equal(own.format, "text");
	assert_true(own.loops);
	assert_string_equal(flags.config_file, "a=b");
	assert_int_equal(flags.operand_count, 1); /* a switch takes no next word */
	assert_string_equal(flags.operands[0], "x");
	release();
	assert_int_equal(parse("--format= --loop=no"), FP_OK);
	assert_string_equal(own.format, "");
	assert_false(own.loops);
	release();
	assert_int_equal(parse("--format null"), FP_OK);
	assert_string_equal(own.format, "null");
	release();
}

static void operands_are_what_is_no_flag(void **state)
{
	(void)state;
	assert_int_equal(parse("- --speed=2 -- --loop"), FP_OK);
	assert_int_equal(flags.operand_count, 2);
	assert_string_equal(flags.operands[0], "-");
	assert_string_equal(flags.operands[1], "--loop");
	assert_false(own.loops);
	release();
	assert_int_equal(parse("a b c d"), FP_BAD_CONFIG);
	assert_problems("unexpected argument \"c\"\nunexpected argument \"d\"\n");
	assert_null(flags.operands);
}

static void options_reach_the_configuration(void **state)
{
	struct demo demo;

	(void)state;
	assert_int_equal(parse("--sflow.workers=4 --sflow.listen-address=:1 --sflow.listen :2 "
	                       "--forward=10.0.0.1:3 --log.prefix=_ --limits.expire=5m "
	                       "--web.gzip=off"),
	                 FP_OK);
	assert_int_equal(config_load(&demo_schema, NULL, flags.options.root, &demo, problems),
	                 FP_OK);
	assert_int_equal(demo.workers, 4);
	assert_int_equal(demo.listen.count, 2);
	assert_int_equal(demo.listen.at[0].port, 1);
	assert_int_equal(demo.listen.at[1].port, 2);
	assert_int_equal(demo.web.at[0].port, 8008);
	assert_int_equal(demo.forward.count, 1);
	assert_string_equal(demo.prefix, "_");
	assert_false(demo.gzip);
	config_release(&demo_schema, &demo);
	release();
	assert_int_equal(parse("--web.listen-address=:9 --log.prefix _"), FP_OK);
	assert_int_equal(config_load(&demo_schema, NULL, flags.options.root, &demo, problems),
	                 FP_OK);
	assert_int_equal(demo.web.at[0].port, 9);
	assert_string_equal(demo.prefix, "");
	config_release(&demo_schema, &demo);
	release();
}

static void values_of_options_are_checked_by_the_load(void **state)
{
	struct demo demo;

	(void)state;
	assert_int_equal(parse("--sflow.workers=many --forward=:1 --forward=there"), FP_OK);
	assert_int_equal(config_load(&demo_schema, NULL, flags.options.root, &demo, problems),
	                 FP_BAD_CONFIG);
	assert_problems("--sflow.workers: expected a whole number from 1 to 64, got \"many\"\n"
	                "--forward[1]: expected address:port with a numeric address "
	                "(10.0.0.1:6343, [2001:db8::1]:6343, :6343), or a list of them, got "
	                "\"there\"\n");
	release();
}

static void every_mistake_is_shown(void **state)
{
	(void)state;
	assert_int_equal(parse("--sflow.workres=2 --speed=fast --loop --loop -x --colours=red "
	                       "--web.listen-adress=:1 --names=x --format"),
	                 FP_BAD_CONFIG);
	assert_problems("--sflow.workres: unknown flag; did you mean --sflow.workers?\n"
	                "--loop: given more than once\n"
	                "unknown flag \"-x\"\n"
	                "--colours: unknown flag\n"
	                "--web.listen-adress: unknown flag; did you mean --web.listen-address?\n"
	                "--names: unknown flag\n"
	                "--format: expected a value\n"
	                "--speed: expected a number from 0 to 1000, got \"fast\"\n");
	assert_null(flags.config_file);
	assert_null(own.format);
}

static void help_is_wanted_even_when_the_rest_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(parse("--colours -h"), FP_BAD_CONFIG);
	assert_true(flags.wants_help);
	assert_int_equal(parse("--version"), FP_OK);
	assert_true(flags.wants_version);
	assert_false(flags.wants_help);
	release();
}

static void names_have_a_limit(void **state)
{
	char line[400];

	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "--", 2);
	line[sizeof line - 1] = '\0';
	assert_int_equal(parse(line), FP_BAD_CONFIG);
	assert_int_equal(problems_count(problems), 1);
}

static void help_comes_from_the_rows(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, TEXT_BYTES_MAX);
	flags_print_help(&spec, &out);
	assert_non_null(
	    strstr(out.at, "usage: fabricpulse play [flags] FILE...\n\nPlays files.\n"));
	assert_non_null(strstr(out.at, "\n  --speed=1\n        How fast.\n"));
	assert_non_null(strstr(out.at, "\n  --loop\n        Again and again.\n"));
	assert_non_null(strstr(out.at, "\n  --config.file=\n"));
	assert_non_null(strstr(out.at, "\n  --sflow.listen=:6343 (or --sflow.listen-address)\n"));
	assert_non_null(strstr(out.at, "\n  --forward=[]\n"));
	assert_non_null(strstr(out.at, "        One of: debug, info, warn\n"));
	assert_null(strstr(out.at, "--names"));
	strbuf_deinit(&out);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_flags, close_flags)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_gives_the_defaults),
		CASE(values_stand_behind_equals_or_alone),
		CASE(operands_are_what_is_no_flag),
		CASE(options_reach_the_configuration),
		CASE(values_of_options_are_checked_by_the_load),
		CASE(every_mistake_is_shown),
		CASE(help_is_wanted_even_when_the_rest_is_wrong),
		CASE(names_have_a_limit),
		CASE(help_comes_from_the_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
