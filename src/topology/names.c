/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's names of agents and ports.
 *
 * One table from (address, ifIndex) to a text; ifIndex 0, which no port has, stands for the agent
 * itself. It is counted before it is made, filled once while the configuration is read and only
 * asked afterwards, so it needs neither growth nor locks.
 */
#include "fabricpulse/topology/names.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/namebox.h"
#include "fabricpulse/base/table.h"
#include "fabricpulse/base/utf8.h"
#include "topology_priv.h"

struct names {
	struct table index;
	char **text; /* [index.limit], owned; NULL: none (a mistake was reported there) */
	uint32_t serial;
};

static struct table_key key_of(const struct addr *agent, uint32_t ifindex)
{
	struct table_key key = { .c = (uint64_t)agent->family << 32 | ifindex };

	memcpy(&key.a, agent->bytes, sizeof key.a);
	memcpy(&key.b, agent->bytes + sizeof key.a, sizeof key.b);
	return key;
}

static void names_free(struct names *n)
{
	if (n == NULL) {
		return;
	}
	for (uint32_t i = 0; n->text != NULL && i < table_count(&n->index); i++) {
		mem_free(n->text[i]);
	}
	mem_free(n->text);
	table_deinit(&n->index);
	mem_free(n);
}

static struct names *names_new(uint32_t limit)
{
	static _Atomic uint32_t last_serial;
	struct names *n = mem_new(1, sizeof *n);

	if (n == NULL) {
		return NULL;
	}
	if (table_init(&n->index, limit) != FP_OK) {
		mem_free(n);
		return NULL;
	}
	n->text = mem_new(limit, sizeof *n->text);
	if (n->text == NULL) {
		names_free(n);
		return NULL;
	}
	/* Relaxed: only that no two are equal matters; whoever hands the names on orders the
	 * rest. */
	n->serial = atomic_fetch_add_explicit(&last_serial, 1, memory_order_relaxed) + 1;
	return n;
}

static const char *name_find(const struct names *n, const struct addr *agent, uint32_t ifindex)
{
	struct table_key key = key_of(agent, ifindex);
	uint32_t at = n != NULL ? table_find(&n->index, &key) : TABLE_NONE;

	return at != TABLE_NONE ? n->text[at] : NULL;
}

const char *names_host(const struct names *n, const struct addr *agent)
{
	return name_find(n, agent, 0);
}

const char *names_port(const struct names *n, const struct addr *agent, uint32_t ifindex)
{
	return ifindex != 0 ? name_find(n, agent, ifindex) : NULL;
}

uint32_t names_serial(const struct names *n)
{
	return n != NULL ? n->serial : 0;
}

/* --- reading the configuration ---------------------------------------------- */

static void expected(struct option_problems *problems, const struct option_node *where,
                     const char *what)
{
	char got[OPTION_GOT_SIZE];

	option_problem(problems, where, NULL, "expected %s, got %s", what,
	               option_node_got(where, got));
}

static bool is_printable_name(const char *text)
{
	char printable[NAME_SIZE];
	struct bytes whole = { (const uint8_t *)text, strlen(text) };

	return whole.len > 0 && utf8_printable(printable, sizeof printable, whole) == whole.len &&
	       strcmp(printable, text) == 0;
}

/* Gives the agent or port the name that stands at `node`. */
static void name_add(struct names *n, const struct addr *agent, uint32_t ifindex,
                     const struct option_node *node, struct option_problems *problems)
{
	struct table_key key = key_of(agent, ifindex);
	bool is_new;
	uint32_t at;

	if (node->kind != OPTION_NODE_SCALAR || !is_printable_name(node->text)) {
		expected(problems, node, "a name of 1 to 63 printable bytes");
		return;
	}
	at = table_intern(&n->index, &key, &is_new);
	if (at == TABLE_NONE || !is_new) {
		option_problem(problems, node, NULL, "named twice");
		return;
	}
	n->text[at] = mem_strdup(node->text);
	if (n->text[at] == NULL) {
		option_problem(problems, node, NULL, "%s", fp_err_text(FP_NO_MEMORY));
	}
}

static void ports_read(struct names *n, const struct addr *agent, const struct option_node *ports,
                       struct option_problems *problems)
{
	uint32_t ifindex;

	if (ports->kind != OPTION_NODE_MAP) {
		expected(problems, ports, "a map from ifIndex to name");
		return;
	}
	for (const struct option_node *p = ports->child; p != NULL; p = p->sibling) {
		if (topology_ifindex_parse(p->key, &ifindex)) {
			name_add(n, agent, ifindex, p, problems);
		} else {
			option_problem_key(problems, p, "expected an ifIndex from 1 to 4294967295");
		}
	}
}

static void agent_read(struct names *n, const struct option_node *node,
                       struct option_problems *problems)
{
	struct addr agent;

	if (addr_parse(node->key, &agent) != FP_OK) {
		option_problem_key(problems, node, "expected the agent's IPv4 or IPv6 address");
		return;
	}
	if (node->kind != OPTION_NODE_MAP) {
		name_add(n, &agent, 0, node, problems);
		return;
	}
	for (const struct option_node *m = node->child; m != NULL; m = m->sibling) {
		if (strcmp(m->key, "host") == 0) {
			name_add(n, &agent, 0, m, problems);
		} else if (strcmp(m->key, "ports") == 0) {
			ports_read(n, &agent, m, problems);
		} else {
			option_problem_key(problems, m, "unknown key; expected host or ports");
		}
	}
}

/* How many names there can be: every leaf of the tree is one at most. */
static uint32_t count_leaves(const struct option_node *node)
{
	uint32_t count = node->kind == OPTION_NODE_SCALAR ? 1 : 0;

	for (const struct option_node *n = node->child; n != NULL; n = n->sibling) {
		count += count_leaves(n);
	}
	return count;
}

static void config_read(const struct option_node *node, void *target,
                        struct option_problems *problems)
{
	struct names **overrides = target;

	*overrides = NULL;
	if (node == NULL || option_node_is_null(node)) {
		return;
	}
	if (node->kind != OPTION_NODE_MAP) {
		expected(problems, node, "a map from agent address to name");
		return;
	}
	*overrides = names_new(count_leaves(node));
	if (*overrides == NULL) {
		option_problem(problems, node, NULL, "%s", fp_err_text(FP_NO_MEMORY));
		return;
	}
	for (const struct option_node *n = node->child; n != NULL; n = n->sibling) {
		agent_read(*overrides, n, problems);
	}
}

static void config_release(void *target)
{
	struct names **overrides = target;

	names_free(*overrides);
	*overrides = NULL;
}

static const struct option_row names_rows[] = {
	{ .key = "",
	  .kind = OPTION_TREE,
	  .offset = offsetof(struct names_config, overrides),
	  .fallback = "{}",
	  .unit = "",
	  .help = "Names of agents and their ports, by agent address and ifIndex; they win over "
	          "what agents report.",
	  .read = config_read,
	  .release = config_release },
};

const struct option_table names_options = { "names", names_rows, ARRAY_LEN(names_rows) };
