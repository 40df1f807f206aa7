/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a topology: who is this agent, which port is that, what is its role.
 *
 * Every question is one or two look-ups in the index (topology_priv.h), because names were turned
 * into numbers and addresses into devices when the document was read. Nothing of what agents report
 * is remembered here: the caller brings it along each time, so a name that is learned late needs no
 * notification, only another question.
 *
 * A port whose own name is not known yet is not called an edge while its switch has links that only
 * a port name can place: it might be one of them, and a core port that is counted as edge for the
 * first seconds would spoil every total.
 */
#include "fabricpulse/topology/topology.h"

#include <assert.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "fabricpulse/base/mem.h"
#include "topology_priv.h"

const char *port_role_name(enum port_role role)
{
	static const char *const names[ROLE_COUNT] = { "unknown", "edge", "core" };

	assert((unsigned)role < ROLE_COUNT);
	return names[role];
}

const char *role_source_name(enum role_source source)
{
	static const char *const names[ROLE_SOURCE_COUNT] = { "none", "topology", "rule",
		                                              "learned" };

	assert((unsigned)source < ROLE_SOURCE_COUNT);
	return names[source];
}

void topology_free(struct topology *t)
{
	if (t == NULL) {
		return;
	}
	cJSON_free(t->document);
	name_pool_deinit(&t->names);
	table_deinit(&t->index);
	mem_free(t->found);
	mem_free(t->links);
	mem_free(t->nodes);
	mem_free(t->ports);
	mem_free(t);
}

size_t topology_link_count(const struct topology *t)
{
	return t->link_count;
}

const struct topology_link *topology_link_at(const struct topology *t, size_t i)
{
	assert(i < t->link_count);
	return &t->links[i];
}

size_t topology_node_count(const struct topology *t)
{
	return t->node_count;
}

const struct topology_node *topology_node_at(const struct topology *t, size_t i)
{
	assert(i < t->node_count);
	return &t->nodes[i];
}

size_t topology_port_count(const struct topology *t)
{
	return t->port_count;
}

const struct topology_port *topology_port_at(const struct topology *t, size_t i)
{
	assert(i < t->port_count);
	return &t->ports[i];
}

static uint32_t find(const struct topology *t, struct table_key key)
{
	uint32_t at = table_find(&t->index, &key);

	return at != TABLE_NONE ? t->found[at] : TOPOLOGY_NONE;
}

/* What `kind` of thing has the name `text`. */
static uint32_t find_named(const struct topology *t, enum topology_key kind, struct bytes text)
{
	uint32_t name = name_pool_find(&t->names, text);

	return name != NAME_NONE ? find(t, (struct table_key){ kind, name, 0 }) : TOPOLOGY_NONE;
}

/* The node of that name if its agent is to be found by hostname. */
static uint32_t find_host(const struct topology *t, struct bytes name)
{
	uint32_t node = find_named(t, KEY_NODE, name);

	return node != TOPOLOGY_NONE && t->nodes[node].agent.family == ADDR_NONE ? node
	                                                                         : TOPOLOGY_NONE;
}

static uint32_t find_by_hostname(const struct topology *t, const char *hostname)
{
	struct bytes full = { (const uint8_t *)hostname, strlen(hostname) };
	struct bytes label = { full.at, strcspn(hostname, ".") };
	uint32_t node = find_host(t, full);

	if (node != TOPOLOGY_NONE) {
		return node;
	}
	return label.len < full.len ? find_host(t, label) : find_named(t, KEY_SHORT, full);
}

uint32_t topology_node_find(const struct topology *t, const struct addr *agent,
                            const char *hostname)
{
	uint32_t device = TOPOLOGY_NONE;

	if (agent->family != ADDR_NONE) {
		device = find(t, topology_agent_key(agent));
	}
	if (device == TOPOLOGY_NONE && hostname != NULL && hostname[0] != '\0') {
		device = find_by_hostname(t, hostname);
	}
	return device;
}

uint32_t topology_port_find(const struct topology *t, uint32_t device, uint32_t ifindex,
                            const char *port_name)
{
	uint32_t port = find(t, (struct table_key){ KEY_IFINDEX, device, ifindex });
	uint32_t name;

	if (port != TOPOLOGY_NONE || port_name == NULL || port_name[0] == '\0') {
		return port;
	}
	name = name_pool_find(&t->names,
	                      (struct bytes){ (const uint8_t *)port_name, strlen(port_name) });
	if (name == NAME_NONE) {
		return TOPOLOGY_NONE;
	}
	port = find(t, (struct table_key){ KEY_PORT, device, name });
	if (port != TOPOLOGY_NONE && ifindex != 0 && t->ports[port].ifindex != 0) {
		return TOPOLOGY_NONE; /* the document gives this name to another ifIndex */
	}
	return port;
}

enum port_role topology_role(const struct topology *t, const struct addr *agent,
                             const char *hostname, uint32_t ifindex, const char *port_name)
{
	uint32_t device = t != NULL ? topology_node_find(t, agent, hostname) : TOPOLOGY_NONE;
	uint32_t port;

	if (device == TOPOLOGY_NONE || t->nodes[device].link_ends == 0) {
		return ROLE_UNKNOWN;
	}
	port = topology_port_find(t, device, ifindex, port_name);
	if (port != TOPOLOGY_NONE) {
		return t->ports[port].link_ends > 0 ? ROLE_CORE : ROLE_EDGE;
	}
	if ((port_name == NULL || port_name[0] == '\0') && t->nodes[device].unnumbered > 0) {
		return ROLE_UNKNOWN;
	}
	return ROLE_EDGE;
}
