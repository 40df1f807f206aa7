/* SPDX-License-Identifier: Apache-2.0 */
/* Packets and bytes in the fabric and link views, against numbers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/traffic.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_traffic, ANALYZER_traffic);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

/* A RoCEv2 packet over IPv4 of 4174 bytes that stands for 20000. */
static struct observation *write_first(struct fixture *f, uint32_t port, uint8_t basis)
{
	struct observation *o = fixture_packet(f, port, 1);

	o->rate = 20000;
	o->frame_bytes = 4174;
	o->payload = PACKET_ROCEV2;
	o->src.family = ADDR_IPV4;
	o->basis = basis;
	return o;
}

static void estimates_scale_by_each_samples_own_rate(void **state)
{
	struct fixture *f = *state;
	struct traffic_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	uint32_t port = fixture_port(f, ROLE_EDGE);

	(void)write_first(f, port, BASIS_EDGE_INGRESS);
	(void)write_first(f, port, BASIS_EDGE_INGRESS);
	write_first(f, port, BASIS_EDGE_INGRESS)->rate = 512;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->packets[BASIS_EDGE_INGRESS][PACKET_ROCEV2]), 40512);
	assert_int_equal(counter_get(&got->bytes[BASIS_EDGE_INGRESS][PACKET_ROCEV2]),
	                 UINT64_C(40512) * 4174);
	assert_int_equal(counter_get(&got->samples[BASIS_EDGE_INGRESS][PACKET_ROCEV2]), 3);
	assert_int_equal(counter_get(&got->ip_packets[BASIS_EDGE_INGRESS][ADDR_IPV4]), 40512);
	assert_int_equal(counter_get(&got->ip_bytes[BASIS_EDGE_INGRESS][ADDR_IPV4]),
	                 UINT64_C(40512) * 4174);
	assert_int_equal(counter_get(&got->ip_samples[BASIS_EDGE_INGRESS][ADDR_IPV4]), 3);
}

/* The largest packet at the largest rate does not overflow what is between. */
static void products_are_64_bit(void **state)
{
	struct fixture *f = *state;
	struct traffic_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct observation *o = write_first(f, OBS_PORT_NONE, BASIS_UNDIRECTED);

	o->rate = UINT32_MAX;
	o->frame_bytes = 9216;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->bytes[BASIS_UNDIRECTED][PACKET_ROCEV2]),
	                 UINT64_C(4294967295) * 9216);
}

/* The sum of what rows show: BASIS_NONE has no label. */
static uint64_t fabric_packets(const struct traffic_fabric *got)
{
	uint64_t sum = 0;

	for (unsigned b = BASIS_NONE + 1; b < BASIS_COUNT; b++) {
		for (unsigned p = 0; p < TRAFFIC_PAYLOADS; p++) {
			sum += counter_get(&got->packets[b][p]);
		}
	}
	return sum;
}

static void packets_without_basis_stay_out_of_the_fabric_view(void **state)
{
	struct fixture *f = *state;
	struct traffic_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct traffic_port *ports = fixture_entries(f, SCOPE_PORT);
	uint32_t core = fixture_port(f, ROLE_CORE);

	(void)write_first(f, core, BASIS_NONE);
	(void)write_first(f, core, BASIS_NONE);
	fixture_feed(f);

	assert_int_equal(fabric_packets(got), 0);
	assert_int_equal(counter_get(&got->left_out_samples), 2);
	assert_int_equal(counter_get(&ports[core].packets[DIRECTION_IN][TRAFFIC_RDMA]), 40000);
}

static void each_rule_keeps_its_own_count(void **state)
{
	struct fixture *f = *state;
	struct traffic_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	(void)write_first(f, OBS_PORT_NONE, BASIS_EDGE_EGRESS);
	(void)write_first(f, OBS_PORT_NONE, BASIS_UNKNOWN_INGRESS);
	(void)write_first(f, OBS_PORT_NONE, BASIS_UNDIRECTED);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->packets[BASIS_EDGE_EGRESS][PACKET_ROCEV2]), 20000);
	assert_int_equal(counter_get(&got->packets[BASIS_UNKNOWN_INGRESS][PACKET_ROCEV2]), 20000);
	assert_int_equal(counter_get(&got->packets[BASIS_UNDIRECTED][PACKET_ROCEV2]), 20000);
	assert_int_equal(fabric_packets(got), 60000);
}

