/* SPDX-License-Identifier: Apache-2.0 */
/* Values by kind: one row of functions a kind, and one way in.
 *
 * A value comes as text, whether it stood in the file, behind a flag or in the row's default, so a
 * kind is three functions: text to value, value to text, and the words for what is expected. Lists
 * are the same with an append; one item without a list is a list of one. Everything is strict:
 * "010", "1e3", "+5" and "5 " are no numbers here, because YAML readers disagree about them.
 */
#include "fabricpulse/config/option_value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/config/yaml_tree.h"
#include "quantity_priv.h"
#include "yaml_text_priv.h"

/* What a kind can do. `at` is the value's place; parse() gives false when the text is no value of
 * this row. */
struct kind {
	bool (*parse)(const struct option_row *row, const char *text, void *at);
	void (*print)(const struct option_row *row, const void *at, struct strbuf *out);
	void (*expected)(const struct option_row *row, struct strbuf *out);
};

static bool has_range(const struct option_row *row)
{
	return row->min != 0 || row->max != 0;
}

static bool is_within(const struct option_row *row, double value)
{
	return !has_range(row) || (value >= row->min && value <= row->max);
}

/* --- booleans ------------------------------------------------------------ */

static bool bool_parse(const struct option_row *row, const char *text, void *at)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	(void)row;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*(bool *)at = i % 2 == 1;
			return true;
		}
	}
	return false;
}

static void bool_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	strbuf_puts(out, *(const bool *)at ? "true" : "false");
}

static void bool_expected(const struct option_row *row, struct strbuf *out)
{
	(void)row;
	strbuf_puts(out, "true or false");
}

/* --- numbers ------------------------------------------------------------- */

static bool u64_parse(const struct option_row *row, const char *text, void *at)
{
	uint64_t value;

	if (!quantity_u64_parse(text, &value) || !is_within(row, (double)value)) {
		return false;
	}
	*(uint64_t *)at = value;
	return true;
}

static bool u32_parse(const struct option_row *row, const char *text, void *at)
{
	uint64_t value;

	if (!u64_parse(row, text, &value) || value > UINT32_MAX) {
		return false;
	}
	*(uint32_t *)at = (uint32_t)value;
	return true;
}

static bool i32_parse(const struct option_row *row, const char *text, void *at)
{
	bool is_negative = text[0] == '-';
	uint64_t magnitude;
	int64_t value;

	if (!quantity_u64_parse(text + is_negative, &magnitude) ||
	    magnitude > (uint64_t)INT32_MAX + is_negative) {
		return false;
	}
	value = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
	if (!is_within(row, (double)value)) {
		return false;
	}
	*(int32_t *)at = (int32_t)value;
	return true;
}

static bool double_parse(const struct option_row *row, const char *text, void *at)
{
	char *end;
	double value = strtod(text, &end);

	/* strtod also reads blanks, signs, "inf", "nan" and hexadecimal. */
	if (end == text || *end != '\0' || strspn(text, "0123456789.eE+-") != strlen(text) ||
	    text[0] == '+' || !is_within(row, value) || value - value != 0) {
		return false;
	}
	*(double *)at = value;
	return true;
}

static void u64_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	strbuf_put_u64(out, *(const uint64_t *)at);
}

static void u32_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	strbuf_put_u64(out, *(const uint32_t *)at);
}

static void i32_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	strbuf_put_i64(out, *(const int32_t *)at);
}

static void double_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	strbuf_put_double(out, *(const double *)at);
}

static void number_expected(const struct option_row *row, struct strbuf *out)
{
	strbuf_puts(out, row->kind == OPTION_DOUBLE ? "a number" : "a whole number");
	if (has_range(row)) {
		strbuf_puts(out, " from ");
		strbuf_put_double(out, row->min);
		strbuf_puts(out, " to ");
		strbuf_put_double(out, row->max);
	}
}

/* --- sizes and durations ------------------------------------------------- */

static bool bytes_parse(const struct option_row *row, const char *text, void *at)
{
	uint64_t value;

	if (!quantity_bytes_parse(text, &value) || !is_within(row, (double)value)) {
		return false;
	}
	*(uint64_t *)at = value;
	return true;
}

static bool duration_parse(const struct option_row *row, const char *text, void *at)
{
	uint64_t ns;

	if (!quantity_duration_parse(text, &ns) || !is_within(row, (double)ns / 1e9)) {
		return false;
	}
	*(uint64_t *)at = ns;
	return true;
}

static void bytes_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	quantity_bytes_print(*(const uint64_t *)at, out);
}

static void duration_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	quantity_duration_print(*(const uint64_t *)at, out);
}

static void bytes_expected(const struct option_row *row, struct strbuf *out)
{
	strbuf_puts(out, "a size");
	if (!has_range(row)) {
		strbuf_puts(out, " like 64K, 32M or 1G");
		return;
	}
	strbuf_puts(out, " from ");
	quantity_bytes_print((uint64_t)row->min, out);
	strbuf_puts(out, " to ");
	quantity_bytes_print((uint64_t)row->max, out);
}

