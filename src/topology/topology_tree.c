/* SPDX-License-Identifier: Apache-2.0 */
/* `topology:` of the configuration, translated into the document that sFlow-RT would be sent.
 *
 * The operator's shorthand differs from the document only in its spelling, and the API must be able
 * to give a configured topology back in any case. So there is no second way of building one: the
 * tree is checked here, where line and column are known, written as JSON, and read like a posted
 * document. What only the whole can show (a link's name used twice) is then reported at the
 * section.
 *
 * `file:` names a document instead; it is read when the configuration is read, so `check` and a
 * reload see its mistakes like those of the configuration itself.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "topology_file_priv.h"
#include "topology_priv.h"

enum { PROBLEM_BYTES = 1024 };

struct translation {
	struct strbuf json;
	struct option_problems *problems;
	bool failed; /* a mistake was reported */
};

static void expected(struct translation *tr, const struct option_node *where, const char *what)
{
	char got[OPTION_GOT_SIZE];

	option_problem(tr->problems, where, NULL, "expected %s, got %s", what,
	               option_node_got(where, got));
	tr->failed = true;
}

static bool expect_map(struct translation *tr, const struct option_node *node, const char *what)
{
	if (node->kind == OPTION_NODE_MAP) {
		return true;
	}
	expected(tr, node, what);
	return false;
}

