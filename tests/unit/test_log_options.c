/* SPDX-License-Identifier: Apache-2.0 */
/* The log becomes what is configured; "auto" is the journal's format only when standard error is
 * the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/config/log_options.h"

static char seen[256];

static void keep_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	(void)snprintf(seen, sizeof seen, "%s", line);
}

/* The line of a message under that configuration; "" when it is not written. */
static const char *line_of(enum log_level level, enum log_choice format)
{
	const struct log_config config = { .level = (int)level, .format = (int)format };

	seen[0] = '\0';
	log_config_apply(&config);
	log_redirect(keep_line, NULL);
	log_info("test", "hello", "%s", "a=1");
	log_redirect(NULL, NULL);
	return seen;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void formats_are_as_named(void **state)
{
	(void)state;
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_LOGFMT), "ts="));
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_JSON), "{"));
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_JOURNAL), "<6>"));
}

static void levels_are_as_named(void **state)
{
	(void)state;
	assert_string_equal(line_of(LOG_LEVEL_WARN, LOG_CHOICE_LOGFMT), "");
	assert_string_not_equal(line_of(LOG_LEVEL_DEBUG, LOG_CHOICE_LOGFMT), "");
}

static void auto_asks_who_listens(void **state)
{
	struct stat status;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_AUTO), "ts="));
	(void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)status.st_dev,
	               (uintmax_t)status.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_AUTO), "<6>"));
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_JSON), "{"));
	(void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)status.st_dev,
	               (uintmax_t)status.st_ino + 1);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0); /* inherited, then redirected */
	assert_true(begins(line_of(LOG_LEVEL_INFO, LOG_CHOICE_AUTO), "ts="));
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_as_named),
		cmocka_unit_test(levels_are_as_named),
		cmocka_unit_test(auto_asks_who_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