static void duration_expected(const struct option_row *row, struct strbuf *out)
{
	strbuf_puts(out, "a duration");
	if (!has_range(row)) {
		strbuf_puts(out, " like 250ms, 30s or 5m");
		return;
	}
	strbuf_puts(out, " from ");
	quantity_duration_print((uint64_t)(row->min * 1e9 + 0.5), out);
	strbuf_puts(out, " to ");
	quantity_duration_print((uint64_t)(row->max * 1e9 + 0.5), out);
}

/* --- text and choices ---------------------------------------------------- */

static bool string_parse(const struct option_row *row, const char *text, void *at)
{
	char **string = at;
	char *copy = mem_strdup(text);

	(void)row;
	if (copy == NULL) {
		return false;
	}
	mem_free(*string);
	*string = copy;
	return true;
}

static void string_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)row;
	yaml_text_print(*(char *const *)at, out);
}

static void string_expected(const struct option_row *row, struct strbuf *out)
{
	(void)row;
	strbuf_puts(out, "text");
}

static bool enum_parse(const struct option_row *row, const char *text, void *at)
{
	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*(int *)at = i;
			return true;
		}
	}
	return false;
}

static void enum_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	strbuf_puts(out, row->choices[*(const int *)at]);
}

static void enum_expected(const struct option_row *row, struct strbuf *out)
{
	strbuf_puts(out, "one of ");
	for (size_t i = 0; row->choices[i] != NULL; i++) {
		strbuf_puts(out, i > 0 ? ", " : "");
		strbuf_puts(out, row->choices[i]);
	}
}

/* --- lists: parse() appends one item -------------------------------------- */

static bool endpoint_append(const struct option_row *row, const char *text, void *at)
{
	struct option_endpoints *list = at;

	(void)row;
	if (endpoint_parse(text, &list->at[list->count]) != FP_OK) {
		return false;
	}
	list->count++;
	return true;
}

static bool u32_append(const struct option_row *row, const char *text, void *at)
{
	struct option_u32s *list = at;

	if (!u32_parse(row, text, &list->at[list->count])) {
		return false;
	}
	list->count++;
	return true;
}

static void endpoints_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	const struct option_endpoints *list = at;
	char text[ENDPOINT_TEXT_SIZE];

	(void)row;
	strbuf_puts(out, list->count != 1 ? "[" : "");
	for (size_t i = 0; i < list->count; i++) {
		strbuf_puts(out, i > 0 ? ", " : "");
		yaml_text_print(endpoint_text(&list->at[i], text), out);
	}
	strbuf_puts(out, list->count != 1 ? "]" : "");
}

static void u32s_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	const struct option_u32s *list = at;

	(void)row;
	strbuf_putc(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		strbuf_puts(out, i > 0 ? ", " : "");
		strbuf_put_u64(out, list->at[i]);
	}
	strbuf_putc(out, ']');
}

static void endpoints_expected(const struct option_row *row, struct strbuf *out)
{
	(void)row;
	strbuf_puts(
	    out, "address:port with a numeric address (10.0.0.1:6343, [2001:db8::1]:6343, :6343), "
	         "or a list of them");
}

static void u32s_expected(const struct option_row *row, struct strbuf *out)
{
	strbuf_puts(out, "a list of whole numbers");
	if (has_range(row)) {
		strbuf_puts(out, " from ");
		strbuf_put_double(out, row->min);
		strbuf_puts(out, " to ");
		strbuf_put_double(out, row->max);
	}
}

/* --- trees: the room reads them itself ------------------------------------ */

static void tree_print(const struct option_row *row, const void *at, struct strbuf *out)
{
	(void)at;
	strbuf_puts(out, row->fallback);
}

static void tree_expected(const struct option_row *row, struct strbuf *out)
{
	strbuf_puts(out, row->fallback[0] == '[' ? "a list" : "a map");
}

static const struct kind kinds[OPTION_KIND_COUNT] = {
	[OPTION_BOOL] = { bool_parse, bool_print, bool_expected },
	[OPTION_U32] = { u32_parse, u32_print, number_expected },
	[OPTION_U64] = { u64_parse, u64_print, number_expected },
	[OPTION_I32] = { i32_parse, i32_print, number_expected },
	[OPTION_BYTES] = { bytes_parse, bytes_print, bytes_expected },
	[OPTION_DURATION] = { duration_parse, duration_print, duration_expected },
	[OPTION_DOUBLE] = { double_parse, double_print, number_expected },
	[OPTION_STRING] = { string_parse, string_print, string_expected },
	[OPTION_ENUM] = { enum_parse, enum_print, enum_expected },
	[OPTION_ENDPOINTS] = { endpoint_append, endpoints_print, endpoints_expected },
	[OPTION_U32_LIST] = { u32_append, u32s_print, u32s_expected },
	[OPTION_TREE] = { NULL, tree_print, tree_expected },
};

/* --- into its place -------------------------------------------------------- */

static void *place_of(const struct option_row *row, void *config)
{
	return (char *)config + row->offset;
}

static void complain(const struct option_row *row, const struct option_node *node,
                     struct option_problems *problems)
{
	struct strbuf expected;
	char got[OPTION_GOT_SIZE];

