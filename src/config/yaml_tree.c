/* SPDX-License-Identifier: Apache-2.0 */
/* From libyaml's events to a tree.
 *
 * libyaml turns text into events; a stack of open maps and lists, no deeper than the depth allowed,
 * turns events into nodes. What is refused is reported and left out, together with everything
 * inside it, and the walk goes on, so that one run shows all mistakes; only a syntax error and an
 * exceeded limit end it. Anchors are refused and aliases with them: without aliases a text cannot
 * unfold into more than its own length.
 *
 * Keys are compared when a map closes, by sorting them: a map of a hundred thousand ports costs no
 * quadratic time.
 */
#include "fabricpulse/config/yaml_tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "fabricpulse/base/mem.h"

/* An open map or list. */
struct level {
	struct option_node *node;
	const char *key; /* of the value that comes next; NULL: a map expects a key */
	unsigned key_line, key_column;
	bool drops_value; /* the key was refused */
	size_t children;
};

struct builder {
	struct option_tree *tree;
	struct option_problems *problems;
	struct level levels[YAML_DEPTH_MAX];
	unsigned depth;
	unsigned skipped; /* open maps and lists of a part that is left out */
	unsigned documents;
	bool is_over;   /* no use in going on */
	bool is_broken; /* and what there is is not the whole */
};

static void place(struct option_node *node, yaml_mark_t mark)
{
	node->line = (unsigned)mark.line + 1;
	node->column = (unsigned)mark.column + 1;
}

static struct level *level_top(struct builder *b)
{
	return b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
}

/* A node that is not in the tree, to report something at `mark`. */
static struct option_node spot(struct builder *b, yaml_mark_t mark)
{
	struct level *top = level_top(b);
	struct option_node node = { .text = "", .key = "" };

	if (top != NULL) {
		node.parent = top->node;
		node.key = top->key != NULL ? top->key : "";
	}
	place(&node, mark);
	return node;
}

static void refuse(struct builder *b, yaml_mark_t mark, const char *sentence)
{
	struct option_node node = spot(b, mark);

	option_problem(b->problems, &node, NULL, "%s", sentence);
}

static void give_up(struct builder *b, yaml_mark_t mark, const char *sentence)
{
	refuse(b, mark, sentence);
	b->is_over = true;
	b->is_broken = true;
}

/* Whether the next node is a key of the innermost map. */
static bool expects_key(struct builder *b)
{
	struct level *top = level_top(b);

	return top != NULL && top->node->kind == OPTION_NODE_MAP && top->key == NULL &&
	       !top->drops_value;
}

/* A value of the innermost map or list has passed, kept or not. */
static void value_passed(struct builder *b)
{
	struct level *top = level_top(b);

	if (top != NULL) {
		top->key = NULL;
		top->drops_value = false;
	}
}

/* A key or value that is left out has passed: the value that belongs to a refused key goes the same
 * way. */
static void refused_passed(struct builder *b)
{
	if (expects_key(b)) {
		level_top(b)->drops_value = true;
	} else {
		value_passed(b);
	}
}

