/* SPDX-License-Identifier: Apache-2.0 */
/* YAML to a tree: what is taken with its place, what is refused and where, and the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/config/yaml_tree.h"

#define TEXT_BYTES_MAX (4u << 20)

struct bench {
	struct option_tree tree;
	struct option_problems *problems;
	struct strbuf text; /* what is parsed, or what was complained about */
};

static struct bench bench;

static int open_bench(void **state)
{
	(void)state;
	bench = (struct bench){ .problems = problems_new() };
	strbuf_init(&bench.text, TEXT_BYTES_MAX);
	return bench.problems != NULL ? 0 : -1;
}

static int close_bench(void **state)
{
	(void)state;
	option_tree_release(&bench.tree);
	problems_free(bench.problems);
	strbuf_deinit(&bench.text);
	return 0;
}

static enum fp_err parse_bytes(const char *text, size_t len)
{
	struct bytes bytes = { .at = (const uint8_t *)text, .len = len };

	option_tree_release(&bench.tree);
	problems_free(bench.problems);
	bench.problems = problems_new();
	assert_non_null(bench.problems);
	return yaml_tree_parse(bytes, &bench.tree, bench.problems);
}

static enum fp_err parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void assert_problems(const char *expected)
{
	struct strbuf shown;

	strbuf_init(&shown, TEXT_BYTES_MAX);
	problems_set_file(bench.problems, "f");
	problems_print(bench.problems, &shown);
	assert_string_equal(shown.at != NULL ? shown.at : "", expected);
	strbuf_deinit(&shown);
}

static const struct option_node *at(const struct option_node *map, const char *key)
{
	const struct option_node *node = option_node_find(map, key);

	assert_non_null(node);
	return node;
}

static void empty_texts_have_no_root(void **state)
{
	static const char *const texts[] = { "", "\n\n", "# only a comment\n", "\xef\xbb\xbf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(parse(texts[i]), FP_OK);
		assert_null(bench.tree.root);
	}
	assert_int_equal(parse("---\n"), FP_OK);
	assert_true(option_node_is_null(bench.tree.root));
}

static void nodes_know_their_text_place_and_parents(void **state)
{
	const struct option_node *sflow;
	const struct option_node *listen;

	(void)state;
	assert_int_equal(parse("sflow:\n"
	                       "  workers: 4\n"
	                       "  listen: [a, 'b', [c]]\n"
	                       "\"log\":\n"
	                       "  level:\n"
	                       "    debug\n"),
	                 FP_OK);
	assert_int_equal(bench.tree.root->kind, OPTION_NODE_MAP);
	assert_null(bench.tree.root->parent);
	sflow = at(bench.tree.root, "sflow");
	assert_int_equal(sflow->kind, OPTION_NODE_MAP);
	assert_int_equal(sflow->key_line, 1);
	assert_int_equal(sflow->key_column, 1);
	assert_int_equal(sflow->line, 2);
	assert_int_equal(sflow->column, 3);
	assert_string_equal(at(sflow, "workers")->text, "4");
	assert_int_equal(at(sflow, "workers")->column, 12);
	listen = at(sflow, "listen");
	assert_int_equal(listen->kind, OPTION_NODE_LIST);
	assert_string_equal(listen->text, "");
	assert_string_equal(listen->child->text, "a");
	assert_string_equal(listen->child->key, "");
	assert_false(listen->child->is_quoted);
	assert_true(listen->child->sibling->is_quoted);
	assert_int_equal(listen->child->sibling->line, 3);
	assert_int_equal(listen->child->sibling->column, 15);
	assert_ptr_equal(listen->child->parent, listen);
	assert_null(listen->child->sibling->sibling->sibling);
	assert_int_equal(at(at(bench.tree.root, "log"), "level")->line, 6);
	assert_null(option_node_find(bench.tree.root, "level"));
	assert_null(option_node_find(listen, "a"));
	assert_null(option_node_find(NULL, "a"));
}

static void a_byte_order_mark_is_no_column(void **state)
{
	(void)state;
	assert_int_equal(parse("\xef\xbb\xbf"
	                       "a: 1\n"),
	                 FP_OK);
	assert_int_equal(at(bench.tree.root, "a")->key_column, 1);
}

