/* SPDX-License-Identifier: Apache-2.0 */
/* OpenMetrics, byte for byte, and its canonical bounds. */
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
	rows_write(&writer_openmetrics, &out);
	assert_false(out.failed);
	assert_golden(out.at, "writer_families.om");
	strbuf_deinit(&out);
}

static void an_empty_exposition_has_an_end(void **state)
{
	struct strbuf out;
	struct writer w = { .ops = &writer_openmetrics, .out = &out };

	(void)state;
	strbuf_init(&out, 64);
	w.ops->begin(&w);
	w.ops->end(&w);
	assert_string_equal(out.at, "# EOF\n");
	strbuf_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_golden_file),
		cmocka_unit_test(an_empty_exposition_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
