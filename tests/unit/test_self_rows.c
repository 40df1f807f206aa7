/* SPDX-License-Identifier: Apache-2.0 */
/* The process as an entity: workers that exist, exact numbers, what is absent. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/export/metrics.h"
#include "small_fabric.h"

static int setup(void **state)
{
	static struct small_fabric f;

	small_fabric_open(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	small_fabric_close(*state);
	return 0;
}

static const char *print(struct small_fabric *f, const struct self_stats *self)
{
	static const struct export_config config = { 100, 100, 100 };
	static const char *const group = "self";
	const struct export_request request = { .collect = &group, .collect_count = 1 };

	assert_int_equal(export_metrics(&f->shards, &config, self, &request, &f->out), FP_OK);
	return small_fabric_take(f);
}

static void a_replay_says_nothing_of_itself(void **state)
{
	assert_string_equal(print(*state, NULL), "");
}

static void each_worker_that_exists_has_its_numbers(void **state)
{
	struct self_stats self = { .worker_count = 2 };
	const char *text;

	self.worker[0].kernel_drops = 0;
	self.worker[1].kernel_drops = UINT64_MAX - 1;
	self.worker[1].cpu_ns = 1500000001;
	self.worker[2].datagrams = 5; /* beyond worker_count: nobody */
	text = print(*state, &self);
	assert_non_null(strstr(
	    text, "# TYPE fabricpulse_worker_kernel_drops_total counter\n"
	          "fabricpulse_worker_kernel_drops_total{worker=\"0\"} 0\n"
	          "fabricpulse_worker_kernel_drops_total{worker=\"1\"} 18446744073709551614\n"
	          "# HELP"));
	assert_non_null(
	    strstr(text, "fabricpulse_worker_cpu_seconds_total{worker=\"1\"} 1.500000001\n"));
	assert_null(strstr(text, "worker=\"2\""));
}

static void what_is_not_known_is_absent(void **state)
{
	struct self_stats self = { .reload_success = NAN };
	const char *text = print(*state, &self);

	assert_null(strstr(text, "fabricpulse_config_last_reload_successful"));
	assert_null(strstr(text, "fabricpulse_build_info"));
	self.reload_success = 0;
	self.version = "1.2.3";
	self.revision = "abc\"";
	self.http_requests[2] = 7;
	text = print(*state, &self);
	assert_non_null(strstr(text, "\nfabricpulse_config_last_reload_successful 0\n"));
	assert_non_null(strstr(text, "fabricpulse_build_info{version=\"1.2.3\","
	                             "revision=\"abc\\\"\",compiler=\"\"} 1\n"));
	assert_non_null(strstr(text, "fabricpulse_http_requests_total{code=\"2xx\"} 7\n"));
	assert_null(strstr(text, "code=\"0xx\""));
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(a_replay_says_nothing_of_itself),
		ON_FABRIC(each_worker_that_exists_has_its_numbers),
		ON_FABRIC(what_is_not_known_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
