/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator: zeroed, checked against overflow, and reservations that cost only what is
 * touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/base/mem.h"

static void new_is_zeroed(void **state)
{
	uint8_t *p = mem_new(100, 7);

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < 700; i++) {
		assert_int_equal(p[i], 0);
	}
	mem_free(p);
	mem_free(NULL);
}

static void products_that_overflow_are_refused(void **state)
{
	volatile size_t huge = SIZE_MAX / 2; /* volatile: the compiler warns of what it can see */
	void *p = mem_new(4, 4);

	(void)state;
	assert_non_null(p);
	assert_null(mem_new(huge, 3));
	assert_null(mem_resize(p, huge, 3)); /* and `p` is still there */
	assert_null(mem_reserve(huge, 3));
	assert_null(mem_reserve(huge, 2)); /* no overflow, but no address space either */
	memset(p, 1, 16);
	mem_free(p);
}

static void nothing_is_something(void **state)
{
	void *a = mem_new(0, 8);
	void *b = mem_resize(NULL, 0, 8);
	uint8_t *c = mem_reserve(0, 8);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	c[0] = 1; /* a page of its own */
	mem_free(a);
	mem_free(b);
	mem_unreserve(c, 0, 8);
	mem_unreserve(NULL, 3, 8);
}

static void resize_keeps_what_was_there(void **state)
{
	uint32_t *p = mem_new(2, sizeof *p);

	(void)state;
	assert_non_null(p);
	p[0] = 1;
	p[1] = 2;
	p = mem_resize(p, 10000, sizeof *p);
	assert_non_null(p);
	assert_int_equal(p[0], 1);
	assert_int_equal(p[1], 2);
	mem_free(p);
}

static void strdup_copies(void **state)
{
	char text[] = "text";
	char *copy = mem_strdup(text);

	(void)state;
	text[0] = 'n';
	assert_string_equal(copy, "text");
	assert_null(mem_strdup(NULL));
	mem_free(copy);
}

/* Resident pages of this process: second number of /proc/self/statm. */
static long resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size;
	long resident;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
	assert_int_equal(fclose(f), 0);
	return resident;
}

static void reserve_costs_what_is_touched(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)1 << 30;
	long before = resident_pages();
	uint8_t *p = mem_reserve(bytes / 64, 64);

	(void)state;
	assert_non_null(p);
	assert_int_equal((uintptr_t)p % page, 0);
	p[bytes - 1] = 1;
	assert_int_equal(p[0], 0);
	assert_true(resident_pages() - before < (long)(bytes / page / 8));
	mem_unreserve(p, bytes / 64, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_is_zeroed),
		cmocka_unit_test(products_that_overflow_are_refused),
		cmocka_unit_test(nothing_is_something),
		cmocka_unit_test(resize_keeps_what_was_there),
		cmocka_unit_test(strdup_copies),
		cmocka_unit_test(reserve_costs_what_is_touched),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
