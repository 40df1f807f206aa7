/* SPDX-License-Identifier: Apache-2.0 */
/* InfiniBand ports: wide packet counters, narrow error counters that are cleared by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/infiniband.h"
#include "fabricpulse/base/clock.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_infiniband, ANALYZER_infiniband);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static struct sf_ib_counters *poll(struct fixture *f, uint32_t port, unsigned second)
{
	return &fixture_counters(f, SF_ib_counters, port, (1000 + (uint64_t)second) * NS_PER_SECOND)
	            ->value.ib_counters;
}

static void test_packets_and_errors(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct infiniband_port *p = fixture_entries(f, SCOPE_PORT);

	for (unsigned i = 0; i < 3; i++) {
		struct sf_ib_counters *c = poll(f, port, 20 * i);

		c->PortRcvPkts = UINT64_C(5000000000) * i;
		c->PortXmitPkts = UINT64_C(7) * i;
		c->SymbolErrorCounter = i == 2 ? 0 : 10 * i; /* cleared by hand after the second */
		c->VL15Dropped = 3 * i;
		c->LinkDownedCounter = UINT32_MAX;
		fixture_feed(f);
	}
	assert_int_equal(total_of(&p[port].packets[0]), UINT64_C(10000000000));
	assert_int_equal(total_of(&p[port].packets[1]), 14);
	assert_int_equal(total_of(&p[port].errors[INFINIBAND_symbol]), 10);
	assert_int_equal(total_of(&p[port].errors[INFINIBAND_vl15_dropped]), 6);
	assert_int_equal(total_of(&p[port].errors[INFINIBAND_link_downed]), UINT64_MAX);
	assert_int_equal(total_of(&p[port].resets), 0);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct infiniband_port *p = fixture_entries(f, SCOPE_PORT);

	poll(f, port, 0)->PortRcvPkts = 1000;
	poll(f, port, 20)->PortRcvPkts = 10;
	poll(f, OBS_PORT_NONE, 20)->PortRcvPkts = 10;
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].packets[0]), 0);
	assert_int_equal(total_of(&p[port].resets), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_packets_and_errors),
		TEST(test_reset),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
