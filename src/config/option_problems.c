/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting mistakes, each with its place.
 *
 * Whoever finds a mistake has a node at hand, and a node knows its line and its parents, so the
 * full key ("names.10.0.0.1.ports") is found here and nobody carries paths around. What an operator
 * wrote may hold anything; every text becomes one printable line of bounded length before it is
 * kept. Memory is bounded by the number of mistakes kept; a mistake that finds no memory is counted
 * all the same, so that a load that met one never succeeds.
 */
#include "fabricpulse/config/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/utf8.h"

#define TEXT_BYTES_MAX 1024u /* one mistake's key and sentence */
#define RAW_BYTES_MAX  4096u /* before it is made printable and cut */
#define PATH_BYTES_MAX 256u
#define PATH_DEPTH_MAX 32u

struct option_problems {
	char *file; /* NULL: no file is read */
	struct problem at[PROBLEMS_SHOWN_MAX];
	size_t kept;
	size_t count;
};

struct option_problems *problems_new(void)
{
	return mem_new(1, sizeof(struct option_problems));
}

void problems_free(struct option_problems *p)
{
	if (p == NULL) {
		return;
	}
	for (size_t i = 0; i < p->kept; i++) {
		mem_free(p->at[i].text);
	}
	mem_free(p->file);
	mem_free(p);
}

void problems_set_file(struct option_problems *p, const char *path)
{
	mem_free(p->file);
	p->file = mem_strdup(path);
}

size_t problems_count(const struct option_problems *p)
{
	return p->count;
}

/* Sorted in place and by insertion: stable, and short lists that are mostly in order already. */
const struct problem *problems_sorted(struct option_problems *p, size_t *count)
{
	for (size_t i = 1; i < p->kept; i++) {
		struct problem moved = p->at[i];
		size_t to = i;

		while (to > 0 &&
		       (p->at[to - 1].line > moved.line || (p->at[to - 1].line == moved.line &&
		                                            p->at[to - 1].column > moved.column))) {
			p->at[to] = p->at[to - 1];
			to--;
		}
		p->at[to] = moved;
	}
	*count = p->kept;
	return p->at;
}

void problems_print(struct option_problems *p, struct strbuf *out)
{
	size_t count;
	const struct problem *at = problems_sorted(p, &count);

	for (size_t i = 0; i < count; i++) {
		if (!at[i].is_flag && p->file != NULL) {
			strbuf_puts(out, p->file);
			if (at[i].line > 0) {
				strbuf_printf(out, ":%u:%u", at[i].line, at[i].column);
			}
			strbuf_puts(out, ": ");
		}
		strbuf_puts(out, at[i].text);
		strbuf_putc(out, '\n');
	}
	if (p->count > count) {
		strbuf_printf(out, "and %zu more\n", p->count - count);
	}
}

static size_t item_index(const struct option_node *item)
{
	size_t index = 0;

	for (const struct option_node *n = item->parent->child; n != NULL && n != item;
	     n = n->sibling) {
		index++;
	}
	return index;
}

/* "names.10.0.0.1.ports" or "forward[2]": the keys from the document down to `node`. */
static void path_print(const struct option_node *node, struct strbuf *out)
{
	const struct option_node *way[PATH_DEPTH_MAX];
	size_t depth = 0;

	for (; node->parent != NULL && depth < PATH_DEPTH_MAX; node = node->parent) {
		way[depth++] = node;
	}
	while (depth > 0) {
		node = way[--depth];
		if (node->parent->kind == OPTION_NODE_LIST) {
			strbuf_printf(out, "[%zu]", item_index(node));
		} else if (node->key[0] != '\0') {
			strbuf_puts(out, out->len > 0 ? "." : "");
			strbuf_puts(out, node->key);
		}
	}
}

/* "--sflow.workers: " or "sflow.workers: " or nothing. */
static void prefix_print(const struct option_node *where, const char *key, struct strbuf *out)
{
	struct strbuf path;

	strbuf_init(&path, PATH_BYTES_MAX);
	if (key != NULL) {
		strbuf_puts(&path, key);
	} else if (where != NULL) {
		path_print(where, &path);
	}
	if (path.len > 0) {
		strbuf_puts(out, where != NULL && where->line == 0 ? "--" : "");
		strbuf_put(out, path.at, path.len);
		strbuf_puts(out, ": ");
	}
	strbuf_deinit(&path);
}

__attribute__((format(printf, 3, 0))) static char *
text_make(const struct option_node *where, const char *key, const char *format, va_list args)
{
	struct strbuf raw;
	char line[TEXT_BYTES_MAX];
	char *text = NULL;

	strbuf_init(&raw, RAW_BYTES_MAX);
	prefix_print(where, key, &raw);
	strbuf_vprintf(&raw, format, args);
	if (raw.at != NULL) {
		struct bytes whole = { .at = (const uint8_t *)raw.at, .len = raw.len };

		(void)utf8_printable(line, sizeof line, whole);
		text = mem_strdup(line);
	}
	strbuf_deinit(&raw);
	return text;
}

static void problem_add(struct option_problems *problems, struct problem problem)
{
	problems->count++;
	if (problem.text != NULL) {
		problems->at[problems->kept++] = problem;
	}
}

static bool is_full(struct option_problems *problems)
{
	if (problems->kept < PROBLEMS_SHOWN_MAX) {
		return false;
	}
	problems->count++;
	return true;
}

void option_problem(struct option_problems *problems, const struct option_node *where,
                    const char *key, const char *format, ...)
{
	struct problem problem = { .line = 0 };
	va_list args;

	if (is_full(problems)) {
		return;
	}
	if (where != NULL) {
		problem.line = where->line;
		problem.column = where->column;
		problem.is_flag = where->line == 0;
	}
	va_start(args, format);
	problem.text = text_make(where, key, format, args);
	va_end(args);
	problem_add(problems, problem);
}

void option_problem_key(struct option_problems *problems, const struct option_node *where,
                        const char *format, ...)
{
	struct problem problem = { .line = where->key_line,
		                   .column = where->key_column,
		                   .is_flag = where->line == 0 };
	va_list args;

	if (is_full(problems)) {
		return;
	}
	va_start(args, format);
	problem.text = text_make(where, NULL, format, args);
	va_end(args);
	problem_add(problems, problem);
}

const char *option_node_got(const struct option_node *node, char out[static OPTION_GOT_SIZE])
{
	static const char *const kinds[] = {
		[OPTION_NODE_LIST] = "a list", [OPTION_NODE_MAP] = "a map"
	};
	struct bytes text = { .at = (const uint8_t *)node->text, .len = strlen(node->text) };
	char shown[OPTION_GOT_SIZE - 8]; /* leaves room for quotes and dots */

	if (node->kind != OPTION_NODE_SCALAR) {
		(void)snprintf(out, OPTION_GOT_SIZE, "%s", kinds[node->kind]);
	} else if (option_node_is_null(node) && node->line > 0) {
		(void)snprintf(out, OPTION_GOT_SIZE, "nothing");
	} else {
		(void)utf8_printable(shown, sizeof shown, text);
		(void)snprintf(out, OPTION_GOT_SIZE, "\"%s%s\"", shown,
		               text.len >= sizeof shown ? "..." : "");
	}
	return out;
}
