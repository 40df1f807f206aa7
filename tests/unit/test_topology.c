/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a topology: which node is this agent, which port is that, what is its role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/topology/topology.h"

static struct topology *parse(const char *json)
{
	struct topology *t;
	char problem[256];

	if (topology_parse_json((struct bytes){ (const uint8_t *)json, strlen(json) }, &t, problem,
	                        sizeof problem) != FP_OK) {
		fail_msg("%s", problem);
	}
	return t;
}

static struct addr addr_of(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), FP_OK);
	return a;
}

static enum port_role role(const struct topology *t, const char *agent, const char *hostname,
                           uint32_t ifindex, const char *port)
{
	struct addr a = addr_of(agent);

	return topology_role(t, &a, hostname, ifindex, port);
}

/* Two leaves and a spine; only leaf1 is described. */
static const char *const fabric =
    "{\"links\":{"
    "\"L1\":{\"node1\":\"leaf1\",\"port1\":\"swp1\",\"node2\":\"spine1\",\"port2\":\"swp1\"},"
    "\"L2\":{\"node1\":\"leaf2\",\"port1\":\"swp1\",\"node2\":\"spine1\",\"port2\":\"swp2\"}},"
    "\"nodes\":{\"leaf1\":{\"agent\":\"10.0.0.1\",\"ports\":{\"swp1\":{\"ifindex\":\"3\"},"
    "\"swp9\":{\"ifindex\":9}}}}}";

static void roles_by_address_and_ifindex(void **state)
{
	struct topology *t = parse(fabric);

	(void)state;
	assert_int_equal(role(t, "10.0.0.1", "", 3, ""), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "", 9, ""), ROLE_EDGE);
	assert_int_equal(role(t, "10.0.0.1", "", 4, ""), ROLE_EDGE);
	assert_int_equal(role(t, "10.0.0.1", "something", 3, "other"), ROLE_CORE);
	/* The document gives swp1 to ifIndex 3, whatever another port calls itself. */
	assert_int_equal(role(t, "10.0.0.1", "", 4, "swp1"), ROLE_EDGE);
	/* A node with an address is the agent with that address and no other. */
	assert_int_equal(role(t, "10.0.0.99", "leaf1", 3, "swp1"), ROLE_UNKNOWN);
	topology_free(t);
}

