/* SPDX-License-Identifier: Apache-2.0 */
/* Roles of ports: by the names that agents report and by those that the operator gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/classify/directory.h"

static const struct limits_config limits = {
	.max_agents = 4, .max_ports = 8, .max_sources = 8, .expire_ns = 1, .max_sampling_rate = 1
};

static const char links[] = "{\"links\":{\"L1\":{\"node1\":\"leaf1\",\"port1\":\"swp1\","
                            "\"node2\":\"spine1\",\"port2\":\"swp9\"}}}";

/* Two agents that call themselves "sonic" and their ports "Ethernet0" and "Ethernet4". */
struct fabric {
	struct directory directory;
	struct topology *topology;
	uint32_t port[2][2]; /* [agent][ifindex - 1] */
};

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static int set_up(void **state)
{
	static const char *const port_names[] = { "Ethernet0", "Ethernet4" };
	static struct fabric f;
	char problem[128];

	*state = &f;
	assert_int_equal(directory_init(&f.directory, &limits), FP_OK);
	assert_int_equal(topology_parse_json(bytes_of(links), &f.topology, problem, sizeof problem),
	                 FP_OK);
	for (uint8_t a = 0; a < 2; a++) {
		const struct addr address = { .family = ADDR_IPV4,
			                      .bytes = { 10, 0, 0, (uint8_t)(a + 1) } };
		const struct endpoint from = { address, 6343 };
		const uint32_t agent = directory_agent(&f.directory, &address, &from, 1);

		directory_name_agent(&f.directory, agent, bytes_of("sonic"));
		for (uint32_t p = 0; p < 2; p++) {
			f.port[a][p] = directory_port(&f.directory, agent, p + 1, 1);
			directory_name_port(&f.directory, f.port[a][p], bytes_of(port_names[p]));
		}
	}
	return 0;
}

static int tear_down(void **state)
{
	struct fabric *f = *state;

	topology_free(f->topology);
	directory_deinit(&f->directory);
	return 0;
}

static void assert_role(const struct fabric *f, uint32_t port, enum port_role expected)
{
	const struct port_entry *entry = &f->directory.port[port];

	assert_int_equal(atomic_load(&entry->role), expected);
	assert_int_equal(atomic_load(&entry->role_source),
	                 expected == ROLE_UNKNOWN ? ROLE_SOURCE_NONE : ROLE_SOURCE_TOPOLOGY);
}

static void reported_names_make_roles(void **state)
{
	struct fabric *f = *state;

	directory_assign_roles(&f->directory, f->topology, NULL);
	assert_role(f, f->port[0][0], ROLE_UNKNOWN);
	directory_name_agent(&f->directory, 0, bytes_of("leaf1"));
	directory_name_port(&f->directory, f->port[0][0], bytes_of("swp1"));
	directory_assign_roles(&f->directory, f->topology, NULL);
	assert_role(f, f->port[0][0], ROLE_CORE);
	assert_role(f, f->port[0][1], ROLE_EDGE);
	assert_role(f, f->port[1][0], ROLE_UNKNOWN);
	directory_assign_roles(&f->directory, NULL, NULL);
	assert_role(f, f->port[0][0], ROLE_UNKNOWN);
}

static void the_operators_names_win(void **state)
{
	struct fabric *f = *state;
	/* 10.0.0.1: { host: leaf1, ports: { 2: swp1 } }, 10.0.0.2: spine1 */
	const struct option_node port = { .kind = OPTION_NODE_SCALAR, .key = "2", .text = "swp1" };
	const struct option_node ports = {
		.kind = OPTION_NODE_MAP, .key = "ports", .text = "", .child = &port
	};
	const struct option_node host = {
		.kind = OPTION_NODE_SCALAR, .key = "host", .text = "leaf1", .sibling = &ports
	};
	const struct option_node spine = { .kind = OPTION_NODE_SCALAR,
		                           .key = "10.0.0.2",
		                           .text = "spine1" };
	const struct option_node leaf = { .kind = OPTION_NODE_MAP,
		                          .key = "10.0.0.1",
		                          .text = "",
		                          .child = &host,
		                          .sibling = &spine };
	const struct option_node section = {
		.kind = OPTION_NODE_MAP, .key = "names", .text = "", .child = &leaf
	};
	struct names_config names;

	/* What agent and port call themselves is wrong for the first and half right for the
	 * second. */
	directory_name_agent(&f->directory, 0, bytes_of("spine1"));
	directory_name_port(&f->directory, f->port[0][1], bytes_of("swp9"));
	directory_name_port(&f->directory, f->port[1][0], bytes_of("swp9"));
	names_options.rows[0].read(&section, &names.overrides, NULL);
	directory_assign_roles(&f->directory, f->topology, names.overrides);
	assert_role(f, f->port[0][0], ROLE_EDGE);
	assert_role(f, f->port[0][1], ROLE_CORE);
	assert_role(f, f->port[1][0], ROLE_CORE); /* given host, reported port */
	assert_role(f, f->port[1][1], ROLE_EDGE);
	names_options.rows[0].release(&names.overrides);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reported_names_make_roles, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_operators_names_win, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