	strbuf_init(&expected, 1024);
	option_value_expected(row, &expected);
	option_problem(problems, node, NULL, "expected %s, got %s",
	               expected.at != NULL ? expected.at : "another value",
	               option_node_got(node, got));
	strbuf_deinit(&expected);
}

/* Appends each scalar of `node` to the empty list at `list`. False after a report. */
static bool list_read(const struct option_row *row, const struct option_node *node, void *list,
                      struct option_problems *problems)
{
	bool is_list = node->kind == OPTION_NODE_LIST;
	const struct option_node *item = is_list ? node->child : node;
	size_t count = 0;
	bool is_good = true;

	for (; item != NULL; item = is_list ? item->sibling : NULL) {
		if (count++ == OPTION_LIST_MAX) {
			option_problem(problems, item, NULL, "expected at most %d values",
			               OPTION_LIST_MAX);
			return false;
		}
		if (item->kind != OPTION_NODE_SCALAR ||
		    !kinds[row->kind].parse(row, item->text, list)) {
			complain(row, item, problems);
			is_good = false;
		}
	}
	if (is_good && row->kind == OPTION_ENDPOINTS && !is_within(row, (double)count)) {
		option_problem(problems, node, NULL, "expected %g to %g values, got %zu", row->min,
		               row->max, count);
		is_good = false;
	}
	return is_good;
}

static void list_set(const struct option_row *row, const struct option_node *node, void *at,
                     struct option_problems *problems)
{
	union {
		struct option_endpoints endpoints;
		struct option_u32s numbers;
	} fresh = { .endpoints = { .count = 0 } };

	_Static_assert(offsetof(struct option_endpoints, count) == 0 &&
	                   offsetof(struct option_u32s, count) == 0,
	               "list_set: a zeroed union is an empty list of each kind");
	if (option_node_is_null(node)) {
		complain(row, node, problems);
	} else if (list_read(row, node, &fresh, problems)) {
		memcpy(at, &fresh,
		       row->kind == OPTION_ENDPOINTS ? sizeof fresh.endpoints
		                                     : sizeof fresh.numbers);
	}
}

static void scalar_set(const struct option_row *row, const struct option_node *node, void *at,
                       struct option_problems *problems)
{
	/* A flag's empty text is text: --name= */
	bool is_nothing = node->line > 0 && option_node_is_null(node);

	if (node->kind != OPTION_NODE_SCALAR || is_nothing ||
	    !kinds[row->kind].parse(row, node->text, at)) {
		complain(row, node, problems);
	}
}

void option_value_set(const struct option_row *row, const struct option_node *node, void *config,
                      struct option_problems *problems)
{
	void *at = place_of(row, config);

	if (row->kind == OPTION_TREE) {
		option_value_release(row, config);
		row->read(option_node_is_null(node) ? NULL : node, at, problems);
	} else if (row->kind == OPTION_ENDPOINTS || row->kind == OPTION_U32_LIST) {
		list_set(row, node, at, problems);
	} else {
		scalar_set(row, node, at, problems);
	}
}

/* A list's default is written as in the file, and read as the file is. */
static void list_init(const struct option_row *row, void *at, struct option_problems *problems)
{
	struct bytes text = { .at = (const uint8_t *)row->fallback, .len = strlen(row->fallback) };
	struct option_node alone = { .text = row->fallback, .key = row->key, .is_quoted = true };
	struct option_tree tree = { .root = NULL };

	if (row->fallback[0] != '[') {
		list_set(row, &alone, at, problems);
	} else if (yaml_tree_parse(text, &tree, problems) == FP_OK) {
		list_set(row, tree.root, at, problems);
	}
	option_tree_release(&tree);
}

void option_value_init(const struct option_row *row, void *config, struct option_problems *problems)
{
	struct option_node node = { .text = row->fallback, .key = row->key, .is_quoted = true };
	void *at = place_of(row, config);

	if (row->kind == OPTION_TREE) {
		row->read(NULL, at, problems);
	} else if (row->kind == OPTION_ENDPOINTS || row->kind == OPTION_U32_LIST) {
		list_init(row, at, problems);
	} else {
		if (row->kind == OPTION_STRING) {
			*(char **)at = NULL;
		}
		scalar_set(row, &node, at, problems);
	}
}

void option_value_release(const struct option_row *row, void *config)
{
	void *at = place_of(row, config);

	if (row->kind == OPTION_STRING) {
		mem_free(*(char **)at);
		*(char **)at = NULL;
	} else if (row->kind == OPTION_TREE && row->release != NULL) {
		row->release(at);
	}
}

/* --- into text -------------------------------------------------------------- */

void option_value_expected(const struct option_row *row, struct strbuf *out)
{
	assert(row->kind < OPTION_KIND_COUNT);
	kinds[row->kind].expected(row, out);
}

void option_value_print(const struct option_row *row, const void *config, struct strbuf *out)
{
	assert(row->kind < OPTION_KIND_COUNT);
	kinds[row->kind].print(row, (const char *)config + row->offset, out);
}
