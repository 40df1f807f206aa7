/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's topology document: what is taken, what is refused and how that is said, and that what
 * was set comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/topology/topology.h"

#define LINK(node1, port1, node2, port2)                                                           \
	"{\"node1\":\"" node1 "\",\"port1\":\"" port1 "\",\"node2\":\"" node2                      \
	"\",\"port2\":\"" port2 "\"}"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* Parses a heap copy of exactly that size, so that a sanitizer sees a read beyond it. */
static void assert_bytes_refused(const char *json, size_t len, const char *expected)
{
	char problem[512];
	struct topology *t = (struct topology *)problem; /* not NULL: it has to be made so */
	uint8_t *copy = len > 0 ? malloc(len) : NULL;

	if (len > 0) {
		assert_non_null(copy);
		memcpy(copy, json, len);
	}
	assert_int_equal(
	    topology_parse_json((struct bytes){ copy, len }, &t, problem, sizeof problem),
	    FP_BAD_DOCUMENT);
	free(copy);
	assert_null(t);
	if (expected != NULL) {
		assert_string_equal(problem, expected);
	}
}

static void assert_refused(const char *json, const char *expected)
{
	assert_bytes_refused(json, strlen(json), expected);
}

static void assert_given_back(const char *json, const char *expected)
{
	struct topology *t;
	struct strbuf out;
	char problem[512];

	if (topology_parse_json(bytes_of(json), &t, problem, sizeof problem) != FP_OK) {
		fail_msg("%s", problem);
	}
	assert_string_equal(problem, "");
	strbuf_init(&out, 4096);
	topology_print_json(t, 7, &out);
	assert_false(out.failed);
	assert_string_equal(out.at, expected);
	strbuf_deinit(&out);
	topology_free(t);
}

static void what_was_set_comes_back(void **state)
{
	(void)state;
	assert_given_back("{\"links\":{\"L1\":" LINK("a", "1", "b", "2") "}}",
	                  "{\"links\":{\"L1\":" LINK("a", "1", "b", "2") "},\"version\":7}");
	/* Unknown members stay, in their order, with as many digits as a double has. */
	assert_given_back(" {\"x\" : 12345678901234567890.10, \"links\": { }, \"y\":[ 1 , {}] }\n",
	                  "{\"x\":1.2345678901234567e+19,\"links\":{},\"y\":[1,{}],\"version\":7}");
	assert_given_back("{\"links\":{},\"x\":\"\\u00e4\\n\\\"\\/\",\"\":[true,false,null,-0.5]}",
	                  "{\"links\":{},\"x\":\"\xc3\xa4\\n\\\"/\",\"\":[true,false,null,-0.5],"
	                  "\"version\":7}");
	/* "version" is ours, wherever and however it is written. */
	assert_given_back("{\"version\":3,\"links\":{}}", "{\"links\":{},\"version\":7}");
	assert_given_back("{\"links\":{},\"\\u0076ersion\":{\"a\":1}}",
	                  "{\"links\":{},\"version\":7}");
	assert_given_back("{\"links\":{\"version\":" LINK("a", "1", "b", "2") "},\"version\":null}",
	                  "{\"links\":{\"version\":" LINK("a", "1", "b", "2") "},\"version\":7}");
}

static void nothing_prints_as_a_version_alone(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 64);
	topology_print_json(NULL, 0, &out);
	assert_string_equal(out.at, "{\"version\":0}");
	strbuf_deinit(&out);
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_refused("", "line 1, column 1: not valid JSON");
	assert_refused("{\"links\":{}\n\n  \"nodes\":{}}", "line 3, column 3: not valid JSON");
	assert_refused("{\"links\":{},}", "line 1, column 14: not valid JSON");
	assert_refused("{\"links\":{}} {}", "line 1, column 14: not valid JSON");
	assert_refused("{\"links\":{},\n\"x\":tru}", "line 2, column 5: not valid JSON");
	assert_refused("{\"links\":{},'x':1}", "line 1, column 14: not valid JSON");
}

