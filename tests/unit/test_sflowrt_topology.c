/* SPDX-License-Identifier: Apache-2.0 */
/* The topology application: states of links and nodes, who is known, sums over link ends. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/export/sflowrt.h"
#include "small_fabric.h"

static char prefix[] = "sflow_";
static const struct compat_config plain = { .prefix = prefix };

/* One link between live ports, one to a switch that nobody has heard of. */
#define DOCUMENT                                                                                   \
	"{\"links\":{\"L1\":{\"node1\":\"leaf1\",\"port1\":\"swp1\",\"node2\":\"spine1\","         \
	"\"port2\":\"Eth49\"},"                                                                    \
	"\"L\\\"2\":{\"node1\":\"leaf1\",\"port1\":\"swp9\",\"node2\":\"spine2\","                 \
	"\"port2\":\"Eth1\"}},"                                                                    \
	"\"nodes\":{\"spine1\":{\"agent\":\"10.0.0.2\",\"ports\":{\"Eth49\":{\"ifindex\":\"49\"}}" \
	"}}"

static int setup(void **state)
{
	static struct small_fabric f;

	small_fabric_open(&f);
	assert_int_equal(topology_store_new(NULL, NULL, &f.shards.topology), FP_OK);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct small_fabric *f = *state;

	topology_store_free(f->shards.topology);
	small_fabric_close(f);
	return 0;
}

static void post(struct small_fabric *f)
{
	const struct bytes json = { (const uint8_t *)DOCUMENT "}", strlen(DOCUMENT) + 1 };
	char problem[256];

	assert_int_equal(topology_store_put(f->shards.topology, json, problem, sizeof problem),
	                 FP_OK);
}

static struct interfaces_port *port_of(struct small_fabric *f, uint32_t shard, uint32_t port)
{
	struct interfaces_port *ports =
	    small_fabric_entries(f, shard, ANALYZER_interfaces, SCOPE_PORT);

	return &ports[port];
}

/* Both ends of L1 are polled; out of each go 100 and 25 bytes a second. */
static void poll_ends(struct small_fabric *f, double oper)
{
	struct interfaces_port *ends[] = { port_of(f, SMALL_LEAF, SMALL_SWP1),
		                           port_of(f, SMALL_SPINE, SMALL_UPLINK) };

	for (size_t i = 0; i < 2; i++) {
		gauge_set(&ends[i]->admin_up, 1);
		gauge_set(&ends[i]->oper_up, i == 0 ? 1 : oper);
		gauge_set(&ends[i]->speed_bps, 1e9);
		gauge_set(&ends[i]->rate[IFC_out_octets], i == 0 ? 100 : 25);
		gauge_set(&ends[i]->rate[IFC_in_discards], 1);
		gauge_set(&ends[i]->rate[IFC_out_discards], 2);
	}
}

static const char *print(struct small_fabric *f, const char *what)
{
	assert_int_equal(sflowrt_print_topology_json(&f->shards, what, &f->out), FP_OK);
	return small_fabric_take(f);
}

static void without_a_document_everything_is_zero(void **state)
{
	struct small_fabric *f = *state;

	assert_string_equal(print(f, "topology"), "{\"version\":0}");
	assert_string_equal(print(f, "version"), "0");
	assert_string_equal(print(f, "agents"), "{}");
	assert_string_equal(print(f, "unknown"),
	                    "{\"10.0.0.1\":{\"hostname\":\"leaf1\",\"flows\":false},"
	                    "\"10.0.0.2\":{\"hostname\":\"spine1\",\"flows\":false}}");
	assert_string_equal(
	    print(f, "metrics"),
	    "{\"version\":0,\"links\":{\"total\":0,\"monitored\":0,\"up\":0,\"down\":0,"
	    "\"details\":{\"unmonitored\":[],\"down\":[]}},\"nodes\":{\"total\":0,"
	    "\"monitored\":0,\"flows\":0,\"noflows\":0,\"details\":{\"unmonitored\":[],"
	    "\"noflows\":[]}}}");
	assert_int_equal(sflowrt_print_topology_json(&f->shards, "nonsense", &f->out),
	                 FP_NOT_FOUND);
}

static void the_document_comes_back_with_its_version(void **state)
{
	struct small_fabric *f = *state;

	post(f);
	assert_string_equal(print(f, "topology"), DOCUMENT ",\"version\":1}");
	assert_string_equal(print(f, "version"), "1");
}

