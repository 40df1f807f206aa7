/* SPDX-License-Identifier: Apache-2.0 */
/* The log: the three formats, hostile values, lines that are too long, levels, threads,
 * throttling. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/base/log.h"

static struct {
	unsigned lines;
	enum log_level level;
	char text[4096];
} last;

static void keep(enum log_level level, const char *line, void *arg)
{
	assert_ptr_equal(arg, &last);
	last.lines++;
	last.level = level;
	(void)snprintf(last.text, sizeof last.text, "%s", line);
	errno = ENOSPC; /* as a write to a full disk would */
}

static int catch_lines(void **state)
{
	(void)state;
	memset(&last, 0, sizeof last);
	log_redirect(keep, &last);
	return 0;
}

static int restore(void **state)
{
	(void)state;
	log_redirect(NULL, NULL);
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
	return 0;
}

/* The line without its time, whose shape is checked here. */
static const char *after_time(const char *prefix)
{
	size_t skip = strlen(prefix) + strlen("2026-01-02T03:04:05.678Z");

	assert_true(strlen(last.text) > skip);
	assert_memory_equal(last.text, prefix, strlen(prefix));
	assert_int_equal(last.text[skip - 1], 'Z');
	return last.text + skip;
}

static void logfmt(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
	log_info("udp", "listening", "addr=%s workers=%u err=\"%s\"", "[::]:6343", 2u, "no \"x\"");
	assert_string_equal(after_time("ts="),
	                    " level=info sys=udp msg=\"listening\" addr=[::]:6343 workers=2 "
	                    "err=\"no \\\"x\\\"\"");
	assert_int_equal(last.level, LOG_LEVEL_INFO);
}

static void no_pairs(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
	log_error("main", "say \"when\"", "");
	assert_string_equal(after_time("ts="), " level=error sys=main msg=\"say \\\"when\\\"\"");
}

static void json(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
	log_warn("config", "bad",
	         "line=7 ratio=-0.5 path=/etc/x version=1.2.3 hex=0x10 zip=007 ok=true");
	assert_string_equal(after_time("{\"ts\":\""),
	                    "\",\"level\":\"warn\",\"sys\":\"config\",\"msg\":\"bad\",\"line\":7,"
	                    "\"ratio\":-0.5,\"path\":\"/etc/x\",\"version\":\"1.2.3\","
	                    "\"hex\":\"0x10\",\"zip\":\"007\",\"ok\":true}");
	log_warn("config", "bad",
	         "n=\"7\" empty= alone err=\"a \\\"b\\\" \\\\ c=d\" end=1. dash=- dot=.5");
	assert_string_equal(after_time("{\"ts\":\""),
	                    "\",\"level\":\"warn\",\"sys\":\"config\",\"msg\":\"bad\",\"n\":\"7\","
	                    "\"empty\":\"\",\"alone\":true,\"err\":\"a \\\"b\\\" \\\\ c=d\","
	                    "\"end\":\"1.\",\"dash\":\"-\",\"dot\":\".5\"}");
}

static void journal(void **state)
{
	static const char *const lines[LOG_LEVEL_COUNT] = {
		"<7>level=debug sys=x msg=\"m\" a=<1> b=2",
		"<6>level=info sys=x msg=\"m\" a=<1> b=2",
		"<4>level=warn sys=x msg=\"m\" a=<1> b=2",
		"<3>level=error sys=x msg=\"m\" a=<1> b=2",
	};

	(void)state;
	log_setup(LOG_LEVEL_DEBUG, LOG_FORMAT_JOURNAL);
	for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
		log_line((enum log_level)level, "x", "m", "a=<1> b=%d", 2);
		assert_string_equal(last.text, lines[level]);
	}
}

static void levels_filter(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_WARN, LOG_FORMAT_LOGFMT);
	log_debug("x", "m", "");
	log_info("x", "m", "");
	assert_int_equal(last.lines, 0);
	log_warn("x", "m", "");
	log_error("x", "m", "");
	assert_int_equal(last.lines, 2);
}

/* A value must not be able to begin a second line or to break out of its string. */
static void values_cannot_forge_lines(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	log_info("x", "m", "name=\"%s\"", "a\nlevel=error \x1b[31m\xff");
	assert_string_equal(last.text,
	                    "<6>level=info sys=x msg=\"m\" name=\"a?level=error ?[31m?\"");
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
	log_info("x", "m", "name=\"%s\" k=%d", "a\",\"level\":\"error", 1);
	assert_string_equal(after_time("{\"ts\":\""),
	                    "\",\"level\":\"info\",\"sys\":\"x\",\"msg\":\"m\","
	                    "\"name\":\"a\\\",\\\"level\\\":\\\"error\",\"k\":1}");
}

