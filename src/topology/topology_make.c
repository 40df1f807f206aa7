/* SPDX-License-Identifier: Apache-2.0 */
/* Putting a topology together from names, nodes, ports and links.
 *
 * The one subtle thing is that a switch can have several names and so can a port: two nodes with
 * one agent are one device, two ports of a device with one ifIndex are one port. Both are settled
 * while adding, so that a link counts at the device and the port that it means, whatever it calls
 * them; therefore described nodes come before links.
 *
 * All memory is asked for at the start, by what the document can hold at most (a name in JSON takes
 * more bytes than here). What is not used is never touched and costs nothing.
 */
#include "topology_priv.h"

#include <assert.h>
#include <string.h>

#include "fabricpulse/base/mem.h"

enum fp_err topology_alloc(const struct topology_size *size, struct topology **out)
{
	struct topology *t = mem_new(1, sizeof *t);
	uint32_t nodes = size->nodes + 2 * size->links;
	uint32_t ports = size->ports + 2 * size->links;
	enum fp_err err;

	*out = NULL;
	if (t == NULL) {
		return FP_NO_MEMORY;
	}
	/* Names: a link's own, a node's own and its first label, a port's own. The labels can
	 * double the bytes. */
	err = name_pool_init(&t->names, size->links + 2 * nodes + ports, 2 * size->bytes);
	if (err == FP_OK) {
		err = table_init(&t->index, size->links + 3 * nodes + 2 * ports);
	}
	t->found = mem_new(t->index.limit, sizeof *t->found);
	t->links = mem_new(size->links, sizeof *t->links);
	t->nodes = mem_new(nodes, sizeof *t->nodes);
	t->ports = mem_new(ports, sizeof *t->ports);
	if (err != FP_OK || t->found == NULL || t->links == NULL || t->nodes == NULL ||
	    t->ports == NULL) {
		topology_free(t);
		return FP_NO_MEMORY;
	}
	*out = t;
	return FP_OK;
}

/* Where the index keeps what `key` means; `*is_new` when nothing yet. */
static uint32_t *entry(struct topology *t, struct table_key key, bool *is_new)
{
	uint32_t at = table_intern(&t->index, &key, is_new);

	assert(at != TABLE_NONE);
	return &t->found[at];
}

struct table_key topology_agent_key(const struct addr *agent)
{
	struct table_key key = { .a =
		                     agent->family == ADDR_IPV4 ? KEY_AGENT_IPV4 : KEY_AGENT_IPV6 };

	memcpy(&key.b, agent->bytes, sizeof key.b);
	memcpy(&key.c, agent->bytes + sizeof key.b, sizeof key.c);
	return key;
}

/* A node that was not there before. */
static uint32_t new_node(struct topology *t, uint32_t name, const struct addr *agent)
{
	uint32_t at = t->node_count++;
	struct topology_node *node = &t->nodes[at];
	bool is_new;
	uint32_t *device;

	node->name = name_pool_text(&t->names, name);
	node->device = at;
	node->agent = *agent;
	if (agent->family == ADDR_NONE && addr_parse(node->name, &node->agent) != FP_OK) {
		return at; /* to be found by hostname */
	}
	device = entry(t, topology_agent_key(&node->agent), &is_new);
	if (is_new) {
		*device = at;
	}
	node->device = *device;
	return at;
}

bool topology_add_node(struct topology *t, uint32_t name, const struct addr *agent,
                       uint32_t *device)
{
	bool is_new;
	uint32_t *node = entry(t, (struct table_key){ KEY_NODE, name, 0 }, &is_new);

	if (is_new) {
		*node = new_node(t, name, agent);
	}
	*device = t->nodes[*node].device;
	return is_new;
}

/* Gives `port` an ifIndex unless it has one. */
static void number_port(struct topology *t, uint32_t port, uint32_t ifindex)
{
	struct topology_port *p = &t->ports[port];
	bool is_new;
	uint32_t *at;

	if (ifindex == 0 || p->ifindex != 0) {
		return;
	}
	p->ifindex = ifindex;
	at = entry(t, (struct table_key){ KEY_IFINDEX, p->node_at, ifindex }, &is_new);
	if (is_new) {
		*at = port;
	}
}

