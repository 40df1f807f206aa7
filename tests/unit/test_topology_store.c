/* SPDX-License-Identifier: Apache-2.0 */
/* The store: what is in use, its version, what a restart brings back, and what a disk that fails
 * does to it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/base/log.h"
#include "fabricpulse/topology/topology.h"

static char folder[64];
static char path[80];
static char bad[96];
static char logged[512];

static void log_keep(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	(void)snprintf(logged, sizeof logged, "%s", line);
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "%s", "/tmp/fabricpulse-store-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	(void)snprintf(path, sizeof path, "%s/topology.json", folder);
	(void)snprintf(bad, sizeof bad, "%s.bad", path);
	logged[0] = '\0';
	log_redirect(log_keep, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_redirect(NULL, NULL);
	(void)unlink(path);
	(void)unlink(bad);
	return rmdir(folder); /* fails when a file was left behind */
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

#define DOCUMENT(node)                                                                             \
	"{\"links\":{\"L\":{\"node1\":\"" node                                                     \
	"\",\"port1\":\"1\",\"node2\":\"b\",\"port2\":\"2\"}}"

static struct topology *parse(const char *json)
{
	struct topology *t;
	char problem[256];

	if (topology_parse_json(bytes_of(json), &t, problem, sizeof problem) != FP_OK) {
		fail_msg("%s", problem);
	}
	return t;
}

static void print(const struct topology *t, uint32_t version, void *arg)
{
	topology_print_json(t, version, arg);
}

static void assert_in_use(struct topology_store *store, const char *expected)
{
	struct strbuf out;

	strbuf_init(&out, 1024);
	topology_store_read(store, print, &out);
	assert_string_equal(out.at, expected);
	strbuf_deinit(&out);
}

static void write_file(const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct topology_store *store_of(const char *state_path, const char *configured)
{
	struct topology_store *store;

	assert_int_equal(
	    topology_store_new(state_path, configured != NULL ? parse(configured) : NULL, &store),
	    FP_OK);
	return store;
}

static void put(struct topology_store *store, const char *json, enum fp_err expected)
{
	char problem[256];

	assert_int_equal(topology_store_put(store, bytes_of(json), problem, sizeof problem),
	                 expected);
	assert_int_equal(problem[0] == '\0', expected == FP_OK);
}

static void an_empty_store_has_no_version(void **state)
{
	struct topology_store *store = store_of(NULL, NULL);

	(void)state;
	assert_int_equal(topology_store_version(store), 0);
	assert_in_use(store, "{\"version\":0}");
	topology_store_free(store);
	topology_store_free(NULL);
}

static void a_posted_document_wins(void **state)
{
	struct topology_store *store = store_of(NULL, DOCUMENT("yaml") "}");

	(void)state;
	assert_in_use(store, DOCUMENT("yaml") ",\"version\":1}");
	put(store, DOCUMENT("posted") ",\"version\":99}", FP_OK);
	assert_in_use(store, DOCUMENT("posted") ",\"version\":2}");
	topology_store_configure(store, parse(DOCUMENT("yaml2") "}"));
	assert_in_use(store, DOCUMENT("posted") ",\"version\":2}");
	/* An empty fabric is a document as well. */
	put(store, "{\"links\":{}}", FP_OK);
	assert_in_use(store, "{\"links\":{},\"version\":3}");
	topology_store_free(store);
}

static void a_bad_document_changes_nothing(void **state)
{
	struct topology_store *store = store_of(path, NULL);

	(void)state;
	put(store, DOCUMENT("a") "}", FP_OK);
	put(store, "{\"links\":{\"L\":{}}}", FP_BAD_DOCUMENT);
	put(store, "{", FP_BAD_DOCUMENT);
	assert_in_use(store, DOCUMENT("a") ",\"version\":1}");
	topology_store_free(store);
	store = store_of(path, NULL);
	assert_in_use(store, DOCUMENT("a") ",\"version\":1}");
	topology_store_free(store);
}

static void a_reload_counts_only_what_differs(void **state)
{
	struct topology_store *store = store_of(NULL, DOCUMENT("a") "}");

	(void)state;
	topology_store_configure(store, parse(DOCUMENT("a") "}"));
	assert_int_equal(topology_store_version(store), 1);
	topology_store_configure(store, parse(DOCUMENT("b") "}"));
	assert_int_equal(topology_store_version(store), 2);
	topology_store_configure(store, NULL);
	assert_int_equal(topology_store_version(store), 0);
	topology_store_configure(store, NULL);
	topology_store_configure(store, parse(DOCUMENT("b") "}"));
	assert_in_use(store, DOCUMENT("b") ",\"version\":4}");
	topology_store_free(store);
}

static void a_restart_keeps_document_and_version(void **state)
{
	struct topology_store *store = store_of(path, NULL);

	(void)state;
	put(store, DOCUMENT("a") "}", FP_OK);
	put(store, DOCUMENT("b") "}", FP_OK);
	put(store, DOCUMENT("c") "}", FP_OK);
	topology_store_free(store);
	store = store_of(path, DOCUMENT("yaml") "}");
	assert_in_use(store, DOCUMENT("c") ",\"version\":3}");
	put(store, DOCUMENT("d") "}", FP_OK);
	assert_int_equal(topology_store_version(store), 4);
	topology_store_free(store);
	assert_string_equal(logged, "");
}

static void a_document_put_there_by_hand_is_taken(void **state)
{
	static const char *const versions[] = { "", ",\"version\":\"x\"", ",\"version\":-4",
		                                ",\"version\":1e99",
		                                ",\"version\":99999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		struct topology_store *store;
		char content[256];

		(void)snprintf(content, sizeof content, "%s%s}\n", DOCUMENT("a"), versions[i]);
		write_file(content);
		store = store_of(path, NULL);
		assert_in_use(store, DOCUMENT("a") ",\"version\":1}");
		topology_store_free(store);
	}
}

static void the_version_never_becomes_none(void **state)
{
	struct topology_store *store;

	(void)state;
	write_file(DOCUMENT("a") ",\"version\":4294967295}");
	store = store_of(path, NULL);
	assert_int_equal(topology_store_version(store), UINT32_MAX);
	put(store, DOCUMENT("b") "}", FP_OK);
	assert_int_equal(topology_store_version(store), 1);
	topology_store_free(store);
}

static void a_broken_kept_document_is_moved_aside(void **state)
{
	static const char *const broken[] = { "", "{\"links\":{", "{\"links\":[]}" };

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct topology_store *store;

		write_file(broken[i]);
		logged[0] = '\0';
		store = store_of(path, DOCUMENT("yaml") "}");
		assert_in_use(store, DOCUMENT("yaml") ",\"version\":1}");
		assert_non_null(strstr(logged, bad));
		assert_int_not_equal(access(path, F_OK), 0);
		assert_int_equal(access(bad, F_OK), 0);
		topology_store_free(store);
		assert_int_equal(unlink(bad), 0);
	}
}

