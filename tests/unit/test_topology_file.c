/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a document: whole or not at all. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <signal.h>

#include <cmocka.h>

#include "topology/topology_file_priv.h"

static char folder[64];
static char path[80];
static char beside[96];

static int folder_make(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "%s", "/tmp/fabricpulse-file-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	(void)snprintf(path, sizeof path, "%s/document", folder);
	(void)snprintf(beside, sizeof beside, "%s.new", path);
	return 0;
}

static int folder_remove(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(beside);
	return rmdir(folder); /* fails when a file was left behind */
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void assert_content(const char *expected)
{
	struct strbuf text;

	strbuf_init(&text, 1024);
	assert_int_equal(topology_file_read(path, &text), FP_OK);
	assert_int_equal(text.len, strlen(expected));
	if (text.len > 0) {
		assert_string_equal(text.at, expected);
	}
	strbuf_deinit(&text);
}

static void content_is_replaced(void **state)
{
	(void)state;
	assert_int_equal(topology_file_replace(path, bytes_of("a longer first one")), FP_OK);
	assert_content("a longer first one");
	assert_int_equal(topology_file_replace(path, bytes_of("second")), FP_OK);
	assert_content("second");
	assert_int_equal(topology_file_replace(path, bytes_of("")), FP_OK);
	assert_content("");
	assert_int_not_equal(access(beside, F_OK), 0);
}

static void what_is_not_there_cannot_be_read(void **state)
{
	struct strbuf text;

	(void)state;
	strbuf_init(&text, 1024);
	assert_int_equal(topology_file_read(path, &text), FP_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(topology_file_read(folder, &text), FP_SYSTEM);
	assert_int_equal(errno, EISDIR);
	strbuf_deinit(&text);
}

static void reading_stops_at_the_ceiling(void **state)
{
	struct strbuf text;

	(void)state;
	strbuf_init(&text, 100000);
	assert_int_equal(topology_file_read("/dev/zero", &text), FP_SYSTEM);
	assert_int_equal(errno, EFBIG);
	strbuf_deinit(&text);
}

static void a_missing_folder_is_an_error(void **state)
{
	char nowhere[96];

	(void)state;
	(void)snprintf(nowhere, sizeof nowhere, "%s/missing/document", folder);
	assert_int_equal(topology_file_replace(nowhere, bytes_of("x")), FP_SYSTEM);
	assert_int_equal(errno, ENOENT);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
	struct rlimit old;
	struct rlimit small;
	char big[8192];

	(void)state;
	assert_int_equal(topology_file_replace(path, bytes_of("first")), FP_OK);
	memset(big, 'x', sizeof big);
	/* A limit on the file size fails a write in its middle, as a full disk does. */
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(
	    topology_file_replace(path, (struct bytes){ (const uint8_t *)big, sizeof big }),
	    FP_SYSTEM);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_content("first");
	assert_int_not_equal(access(beside, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(content_is_replaced, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(what_is_not_there_cannot_be_read, folder_make,
		                                folder_remove),
		cmocka_unit_test(reading_stops_at_the_ceiling),
		cmocka_unit_test_setup_teardown(a_missing_folder_is_an_error, folder_make,
		                                folder_remove),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, folder_make,
		                                folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
