/* SPDX-License-Identifier: Apache-2.0 */
/* The key table: dense indexes in order of first sight, a hard limit, and readers beside a
 * writer. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fabricpulse/base/hash.h"
#include "fabricpulse/base/table.h"

static struct table_key key_of(uint64_t n)
{
	return (struct table_key){ .a = n, .b = ~n, .c = n * 3 };
}

static void indexes_are_dense(void **state)
{
	struct table t;
	bool is_new;

	(void)state;
	assert_int_equal(table_init(&t, 1000), FP_OK);
	for (uint32_t i = 0; i < 1000; i++) {
		struct table_key key = key_of(i);

		assert_int_equal(table_find(&t, &key), TABLE_NONE);
		assert_int_equal(table_intern(&t, &key, &is_new), i);
		assert_true(is_new);
		assert_int_equal(table_count(&t), i + 1);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		struct table_key key = key_of(i);

		assert_int_equal(table_find(&t, &key), i);
		assert_int_equal(table_intern(&t, &key, &is_new), i);
		assert_false(is_new);
		assert_memory_equal(&t.keys[i], &key, sizeof key);
	}
	assert_int_equal(table_count(&t), 1000);
	assert_int_equal(counter_get(&t.refused), 0);
	table_deinit(&t);
}

static void each_word_is_part_of_the_key(void **state)
{
	static const struct table_key keys[] = {
		{ 1, 2, 3 }, { 9, 2, 3 }, { 1, 9, 3 }, { 1, 2, 9 }
	};
	struct table t;

	(void)state;
	assert_int_equal(table_init(&t, 4), FP_OK);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(table_intern(&t, &keys[i], NULL), i);
	}
	table_deinit(&t);
}

static void a_full_table_refuses_and_counts(void **state)
{
	struct table t;
	bool is_new = true;

	(void)state;
	assert_int_equal(table_init(&t, 3), FP_OK);
	for (uint32_t i = 0; i < 3; i++) {
		struct table_key key = key_of(i);

		assert_int_equal(table_intern(&t, &key, NULL), i);
	}
	for (uint32_t i = 3; i < 10; i++) {
		struct table_key key = key_of(i);

		assert_int_equal(table_intern(&t, &key, &is_new), TABLE_NONE);
		assert_false(is_new);
		assert_int_equal(table_find(&t, &key), TABLE_NONE);
	}
	assert_int_equal(counter_get(&t.refused), 7);
	assert_int_equal(table_count(&t), 3);
	struct table_key known = key_of(1);
	assert_int_equal(table_intern(&t, &known, NULL), 1); /* what is in stays in */
	table_deinit(&t);
}

static void a_limit_of_zero_refuses_all(void **state)
{
	struct table t;
	struct table_key key = { 0, 0, 0 };

	(void)state;
	assert_int_equal(table_init(&t, 0), FP_OK);
	assert_int_equal(table_find(&t, &key), TABLE_NONE);
	assert_int_equal(table_intern(&t, &key, NULL), TABLE_NONE);
	assert_int_equal(counter_get(&t.refused), 1);
	table_deinit(&t);
}

static void a_limit_beyond_reason_is_refused(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_init(&t, UINT32_MAX), FP_NO_MEMORY);
	assert_int_equal(table_init(&t, (UINT32_C(1) << 30) + 1), FP_NO_MEMORY);
}

/* Sequential two-word keys under the fixed seed of replays: searches must stay short. */
static void searches_stay_short(void **state)
{
	enum { KEYS = 1 << 15 };
	struct table t;
	uint64_t steps = 0;

	(void)state;
	hash_seed_fix(0);
	assert_int_equal(table_init(&t, KEYS), FP_OK);
	for (uint32_t i = 0; i < KEYS; i++) {
		struct table_key key = { .a = i, .b = 0, .c = 0 };

		assert_int_equal(table_intern(&t, &key, NULL), i);
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		uint32_t at = (uint32_t)hash_words(0, i, 0, 0) & t.slot_mask;

		while (t.slots[at] != i + 1) {
			at = (at + 1) & t.slot_mask;
			steps++;
		}
	}
	/* Linear probing at half load: 0.5 further steps on average. */
	assert_true(steps < KEYS);
	table_deinit(&t);
}

enum { STRESS_KEYS = 50000 };

static void *write_keys(void *arg)
{
	struct table *t = arg;

	for (uint64_t i = 0; i < STRESS_KEYS; i++) {
		struct table_key key = key_of(i);

		(void)table_intern(t, &key, NULL);
	}
	return NULL;
}

/* The reader sees whole keys only, and the count never goes back. */
static void readers_see_whole_keys(void **state)
{
	struct table t;
	pthread_t writer;
	uint32_t seen = 0;

	(void)state;
	assert_int_equal(table_init(&t, STRESS_KEYS), FP_OK);
	assert_int_equal(pthread_create(&writer, NULL, write_keys, &t), 0);
	while (seen < STRESS_KEYS) {
		uint32_t count = table_count(&t);

		assert_true(count >= seen);
		for (; seen < count; seen++) {
			struct table_key key = key_of(seen);

			assert_memory_equal(&t.keys[seen], &key, sizeof key);
		}
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	table_deinit(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indexes_are_dense),
		cmocka_unit_test(each_word_is_part_of_the_key),
		cmocka_unit_test(a_full_table_refuses_and_counts),
		cmocka_unit_test(a_limit_of_zero_refuses_all),
		cmocka_unit_test(a_limit_beyond_reason_is_refused),
		cmocka_unit_test(searches_stay_short),
		cmocka_unit_test(readers_see_whole_keys),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