static void unknown_direction_is_neither_in_nor_out(void **state)
{
	struct fixture *f = *state;
	struct traffic_port *ports = fixture_entries(f, SCOPE_PORT);
	struct traffic_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	uint32_t port = fixture_port(f, ROLE_UNKNOWN);

	write_first(f, port, BASIS_NONE)->direction = DIRECTION_UNKNOWN;
	write_first(f, port, BASIS_NONE)->direction = DIRECTION_OUT;
	fixture_feed(f);

	assert_int_equal(counter_get(&ports[port].packets[DIRECTION_IN][TRAFFIC_RDMA]), 0);
	assert_int_equal(counter_get(&ports[port].packets[DIRECTION_OUT][TRAFFIC_RDMA]), 20000);
	assert_int_equal(counter_get(&ports[port].packets[DIRECTION_UNKNOWN][TRAFFIC_RDMA]), 20000);
	assert_int_equal(counter_get(&ports[port].samples[DIRECTION_UNKNOWN][TRAFFIC_RDMA]), 1);
	assert_int_equal(counter_get(&got->link_packets[metric_role_direction(
	                     ROLE_UNKNOWN, DIRECTION_UNKNOWN)][TRAFFIC_RDMA]),
	                 20000);
}

static void ports_keep_rdma_apart(void **state)
{
	struct fixture *f = *state;
	struct traffic_port *ports = fixture_entries(f, SCOPE_PORT);
	struct traffic_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	uint32_t first = fixture_port(f, ROLE_EDGE), second = fixture_port(f, ROLE_EDGE);
	uint32_t place = metric_role_direction(ROLE_EDGE, DIRECTION_IN);
	struct observation *o;

	(void)write_first(f, first, BASIS_EDGE_INGRESS);
	(void)write_first(f, second, BASIS_EDGE_INGRESS);
	o = write_first(f, second, BASIS_EDGE_INGRESS);
	o->payload = PACKET_OTHER;
	o->frame_bytes = 64;
	o = write_first(f, second, BASIS_EDGE_INGRESS);
	o->payload = PACKET_ROCEV1;
	o->src.family = ADDR_NONE;
	fixture_feed(f);

	assert_int_equal(counter_get(&ports[first].bytes[DIRECTION_IN][TRAFFIC_RDMA]),
	                 20000 * 4174);
	assert_int_equal(counter_get(&ports[first].bytes[DIRECTION_IN][TRAFFIC_OTHER]), 0);
	assert_int_equal(counter_get(&ports[second].packets[DIRECTION_IN][TRAFFIC_RDMA]), 40000);
	assert_int_equal(counter_get(&ports[second].bytes[DIRECTION_IN][TRAFFIC_OTHER]),
	                 20000 * 64);
	assert_int_equal(counter_get(&got->link_samples[place][TRAFFIC_RDMA]), 3);
	assert_int_equal(counter_get(&got->link_bytes[place][TRAFFIC_RDMA]),
	                 UINT64_C(3) * 20000 * 4174);
	assert_int_equal(counter_get(&got->packets[BASIS_EDGE_INGRESS][PACKET_ROCEV1]), 20000);
	assert_int_equal(counter_get(&got->ip_packets[BASIS_EDGE_INGRESS][ADDR_NONE]), 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(estimates_scale_by_each_samples_own_rate, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(products_are_64_bit, setup, teardown),
		cmocka_unit_test_setup_teardown(packets_without_basis_stay_out_of_the_fabric_view,
		                                setup, teardown),
		cmocka_unit_test_setup_teardown(each_rule_keeps_its_own_count, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_direction_is_neither_in_nor_out, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(ports_keep_rdma_apart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
