/* SPDX-License-Identifier: Apache-2.0 */
/* Buffer peaks: held for a minute, counted each, unknown ones left out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/buffers.h"
#include "fabricpulse/base/clock.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_buffers, ANALYZER_buffers);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static uint64_t at_second(unsigned second)
{
	return (1000 + (uint64_t)second) * NS_PER_SECOND;
}

static struct sf_bst_port_buffers *report(struct fixture *f, uint32_t port, unsigned second)
{
	return &fixture_counters(f, SF_bst_port_buffers, port, at_second(second))
	            ->value.bst_port_buffers;
}

/* 80 % at second 0 outlives 30 % until a minute has passed. */
static void test_a_peak_is_held_for_a_minute(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct buffers_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0)->egress_uc_pc = 8000;
	report(f, port, 20)->egress_uc_pc = 3000;
	report(f, port, 60)->egress_uc_pc = 2000;
	fixture_feed(f);
	assert_true(gauge_get(&p[port].peak[1][0]) == 8000);
	report(f, port, 61)->egress_uc_pc = 2000;
	fixture_feed(f);
	assert_true(gauge_get(&p[port].peak[1][0]) == 2000);
	report(f, port, 62)->egress_uc_pc = 2500;
	fixture_feed(f);
	assert_true(gauge_get(&p[port].peak[1][0]) == 2500);
	assert_true(gauge_get(&p[port].peak[0][1]) == 0);
}

static void test_unknown_is_no_peak(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_CORE);
	struct buffers_port *p = fixture_entries(f, SCOPE_PORT);
	struct buffers_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);
	struct sf_bst_port_buffers *b = report(f, port, 0);

	b->ingress_uc_pc = -1;
	b->ingress_mc_pc = 450;
	b->egress_uc_pc = -1;
	b->egress_mc_pc = -1;
	fixture_feed(f);
	assert_true(isnan(gauge_get(&p[port].peak[0][0])));
	assert_true(gauge_get(&p[port].peak[0][1]) == 450);
	assert_int_equal(counter_get(&fabric->peaks[ROLE_CORE][0].sum), 450);
	assert_int_equal(counter_get(&fabric->peaks[ROLE_CORE][0].buckets[2]), 1);
	assert_int_equal(counter_get(&fabric->peaks[ROLE_CORE][0].buckets[0]), 0);
	assert_int_equal(counter_get(&fabric->peaks[ROLE_CORE][1].buckets[0]), 0);
}

static void test_queues(void **state)
{
	/* Ten queues of unicast: 100, 200 … ; one of multicast: unknown. */
	uint8_t uc[4 * 10], mc[4] = { 0xff, 0xff, 0xff, 0xff };
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct buffers_port *p = fixture_entries(f, SCOPE_PORT);
	struct sf_bst_port_buffers *b = report(f, port, 0);
	struct xdr_out out = xdr_out_of(uc, sizeof uc);

	for (uint32_t i = 1; i <= 10; i++) {
		xdr_put_u32(&out, 100 * i);
	}
	b->egress_queue_uc_pc = (struct sf_u32s){ 10, uc };
	b->egress_queue_mc_pc = (struct sf_u32s){ 1, mc };
	fixture_feed(f);
	for (uint32_t i = 0; i < BUFFERS_QUEUES; i++) {
		assert_true(gauge_get(&p[port].queue_peak[i][0]) == 100 * (i + 1));
		assert_true(isnan(gauge_get(&p[port].queue_peak[i][1])));
	}
}

static void test_device(void **state)
{
	struct fixture *f = *state;
	struct buffers_agent *a = fixture_entries(f, SCOPE_AGENT);

	fixture_counters(f, SF_bst_device_buffers, OBS_PORT_NONE, at_second(0))
	    ->value.bst_device_buffers.uc_pc = 1234;
	f->batch->counters[0].value.bst_device_buffers.mc_pc = -1;
	fixture_feed(f);
	assert_true(gauge_get(&a->peak[0]) == 1234);
	assert_true(isnan(gauge_get(&a->peak[1])));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_peak_is_held_for_a_minute),
		TEST(test_unknown_is_no_peak),
		TEST(test_queues),
		TEST(test_device),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