static void roles_appear_as_names_are_learned(void **state)
{
	struct topology *t = parse(fabric);

	(void)state;
	assert_int_equal(role(t, "10.0.0.9", "", 1, ""), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.9", NULL, 1, NULL), ROLE_UNKNOWN);
	/* The node is known, the port's name is not: it might be the one on the link. */
	assert_int_equal(role(t, "10.0.0.9", "spine1", 1, ""), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.9", "spine1", 1, NULL), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.9", "spine1", 1, "swp1"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.9", "spine1", 2, "swp2"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.9", "spine1", 3, "swp3"), ROLE_EDGE);
	assert_int_equal(role(t, "10.0.0.9", "elsewhere", 1, "swp1"), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.9", "SPINE1", 1, "swp1"), ROLE_UNKNOWN);
	topology_free(t);
}

static void no_topology_knows_no_role(void **state)
{
	struct topology *t = parse("{\"links\":{},\"nodes\":{\"leaf1\":{\"agent\":\"10.0.0.1\","
	                           "\"ports\":{\"swp1\":{\"ifindex\":1}}}}}");

	(void)state;
	assert_int_equal(role(NULL, "10.0.0.1", "leaf1", 1, "swp1"), ROLE_UNKNOWN);
	/* A node without a link says nothing about its ports. */
	assert_int_equal(role(t, "10.0.0.1", "leaf1", 1, "swp1"), ROLE_UNKNOWN);
	topology_free(t);
}

static void hostnames_match_with_and_without_domain(void **state)
{
	struct topology *t = parse(
	    "{\"links\":{"
	    "\"1\":{\"node1\":\"leaf1\",\"port1\":\"a\",\"node2\":\"spine1.dc1\",\"port2\":\"a\"},"
	    "\"2\":{\"node1\":\"leaf2.dc1\",\"port1\":\"a\",\"node2\":\"leaf2.dc2\",\"port2\":"
	    "\"b\"},"
	    "\"3\":{\"node1\":\"leaf3\",\"port1\":\"a\",\"node2\":\"leaf3.dc1\",\"port2\":\"b\"}}"
	    "}");

	(void)state;
	assert_int_equal(role(t, "10.0.0.1", "leaf1", 1, "a"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "leaf1.dc1.example", 1, "a"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "leaf11", 1, "a"), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.1", "spine1", 1, "a"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "spine1.dc1", 1, "a"), ROLE_CORE);
	/* Two full names are not the same because they begin so. */
	assert_int_equal(role(t, "10.0.0.1", "spine1.dc2", 1, "a"), ROLE_UNKNOWN);
	/* Two nodes begin with leaf2: which one is meant cannot be told. */
	assert_int_equal(role(t, "10.0.0.1", "leaf2", 1, "a"), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.1", "leaf2.dc1", 1, "a"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "leaf2.dc1", 1, "b"), ROLE_EDGE);
	assert_int_equal(role(t, "10.0.0.1", "leaf2.dc2", 1, "b"), ROLE_CORE);
	/* A whole name wins over a part of one. */
	assert_int_equal(role(t, "10.0.0.1", "leaf3", 1, "a"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "leaf3", 1, "b"), ROLE_EDGE);
	assert_int_equal(role(t, "10.0.0.1", "leaf3.dc1", 1, "b"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", ".", 1, "b"), ROLE_UNKNOWN);
	topology_free(t);
}

static void a_node_may_be_called_by_its_address(void **state)
{
	struct topology *t = parse("{\"links\":{\"1\":{\"node1\":\"10.0.0.1\",\"port1\":\"a\","
	                           "\"node2\":\"2001:db8::2\",\"port2\":\"b\"}}}");

	(void)state;
	assert_int_equal(role(t, "10.0.0.1", "", 1, "a"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "whatever", 1, "b"), ROLE_EDGE);
	assert_int_equal(role(t, "2001:db8:0::2", "", 1, "b"), ROLE_CORE);
	assert_int_equal(role(t, "a00:1::", "", 1, "a"), ROLE_UNKNOWN); /* the same bytes */
	assert_int_equal(role(t, "10.0.0.2", "10", 1, "a"), ROLE_UNKNOWN);
	assert_int_equal(role(t, "10.0.0.2", "10.0.0.1", 1, "a"), ROLE_UNKNOWN);
	topology_free(t);
}

static void two_nodes_with_one_agent_are_one_switch(void **state)
{
	struct topology *t =
	    parse("{\"links\":{"
	          "\"1\":{\"node1\":\"a\",\"port1\":\"p1\",\"node2\":\"x\",\"port2\":\"p1\"},"
	          "\"2\":{\"node1\":\"b\",\"port1\":\"p2\",\"node2\":\"x\",\"port2\":\"p2\"}},"
	          "\"nodes\":{\"a\":{\"agent\":\"10.0.0.1\"},"
	          "\"b\":{\"agent\":\"10.0.0.1\",\"ports\":{\"p2\":{\"ifindex\":2}}}}}");
	const struct topology_link *second = topology_link_at(t, 1);

	(void)state;
	assert_int_equal(role(t, "10.0.0.1", "", 1, "p1"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "", 2, ""), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "", 3, "p3"), ROLE_EDGE);
	assert_string_equal(second->end[0].node, "b"); /* as written */
	assert_string_equal(topology_node_at(t, second->end[0].node_at)->name, "a");
	assert_int_equal(topology_node_at(t, second->end[0].node_at)->link_ends, 2);
	topology_free(t);
}

static void two_ports_with_one_ifindex_are_one_port(void **state)
{
	struct topology *t =
	    parse("{\"links\":{\"1\":{\"node1\":\"a\",\"port1\":\"Et1\",\"node2\":\"b\",\"port2\":"
	          "\"p\"}},\"nodes\":{\"a\":{\"agent\":\"10.0.0.1\",\"ports\":{\"Ethernet1\":{"
	          "\"ifindex\":1},\"Et1\":{\"ifindex\":\"1\"}}}}}");

	(void)state;
	assert_int_equal(role(t, "10.0.0.1", "", 1, "Ethernet1"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "", 1, ""), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "", 2, ""), ROLE_EDGE);
	assert_string_equal(topology_link_at(t, 0)->end[0].port, "Et1");
	assert_int_equal(topology_link_at(t, 0)->end[0].ifindex, 1);
	topology_free(t);
}

static void odd_links_are_taken_as_they_are(void **state)
{
	struct topology *t =
	    parse("{\"links\":{"
	          "\"1\":{\"node1\":\"a\",\"port1\":\"p1\",\"node2\":\"b\",\"port2\":\"p1\"},"
	          "\"again\":{\"node1\":\"b\",\"port1\":\"p1\",\"node2\":\"a\",\"port2\":\"p1\"},"
	          "\"shared\":{\"node1\":\"a\",\"port1\":\"p1\",\"node2\":\"b\",\"port2\":\"p2\"},"
	          "\"self\":{\"node1\":\"c\",\"port1\":\"p1\",\"node2\":\"c\",\"port2\":\"p1\"}}}");

	(void)state;
	assert_int_equal(topology_link_count(t), 4);
	assert_int_equal(topology_node_count(t), 3);
	assert_int_equal(topology_port_count(t), 4);
	assert_int_equal(topology_link_at(t, 0)->end[0].link_ends, 3);
	assert_int_equal(role(t, "10.0.0.1", "a", 1, "p1"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "c", 1, "p1"), ROLE_CORE);
	assert_int_equal(role(t, "10.0.0.1", "c", 2, "p2"), ROLE_EDGE);
	topology_free(t);
}

static void the_live_side_can_be_joined(void **state)
{
	struct topology *t = parse(fabric);
	struct addr leaf1 = addr_of("10.0.0.1");
	struct addr spine1 = addr_of("10.0.0.9");
	uint32_t leaf = topology_node_find(t, &leaf1, "");
	uint32_t spine = topology_node_find(t, &spine1, "spine1");
	const struct topology_link *link = topology_link_at(t, 0);

	(void)state;
	assert_string_equal(link->name, "L1");
	assert_int_equal(link->end[0].node_at, leaf);
	assert_int_equal(link->end[1].node_at, spine);
	assert_int_equal(topology_port_find(t, leaf, 3, ""), link->end[0].port_at);
	assert_int_equal(topology_port_find(t, leaf, 0, "swp1"), link->end[0].port_at);
	assert_int_equal(topology_port_find(t, spine, 77, "swp1"), link->end[1].port_at);
	assert_int_equal(topology_port_find(t, spine, 77, ""), TOPOLOGY_NONE);
	assert_int_equal(topology_port_find(t, leaf, 77, "swp77"), TOPOLOGY_NONE);
	assert_int_equal(topology_node_find(t, &spine1, "nobody"), TOPOLOGY_NONE);
	assert_true(addr_equal(&link->end[0].agent, &leaf1));
	assert_int_equal(link->end[0].ifindex, 3);
	assert_int_equal(link->end[1].agent.family, ADDR_NONE);
	assert_int_equal(link->end[1].ifindex, 0);
	assert_int_equal(topology_node_at(t, leaf)->unnumbered, 0);
	assert_int_equal(topology_node_at(t, spine)->unnumbered, 2);
	for (size_t i = 0; i < topology_port_count(t); i++) {
		assert_int_equal(topology_port_at(t, i)->port_at, i);
	}
	topology_free(t);
}

static void roles_and_sources_have_names(void **state)
{
	(void)state;
	assert_string_equal(port_role_name(ROLE_UNKNOWN), "unknown");
	assert_string_equal(port_role_name(ROLE_EDGE), "edge");
	assert_string_equal(port_role_name(ROLE_CORE), "core");
	assert_string_equal(role_source_name(ROLE_SOURCE_NONE), "none");
	assert_string_equal(role_source_name(ROLE_SOURCE_TOPOLOGY), "topology");
	assert_string_equal(role_source_name(ROLE_SOURCE_RULE), "rule");
	assert_string_equal(role_source_name(ROLE_SOURCE_LEARNED), "learned");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_by_address_and_ifindex),
		cmocka_unit_test(roles_appear_as_names_are_learned),
		cmocka_unit_test(no_topology_knows_no_role),
		cmocka_unit_test(hostnames_match_with_and_without_domain),
		cmocka_unit_test(a_node_may_be_called_by_its_address),
		cmocka_unit_test(two_nodes_with_one_agent_are_one_switch),
		cmocka_unit_test(two_ports_with_one_ifindex_are_one_port),
		cmocka_unit_test(odd_links_are_taken_as_they_are),
		cmocka_unit_test(the_live_side_can_be_joined),
		cmocka_unit_test(roles_and_sources_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
