/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, byte for byte. */
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
	rows_write(&writer_json, &out);
	assert_false(out.failed);
	assert_golden(out.at, "writer_families.json");
	strbuf_deinit(&out);
}

static void an_empty_exposition_is_an_empty_list(void **state)
{
	struct strbuf out;
	struct writer w = { .ops = &writer_json, .out = &out };

	(void)state;
	strbuf_init(&out, 64);
	w.ops->begin(&w);
	w.ops->end(&w);
	assert_string_equal(out.at, "[]\n");
	strbuf_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_golden_file),
		cmocka_unit_test(an_empty_exposition_is_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
