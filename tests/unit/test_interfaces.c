/* SPDX-License-Identifier: Apache-2.0 */
/* Interface counters: totals, rates, states, speeds that cannot be, and the sums by role. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/clock.h"

#define GBPS UINT64_C(1000000000)

/* Seconds of event time, well after the epoch. */
static uint64_t at_second(unsigned second)
{
	return (1000 + (uint64_t)second) * NS_PER_SECOND;
}

static struct sf_if_counters *poll(struct fixture *f, uint32_t port, unsigned second)
{
	struct sf_if_counters *c =
	    &fixture_counters(f, SF_if_counters, port, at_second(second))->value.if_counters;

	c->ifType = 6;
	c->ifSpeed = 100 * GBPS;
	c->ifStatus = 3;
	c->ifDirection = 1;
	return c;
}

/* A poll with these octets, fed at once. */
static void poll_octets(struct fixture *f, uint32_t port, unsigned second, uint64_t in,
                        uint64_t out)
{
	struct sf_if_counters *c = poll(f, port, second);

	c->ifInOctets = in;
	c->ifOutOctets = out;
	fixture_feed(f);
}

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_interfaces, ANALYZER_interfaces);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static void test_totals_and_rates(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);
	struct sf_if_counters *c = poll(f, port, 0);

	c->ifInOctets = 1000;
	c->ifOutUcastPkts = UINT32_MAX - 1; /* wraps by the next poll */
	c->ifInMulticastPkts = UINT32_MAX;  /* not available */
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), 0);
	assert_true(isnan(gauge_get(&p[port].rate[IFC_in_octets])));

	c = poll(f, port, 20);
	c->ifInOctets = 5000;
	c->ifOutUcastPkts = 8;
	c->ifInMulticastPkts = UINT32_MAX;
	c->ifInErrors = 3;
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), 4000);
	assert_int_equal(total_of(&p[port].total[IFC_out_ucast]), 10);
	assert_int_equal(total_of(&p[port].total[IFC_in_errors]), 3);
	assert_int_equal(total_of(&p[port].total[IFC_in_multicast]), UINT64_MAX);
	assert_true(fabs(gauge_get(&p[port].rate[IFC_in_octets]) - 200) < 1e-9);
	assert_true(isnan(gauge_get(&p[port].rate[IFC_in_multicast])));
	assert_int_equal(total_of(&p[port].polls), 2);
	assert_int_equal(total_of(&p[port].resets), 0);
	assert_true(gauge_get(&p[port].last_poll_seconds) == 1020);
	assert_true(gauge_get(&p[port].interval_seconds) == 20);
	assert_true(gauge_get(&p[port].speed_bps) == 100e9);
}

static void test_a_port_without_polls_shows_nothing(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);

	(void)fixture_counters(f, SF_if_counters, OBS_PORT_NONE, at_second(0));
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].polls), UINT64_MAX);
	assert_true(isnan(gauge_get(&p[port].oper_up)));
}

static void test_reset_is_counted_and_rates_end(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_CORE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);
	struct interfaces_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);

	poll_octets(f, port, 0, 1000, 1000);
	poll_octets(f, port, 20, 3000, 2000);
	(void)poll(f, port, 40);
	f->batch->counters[0].is_reset = true;
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].resets), 1);
	assert_true(isnan(gauge_get(&p[port].rate[IFC_in_octets])));
	poll_octets(f, port, 60, 500, 0);
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), 2500);
	poll_octets(f, port, 80, 100, 0); /* backwards, and nobody said so */
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), 2500);
	assert_int_equal(total_of(&p[port].resets), 2);
	assert_int_equal(counter_get(&fabric->resets), 2);
	assert_int_equal(counter_get(&fabric->polls), 5);
}

/* 100 Gb/s for 20 s are 250 GB; with 25 % and 2 s of grace 337.5 GB. */
static void test_impossible_octets_are_a_reset(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);

	poll_octets(f, port, 0, 0, 0);
	poll_octets(f, port, 20, 337 * GBPS, 0);
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), 337 * GBPS);
	poll_octets(f, port, 40, 337 * GBPS, 338 * GBPS);
	assert_int_equal(total_of(&p[port].total[IFC_out_octets]), 0);
	assert_int_equal(total_of(&p[port].resets), 1);
	poll_octets(f, port, 60, 338 * GBPS, 339 * GBPS);
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), 338 * GBPS);
	assert_int_equal(total_of(&p[port].total[IFC_out_octets]), 1 * GBPS);
}

/* A tap device that calls itself 10 Mb/s and carries a gigabit. */
static void test_speed_refuted_twice_is_not_believed(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);

	for (unsigned i = 0; i < 5; i++) {
		struct sf_if_counters *c = poll(f, port, 20 * i);

		c->ifSpeed = 10000000;
		c->ifInOctets = i * UINT64_C(2500000000);
		fixture_feed(f);
	}
	assert_int_equal(total_of(&p[port].resets), 1);
	assert_int_equal(total_of(&p[port].total[IFC_in_octets]), UINT64_C(7500000000));
	assert_true(isnan(gauge_get(&p[port].speed_bps)));
	poll_octets(f, port, 100, UINT64_C(12500000000), 0); /* now says 100 Gb/s */
	assert_true(gauge_get(&p[port].speed_bps) == 100e9);
}

