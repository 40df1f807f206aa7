/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"
#include "small_fabric.h"

static void the_bytes_are_those_of_the_golden_file(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 1u << 16);
	rows_write(&writer_prometheus, &out);
	assert_false(out.failed);
	assert_golden(out.at, "writer_families.prom");
	strbuf_deinit(&out);
}

static void an_empty_exposition_is_empty(void **state)
{
	struct strbuf out;
	struct writer w = { .ops = &writer_prometheus, .out = &out };

	(void)state;
	strbuf_init(&out, 64);
	w.ops->begin(&w);
	w.ops->end(&w);
	assert_int_equal(out.len, 0);
	strbuf_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_golden_file),
		cmocka_unit_test(an_empty_exposition_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
