/* SPDX-License-Identifier: Apache-2.0 */
/* `topology:` of the configuration: the document that it stands for, and its mistakes with their
 * places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/config/yaml_tree.h"
#include "fabricpulse/topology/topology.h"

/* Reads the section of `yaml` as the configuration would; gives the mistakes as text. */
static void read_section(const char *yaml, struct topology_config *config, struct strbuf *mistakes)
{
	const struct option_row *row = &topology_options.rows[0];
	struct option_problems *problems = problems_new();
	struct option_tree tree = { 0 };

	assert_non_null(problems);
	problems_set_file(problems, "f");
	assert_int_equal(
	    yaml_tree_parse((struct bytes){ (const uint8_t *)yaml, strlen(yaml) }, &tree, problems),
	    FP_OK);
	row->read(option_node_find(tree.root, topology_options.section),
	          (char *)config + row->offset, problems);
	problems_print(problems, mistakes);
	option_tree_release(&tree);
	problems_free(problems);
}

static void assert_document(const char *yaml, const char *expected)
{
	struct topology_config config;
	struct strbuf out;

	strbuf_init(&out, 8192);
	read_section(yaml, &config, &out);
	assert_string_equal(out.len > 0 ? out.at : "", "");
	assert_non_null(config.configured);
	topology_print_json(config.configured, 1, &out);
	assert_string_equal(out.at, expected);
	strbuf_deinit(&out);
	topology_options.rows[0].release(&config.configured);
	assert_null(config.configured);
}

static void assert_mistakes(const char *yaml, const char *expected)
{
	struct topology_config config;
	struct strbuf out;

	strbuf_init(&out, 8192);
	read_section(yaml, &config, &out);
	assert_string_equal(out.len > 0 ? out.at : "", expected);
	assert_null(config.configured);
	strbuf_deinit(&out);
}

static void nothing_written_is_no_topology(void **state)
{
	(void)state;
	assert_mistakes("other: 1\n", "");
	assert_mistakes("topology:\n", "");
	assert_mistakes("topology: {}\n", "");
}

static void links_are_written_in_words(void **state)
{
	(void)state;
	assert_document(
	    "topology:\n"
	    "  links:\n"
	    "    - leaf1:swp1 - spine1:swp1\n"
	    "    - \"leaf1:et-0/0/0:1  -  spine 2 : a-b\"\n"
	    "    - { from: leaf2:swp1, to: spine1:swp2 }\n"
	    "    - { name: L4, from: leaf2:swp2, to: spine2:swp2 }\n",
	    "{\"links\":{"
	    "\"leaf1:swp1 - spine1:swp1\":{\"node1\":\"leaf1\",\"port1\":\"swp1\","
	    "\"node2\":\"spine1\",\"port2\":\"swp1\"},"
	    "\"leaf1:et-0/0/0:1 - spine 2:a-b\":{\"node1\":\"leaf1\",\"port1\":\"et-0/0/0:1\","
	    "\"node2\":\"spine 2\",\"port2\":\"a-b\"},"
	    "\"leaf2:swp1 - spine1:swp2\":{\"node1\":\"leaf2\",\"port1\":\"swp1\","
	    "\"node2\":\"spine1\",\"port2\":\"swp2\"},"
	    "\"L4\":{\"node1\":\"leaf2\",\"port1\":\"swp2\",\"node2\":\"spine2\","
	    "\"port2\":\"swp2\"}},\"version\":1}");
	assert_document("topology: { links: { L1: 'a:1 - b:2', L2: { from: 'a:3', to: 'b:4' } } }",
	                "{\"links\":{"
	                "\"L1\":{\"node1\":\"a\",\"port1\":\"1\",\"node2\":\"b\",\"port2\":\"2\"},"
	                "\"L2\":{\"node1\":\"a\",\"port1\":\"3\",\"node2\":\"b\",\"port2\":\"4\"}},"
	                "\"version\":1}");
	assert_document("topology: { links: [] }", "{\"links\":{},\"version\":1}");
	assert_document("topology:\n  links:\n", "{\"links\":{},\"version\":1}");
}

static void nodes_are_written_in_words(void **state)
{
	(void)state;
	assert_document(
	    "topology:\n"
	    "  nodes:\n"
	    "    leaf1: { agent: 10.0.0.1, ports: { swp1: 3, 'a\"b': 4 } }\n"
	    "    leaf2: 2001:db8::2\n"
	    "    leaf3: {}\n"
	    "  links: []\n",
	    "{\"nodes\":{\"leaf1\":{\"agent\":\"10.0.0.1\",\"ports\":{\"swp1\":{\"ifindex\":\"3\"},"
	    "\"a\\\"b\":{\"ifindex\":\"4\"}}},\"leaf2\":{\"agent\":\"2001:db8::2\"},\"leaf3\":{}},"
	    "\"links\":{},\"version\":1}");
}

