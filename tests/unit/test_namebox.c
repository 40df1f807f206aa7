/* SPDX-License-Identifier: Apache-2.0 */
/* Names: what is kept, and that a reader beside a writer sees one name or the other. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/namebox.h"

static bool set(struct namebox *box, const char *name)
{
	return namebox_set(box, (struct bytes){ (const uint8_t *)name, strlen(name) });
}

static void a_box_begins_empty(void **state)
{
	struct namebox box = { 0 };
	char out[NAME_SIZE] = "before";

	(void)state;
	assert_string_equal(namebox_get(&box, out), "");
	assert_false(set(&box, "")); /* nothing changed */
	assert_false(namebox_set(&box, (struct bytes){ NULL, 0 }));
}

static void only_changes_count(void **state)
{
	struct namebox box = { 0 };
	char out[NAME_SIZE];

	(void)state;
	assert_true(set(&box, "leaf-1"));
	assert_false(set(&box, "leaf-1"));
	assert_string_equal(namebox_get(&box, out), "leaf-1");
	assert_true(set(&box, "l2"));
	assert_string_equal(namebox_get(&box, out), "l2");
	assert_true(set(&box, ""));
	assert_string_equal(namebox_get(&box, out), "");
}

static void names_are_cleaned_and_cut(void **state)
{
	struct namebox box = { 0 };
	char out[NAME_SIZE];
	char longest[NAME_SIZE + 10];

	(void)state;
	(void)set(&box, "a\"b\n\xff");
	assert_string_equal(namebox_get(&box, out), "a\"b??");
	(void)namebox_set(&box, (struct bytes){ (const uint8_t *)"eth0\0junk", 9 });
	assert_string_equal(namebox_get(&box, out), "eth0");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	(void)set(&box, longest);
	assert_int_equal(strlen(namebox_get(&box, out)), NAME_SIZE - 1);
	longest[NAME_SIZE - 1] = 'y';
	assert_false(set(&box, longest)); /* differs only behind the cut */
}

struct stress {
	struct namebox box;
	_Atomic bool done;
};

/* Names of one letter each, of all lengths: a mixture of two would show. */
static void *write_names(void *arg)
{
	struct stress *s = arg;
	char name[NAME_SIZE];

	for (unsigned i = 0; i < 100000; i++) {
		size_t len = 1 + i % (NAME_SIZE - 1);

		memset(name, 'a' + (int)(i % 26), len);
		(void)namebox_set(&s->box, (struct bytes){ (const uint8_t *)name, len });
	}
	atomic_store(&s->done, true);
	return NULL;
}

static void no_reader_sees_a_mixture(void **state)
{
	static struct stress s;
	char out[NAME_SIZE];
	pthread_t writer;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, write_names, &s), 0);
	while (!atomic_load(&s.done)) {
		size_t len = strlen(namebox_get(&s.box, out));

		for (size_t i = 1; i < len; i++) {
			assert_int_equal(out[i], out[0]);
		}
		if (len > 0) {
			/* lcm(26, 63): letter and length of one write belong together */
			unsigned i = 0;

			while (i % 26 != (unsigned)(out[0] - 'a') ||
			       i % (NAME_SIZE - 1) != len - 1) {
				i++;
				assert_true(i < 26 * (NAME_SIZE - 1));
			}
		}
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_begins_empty),
		cmocka_unit_test(only_changes_count),
		cmocka_unit_test(names_are_cleaned_and_cut),
		cmocka_unit_test(no_reader_sees_a_mixture),
	};

	return cmocka_run_group_tests_name("namebox", tests, NULL, NULL);
}