/* Every length around the limits ends in a whole line. */
static void long_lines_are_cut_visibly(void **state)
{
	char value[4000];

	(void)state;
	for (int format = 0; format < LOG_FORMAT_COUNT; format++) {
		const char *mark =
		    format == LOG_FORMAT_JSON ? ",\"truncated\":true}" : " truncated=true";

		log_setup(LOG_LEVEL_INFO, (enum log_format)format);
		for (size_t len = 1; len < sizeof value; len += 7) {
			size_t shown;

			memset(value, len % 2 == 0 ? 'v' : '"', len);
			value[len] = '\0';
			log_info("x", "m", "a=1 value=\"%s\" z=2", value);
			shown = strlen(last.text);
			assert_true(shown < 2048);
			if (len > 2000) {
				assert_string_equal(last.text + shown - strlen(mark), mark);
				assert_non_null(strstr(
				    last.text, format == LOG_FORMAT_JSON ? ",\"a\":1" : " a=1"));
			}
			if (len < 700) {
				assert_null(strstr(last.text, "truncated"));
			}
		}
	}
}

static void errno_is_kept(void **state)
{
	(void)state;
	errno = EPERM;
	log_info("x", "m", "k=%d", 1);
	assert_int_equal(errno, EPERM);
}

/* Standard error, replaced by a pipe for the time of the test. */
struct pipe_stderr {
	int saved;
	int read_end;
};

static struct pipe_stderr pipe_begin(void)
{
	struct pipe_stderr p;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	p.saved = dup(STDERR_FILENO);
	p.read_end = ends[0];
	assert_true(p.saved >= 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(ends[1]), 0);
	return p;
}

static void pipe_end(struct pipe_stderr *p)
{
	assert_int_equal(dup2(p->saved, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(p->saved), 0);
}

enum { THREADS = 4, LINES = 100 };

static void *write_lines(void *arg)
{
	const char *name = arg;

	for (int i = 0; i < LINES; i++) {
		log_info("x", "m", "thread=%s n=%d", name, i);
	}
	return NULL;
}

/* Four threads, 100 lines each: every line arrives whole, those of a thread in order. */
static void lines_do_not_mix(void **state)
{
	static char names[THREADS][2] = { "a", "b", "c", "d" };
	int next[THREADS] = { 0 };
	pthread_t threads[THREADS];
	struct pipe_stderr p = pipe_begin();
	char line[256];
	char thread;
	int n;
	FILE *f;

	(void)state;
	log_redirect(NULL, NULL);
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, names[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	pipe_end(&p);
	f = fdopen(p.read_end, "r");
	assert_non_null(f);
	for (int i = 0; i < THREADS * LINES; i++) {
		assert_non_null(fgets(line, sizeof line, f));
		assert_int_equal(
		    sscanf(line, "<6>level=info sys=x msg=\"m\" thread=%c n=%d\n", &thread, &n), 2);
		assert_in_range(thread, 'a', 'd');
		assert_int_equal(n, next[thread - 'a']++);
	}
	assert_null(fgets(line, sizeof line, f));
	assert_int_equal(fclose(f), 0);
}

static void throttle_counts_what_it_refuses(void **state)
{
	struct log_throttle t = { 0 };

	(void)state;
	assert_true(log_due(&t, 3600));
	assert_int_equal(t.suppressed, 0);
	for (int i = 0; i < 5; i++) {
		assert_false(log_due(&t, 3600));
	}
	assert_true(log_due(&t, 0));
	assert_int_equal(t.suppressed, 5);
	assert_false(log_due(&t, 3600));
	assert_true(log_due(&t, 0));
	assert_int_equal(t.suppressed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(logfmt, catch_lines, restore),
		cmocka_unit_test_setup_teardown(no_pairs, catch_lines, restore),
		cmocka_unit_test_setup_teardown(json, catch_lines, restore),
		cmocka_unit_test_setup_teardown(journal, catch_lines, restore),
		cmocka_unit_test_setup_teardown(levels_filter, catch_lines, restore),
		cmocka_unit_test_setup_teardown(values_cannot_forge_lines, catch_lines, restore),
		cmocka_unit_test_setup_teardown(long_lines_are_cut_visibly, catch_lines, restore),
		cmocka_unit_test_setup_teardown(errno_is_kept, catch_lines, restore),
		cmocka_unit_test_setup_teardown(lines_do_not_mix, catch_lines, restore),
		cmocka_unit_test(throttle_counts_what_it_refuses),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