static void what_is_no_text_is_refused_with_its_place(void **state)
{
	static const char nul[] = "{\"links\":{}}\0junk";

	(void)state;
	assert_refused("{\"links\":{},\n\"x\":\"\xff\"}", "line 2, column 6: not UTF-8 text");
	assert_refused("{\"links\":{\"\xed\xa0\x80\":{}}}", "line 1, column 12: not UTF-8 text");
	assert_bytes_refused(nul, sizeof nul - 1, "line 1, column 13: not UTF-8 text");
}

static void no_beginning_of_a_document_is_one(void **state)
{
	static const char text[] = "{\"links\":{\"L\":" LINK(
	    "a", "\\u00e4", "\xc3\xa4", "2") "},\"x\":[1,{\"y\":-1.5e3},true],\"z\":null}";

	(void)state;
	for (size_t len = 0; len < sizeof text - 1; len++) {
		assert_bytes_refused(text, len, NULL);
	}
}

static void nesting_is_bounded(void **state)
{
	char deep[4096];

	(void)state;
	assert_given_back("{\"links\":{},\"x\":[[[[[[[1],{}]]]]]]}",
	                  "{\"links\":{},\"x\":[[[[[[[1],{}]]]]]],\"version\":7}");
	assert_refused("{\"links\":{},\"x\":[[[[[[[1,{}]]]]]]]}", "nested too deep");
	assert_refused("{\"links\":[[[[[[[[1]]]]]]]]}", "nested too deep");
	memset(deep, '[', sizeof deep);
	assert_bytes_refused(deep, sizeof deep, "line 1, column 1001: not valid JSON");
}

static void a_wrong_outside_is_refused(void **state)
{
	(void)state;
	assert_refused("[]", "expected an object");
	assert_refused("\"links\"", "expected an object");
	assert_refused("{}", "links: missing");
	assert_refused("{\"nodes\":{}}", "links: missing");
	assert_refused("{\"links\":[]}", "links: expected an object");
	assert_refused("{\"links\":null,\"nodes\":7}",
	               "links: expected an object; nodes: expected an object");
	assert_refused("{\"links\":{},\"links\":{}}", "links: given twice");
}

static void wrong_links_are_refused(void **state)
{
	(void)state;
	assert_refused("{\"links\":{\"L3\":{\"node1\":\"a\",\"port1\":\"1\",\"node2\":\"b\","
	               "\"port2\":2}}}",
	               "links.L3.port2: expected a string");
	assert_refused(
	    "{\"links\":{\"L3\":{\"node1\":\"a\",\"port1\":\"\",\"node2\":\"b\"}}}",
	    "links.L3.port1: expected a name, not an empty string; links.L3.port2: missing");
	assert_refused("{\"links\":{\"L1\":7,\"L2\":" LINK("a", "1", "b", "2") "}}",
	               "links.L1: expected an object");
	assert_refused(
	    "{\"links\":{\"L1\":" LINK("a", "1", "b", "2") ",\"L1\":" LINK("c", "1", "d", "2") "}}",
	    "links.L1: given twice");
	assert_refused("{\"links\":{\"\":" LINK("a", "1", "b", "2") "}}",
	               "links.: expected a name, not an empty string");
	assert_refused("{\"links\":{\"L1\":{\"node1\":\"a\",\"node1\":\"b\",\"port1\":\"1\","
	               "\"node2\":\"b\",\"port2\":\"2\"}}}",
	               "links.L1.node1: given twice");
}