static void test_speeds_that_cannot_be(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t speed;
		bool is_known;
	} cases[] = {
		{ 6, 0, false },
		{ 6, UINT64_C(10000000000000), true },
		{ 6, UINT64_C(10000000000001), false },
		{ 1, 100 * GBPS, false }, /* other: a service's id in place of the speed */
		{ 117, 1 * GBPS, true },
		{ 161, 800 * GBPS, true },
		{ 199, 400 * GBPS, true },
	};
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sf_if_counters *c = poll(f, port, 20 * i);

		c->ifType = cases[i].type;
		c->ifSpeed = cases[i].speed;
		fixture_feed(f);
		assert_int_equal(!isnan(gauge_get(&p[port].speed_bps)), cases[i].is_known);
		assert_true(gauge_get(&p[port].type) == cases[i].type);
	}
}

static void test_state_changes(void **state)
{
	static const uint32_t status[] = { 3, 3, 1, 0, 3 };
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_CORE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);
	struct interfaces_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);

	for (unsigned i = 0; i < 5; i++) {
		poll(f, port, 20 * i)->ifStatus = status[i];
		fixture_feed(f);
		assert_true(gauge_get(&p[port].admin_up) == (status[i] & 1));
		assert_true(gauge_get(&p[port].oper_up) == (status[i] >> 1));
	}
	assert_int_equal(total_of(&p[port].state_changes), 2);
	assert_int_equal(counter_get(&fabric->state_changes[ROLE_CORE]), 2);
	assert_int_equal(counter_get(&fabric->state_changes[ROLE_EDGE]), 0);
}

static void test_sums_by_role(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), core = fixture_port(f, ROLE_CORE);
	struct interfaces_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);

	for (unsigned i = 0; i < 2; i++) {
		struct sf_if_counters *c = poll(f, edge, 20 * i);

		c->ifInOctets = UINT64_C(100) * i;
		c->ifOutDiscards = i * 7;
		c = poll(f, core, 20 * i);
		c->ifOutOctets = UINT64_C(30) * i;
		c->ifInErrors = i * 2;
		fixture_feed(f);
	}
	assert_int_equal(counter_get(&fabric->bytes[ROLE_EDGE][0]), 100);
	assert_int_equal(counter_get(&fabric->bytes[ROLE_EDGE][1]), 0);
	assert_int_equal(counter_get(&fabric->bytes[ROLE_CORE][1]), 30);
	assert_int_equal(counter_get(&fabric->discards[ROLE_EDGE][1]), 7);
	assert_int_equal(counter_get(&fabric->errors[ROLE_CORE][0]), 2);
	assert_int_equal(counter_get(&fabric->errors[ROLE_EDGE][0]), 0);
}

/* 125 GB in 20 s at 100 Gb/s: half. Its bucket is the one whose bound is 500 thousandths. */
static void test_utilization(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);
	struct sf_if_counters *c;

	poll_octets(f, port, 0, 0, 0);
	poll_octets(f, port, 20, 125 * GBPS, 0);
	assert_int_equal(counter_get(&fabric->utilization[ROLE_EDGE][0].buckets[6]), 1);
	assert_int_equal(counter_get(&fabric->utilization[ROLE_EDGE][0].sum), 500);
	assert_int_equal(counter_get(&fabric->utilization[ROLE_EDGE][1].buckets[0]), 1);
	c = poll(f, port, 40);
	c->ifSpeed = 0; /* virtual port: no observation */
	c->ifInOctets = 125 * GBPS;
	fixture_feed(f);
	assert_int_equal(counter_get(&fabric->utilization[ROLE_EDGE][0].buckets[0]), 0);
}

static void test_ethernet_errors(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct interfaces_port *p = fixture_entries(f, SCOPE_PORT);

	for (unsigned i = 0; i < 2; i++) {
		struct sf_ethernet_counters *c =
		    &fixture_counters(f, SF_ethernet_counters, port, at_second(20 * i))
		         ->value.ethernet_counters;

		c->dot3StatsFCSErrors = 10 + 4 * i;
		c->dot3StatsSymbolErrors = UINT32_MAX;
		fixture_feed(f);
	}
	assert_int_equal(total_of(&p[port].ethernet[ETHC_fcs]), 4);
	assert_int_equal(total_of(&p[port].ethernet[ETHC_symbol]), UINT64_MAX);
	assert_int_equal(total_of(&p[port].ethernet[ETHC_alignment]), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_totals_and_rates),
		TEST(test_a_port_without_polls_shows_nothing),
		TEST(test_reset_is_counted_and_rates_end),
		TEST(test_impossible_octets_are_a_reset),
		TEST(test_speed_refuted_twice_is_not_believed),
		TEST(test_speeds_that_cannot_be),
		TEST(test_state_changes),
		TEST(test_sums_by_role),
		TEST(test_utilization),
		TEST(test_ethernet_errors),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