static bool is_core_tag(const yaml_char_t *tag)
{
	static const char *const core[] = { YAML_NULL_TAG, YAML_BOOL_TAG,  YAML_STR_TAG,
		                            YAML_INT_TAG,  YAML_FLOAT_TAG, YAML_SEQ_TAG,
		                            YAML_MAP_TAG };

	if (tag == NULL || strcmp((const char *)tag, "!") == 0) {
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(core); i++) {
		if (strcmp((const char *)tag, core[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Reports what a node may not carry. The node itself stays: its value may hold mistakes of its
 * own. */
static void check_properties(struct builder *b, yaml_mark_t mark, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
	if (b->skipped > 0) {
		return;
	}
	if (anchor != NULL) {
		refuse(b, mark, "anchors are not supported; write the value where it is needed");
	}
	if (!is_core_tag(tag)) {
		refuse(b, mark, "tags are not supported; write a plain value");
	}
}

/* Appends a value to the innermost map or list, or makes it the document. NULL when it is left
 * out. */
static struct option_node *value_add(struct builder *b, yaml_mark_t mark)
{
	struct level *top = level_top(b);
	struct option_node *node;

	if (top != NULL && top->drops_value) {
		return NULL;
	}
	node = option_tree_add(b->tree, top != NULL ? top->node : NULL,
	                       top != NULL && top->key != NULL ? top->key : "");
	if (node == NULL) {
		give_up(b, mark,
		        b->tree->nodes >= OPTION_TREE_NODES_MAX
		            ? "the file holds more than 200000 values"
		            : "out of memory");
		return NULL;
	}
	place(node, mark);
	node->key_line = node->line;
	node->key_column = node->column;
	if (top != NULL) {
		top->children++;
		node->key_line = top->key != NULL ? top->key_line : node->line;
		node->key_column = top->key != NULL ? top->key_column : node->column;
	}
	return node;
}

/* The text of a scalar, or NULL after a report. */
static const char *scalar_text(struct builder *b, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	const char *text;

	if (memchr(value, '\0', event->data.scalar.length) != NULL) {
		refuse(b, event->start_mark, "expected text without NUL characters");
		return NULL;
	}
	text = option_tree_text(b->tree, value, event->data.scalar.length);
	if (text == NULL) {
		give_up(b, event->start_mark, "out of memory");
	}
	return text;
}

static void on_scalar(struct builder *b, const yaml_event_t *event)
{
	struct level *top = level_top(b);
	struct option_node *node;
	const char *text;

	if (b->skipped > 0) {
		return;
	}
	check_properties(b, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag);
	text = scalar_text(b, event);
	if (text == NULL) {
		refused_passed(b);
		return;
	}
	if (top != NULL && expects_key(b)) {
		top->key = text;
		top->key_line = (unsigned)event->start_mark.line + 1;
		top->key_column = (unsigned)event->start_mark.column + 1;
		return;
	}
	node = value_add(b, event->start_mark);
	if (node != NULL) {
		node->text = text;
		node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	}
	value_passed(b);
}

static void on_alias(struct builder *b, const yaml_event_t *event)
{
	if (b->skipped > 0) {
		return;
	}
	refuse(b, event->start_mark, "aliases are not supported; write the value here");
	refused_passed(b);
}

static void on_open(struct builder *b, yaml_mark_t mark, enum option_node_kind kind)
{
	struct option_node *node;

	if (b->depth + b->skipped >= YAML_DEPTH_MAX) {
		give_up(b, mark, "maps and lists are nested more than 16 deep");
		return;
	}
	if (b->skipped > 0) {
		b->skipped++;
		return;
	}
	if (expects_key(b)) {
		refuse(b, mark, "expected a key, got a map or a list");
		b->skipped = 1;
		return;
	}
	node = value_add(b, mark);
	if (node == NULL) {
		b->skipped = 1;
		return;
	}
	node->kind = kind;
	b->levels[b->depth++] = (struct level){ .node = node };
}

static int by_key_then_line(const void *left, const void *right)
{
	const struct option_node *a = *(const struct option_node *const *)left;
	const struct option_node *b = *(const struct option_node *const *)right;
	int order = strcmp(a->key, b->key);

	if (order != 0) {
		return order;
	}
	if (a->key_line != b->key_line) {
		return a->key_line < b->key_line ? -1 : 1;
	}
	return a->key_column < b->key_column ? -1 : a->key_column > b->key_column;
}

/* Each key of a map once. */
static void check_keys(struct builder *b, const struct level *level)
{
	const struct option_node **sorted = mem_new(level->children, sizeof(struct option_node *));
	size_t count = 0;

	if (sorted == NULL) {
		b->is_over = true;
		b->is_broken = true;
		option_problem(b->problems, level->node, NULL, "out of memory");
		return;
	}
	for (const struct option_node *n = level->node->child; n != NULL; n = n->sibling) {
		sorted[count++] = n;
	}
	qsort(sorted, count, sizeof(struct option_node *), by_key_then_line);
	for (size_t i = 1, first = 0; i < count; i++) {
		if (strcmp(sorted[i]->key, sorted[first]->key) != 0) {
			first = i;
			continue;
		}
		option_problem_key(b->problems, sorted[i],
		                   "the same key again; it was given first in line %u",
		                   sorted[first]->key_line);
	}
	mem_free(sorted);
}

static void on_close(struct builder *b)
{
	struct level *top = level_top(b);

	if (b->skipped > 0) {
		b->skipped--;
		if (b->skipped == 0) {
			refused_passed(b);
		}
		return;
	}
	if (top == NULL) {
		return;
	}
	if (top->node->kind == OPTION_NODE_MAP) {
		check_keys(b, top);
	}
	b->depth--;
	value_passed(b);
}

static void on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT: break;
	case YAML_STREAM_END_EVENT: b->is_over = true; break;
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++ > 0) {
			give_up(b, event->start_mark, "expected one document, got a second one");
		}
		break;
	case YAML_ALIAS_EVENT: on_alias(b, event); break;
	case YAML_SCALAR_EVENT: on_scalar(b, event); break;
	case YAML_SEQUENCE_START_EVENT:
		check_properties(b, event->start_mark, event->data.sequence_start.anchor,
		                 event->data.sequence_start.tag);
		on_open(b, event->start_mark, OPTION_NODE_LIST);
		break;
	case YAML_MAPPING_START_EVENT:
		check_properties(b, event->start_mark, event->data.mapping_start.anchor,
		                 event->data.mapping_start.tag);
		on_open(b, event->start_mark, OPTION_NODE_MAP);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: on_close(b); break;
	}
}

/* Bytes of the line break at `at`: \n, \r\n, \r, NEL, LS or PS; 0: there is none. */
static size_t line_break(const uint8_t *at, size_t left)
{
	static const char *const breaks[] = { "\r\n",     "\n",           "\r",
		                              "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9" };

	for (size_t i = 0; i < ARRAY_LEN(breaks); i++) {
		size_t len = strlen(breaks[i]);

		if (len <= left && memcmp(at, breaks[i], len) == 0) {
			return len;
		}
	}
	return 0;
}

/* libyaml gives broken characters by their byte: count lines and characters up to there. */
static yaml_mark_t mark_of_byte(struct bytes text, size_t offset)
{
	yaml_mark_t mark = { .line = 0 };
	size_t i = 0;

	while (i < offset && i < text.len) {
		size_t len = line_break(text.at + i, text.len - i);

		if (len > 0) {
			mark.line++;
			mark.column = 0;
			i += len;
		} else {
			mark.column += (text.at[i] & 0xc0) != 0x80;
			i++;
		}
	}
	return mark;
}

/* At the end of a text without a last line break libyaml is one line further. */
static yaml_mark_t mark_inside(struct bytes text, yaml_mark_t mark)
{
	yaml_mark_t end = mark_of_byte(text, text.len);

	return mark.line > end.line ? end : mark;
}

/* Says why libyaml stopped. `parser->problem` and `->context` are its sentences. */
static void on_syntax_error(struct builder *b, const yaml_parser_t *parser, struct bytes text)
{
	struct option_node node = { .text = "", .key = "" };
	const char *problem = parser->problem != NULL ? parser->problem : "it cannot be read";
	yaml_mark_t mark;

	if (parser->error == YAML_READER_ERROR) {
		place(&node, mark_of_byte(text, parser->problem_offset));
		option_problem(b->problems, &node, NULL, "expected UTF-8 text: %s", problem);
		return;
	}
	if (parser->error == YAML_MEMORY_ERROR) {
		option_problem(b->problems, NULL, NULL, "out of memory");
		return;
	}
	mark = mark_inside(text, parser->problem_mark);
	place(&node, mark);
	if (parser->context != NULL && parser->context_mark.line != mark.line) {
		option_problem(b->problems, &node, NULL, "not YAML: %s %s that begins in line %zu",
		               problem, parser->context, parser->context_mark.line + 1);
	} else {
		option_problem(b->problems, &node, NULL, "not YAML: %s%s%s", problem,
		               parser->context != NULL ? " " : "",
		               parser->context != NULL ? parser->context : "");
	}
}

enum fp_err yaml_tree_parse(struct bytes text, struct option_tree *tree,
                            struct option_problems *problems)
{
	struct builder b = { .tree = tree, .problems = problems };
	size_t before = problems_count(problems);
	yaml_parser_t parser;
	yaml_event_t event;

	if (yaml_parser_initialize(&parser) == 0) {
		option_problem(problems, NULL, NULL, "out of memory");
		return FP_BAD_CONFIG;
	}
	if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0) {
		text.at += 3; /* a byte order mark is no column */
		text.len -= 3;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, text.at, text.len);
	while (!b.is_over) {
		if (yaml_parser_parse(&parser, &event) == 0) {
			on_syntax_error(&b, &parser, text);
			b.is_broken = true;
			break;
		}
		on_event(&b, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (b.is_broken) {
		tree->root = NULL; /* half a document would be blamed for what is missing */
	}
	return problems_count(problems) == before ? FP_OK : FP_BAD_CONFIG;
}