static void every_mistake_has_its_place(void **state)
{
	(void)state;
	assert_mistakes(
	    "topology:\n"
	    "  links:\n"
	    "    - leaf1:swp1 spine1:swp1\n"
	    "    - leaf1 - spine1\n"
	    "    - { from: a:1, too: b:2 }\n"
	    "    - { from: a:1, to: [b] }\n"
	    "    - [ a:1 ]\n"
	    "    - \"\"\n"
	    "    - { from: a, to: b }\n"
	    "  nodes:\n"
	    "    leaf1: leaf1\n"
	    "    leaf2: { agent: 10.0.0.256, port: 3, ports: { swp1: 0, swp2: x } }\n"
	    "    leaf3: { ports: 3 }\n"
	    "    leaf4: [ 1 ]\n"
	    "  node: {}\n",
	    "f:3:7: topology.links[0]: expected <node>:<port> - <node>:<port>, got \"leaf1:swp1 "
	    "spine1:swp1\"\n"
	    "f:4:7: topology.links[1]: expected <node>:<port> - <node>:<port>, got \"leaf1 - "
	    "spine1\"\n"
	    "f:5:7: topology.links[2]: expected from: and to:, got a map\n"
	    "f:5:20: topology.links[2].too: unknown key; expected from, to or name\n"
	    "f:6:24: topology.links[3].to: expected <node>:<port>, got a list\n"
	    "f:7:7: topology.links[4]: expected <node>:<port> - <node>:<port>, got a list\n"
	    "f:8:7: topology.links[5]: expected <node>:<port> - <node>:<port>, got \"\"\n"
	    "f:9:15: topology.links[6].from: expected <node>:<port>, got \"a\"\n"
	    "f:9:22: topology.links[6].to: expected <node>:<port>, got \"b\"\n"
	    "f:11:12: topology.nodes.leaf1: expected an IPv4 or IPv6 address, got \"leaf1\"\n"
	    "f:12:21: topology.nodes.leaf2.agent: expected an IPv4 or IPv6 address, got "
	    "\"10.0.0.256\"\n"
	    "f:12:33: topology.nodes.leaf2.port: unknown key; expected agent or ports\n"
	    "f:12:57: topology.nodes.leaf2.ports.swp1: expected an ifIndex from 1 to 4294967295, "
	    "got \"0\"\n"
	    "f:12:66: topology.nodes.leaf2.ports.swp2: expected an ifIndex from 1 to 4294967295, "
	    "got \"x\"\n"
	    "f:13:21: topology.nodes.leaf3.ports: expected a map from port name to ifIndex, got "
	    "\"3\"\n"
	    "f:14:12: topology.nodes.leaf4: expected an address or a map, got a list\n"
	    "f:15:3: topology.node: unknown key; expected links, nodes or file\n");
	assert_mistakes("topology: { file: a, links: 7, nods: 8 }\n",
	                "f:1:19: topology.file: expected either file, or links and nodes\n"
	                "f:1:29: topology.links: expected a list of links, got \"7\"\n"
	                "f:1:32: topology.nods: unknown key; expected links, nodes or file\n");
	assert_mistakes("topology: 7\n", "f:1:11: topology: expected a map with file, or with "
	                                 "links and nodes, got \"7\"\n");
	assert_mistakes(
	    "topology: { links: 7, nodes: 8 }\n",
	    "f:1:20: topology.links: expected a list of links, got \"7\"\n"
	    "f:1:30: topology.nodes: expected a map from node name to node, got \"8\"\n");
}

static void what_only_the_whole_shows_is_a_mistake_of_the_section(void **state)
{
	(void)state;
	assert_mistakes("topology:\n  links: [ a:1 - b:2, a:1  -  b:2 ]\n",
	                "f:2:3: topology: links.a:1 - b:2: given twice\n");
	assert_mistakes("topology:\n  nodes: { a: 10.0.0.1 }\n",
	                "f:2:3: topology: links: missing\n");
}

static void a_document_can_be_in_a_file(void **state)
{
	char path[] = "/tmp/fabricpulse-tree-XXXXXX";
	int fd = mkstemp(path);
	char yaml[128];
	char expected[256];

	(void)state;
	assert_true(fd >= 0);
	(void)snprintf(yaml, sizeof yaml, "topology:\n  file: %s\n", path);
	assert_int_equal(write(fd, "{\"links\":{ }}", 13), 13);
	assert_document(yaml, "{\"links\":{},\"version\":1}");
	assert_int_equal(ftruncate(fd, 5), 0);
	assert_mistakes(yaml, "f:2:9: topology.file: line 1, column 3: not valid JSON\n");
	(void)snprintf(yaml, sizeof yaml, "topology: { file: %s, links: [] }\n", path);
	assert_mistakes(yaml, "f:1:19: topology.file: expected either file, or links and nodes\n");
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(yaml, sizeof yaml, "topology: { file: %s }\n", path);
	(void)snprintf(expected, sizeof expected,
	               "f:1:19: topology.file: cannot read %s: No such file or directory\n", path);
	assert_mistakes(yaml, expected);
	assert_mistakes("topology: { file: [] }\n",
	                "f:1:19: topology.file: expected the path of a JSON file, got a list\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_written_is_no_topology),
		cmocka_unit_test(links_are_written_in_words),
		cmocka_unit_test(nodes_are_written_in_words),
		cmocka_unit_test(every_mistake_has_its_place),
		cmocka_unit_test(what_only_the_whole_shows_is_a_mistake_of_the_section),
		cmocka_unit_test(a_document_can_be_in_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
