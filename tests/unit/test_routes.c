/* SPDX-License-Identifier: Apache-2.0 */
/* Paths to routes, and the guard before whatever writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/http/request_priv.h"

static char param[ROUTE_PARAM_MAX][ROUTE_PARAM_SIZE];

static const struct route *find(enum method method, const char *path, unsigned *status,
                                const char **allow)
{
	*status = 0;
	*allow = NULL;
	return route_find(method, path, param, status, allow);
}

static void test_plain_paths(void **state)
{
	unsigned status;
	const char *allow;

	(void)state;
	assert_ptr_equal(find(METHOD_GET, "/", &status, &allow)->handle, handle_index);
	assert_ptr_equal(find(METHOD_GET, "/metrics", &status, &allow)->handle, handle_metrics);
	assert_ptr_equal(find(METHOD_GET, "/-/ready", &status, &allow)->handle, handle_ready);
	assert_ptr_equal(find(METHOD_PUT, "/topology/json", &status, &allow)->handle,
	                 handle_topology_put);
}

static void test_parameters(void **state)
{
	unsigned status;
	const char *allow;
	const struct route *r = find(
	    METHOD_GET, "/prometheus/metrics/10.0.0.1,10.0.0.2/ifinoctets/txt", &status, &allow);

	(void)state;
	assert_ptr_equal(r->handle, handle_engine_interfaces);
	assert_string_equal(param[0], "10.0.0.1,10.0.0.2");
	assert_string_equal(param[1], "ifinoctets");
}

static void test_what_is_not_there(void **state)
{
	static const char *const paths[] = {
		"",
		"metrics",
		"/metrics/",
		"//metrics",
		"/metric",
		"/metricsx",
		"/../metrics",
		"/prometheus/metrics/ALL//txt",
		"/prometheus/metrics/ALL/ifinoctets/json",
		"/app/ai-metrics/scripts/metrics.js/prometheus/json",
		"/app/ai-metrics/scripts/metrics.js/metric//json",
	};
	unsigned status;
	const char *allow;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		assert_null(find(METHOD_GET, paths[i], &status, &allow));
		assert_int_equal(status, 404);
	}
}

/* A path whose first parameter has `len` letters. */
static const char *long_path(size_t len)
{
	static char path[ROUTE_PARAM_SIZE + 64];
	static char letters[ROUTE_PARAM_SIZE + 1];

	memset(letters, 'a', sizeof letters - 1);
	(void)snprintf(path, sizeof path, "/prometheus/metrics/%.*s/b/txt", (int)len, letters);
	return path;
}

static void test_a_parameter_has_a_limit(void **state)
{
	unsigned status;
	const char *allow;

	(void)state;
	assert_null(find(METHOD_GET, long_path(ROUTE_PARAM_SIZE), &status, &allow));
	assert_non_null(find(METHOD_GET, long_path(ROUTE_PARAM_SIZE - 1), &status, &allow));
}

static void test_wrong_method_names_the_right_ones(void **state)
{
	unsigned status;
	const char *allow;

	(void)state;
	assert_null(find(METHOD_POST, "/metrics", &status, &allow));
	assert_int_equal(status, 405);
	assert_string_equal(allow, "GET, HEAD");
	assert_null(find(METHOD_OTHER, "/topology/json", &status, &allow));
	assert_string_equal(allow, "GET, HEAD, PUT, POST");
	assert_null(find(METHOD_GET, "/-/reload", &status, &allow));
	assert_string_equal(allow, "POST");
}

static unsigned reloads;

static bool count_reload(void *arg, char *problem, size_t size)
{
	(void)arg;
	(void)problem;
	(void)size;
	reloads++;
	return true;
}

static unsigned post_reload(const struct http_config *config, bool is_loopback, const char *origin)
{
	const struct http_app app = { .reload = count_reload };
	struct request r = { .method = METHOD_POST,
		             .path = "/-/reload",
		             .is_loopback = is_loopback,
		             .origin = origin,
		             .host = "collector:8008" };
	struct answer a = { 0 };

	strbuf_init(&a.body, 4096);
	route_dispatch(&app, config, &r, &a);
	strbuf_deinit(&a.body);
	return a.status;
}

static void test_who_may_write(void **state)
{
	const struct http_config closed = { 0 };
	const struct http_config open = { .allow_reload = true };

	(void)state;
	assert_int_equal(post_reload(&closed, false, ""), 403);
	assert_int_equal(post_reload(&open, true, "http://evil.example"), 403);
	assert_int_equal(post_reload(&open, true, "null"), 403);
	assert_int_equal(reloads, 0);
	assert_int_equal(post_reload(&closed, true, ""), 200);
	assert_int_equal(post_reload(&open, false, ""), 200);
	assert_int_equal(post_reload(&open, false, "http://collector:8008"), 200);
	assert_int_equal(reloads, 3);
}

static void test_every_route_says_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		unsigned status;
		const char *allow;

		assert_true(routes[i].pattern[0] == '/');
		assert_true(strlen(routes[i].help) > 3);
		assert_non_null(routes[i].handle);
		assert_true(routes[i].is_write == (routes[i].method != METHOD_GET));
		/* Nothing before it hides it. */
		assert_ptr_equal(find(routes[i].method, routes[i].pattern, &status, &allow),
		                 &routes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_paths),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_what_is_not_there),
		cmocka_unit_test(test_a_parameter_has_a_limit),
		cmocka_unit_test(test_wrong_method_names_the_right_ones),
		cmocka_unit_test(test_who_may_write),
		cmocka_unit_test(test_every_route_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