static void wrong_nodes_are_refused(void **state)
{
	static const struct {
		const char *node, *problem;
	} rows[] = {
		{ "7", "nodes.a: expected an object" },
		{ "[{\"ports\":{\"p\":{}}}]", "nodes.a: expected an object" },
		{ "{\"ports\":{},\"ports\":{\"p\":{},\"q\":{}}}", "nodes.a.ports: given twice" },
		{ "{\"agent\":7}", "nodes.a.agent: expected a string" },
		{ "{\"agent\":\"leaf1\"}", "nodes.a.agent: expected an IPv4 or IPv6 address" },
		{ "{\"agent\":\"\"}", "nodes.a.agent: expected an IPv4 or IPv6 address" },
		{ "{\"ports\":[]}", "nodes.a.ports: expected an object" },
		{ "{\"ports\":{\"p\":3}}", "nodes.a.ports.p: expected an object" },
		{ "{\"ports\":{\"\":{}}}", "nodes.a.ports.: expected a name, not an empty string" },
		{ "{\"ports\":{\"p\":{\"ifindex\":\"x\"}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{\"ifindex\":0}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{\"ifindex\":4294967296}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{\"ifindex\":1.5}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{\"ifindex\":-1}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{\"ifindex\":null}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{\"ifindex\":[\"1\"]}}}",
		  "nodes.a.ports.p.ifindex: expected a number from 1 to 4294967295" },
		{ "{\"ports\":{\"p\":{},\"p\":{}}}", "nodes.a.ports.p: given twice" },
		{ "{},\"a\":{}", "nodes.a: given twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char json[256];

		(void)snprintf(json, sizeof json, "{\"links\":{},\"nodes\":{\"a\":%s}}",
		               rows[i].node);
		assert_refused(json, rows[i].problem);
	}
}

static void every_form_of_node_is_taken(void **state)
{
	static const char *const nodes[] = {
		"{}",
		"{\"agent\":\"10.0.0.1\"}",
		"{\"agent\":\"2001:db8::1\",\"ports\":{}}",
		"{\"ports\":{\"p\":{}}}",
		"{\"ports\":{\"p\":{\"ifindex\":\"4294967295\"},\"q\":{\"ifindex\":7}}}",
		"{\"agent\":\"10.0.0.1\",\"vendor\":{\"x\":[1]},\"ports\":{\"p\":{\"speed\":9}}}",
		("{},\"b\":{\"agent\":\"10.0.0.1\",\"ports\":{\"p\":{}}},"
		 "\"c\":{\"agent\":\"10.0.0.1\",\"ports\":{\"p\":{\"ifindex\":3}}}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
		char json[256];
		char expected[300];

		(void)snprintf(json, sizeof json, "{\"links\":{},\"nodes\":{\"a\":%s}}", nodes[i]);
		(void)snprintf(expected, sizeof expected,
		               "{\"links\":{},\"nodes\":{\"a\":%s},\"version\":7}", nodes[i]);
		assert_given_back(json, expected);
	}
}

static void names_are_compared_as_characters(void **state)
{
	struct topology *t;
	char problem[128];

	(void)state;
	assert_int_equal(topology_parse_json(bytes_of("{\"links\":{\"L\":" LINK(
	                                         "l\\u0065af", "\\u00e4", "s", "\xc3\xa4") "}}"),
	                                     &t, problem, sizeof problem),
	                 FP_OK);
	assert_string_equal(topology_link_at(t, 0)->end[0].node, "leaf");
	assert_string_equal(topology_link_at(t, 0)->end[0].port, "\xc3\xa4");
	assert_ptr_equal(topology_link_at(t, 0)->end[0].port, topology_link_at(t, 0)->end[1].port);
	topology_free(t);
}

static void the_first_mistakes_are_all_shown(void **state)
{
	(void)state;
	assert_refused(
	    "{\"links\":{\"1\":{},\"2\":{\"node1\":1},\"3\":[]},\"nodes\":{\"a\":0}}",
	    "nodes.a: expected an object; links.1.node1: missing; links.1.port1: missing; "
	    "links.1.node2: missing; links.1.port2: missing; and 5 more");
}

static void a_problem_fits_its_buffer_and_is_printable(void **state)
{
	static const char json[] = "{\"links\":{\"\\u0007\xc3\xa4\":{}}}";
	struct topology *t;

	(void)state;
	for (size_t size = 1; size < 120; size++) {
		char *problem = malloc(size);

		assert_non_null(problem);
		assert_int_equal(topology_parse_json(bytes_of(json), &t, problem, size),
		                 FP_BAD_DOCUMENT);
		assert_in_range(strlen(problem), 0, size - 1);
		for (const char *p = problem; *p != '\0'; p++) {
			assert_true((unsigned char)*p >= 0x20);
		}
		free(problem);
	}
}

static void too_much_is_refused(void **state)
{
	struct topology *t;
	struct strbuf json;
	char problem[64];

	(void)state;
	/* The length is looked at before the first byte is. */
	assert_int_equal(
	    topology_parse_json((struct bytes){ (const uint8_t *)"{", TOPOLOGY_BYTES_MAX + 1 }, &t,
	                        problem, sizeof problem),
	    FP_BAD_DOCUMENT);
	assert_string_equal(problem, "longer than 32 MiB");
	/* Just short enough, but not with the version that it is given back with. */
	strbuf_init(&json, TOPOLOGY_BYTES_MAX);
	strbuf_puts(&json, "{\"links\":{},\"x\":\"");
	while (json.len < TOPOLOGY_BYTES_MAX - 2) {
		strbuf_putc(&json, 'x');
	}
	strbuf_puts(&json, "\"}");
	assert_false(json.failed);
	assert_refused(json.at, "longer than 32 MiB");
	strbuf_deinit(&json);
}

/* 200,000 links between 2,000 leaves and 100 spines, all known by name alone. */
static void a_large_fabric_is_read(void **state)
{
	enum { LEAVES = 2000, SPINES = 100 };
	struct addr agent = { .family = ADDR_IPV4, .bytes = { 10 } };
	struct topology *t;
	struct strbuf json;
	char problem[128];

	(void)state;
	strbuf_init(&json, TOPOLOGY_BYTES_MAX);
	strbuf_puts(&json, "{\"links\":{");
	for (unsigned leaf = 0; leaf < LEAVES; leaf++) {
		for (unsigned spine = 0; spine < SPINES; spine++) {
			strbuf_printf(&json,
			              "%s\"%u-%u\":{\"node1\":\"leaf%u\",\"port1\":\"swp%u\","
			              "\"node2\":\"spine%u\",\"port2\":\"swp%u\"}",
			              leaf + spine > 0 ? "," : "", leaf, spine, leaf, spine, spine,
			              leaf);
		}
	}
	strbuf_puts(&json, "}}");
	assert_false(json.failed);
	assert_int_equal(topology_parse_json((struct bytes){ (const uint8_t *)json.at, json.len },
	                                     &t, problem, sizeof problem),
	                 FP_OK);
	strbuf_deinit(&json);
	assert_int_equal(topology_link_count(t), LEAVES * SPINES);
	assert_int_equal(topology_node_count(t), LEAVES + SPINES);
	assert_int_equal(topology_port_count(t), 2 * LEAVES * SPINES);
	assert_int_equal(topology_role(t, &agent, "spine99", 1, "swp1999"), ROLE_CORE);
	assert_int_equal(topology_role(t, &agent, "spine99", 1, "swp2000"), ROLE_EDGE);
	assert_int_equal(topology_role(t, &agent, "leaf1999", 1, "swp99"), ROLE_CORE);
	assert_int_equal(topology_role(t, &agent, "leaf1999", 1, "swp100"), ROLE_EDGE);
	topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_set_comes_back),
		cmocka_unit_test(nothing_prints_as_a_version_alone),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(what_is_no_text_is_refused_with_its_place),
		cmocka_unit_test(no_beginning_of_a_document_is_one),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(a_wrong_outside_is_refused),
		cmocka_unit_test(wrong_links_are_refused),
		cmocka_unit_test(wrong_nodes_are_refused),
		cmocka_unit_test(every_form_of_node_is_taken),
		cmocka_unit_test(names_are_compared_as_characters),
		cmocka_unit_test(the_first_mistakes_are_all_shown),
		cmocka_unit_test(a_problem_fits_its_buffer_and_is_printable),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(a_large_fabric_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
