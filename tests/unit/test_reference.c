/* SPDX-License-Identifier: Apache-2.0 */
/* The reference: every family once, with the labels that its series have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "export/self_rows_priv.h"
#include "fabricpulse/export/metrics.h"

static struct strbuf out;

static const char *reference(enum reference_format format)
{
	strbuf_clear(&out);
	export_reference(format, &out);
	assert_false(out.failed);
	return out.at;
}

static size_t count_of(const char *text, const char *piece)
{
	size_t n = 0;

	for (const char *p = strstr(text, piece); p != NULL; p = strstr(p + 1, piece)) {
		n++;
	}
	return n;
}

static void each_form_names_every_family_once(void **state)
{
	(void)state;
	for (size_t g = 0; g < METRIC_GROUP_COUNT; g++) {
		const struct metric_group group = metric_group_at(g);

		for (size_t r = 0; r < group.row_count; r++) {
			char line[256];

			(void)snprintf(line, sizeof line, "| `%s` |", group.rows[r].name);
			assert_int_equal(count_of(reference(REFERENCE_MARKDOWN), line), 1);
			(void)snprintf(line, sizeof line, "{\"name\":\"%s\",", group.rows[r].name);
			assert_int_equal(count_of(reference(REFERENCE_JSON), line), 1);
			assert_non_null(strstr(reference(REFERENCE_TEXT), group.rows[r].name));
		}
	}
}

static void labels_are_those_of_scope_and_dimensions(void **state)
{
	(void)state;
	assert_non_null(
	    strstr(reference(REFERENCE_TEXT),
	           "\nfabricpulse_port_bytes_total{agent,host,ifindex,port,direction,traffic} "
	           "counter\n    Bytes on the wire of packets that passed the port, estimated from "
	           "its samples.\n"));
	assert_non_null(strstr(reference(REFERENCE_MARKDOWN),
	                       "\n| `fabricpulse_interface_utilization_ratio` | histogram | role, "
	                       "direction, le | "));
	assert_non_null(strstr(reference(REFERENCE_JSON),
	                       "{\"name\":\"fabricpulse_build_info\",\"type\":\"info\",\"group\":"
	                       "\"self\",\"scope\":\"process\",\"labels\":[\"version\","
	                       "\"revision\",\"compiler\"],\"help\":"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_names_every_family_once),
		cmocka_unit_test(labels_are_those_of_scope_and_dimensions),
	};
	int failed;

	strbuf_init(&out, 1u << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	strbuf_deinit(&out);
	return failed;
}
