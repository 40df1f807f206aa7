/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's own settings: defaults as the specification has them, all or nothing, and flags
 * by the names that Prometheus people know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings.h"

static const struct flags_spec spec = { .usage = "", .about = "", .schema = &settings_schema };

static struct option_problems *problems;

static int open_load(void **state)
{
	(void)state;
	problems = problems_new();
	return problems != NULL ? 0 : -1;
}

static int close_load(void **state)
{
	(void)state;
	problems_free(problems);
	return 0;
}

/* Loads with one flag. */
static enum fp_err load(char *flag, struct settings *out)
{
	char *argv[] = { "run", "--config.file=/dev/null", flag, NULL };
	struct flags flags;
	enum fp_err err;

	assert_int_equal(flags_parse(flag != NULL ? 3 : 2, argv, &spec, NULL, &flags, problems),
	                 FP_OK);
	assert_string_equal(settings_file(&flags), "/dev/null");
	err = settings_load(&flags, out, problems);
	flags_release(&spec, NULL, &flags);
	return err;
}

static void it_works_without_any_configuration(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(load(NULL, &settings), FP_OK);
	assert_int_equal(settings.udp.listen.count, 1);
	assert_int_equal(settings.udp.listen.at[0].port, 6343);
	assert_int_equal(settings.udp.listen.at[0].addr.family, ADDR_NONE);
	assert_int_equal(settings.http.listen.at[0].port, 8008);
	assert_int_equal(settings.forward.targets.count, 0);
	assert_int_equal(settings.classify.trim_dscp.at[0], 11);
	assert_string_equal(settings.analyze.compat.prefix, "sflow_");
	assert_int_equal(settings.log.level, LOG_LEVEL_INFO);
	settings_release(&settings);
}

static void a_mistake_leaves_what_was(void **state)
{
	struct settings settings;
	struct settings before;

	(void)state;
	assert_int_equal(load("--sflow.workers=2", &settings), FP_OK);
	memcpy(&before, &settings, sizeof before);
	assert_int_equal(load("--sflow.workers=0", &settings), FP_BAD_CONFIG);
	assert_int_equal(problems_count(problems), 1);
	assert_memory_equal(&before, &settings, sizeof before);
	assert_int_equal(settings.udp.workers, 2);
	settings_release(&settings);
}

static void prometheus_spellings_are_known(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(load("--web.listen-address=127.0.0.1:1", &settings), FP_OK);
	assert_int_equal(settings.http.listen.at[0].port, 1);
	settings_release(&settings);
	assert_int_equal(load("--sflow.listen-address=[::1]:2", &settings), FP_OK);
	assert_int_equal(settings.udp.listen.at[0].port, 2);
	settings_release(&settings);
	assert_int_equal(load("--log.format=journal", &settings), FP_OK);
	assert_int_equal(settings.log.format, LOG_CHOICE_JOURNAL);
	settings_release(&settings);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_load, close_load)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(it_works_without_any_configuration),
		CASE(a_mistake_leaves_what_was),
		CASE(prometheus_spellings_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