static void a_kept_document_that_cannot_be_read_stays(void **state)
{
	struct topology_store *store = store_of(folder, NULL); /* a folder is no file */

	(void)state;
	assert_int_equal(topology_store_version(store), 0);
	assert_non_null(strstr(logged, folder));
	topology_store_free(store);
}

static void a_document_that_cannot_be_kept_is_used(void **state)
{
	static const char *const nowhere[] = { "/dev/full/topology.json",
		                               "%s/missing/topology.json", "/proc/topology.json" };

	(void)state;
	for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
		struct topology_store *store;
		char problem[256];
		char place[128];

		(void)snprintf(place, sizeof place, "%s%s", i == 1 ? folder : "",
		               i == 1 ? nowhere[i] + 2 : nowhere[i]);
		store = store_of(place, NULL);
		assert_int_equal(
		    topology_store_put(store, bytes_of(DOCUMENT("a") "}"), problem, sizeof problem),
		    FP_SYSTEM);
		assert_non_null(strstr(problem, place));
		assert_in_use(store, DOCUMENT("a") ",\"version\":1}");
		topology_store_free(store);
	}
}

/* Readers check that each document has its own version while another thread posts. */
struct race {
	struct topology_store *store;
	_Atomic bool done;
};

static void compare(const struct topology *t, uint32_t version, void *arg)
{
	char name[16];

	(void)arg;
	if (t == NULL || topology_link_count(t) == 0) {
		return;
	}
	(void)snprintf(name, sizeof name, "v%u", version);
	assert_string_equal(topology_link_at(t, 0)->end[0].node, name);
}

static void *read_on(void *arg)
{
	struct race *race = arg;

	while (!atomic_load(&race->done)) {
		topology_store_read(race->store, compare, NULL);
		(void)topology_store_version(race->store);
	}
	return NULL;
}

static void readers_see_whole_documents(void **state)
{
	struct race race = { .store = store_of(path, NULL) };
	pthread_t reader[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&reader[i], NULL, read_on, &race), 0);
	}
	for (unsigned i = 1; i <= 100; i++) {
		char json[128];

		(void)snprintf(json, sizeof json,
		               "{\"links\":{\"L\":{\"node1\":\"v%u\",\"port1\":\"1\","
		               "\"node2\":\"b\",\"port2\":\"2\"}}}",
		               i);
		put(race.store, json, FP_OK);
	}
	atomic_store(&race.done, true);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(reader[i], NULL), 0);
	}
	assert_int_equal(topology_store_version(race.store), 100);
	topology_store_free(race.store);
}

int main(void)
{
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORE_TEST(an_empty_store_has_no_version),
		STORE_TEST(a_posted_document_wins),
		STORE_TEST(a_bad_document_changes_nothing),
		STORE_TEST(a_reload_counts_only_what_differs),
		STORE_TEST(a_restart_keeps_document_and_version),
		STORE_TEST(a_document_put_there_by_hand_is_taken),
		STORE_TEST(the_version_never_becomes_none),
		STORE_TEST(a_broken_kept_document_is_moved_aside),
		STORE_TEST(a_kept_document_that_cannot_be_read_stays),
		STORE_TEST(a_document_that_cannot_be_kept_is_used),
		STORE_TEST(readers_see_whole_documents),
	};
#undef STORE_TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
