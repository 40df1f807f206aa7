/* SPDX-License-Identifier: Apache-2.0 */
/* Transceivers: lanes to their slots, unknown values, lanes and modules that go away. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/optics.h"
#include "fabricpulse/base/clock.h"

#define WORDS_PER_LANE 10u

/* Lanes as on the wire, kept for as long as a test runs. */
static uint8_t wire[16 * 4 * WORDS_PER_LANE];

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_optics, ANALYZER_optics);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

/* A report of these lanes: transmit power 100 x lane uW, receive power 10 x lane uW, bias 1000 x
 * lane uA. */
static struct sf_sfp *report(struct fixture *f, uint32_t port, unsigned second,
                             const uint32_t *lanes, uint32_t count)
{
	struct sf_sfp *sfp =
	    &fixture_counters(f, SF_sfp, port, (1000 + (uint64_t)second) * NS_PER_SECOND)
	         ->value.sfp;
	struct xdr_out out = xdr_out_of(wire, sizeof wire);

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t words[WORDS_PER_LANE] = {
			lanes[i], 1000 * lanes[i], 100 * lanes[i], 1, 2, 1310, 10 * lanes[i], 1, 2,
			1310
		};

		for (unsigned w = 0; w < WORDS_PER_LANE; w++) {
			xdr_put_u32(&out, words[w]);
		}
	}
	assert_false(out.failed);
	sfp->module_num_lanes = 8;
	sfp->module_supply_voltage = 3300;
	sfp->module_temperature = -1500;
	sfp->lanes.lane_count = count;
	sfp->lanes.raw = (struct bytes){ wire, (size_t)count * 4 * WORDS_PER_LANE };
	return sfp;
}

static void test_module_and_lanes(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct optics_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0, (uint32_t[]){ 1, 8, 3 }, 3);
	fixture_feed(f);
	assert_true(gauge_get(&p[port].tx_power_uw[0]) == 100);
	assert_true(gauge_get(&p[port].rx_power_uw[0]) == 10);
	assert_true(gauge_get(&p[port].tx_bias_ua[0]) == 1000);
	assert_true(gauge_get(&p[port].tx_power_uw[7]) == 800);
	assert_true(gauge_get(&p[port].rx_power_uw[2]) == 30);
	assert_true(isnan(gauge_get(&p[port].rx_power_uw[1])));
	assert_true(gauge_get(&p[port].temperature_mc) == -1500);
	assert_true(gauge_get(&p[port].voltage_mv) == 3300);
	assert_true(gauge_get(&p[port].lanes) == 8);
	assert_int_equal(total_of(&p[port].lanes_refused), 0);
}

static void test_lanes_that_do_not_exist_are_counted(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct optics_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0, (uint32_t[]){ 0, 9, 4000000000u, 2 }, 4);
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].lanes_refused), 3);
	assert_true(gauge_get(&p[port].tx_power_uw[1]) == 200);
}

static void test_dark_is_zero_and_unknown_is_absent(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct optics_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0, (uint32_t[]){ 1 }, 1)->module_supply_voltage = UINT32_MAX;
	for (unsigned i = 0; i < 4; i++) {
		wire[4 * 2 + i] = 0xff; /* transmit power */
		wire[4 * 6 + i] = 0;    /* receive power */
	}
	fixture_feed(f);
	assert_true(isnan(gauge_get(&p[port].tx_power_uw[0])));
	assert_true(gauge_get(&p[port].rx_power_uw[0]) == 0);
	assert_true(isnan(gauge_get(&p[port].voltage_mv)));
}

static void test_lanes_go_with_the_report_that_leaves_them_out(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct optics_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0, (uint32_t[]){ 1, 2 }, 2);
	fixture_feed(f);
	report(f, port, 20, (uint32_t[]){ 2 }, 1);
	fixture_feed(f);
	assert_true(isnan(gauge_get(&p[port].tx_power_uw[0])));
	assert_true(gauge_get(&p[port].tx_power_uw[1]) == 200);
	report(f, port, 40, NULL, 0);
	fixture_feed(f);
	assert_true(isnan(gauge_get(&p[port].tx_power_uw[1])));
	assert_true(gauge_get(&p[port].temperature_mc) == -1500);
}

/* The fixture's ports expire after 600 s. */
static void test_a_module_that_was_pulled_out(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct optics_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0, (uint32_t[]){ 1 }, 1);
	(void)fixture_counters(f, SF_if_counters, port, 1600 * NS_PER_SECOND);
	fixture_feed(f);
	assert_true(gauge_get(&p[port].tx_power_uw[0]) == 100);
	(void)fixture_counters(f, SF_if_counters, port, 1601 * NS_PER_SECOND);
	fixture_feed(f);
	assert_true(isnan(gauge_get(&p[port].tx_power_uw[0])));
	assert_true(isnan(gauge_get(&p[port].temperature_mc)));
}

static void test_late_report_is_ignored(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct optics_port *p = fixture_entries(f, SCOPE_PORT);

	report(f, port, 0, (uint32_t[]){ 1 }, 1);
	f->batch->counters[0].is_late = true;
	fixture_feed(f);
	assert_true(isnan(gauge_get(&p[port].tx_power_uw[0])));
	assert_true(isnan(gauge_get(&p[port].temperature_mc)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_module_and_lanes),
		TEST(test_lanes_that_do_not_exist_are_counted),
		TEST(test_dark_is_zero_and_unknown_is_absent),
		TEST(test_lanes_go_with_the_report_that_leaves_them_out),
		TEST(test_a_module_that_was_pulled_out),
		TEST(test_late_report_is_ignored),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