static void nothing_is_told_from_empty_text(void **state)
{
	static const struct {
		const char *yaml;
		bool is_null;
	} cases[] = {
		{ "a:", true },
		{ "a: ~", true },
		{ "a: null", true },
		{ "a: ''", false },
		{ "a: '~'", false },
		{ "a: \"null\"", false },
		{ "a: |\n  null", false },
		{ "a: []", false },
		{ "a: nul", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse(cases[i].yaml), FP_OK);
		assert_int_equal(option_node_is_null(bench.tree.root->child), cases[i].is_null);
	}
}

static void core_tags_are_taken(void **state)
{
	(void)state;
	assert_int_equal(parse("!!map {a: !!int 5, b: !!str x, c: !!seq [!!float 1], d: ! e}"),
	                 FP_OK);
	assert_string_equal(at(bench.tree.root, "a")->text, "5");
}

static void refusals_have_places(void **state)
{
	static const struct {
		const char *yaml;
		const char *problems;
	} cases[] = {
		{ "a: &x 5\n",
		  "f:1:4: a: anchors are not supported; write the value where it is needed\n" },
		{ "a: &x [1]\nb: *x\n",
		  "f:1:4: a: anchors are not supported; write the value where it is needed\n"
		  "f:2:4: b: aliases are not supported; write the value here\n" },
		{ "*x : 1\nb: 2\n", "f:1:1: aliases are not supported; write the value here\n" },
		{ "a: !!binary aGk=\n", "f:1:4: a: tags are not supported; write a plain value\n" },
		{ "a: !mine {b: 1}\n", "f:1:4: a: tags are not supported; write a plain value\n" },
		{ "s: {[a]: {b: *x}, c: 1}\n", "f:1:5: s: expected a key, got a map or a list\n" },
		{ "a: \"x\\0y\"\n", "f:1:4: a: expected text without NUL characters\n" },
		{ "s:\n  a: 1\n  b: 2\n  a: 3\n  a: 4\n",
		  "f:4:3: s.a: the same key again; it was given first in line 2\n"
		  "f:5:3: s.a: the same key again; it was given first in line 2\n" },
		{ "{a: 1, a: 2}\n",
		  "f:1:8: a: the same key again; it was given first in line 1\n" },
		{ "a: 1\n---\nb: 2\n", "f:2:1: expected one document, got a second one\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse(cases[i].yaml), FP_BAD_CONFIG);
		assert_problems(cases[i].problems);
	}
}

static void what_is_refused_takes_nothing_else_with_it(void **state)
{
	(void)state;
	assert_int_equal(parse("a: *x\n"
	                       "? [k, {l: m}]\n"
	                       ": {n: [1, 2]}\n"
	                       "b: 1\n"
	                       "c: [*x, 2]\n"),
	                 FP_BAD_CONFIG);
	assert_null(option_node_find(bench.tree.root, "a"));
	assert_null(option_node_find(bench.tree.root, "n"));
	assert_string_equal(at(bench.tree.root, "b")->text, "1");
	assert_string_equal(at(bench.tree.root, "c")->child->text, "2");
	assert_problems("f:1:4: a: aliases are not supported; write the value here\n"
	                "f:2:3: expected a key, got a map or a list\n"
	                "f:5:5: c[0]: aliases are not supported; write the value here\n");
}

static void syntax_errors_have_places(void **state)
{
	static const struct {
		const char *yaml;
		const char *problems;
	} cases[] = {
		{ "a: [1, 2\n",
		  "f:2:1: not YAML: did not find expected ',' or ']' while parsing a flow "
		  "sequence that begins in line 1\n" },
		{ "a:\n\tb: 1\n",
		  "f:2:1: not YAML: found character that cannot start any token while "
		  "scanning for the next token\n" },
		{ "a: 1\nb: \"x\xff\"\n",
		  "f:2:6: expected UTF-8 text: invalid leading UTF-8 octet\n" },
		{ "a: 1\r\nb: \xc3\xa9\xc3(\n",
		  "f:2:6: expected UTF-8 text: invalid trailing UTF-8 octet\n" },
		{ "a: 1\nb",
		  "f:2:2: not YAML: could not find expected ':' while scanning a simple key\n" },
		{ "a: 1\r\rb\xc2\x85\xff",
		  "f:4:1: expected UTF-8 text: invalid leading UTF-8 octet\n" },
		{ "\x07", "f:1:1: expected UTF-8 text: control characters are not allowed\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse(cases[i].yaml), FP_BAD_CONFIG);
		assert_null(bench.tree.root);
		assert_problems(cases[i].problems);
	}
}

static void embedded_nul_bytes_are_no_text(void **state)
{
	(void)state;
	assert_int_equal(parse_bytes("a: b\0c", 6), FP_BAD_CONFIG);
	assert_problems("f:1:5: expected UTF-8 text: control characters are not allowed\n");
}

/* `depth` lists around a value. */
static void nest(unsigned depth)
{
	strbuf_clear(&bench.text);
	for (unsigned i = 0; i < depth; i++) {
		strbuf_putc(&bench.text, '[');
	}
	strbuf_putc(&bench.text, '1');
	for (unsigned i = 0; i < depth; i++) {
		strbuf_putc(&bench.text, ']');
	}
}

static void depth_is_bounded(void **state)
{
	(void)state;
	nest(YAML_DEPTH_MAX);
	assert_int_equal(parse(bench.text.at), FP_OK);
	nest(YAML_DEPTH_MAX + 1);
	assert_int_equal(parse(bench.text.at), FP_BAD_CONFIG);
	assert_null(bench.tree.root);
	assert_problems(
	    "f:1:17: [0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: maps and lists are "
	    "nested more than 16 deep\n");
	/* also inside a part that is left out */
	strbuf_clear(&bench.text);
	strbuf_puts(&bench.text, "{? ");
	for (unsigned i = 0; i < 100000; i++) {
		strbuf_putc(&bench.text, '[');
	}
	assert_int_equal(parse(bench.text.at), FP_BAD_CONFIG);
}

static void the_number_of_nodes_is_bounded(void **state)
{
	(void)state;
	strbuf_puts(&bench.text, "[0");
	for (unsigned i = 2; i < OPTION_TREE_NODES_MAX; i++) {
		strbuf_puts(&bench.text, ",0");
	}
	strbuf_puts(&bench.text, "]");
	assert_int_equal(parse(bench.text.at), FP_OK);
	assert_int_equal(bench.tree.nodes, OPTION_TREE_NODES_MAX);
	bench.text.at[bench.text.len - 1] = ',';
	strbuf_puts(&bench.text, "0]");
	assert_int_equal(parse(bench.text.at), FP_BAD_CONFIG);
	assert_null(bench.tree.root);
	assert_problems("f:1:400000: [199999]: the file holds more than 200000 values\n");
}

static void a_map_of_many_keys_is_checked_in_time(void **state)
{
	const struct option_node *last = NULL;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		strbuf_printf(&bench.text, "k%u: %u\n", i, i);
	}
	assert_int_equal(parse(bench.text.at), FP_OK);
	for (const struct option_node *n = bench.tree.root->child; n != NULL; n = n->sibling) {
		last = n;
	}
	assert_non_null(last);
	assert_string_equal(last->text, "99999");
	strbuf_puts(&bench.text, "k7: 1\n");
	assert_int_equal(parse(bench.text.at), FP_BAD_CONFIG);
	assert_problems("f:100001:1: k7: the same key again; it was given first in line 8\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(empty_texts_have_no_root),
		CASE(nodes_know_their_text_place_and_parents),
		CASE(a_byte_order_mark_is_no_column),
		CASE(nothing_is_told_from_empty_text),
		CASE(core_tags_are_taken),
		CASE(refusals_have_places),
		CASE(what_is_refused_takes_nothing_else_with_it),
		CASE(syntax_errors_have_places),
		CASE(embedded_nul_bytes_are_no_text),
		CASE(depth_is_bounded),
		CASE(the_number_of_nodes_is_bounded),
		CASE(a_map_of_many_keys_is_checked_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
