/* SPDX-License-Identifier: Apache-2.0 */
/* Names as numbers: equal texts one number, different texts different ones, and texts that stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "topology/name_pool_priv.h"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void equal_texts_have_one_number(void **state)
{
	enum { COUNT = 5000 };
	struct name_pool pool;
	char text[16];
	size_t size = 0;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		size += (size_t)snprintf(text, sizeof text, "swp%d", i) + 1;
	}
	assert_int_equal(name_pool_init(&pool, COUNT, size), FP_OK); /* to the byte */
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			(void)snprintf(text, sizeof text, "swp%u", i);
			assert_int_equal(name_pool_intern(&pool, bytes_of(text)), i);
		}
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		(void)snprintf(text, sizeof text, "swp%u", i);
		assert_string_equal(name_pool_text(&pool, i), text);
		assert_int_equal(name_pool_find(&pool, bytes_of(text)), i);
	}
	assert_int_equal(pool.count, COUNT);
	assert_int_equal(pool.used, size);
	name_pool_deinit(&pool);
}

static void a_beginning_is_another_name(void **state)
{
	struct name_pool pool;
	struct bytes cut = bytes_of("leaf1.example");
	uint32_t whole;

	(void)state;
	assert_int_equal(name_pool_init(&pool, 4, 64), FP_OK);
	whole = name_pool_intern(&pool, cut);
	cut.len = 5;
	assert_int_equal(name_pool_find(&pool, cut), NAME_NONE);
	assert_int_not_equal(name_pool_intern(&pool, cut), whole);
	assert_int_equal(name_pool_find(&pool, bytes_of("leaf1")), 1);
	assert_int_equal(name_pool_find(&pool, bytes_of("leaf")), NAME_NONE);
	assert_int_equal(name_pool_find(&pool, bytes_of("leaf12")), NAME_NONE);
	name_pool_deinit(&pool);
}

static void an_empty_pool_finds_nothing(void **state)
{
	struct name_pool pool;

	(void)state;
	assert_int_equal(name_pool_init(&pool, 0, 0), FP_OK);
	assert_int_equal(name_pool_find(&pool, bytes_of("a")), NAME_NONE);
	assert_int_equal(name_pool_find(&pool, bytes_of("")), NAME_NONE);
	name_pool_deinit(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_one_number),
		cmocka_unit_test(a_beginning_is_another_name),
		cmocka_unit_test(an_empty_pool_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
