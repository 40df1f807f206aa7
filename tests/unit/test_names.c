/* SPDX-License-Identifier: Apache-2.0 */
/* `names:` of the configuration: agents and ports get the operator's names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/config/yaml_tree.h"
#include "fabricpulse/topology/names.h"

static void read_section(const char *yaml, struct names_config *config, struct strbuf *mistakes)
{
	const struct option_row *row = &names_options.rows[0];
	struct option_problems *problems = problems_new();
	struct option_tree tree = { 0 };

	assert_non_null(problems);
	problems_set_file(problems, "f");
	assert_int_equal(
	    yaml_tree_parse((struct bytes){ (const uint8_t *)yaml, strlen(yaml) }, &tree, problems),
	    FP_OK);
	row->read(option_node_find(tree.root, names_options.section), (char *)config + row->offset,
	          problems);
	problems_print(problems, mistakes);
	option_tree_release(&tree);
	problems_free(problems);
}

static void release(struct names_config *config)
{
	names_options.rows[0].release(&config->overrides);
	assert_null(config->overrides);
}

static struct addr addr_of(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), FP_OK);
	return a;
}

static void assert_name(const char *name, const char *expected)
{
	if (expected == NULL) {
		assert_null(name);
	} else {
		assert_non_null(name);
		assert_string_equal(name, expected);
	}
}

static void names_are_found_by_address_and_ifindex(void **state)
{
	static const char yaml[] =
	    "names:\n"
	    "  10.0.0.1: leaf1\n"
	    "  10.0.0.2: { host: leaf 2, ports: { 1: swp1, 4294967295: x } }\n"
	    "  10.0.0.3: { ports: { 7: swp7 } }\n"
	    "  '2001:db8::1': sp\xc3\xadne\n"
	    "  10.0.0.4: {}\n";
	static const struct {
		const char *agent;
		uint32_t ifindex;
		const char *host, *port;
	} rows[] = {
		{ "10.0.0.1", 1, "leaf1", NULL },
		{ "10.0.0.2", 1, "leaf 2", "swp1" },
		{ "10.0.0.2", 2, "leaf 2", NULL },
		{ "10.0.0.2", UINT32_MAX, "leaf 2", "x" },
		{ "10.0.0.2", 0, "leaf 2", NULL },
		{ "10.0.0.3", 7, NULL, "swp7" },
		{ "10.0.0.4", 1, NULL, NULL },
		{ "10.0.0.5", 1, NULL, NULL },
		{ "a00:1::", 1, NULL, NULL }, /* the bytes of 10.0.0.1 */
		{ "2001:db8:0::1", 1, "sp\xc3\xadne", NULL },
	};
	struct names_config config;
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 1024);
	read_section(yaml, &config, &out);
	assert_int_equal(out.len, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct addr agent = addr_of(rows[i].agent);

		assert_name(names_host(config.overrides, &agent), rows[i].host);
		assert_name(names_port(config.overrides, &agent, rows[i].ifindex), rows[i].port);
	}
	release(&config);
	strbuf_deinit(&out);
}

static void nothing_written_is_no_names(void **state)
{
	static const char *const nothing[] = { "other: 1\n", "names:\n", "names: {}\n" };
	struct addr agent = addr_of("10.0.0.1");

	(void)state;
	for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
		struct names_config config;
		struct strbuf out;

		strbuf_init(&out, 1024);
		read_section(nothing[i], &config, &out);
		assert_int_equal(out.len, 0);
		assert_null(names_host(config.overrides, &agent));
		assert_null(names_port(config.overrides, &agent, 1));
		release(&config);
		strbuf_deinit(&out);
	}
	assert_null(names_host(NULL, &agent));
	assert_null(names_port(NULL, &agent, 1));
}

static void assert_mistakes(const char *yaml, const char *expected)
{
	struct names_config config;
	struct strbuf out;

	strbuf_init(&out, 8192);
	read_section(yaml, &config, &out);
	assert_string_equal(out.len > 0 ? out.at : "", expected);
	release(&config);
	strbuf_deinit(&out);
}

static void every_mistake_has_its_place(void **state)
{
	(void)state;
	assert_mistakes("names: [ 1 ]\n",
	                "f:1:8: names: expected a map from agent address to name, got a list\n");
	assert_mistakes(
	    "names:\n"
	    "  leaf1: x\n"
	    "  10.0.0.1: \"\"\n"
	    "  10.0.0.2: [ a ]\n"
	    "  10.0.0.3: { host: { a: 1 }, name: x, ports: { swp1: 1, 0: x, 5: \"a\\tb\" } }\n"
	    "  10.0.0.4: { ports: 3 }\n"
	    "  '2001:db8::1': a\n"
	    "  '2001:DB8::1': b\n"
	    "  10.0.0.5: { ports: { 1: a, 01: b } }\n"
	    "  10.0.0.6: "
	    "1234567890123456789012345678901234567890123456789012345678901234\n"
	    "  10.0.0.7: "
	    "123456789012345678901234567890123456789012345678901234567890123\n",
	    "f:2:3: names.leaf1: expected the agent's IPv4 or IPv6 address\n"
	    "f:3:13: names.10.0.0.1: expected a name of 1 to 63 printable bytes, got \"\"\n"
	    "f:4:13: names.10.0.0.2: expected a name of 1 to 63 printable bytes, got a list\n"
	    "f:5:21: names.10.0.0.3.host: expected a name of 1 to 63 printable bytes, got a map\n"
	    "f:5:31: names.10.0.0.3.name: unknown key; expected host or ports\n"
	    "f:5:49: names.10.0.0.3.ports.swp1: expected an ifIndex from 1 to 4294967295\n"
	    "f:5:58: names.10.0.0.3.ports.0: expected an ifIndex from 1 to 4294967295\n"
	    "f:5:67: names.10.0.0.3.ports.5: expected a name of 1 to 63 printable bytes, got "
	    "\"a?b\"\n"
	    "f:6:22: names.10.0.0.4.ports: expected a map from ifIndex to name, got \"3\"\n"
	    "f:8:18: names.2001:DB8::1: named twice\n"
	    "f:9:34: names.10.0.0.5.ports.01: named twice\n"
	    "f:10:13: names.10.0.0.6: expected a name of 1 to 63 printable bytes, got "
	    "\"123456789012345678901234567890123456789012345678901234567890123...\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_by_address_and_ifindex),
		cmocka_unit_test(nothing_written_is_no_names),
		cmocka_unit_test(every_mistake_has_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