static void unknown_key(struct translation *tr, const struct option_node *node, const char *known)
{
	option_problem_key(tr->problems, node, "unknown key; expected %s", known);
	tr->failed = true;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static struct bytes trim(struct bytes text)
{
	while (text.len > 0 && text.at[0] == ' ') {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && text.at[text.len - 1] == ' ') {
		text.len--;
	}
	return text;
}

/* One end of a link, borrowed from the tree. */
struct end {
	struct bytes node, port;
};

/* "leaf1:swp1"; a port may contain further colons. */
static bool split_end(struct bytes text, struct end *end)
{
	const uint8_t *colon = memchr(text.at, ':', text.len);
	size_t len;

	if (colon == NULL) {
		return false;
	}
	len = (size_t)(colon - text.at);
	end->node = trim((struct bytes){ text.at, len });
	end->port = trim((struct bytes){ colon + 1, text.len - len - 1 });
	return end->node.len > 0 && end->port.len > 0;
}

/* "leaf1:swp1 - spine1:swp1" */
static bool split_link(const char *text, struct end end[2])
{
	const char *dash = strstr(text, " - ");

	return dash != NULL &&
	       split_end((struct bytes){ (const uint8_t *)text, (size_t)(dash - text) }, &end[0]) &&
	       split_end(bytes_of(dash + 3), &end[1]);
}

static void put_member(struct strbuf *json, const char *before, struct bytes key)
{
	strbuf_puts(json, before);
	strbuf_put_json(json, key);
	strbuf_putc(json, ':');
}

/* Ends as "node1", "port1", "node2" and "port2". */
static void put_ends(struct strbuf *json, const struct end end[2])
{
	for (int i = 0; i < 2; i++) {
		strbuf_printf(json, "%s\"node%d\":", i > 0 ? "," : "", i + 1);
		strbuf_put_json(json, end[i].node);
		strbuf_printf(json, ",\"port%d\":", i + 1);
		strbuf_put_json(json, end[i].port);
	}
}

/* { name: L1, from: leaf1:swp1, to: spine1:swp1 }: finds the ends, and the name if it has one. */
static bool read_long_link(struct translation *tr, const struct option_node *link,
                           struct end end[2], struct bytes *name)
{
	const struct option_node *ends[2] = { NULL, NULL };
	bool is_good = true;

	for (const struct option_node *n = link->child; n != NULL; n = n->sibling) {
		if (strcmp(n->key, "from") == 0) {
			ends[0] = n;
		} else if (strcmp(n->key, "to") == 0) {
			ends[1] = n;
		} else if (strcmp(n->key, "name") != 0) {
			unknown_key(tr, n, "from, to or name");
		} else if (n->text[0] == '\0') {
			expected(tr, n, "a name");
		} else {
			*name = bytes_of(n->text);
		}
	}
	if (ends[0] == NULL || ends[1] == NULL) {
		expected(tr, link, "from: and to:");
		return false;
	}
	for (int i = 0; i < 2; i++) {
		if (!split_end(bytes_of(ends[i]->text), &end[i])) {
			expected(tr, ends[i], "<node>:<port>");
			is_good = false;
		}
	}
	return is_good;
}

/* A link without a name is called by its ends. */
static void put_link_name(struct strbuf *json, struct bytes name, const struct end end[2])
{
	struct strbuf spelt;

	if (name.len > 0) {
		strbuf_put_json(json, name);
		return;
	}
	strbuf_init(&spelt, TOPOLOGY_BYTES_MAX);
	for (int i = 0; i < 2; i++) {
		strbuf_puts(&spelt, i > 0 ? " - " : "");
		strbuf_put(&spelt, (const char *)end[i].node.at, end[i].node.len);
		strbuf_putc(&spelt, ':');
		strbuf_put(&spelt, (const char *)end[i].port.at, end[i].port.len);
	}
	strbuf_put_json(json, (struct bytes){ (const uint8_t *)spelt.at, spelt.len });
	json->failed = json->failed || spelt.failed;
	strbuf_deinit(&spelt);
}

static void read_link(struct translation *tr, const struct option_node *link, const char *before)
{
	struct end end[2];
	struct bytes name = bytes_of(link->key);

	if (link->kind == OPTION_NODE_MAP) {
		if (!read_long_link(tr, link, end, &name)) {
			return;
		}
	} else if (!split_link(link->text, end)) {
		expected(tr, link, "<node>:<port> - <node>:<port>");
		return;
	}
	strbuf_puts(&tr->json, before);
	put_link_name(&tr->json, name, end);
	strbuf_puts(&tr->json, ":{");
	put_ends(&tr->json, end);
	strbuf_putc(&tr->json, '}');
}

static void read_links(struct translation *tr, const struct option_node *links)
{
	const char *before = "";

	if (links->kind == OPTION_NODE_SCALAR && !option_node_is_null(links)) {
		expected(tr, links, "a list of links");
		return;
	}
	strbuf_puts(&tr->json, "\"links\":{");
	for (const struct option_node *n = links->child; n != NULL; n = n->sibling) {
		read_link(tr, n, before);
		before = ",";
	}
	strbuf_putc(&tr->json, '}');
}

static void read_ports(struct translation *tr, const struct option_node *ports)
{
	uint32_t ifindex;

	if (!expect_map(tr, ports, "a map from port name to ifIndex")) {
		return;
	}
	strbuf_puts(&tr->json, "\"ports\":{");
	for (const struct option_node *n = ports->child; n != NULL; n = n->sibling) {
		if (!topology_ifindex_parse(n->text, &ifindex)) {
			expected(tr, n, "an ifIndex from 1 to 4294967295");
		}
		put_member(&tr->json, n != ports->child ? "," : "", bytes_of(n->key));
		strbuf_printf(&tr->json, "{\"ifindex\":\"%u\"}", ifindex);
	}
	strbuf_putc(&tr->json, '}');
}

static void read_agent(struct translation *tr, const struct option_node *agent)
{
	struct addr addr;

	if (addr_parse(agent->text, &addr) != FP_OK) {
		expected(tr, agent, "an IPv4 or IPv6 address");
	}
	strbuf_puts(&tr->json, "\"agent\":");
	strbuf_put_json(&tr->json, bytes_of(agent->text));
}

static void read_node(struct translation *tr, const struct option_node *node)
{
	strbuf_putc(&tr->json, '{');
	if (node->kind == OPTION_NODE_SCALAR) {
		read_agent(tr, node);
	} else if (expect_map(tr, node, "an address or a map")) {
		for (const struct option_node *n = node->child; n != NULL; n = n->sibling) {
			strbuf_puts(&tr->json, n != node->child ? "," : "");
			if (strcmp(n->key, "agent") == 0) {
				read_agent(tr, n);
			} else if (strcmp(n->key, "ports") == 0) {
				read_ports(tr, n);
			} else {
				unknown_key(tr, n, "agent or ports");
			}
		}
	}
	strbuf_putc(&tr->json, '}');
}

static void read_nodes(struct translation *tr, const struct option_node *nodes)
{
	if (!expect_map(tr, nodes, "a map from node name to node")) {
		return;
	}
	strbuf_puts(&tr->json, "\"nodes\":{");
	for (const struct option_node *n = nodes->child; n != NULL; n = n->sibling) {
		put_member(&tr->json, n != nodes->child ? "," : "", bytes_of(n->key));
		read_node(tr, n);
	}
	strbuf_putc(&tr->json, '}');
}

/* The document in a file stands for links and nodes together. */
static void read_file(struct translation *tr, const struct option_node *file)
{
	if (file->kind != OPTION_NODE_SCALAR || file->text[0] == '\0') {
		expected(tr, file, "the path of a JSON file");
	} else if (topology_file_read(file->text, &tr->json) != FP_OK) {
		option_problem(tr->problems, file, NULL, "cannot read %s: %s", file->text,
		               strerror(errno));
		tr->failed = true;
	}
}

/* Translates the whole section; gives the node at which a mistake in the document is to be
 * shown. */
static const struct option_node *translate(struct translation *tr,
                                           const struct option_node *section)
{
	const struct option_node *first = section->child;

	if (!expect_map(tr, section, "a map with file, or with links and nodes")) {
		return section;
	}
	if (first != NULL && first->sibling == NULL && strcmp(first->key, "file") == 0) {
		read_file(tr, first);
		return first;
	}
	strbuf_putc(&tr->json, '{');
	for (const struct option_node *n = first; n != NULL; n = n->sibling) {
		strbuf_puts(&tr->json, n != first ? "," : "");
		if (strcmp(n->key, "links") == 0) {
			read_links(tr, n);
		} else if (strcmp(n->key, "nodes") == 0) {
			read_nodes(tr, n);
		} else if (strcmp(n->key, "file") == 0) {
			option_problem(tr->problems, n, NULL,
			               "expected either file, or links and nodes");
			tr->failed = true;
		} else {
			unknown_key(tr, n, "links, nodes or file");
		}
	}
	strbuf_putc(&tr->json, '}');
	return section;
}

enum fp_err topology_from_tree(const struct option_node *node, struct topology **out,
                               struct option_problems *problems)
{
	struct translation tr = { .problems = problems };
	const struct option_node *where;
	char problem[PROBLEM_BYTES];

	*out = NULL;
	strbuf_init(&tr.json, TOPOLOGY_BYTES_MAX);
	where = translate(&tr, node);
	if (!tr.failed && tr.json.failed) {
		option_problem(problems, where, NULL, "%s", fp_err_text(FP_NO_MEMORY));
		tr.failed = true;
	}
	if (!tr.failed && topology_parse_json((struct bytes){ (uint8_t *)tr.json.at, tr.json.len },
	                                      out, problem, sizeof problem) != FP_OK) {
		option_problem(problems, where, NULL, "%s", problem);
		tr.failed = true;
	}
	strbuf_deinit(&tr.json);
	return tr.failed ? FP_BAD_CONFIG : FP_OK;
}

static void config_read(const struct option_node *node, void *target,
                        struct option_problems *problems)
{
	struct topology **configured = target;

	*configured = NULL;
	if (node == NULL || option_node_is_null(node) ||
	    (node->kind == OPTION_NODE_MAP && node->child == NULL)) {
		return;
	}
	if (topology_from_tree(node, configured, problems) != FP_OK) {
		*configured = NULL; /* every mistake is reported; there is no half of a fabric */
	}
}

static void config_release(void *target)
{
	struct topology **configured = target;

	topology_free(*configured);
	*configured = NULL;
}

static const struct option_row topology_rows[] = {
	{ .key = "",
	  .kind = OPTION_TREE,
	  .offset = offsetof(struct topology_config, configured),
	  .fallback = "{}",
	  .unit = "",
	  .help =
	      "The links between switches, from which port roles follow: \"links\" is a list of "
	      "\"leaf1:swp1 - spine1:swp1\", \"nodes\" may give a node's agent address and its "
	      "ports' ifIndex; or \"file\" names a JSON document as sFlow-RT takes it. A posted "
	      "topology wins.",
	  .read = config_read,
	  .release = config_release },
};

const struct option_table topology_options = { "topology", topology_rows,
	                                       ARRAY_LEN(topology_rows) };