static void links_have_a_state_when_all_four_are_polled(void **state)
{
	struct small_fabric *f = *state;
	const char *text;

	post(f);
	text = print(f, "status");
	assert_non_null(strstr(text, "\"links\":{\"total\":2,\"monitored\":0,\"up\":0,\"down\":0,"
	                             "\"details\":{\"unmonitored\":[\"L1\",\"L\\\"2\"]"));
	poll_ends(f, 1);
	text = print(f, "status");
	assert_non_null(strstr(text, "\"links\":{\"total\":2,\"monitored\":1,\"up\":1,\"down\":0,"
	                             "\"details\":{\"unmonitored\":[\"L\\\"2\"],\"down\":[]"));
	poll_ends(f, 0);
	assert_non_null(strstr(print(f, "status"), "\"up\":0,\"down\":1,\"details\":{"
	                                           "\"unmonitored\":[\"L\\\"2\"],\"down\":"
	                                           "[\"L1\"]"));
	gauge_clear(&port_of(f, SMALL_SPINE, SMALL_UPLINK)->oper_up);
	assert_non_null(strstr(print(f, "status"), "\"monitored\":0"));
}

static void nodes_are_monitored_when_their_agent_speaks(void **state)
{
	struct small_fabric *f = *state;
	const char *text;

	post(f);
	atomic_store(&f->shards.at[SMALL_LEAF].directory.agent[0].shows, AGENT_SHOWS_INGRESS);
	text = print(f, "status");
	assert_non_null(strstr(text, "\"nodes\":{\"total\":3,\"monitored\":2,\"flows\":1,"
	                             "\"noflows\":1,\"details\":{\"unmonitored\":[\"spine2\"],"
	                             "\"noflows\":[\"spine1\"]}}}"));
	assert_string_equal(print(f, "unknown"), "{}");
	text = print(f, "agents");
	assert_non_null(strstr(
	    text, "\"leaf1\":{\"agent\":\"10.0.0.1\",\"hostname\":\"leaf1\",\"flows\":true}"));
	assert_non_null(strstr(text, "\"spine1\":{\"agent\":\"10.0.0.2\",\"hostname\":\"spine1\","
	                             "\"flows\":false}"));
	assert_null(strstr(text, "spine2"));
	/* Who is silent is not monitored. */
	atomic_store(&f->shards.now_ns, SMALL_NOW_NS + 601 * NS_PER_SECOND);
	assert_non_null(strstr(print(f, "status"), "\"nodes\":{\"total\":3,\"monitored\":0,"));
}

static void sums_count_each_direction_of_a_link_once(void **state)
{
	struct small_fabric *f = *state;

	post(f);
	poll_ends(f, 1);
	assert_int_equal(sflowrt_print_topology_metrics(&f->shards, &plain, &f->out), FP_OK);
	assert_string_equal(small_fabric_take(f), "sflow_topology_links{status=\"unmonitored\"} 1\n"
	                                          "sflow_topology_links{status=\"up\"} 1\n"
	                                          "sflow_topology_links{status=\"down\"} 0\n"
	                                          "sflow_topology_nodes{status=\"unmonitored\"} 1\n"
	                                          "sflow_topology_nodes{status=\"noflows\"} 2\n"
	                                          "sflow_topology_nodes{status=\"flows\"} 0\n"
	                                          "sflow_topology_traffic_bps 1000\n"
	                                          "sflow_topology_traffic_speed 2000000000\n"
	                                          "sflow_topology_traffic_pps 0\n"
	                                          "sflow_topology_traffic_discards 6\n"
	                                          "sflow_topology_traffic_errors 0\n");
}

static void nobody_is_located(void **state)
{
	struct small_fabric *f = *state;

	assert_int_equal(sflowrt_print_locate_json(&f->shards, "10.0.0.1", &f->out), FP_OK);
	assert_string_equal(small_fabric_take(f), "[]");
	assert_int_equal(sflowrt_print_locate_json(&f->shards, "", &f->out), FP_BAD_ARGUMENT);
	assert_int_equal(sflowrt_print_locate_json(&f->shards, NULL, &f->out), FP_BAD_ARGUMENT);
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(without_a_document_everything_is_zero),
		ON_FABRIC(the_document_comes_back_with_its_version),
		ON_FABRIC(links_have_a_state_when_all_four_are_polled),
		ON_FABRIC(nodes_are_monitored_when_their_agent_speaks),
		ON_FABRIC(sums_count_each_direction_of_a_link_once),
		ON_FABRIC(nobody_is_located),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
