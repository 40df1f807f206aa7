/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the tests' own small schema. */
#include "demo_schema.h"

#include "fabricpulse/base/mem.h"

static const char *const levels[] = { "debug", "info", "warn", NULL };

#define AT(member) offsetof(struct demo, member)
static const struct option_row sflow_rows[] = {
	{ .key = "listen",
	  .kind = OPTION_ENDPOINTS,
	  .offset = AT(listen),
	  .fallback = ":6343",
	  .help = "Where datagrams are received." },
	{ .key = "workers",
	  .kind = OPTION_U32,
	  .offset = AT(workers),
	  .fallback = "1",
	  .min = 1,
	  .max = 64,
	  .unit = "threads",
	  .help = "Threads that receive." },
};
static const struct option_table sflow_table = { "sflow", sflow_rows, ARRAY_LEN(sflow_rows) };

static const struct option_row web_rows[] = {
	{ .key = "listen",
	  .kind = OPTION_ENDPOINTS,
	  .offset = AT(web),
	  .fallback = ":8008",
	  .help = "Where metrics are served." },
	{ .key = "gzip",
	  .kind = OPTION_BOOL,
	  .offset = AT(gzip),
	  .fallback = "true",
	  .help = "Compress answers." },
};
static const struct option_table web_table = { "web", web_rows, ARRAY_LEN(web_rows) };

static const struct option_row forward_rows[] = {
	{ .key = "",
	  .kind = OPTION_ENDPOINTS,
	  .offset = AT(forward),
	  .fallback = "[]",
	  .help = "Other collectors." },
};
static const struct option_table forward_table = { "forward", forward_rows, 1 };

static const struct option_row log_rows[] = {
	{ .key = "level",
	  .kind = OPTION_ENUM,
	  .offset = AT(level),
	  .fallback = "info",
	  .help = "The least severe lines.",
	  .choices = levels },
	{ .key = "prefix",
	  .kind = OPTION_STRING,
	  .offset = AT(prefix),
	  .fallback = "",
	  .help = "What stands before - each - line: \\ or nothing." },
};
static const struct option_table log_table = { "log", log_rows, ARRAY_LEN(log_rows) };

/* Offsets of this table count from the inner struct, as those of a room do. */
static const struct option_row memory_rows[] = {
	{ .key = "memory",
	  .kind = OPTION_BYTES,
	  .offset = 0,
	  .fallback = "1M",
	  .min = 1024,
	  .max = 1073741824,
	  .help = "Memory." },
};
static const struct option_table memory_table = { "limits", memory_rows, 1 };

static const struct option_row expire_rows[] = {
	{ .key = "expire",
	  .kind = OPTION_DURATION,
	  .offset = AT(limits.expire_ns),
	  .fallback = "10m",
	  .help = "When to forget." },
};
static const struct option_table expire_table = { "limits", expire_rows, 1 };

static void tree_read(const struct option_node *node, void *target,
                      struct option_problems *problems)
{
	char **first = target;

	*first = NULL;
	if (node == NULL) {
		return;
	}
	if (node->kind != OPTION_NODE_MAP) {
		option_problem(problems, node, NULL, "expected a map of names");
	} else if (node->child != NULL) {
		*first = mem_strdup(node->child->key);
	}
}

static void tree_release(void *target)
{
	char **first = target;

	mem_free(*first);
	*first = NULL;
}

static const struct option_row names_rows[] = {
	{ .key = "",
	  .kind = OPTION_TREE,
	  .offset = AT(tree),
	  .fallback = "{}",
	  .help = "Names.",
	  .read = tree_read,
	  .release = tree_release },
};
static const struct option_table names_table = { "names", names_rows, 1 };

static const struct config_section sections[] = {
	{ &sflow_table, 0, "Where sFlow comes in." },
	{ &web_table, 0, "The server." },
	{ &forward_table, 0, NULL },
	{ &names_table, 0, NULL },
	{ &memory_table, AT(limits), "What memory is spent on." },
	{ &expire_table, 0, "And for how long." },
	{ &log_table, 0, "The log." },
};
#undef AT

const struct config_schema demo_schema = { sections, ARRAY_LEN(sections) };
