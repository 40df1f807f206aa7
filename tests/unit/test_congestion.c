/* SPDX-License-Identifier: Apache-2.0 */
/* Marks, notifications and trimmed packets, in each view. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/congestion.h"

enum { NOT_ECT = 0, ECT1 = 1, ECT0 = 2, CE = 3 };

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_congestion, ANALYZER_congestion);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static struct observation *packet(struct fixture *f, uint32_t port, uint32_t flags, uint8_t ecn)
{
	struct observation *o = fixture_packet(f, port, 1);

	o->rate = 20000;
	o->flags = OBS_IS_IP | flags;
	o->outer_ecn = o->inner_ecn = ecn;
	return o;
}

static void marks_go_by_port_and_direction(void **state)
{
	struct fixture *f = *state;
	struct congestion_port *ports = fixture_entries(f, SCOPE_PORT);
	uint32_t first = fixture_port(f, ROLE_CORE), second = fixture_port(f, ROLE_CORE);
	const struct congestion_view *in = &ports[first].directions[DIRECTION_IN];

	(void)packet(f, first, OBS_IS_DATA, CE);
	(void)packet(f, first, OBS_IS_DATA, ECT0);
	(void)packet(f, first, OBS_IS_DATA, ECT0);
	(void)packet(f, first, OBS_IS_DATA, ECT1);
	(void)packet(f, first, 0, CE); /* marked, but no RDMA data */
	packet(f, second, OBS_IS_DATA, CE)->direction = DIRECTION_OUT;
	packet(f, second, OBS_IS_DATA, CE)->direction = DIRECTION_UNKNOWN;
	fixture_feed(f);

	/* CE ratio of RDMA data: 1 / (1 + 2 + 1). */
	assert_int_equal(counter_get(&in->data[CE]), 20000);
	assert_int_equal(counter_get(&in->data[ECT0]), 40000);
	assert_int_equal(counter_get(&in->data[ECT1]), 20000);
	assert_int_equal(counter_get(&in->data[NOT_ECT]), 0);
	assert_int_equal(counter_get(&in->data_samples[ECT0]), 2);
	assert_int_equal(counter_get(&in->ip[CE]), 40000);
	assert_int_equal(counter_get(&in->ip_samples[CE]), 2);
	assert_int_equal(counter_get(&ports[second].directions[DIRECTION_IN].data[CE]), 0);
	assert_int_equal(counter_get(&ports[second].directions[DIRECTION_OUT].data[CE]), 20000);
	assert_int_equal(counter_get(&ports[second].directions[DIRECTION_UNKNOWN].data[CE]), 20000);
}

static void totals_go_by_role_and_direction(void **state)
{
	struct fixture *f = *state;
	struct congestion_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	uint32_t core = fixture_port(f, ROLE_CORE), edge = fixture_port(f, ROLE_EDGE);

	(void)packet(f, core, OBS_IS_DATA, CE);
	(void)packet(f, core, OBS_IS_DATA | OBS_IS_TRIMMED, ECT0);
	(void)packet(f, edge, OBS_HAS_BTH | OBS_IS_CNP, NOT_ECT);
	fixture_feed(f);

	assert_int_equal(
	    counter_get(&got->links[metric_role_direction(ROLE_CORE, DIRECTION_IN)].data[CE]),
	    20000);
	assert_int_equal(
	    counter_get(&got->links[metric_role_direction(ROLE_CORE, DIRECTION_IN)].trimmed),
	    20000);
	assert_int_equal(
	    counter_get(&got->links[metric_role_direction(ROLE_EDGE, DIRECTION_IN)].cnps), 20000);
	assert_int_equal(
	    counter_get(&got->links[metric_role_direction(ROLE_EDGE, DIRECTION_IN)].data[CE]), 0);
}

static void the_fabric_view_has_only_what_enters_it(void **state)
{
	struct fixture *f = *state;
	struct congestion_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	packet(f, OBS_PORT_NONE, OBS_IS_DATA, ECT0)->basis = BASIS_EDGE_INGRESS;
	packet(f, OBS_PORT_NONE, OBS_HAS_BTH | OBS_IS_CNP, NOT_ECT)->basis = BASIS_UNDIRECTED;
	packet(f, OBS_PORT_NONE, OBS_IS_DATA, CE)->basis = BASIS_NONE;
	packet(f, OBS_PORT_NONE, OBS_IS_TRIMMED, CE)->basis = BASIS_NONE;
	packet(f, OBS_PORT_NONE, OBS_IS_CNP, CE)->basis = BASIS_NONE;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->fabric.data[ECT0]), 20000);
	assert_int_equal(counter_get(&got->fabric.data[CE]), 0);
	assert_int_equal(counter_get(&got->fabric.ip[CE]), 0);
	assert_int_equal(counter_get(&got->fabric.ip[NOT_ECT]), 20000);
	assert_int_equal(counter_get(&got->fabric.cnps), 20000);
	assert_int_equal(counter_get(&got->fabric.cnp_samples), 1);
	assert_int_equal(counter_get(&got->fabric.trimmed), 0);
}

static void a_cnp_is_no_data(void **state)
{
	struct fixture *f = *state;
	struct congestion_port *ports = fixture_entries(f, SCOPE_PORT);
	uint32_t port = fixture_port(f, ROLE_EDGE);
	const struct congestion_view *in = &ports[port].directions[DIRECTION_IN];

	(void)packet(f, port, OBS_HAS_BTH | OBS_IS_CNP, CE);
	fixture_feed(f);

	assert_int_equal(counter_get(&in->cnps), 20000);
	assert_int_equal(counter_get(&in->data[CE]), 0);
	assert_int_equal(counter_get(&in->ip[CE]), 20000);
}

static void tunnels_show_both_marks(void **state)
{
	struct fixture *f = *state;
	struct congestion_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct observation *o = packet(f, OBS_PORT_NONE, OBS_IS_TUNNELLED | OBS_IS_DATA, CE);

	o->inner_ecn = ECT0;
	(void)packet(f, OBS_PORT_NONE, OBS_IS_DATA, CE); /* no tunnel */
	fixture_feed(f);

	assert_int_equal(counter_get(&got->tunnelled[CE][ECT0]), 20000);
	assert_int_equal(counter_get(&got->tunnelled_samples[CE][ECT0]), 1);
	assert_int_equal(counter_get(&got->tunnelled[CE][CE]), 0);
	assert_int_equal(
	    counter_get(&got->links[metric_role_direction(ROLE_UNKNOWN, DIRECTION_IN)].data[CE]),
	    40000); /* the outer mark counts */
}

static void packets_without_ip_have_no_marks(void **state)
{
	struct fixture *f = *state;
	static const struct congestion_fabric nothing;
	struct observation *o = packet(f, OBS_PORT_NONE, 0, 0);

	o->flags = OBS_HAS_BTH | OBS_IS_DATA; /* RoCEv1 */
	o->basis = BASIS_EDGE_INGRESS;
	fixture_feed(f);

	assert_memory_equal(fixture_entries(f, SCOPE_FABRIC), &nothing, sizeof nothing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(marks_go_by_port_and_direction, setup, teardown),
		cmocka_unit_test_setup_teardown(totals_go_by_role_and_direction, setup, teardown),
		cmocka_unit_test_setup_teardown(the_fabric_view_has_only_what_enters_it, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(a_cnp_is_no_data, setup, teardown),
		cmocka_unit_test_setup_teardown(tunnels_show_both_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(packets_without_ip_have_no_marks, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