static uint32_t new_port(struct topology *t, uint32_t device, uint32_t name)
{
	uint32_t at = t->port_count++;

	t->ports[at] = (struct topology_port){
		.node = t->nodes[device].name,
		.port = name_pool_text(&t->names, name),
		.agent = t->nodes[device].agent,
		.node_at = device,
		.port_at = at,
	};
	return at;
}

bool topology_add_port(struct topology *t, uint32_t device, uint32_t name, uint32_t ifindex,
                       uint32_t *port)
{
	struct table_key by_ifindex = { KEY_IFINDEX, device, ifindex };
	bool is_new;
	uint32_t *at = entry(t, (struct table_key){ KEY_PORT, device, name }, &is_new);
	uint32_t same = ifindex != 0 ? table_find(&t->index, &by_ifindex) : TABLE_NONE;

	if (is_new) {
		*at = same != TABLE_NONE ? t->found[same] : new_port(t, device, name);
	}
	number_port(t, *at, ifindex);
	*port = *at;
	return is_new;
}

/* The end of a link, as far as it is known now: the ifIndex may follow. */
static struct topology_port end_of(struct topology *t, uint32_t node, uint32_t port)
{
	static const struct addr none = { .family = ADDR_NONE };
	uint32_t device;
	uint32_t at;

	(void)topology_add_node(t, node, &none, &device);
	(void)topology_add_port(t, device, port, 0, &at);
	t->nodes[device].link_ends++;
	t->ports[at].link_ends++;
	return (struct topology_port){
		.node = name_pool_text(&t->names, node),
		.port = name_pool_text(&t->names, port),
		.port_at = at,
	};
}

bool topology_add_link(struct topology *t, uint32_t name, const uint32_t node[2],
                       const uint32_t port[2])
{
	bool is_new;
	uint32_t *at = entry(t, (struct table_key){ KEY_LINK, name, 0 }, &is_new);
	struct topology_link *link;

	if (!is_new) {
		return false;
	}
	*at = t->link_count++;
	link = &t->links[*at];
	link->name = name_pool_text(&t->names, name);
	for (unsigned i = 0; i < 2; i++) {
		link->end[i] = end_of(t, node[i], port[i]);
	}
	return true;
}

/* "leaf1" also finds the node "leaf1.example.net", unless another node begins so too. */
static void add_first_label(struct topology *t, uint32_t node)
{
	const char *name = t->nodes[node].name;
	struct bytes label = { (const uint8_t *)name, strcspn(name, ".") };
	bool is_new;
	uint32_t *at;

	if (t->nodes[node].agent.family != ADDR_NONE || label.len == 0 || name[label.len] == '\0') {
		return;
	}
	at = entry(t, (struct table_key){ KEY_SHORT, name_pool_intern(&t->names, label), 0 },
	           &is_new);
	*at = is_new ? node : TOPOLOGY_NONE;
}

void topology_seal(struct topology *t)
{
	for (uint32_t i = 0; i < t->node_count; i++) {
		add_first_label(t, i);
	}
	for (uint32_t i = 0; i < t->port_count; i++) {
		const struct topology_port *port = &t->ports[i];

		if (port->link_ends > 0 && port->ifindex == 0) {
			t->nodes[port->node_at].unnumbered++;
		}
	}
	for (uint32_t i = 0; i < t->link_count; i++) {
		for (unsigned side = 0; side < 2; side++) {
			struct topology_port *end = &t->links[i].end[side];
			struct topology_port port = t->ports[end->port_at];

			port.node = end->node;
			port.port = end->port;
			*end = port;
		}
	}
}

bool topology_ifindex_parse(const char *text, uint32_t *out)
{
	uint64_t v = 0;
	size_t len = strspn(text, "0123456789");

	*out = 0;
	if (len == 0 || len > 10 || text[len] != '\0') {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		v = v * 10 + (uint64_t)(text[i] - '0');
	}
	if (v == 0 || v > UINT32_MAX) {
		return false;
	}
	*out = (uint32_t)v;
	return true;
}
