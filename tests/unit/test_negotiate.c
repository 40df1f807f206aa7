/* SPDX-License-Identifier: Apache-2.0 */
/* What a client says it wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/http/request_priv.h"

static void test_format(void **state)
{
	static const struct {
		const char *accept;
		enum export_format format;
	} rows[] = {
		{ "", EXPORT_PROMETHEUS },
		{ "*/*", EXPORT_PROMETHEUS },
		{ "text/plain", EXPORT_PROMETHEUS },
		{ "text/plain;version=0.0.4", EXPORT_PROMETHEUS },
		{ "application/openmetrics-text", EXPORT_OPENMETRICS },
		{ "application/openmetrics-text;version=1.0.0", EXPORT_OPENMETRICS },
		/* Prometheus 2.42 */
		{ "application/openmetrics-text;version=1.0.0,application/"
		  "openmetrics-text;version=0.0.1;"
		  "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  EXPORT_OPENMETRICS },
		{ "text/plain;q=0.9, application/openmetrics-text; version=1.0.0; q=0.5",
		  EXPORT_PROMETHEUS },
		{ "application/openmetrics-text;q=0, text/plain;q=0.1", EXPORT_PROMETHEUS },
		{ "Application/OpenMetrics-Text", EXPORT_OPENMETRICS },
		{ "application/openmetrics-textual", EXPORT_PROMETHEUS },
		{ ",,;;q=,", EXPORT_PROMETHEUS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (negotiate_format(rows[i].accept) != rows[i].format) {
			fail_msg("Accept: %s", rows[i].accept);
		}
	}
}

static void test_gzip(void **state)
{
	static const struct {
		const char *accept;
		bool is_gzip;
	} rows[] = {
		{ "", false },
		{ "gzip", true },
		{ "deflate, gzip;q=1.0, *;q=0.5", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0, *", false },
		{ "*", true },
		{ "*;q=0", false },
		{ "br", false },
		{ "x-gzip", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (negotiate_gzip(rows[i].accept) != rows[i].is_gzip) {
			fail_msg("Accept-Encoding: %s", rows[i].accept);
		}
	}
}

static void test_origin(void **state)
{
	(void)state;
	assert_true(negotiate_same_origin("", "collector:8008"));
	assert_true(negotiate_same_origin("http://collector:8008", "collector:8008"));
	assert_true(negotiate_same_origin("https://Collector:8008", "collector:8008"));
	assert_false(negotiate_same_origin("http://collector", "collector:8008"));
	assert_false(negotiate_same_origin("http://collector:8008.evil.example", "collector:8008"));
	assert_false(negotiate_same_origin("null", "null"));
	assert_false(negotiate_same_origin("null", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
