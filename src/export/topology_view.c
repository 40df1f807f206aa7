/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the document with the live side, the way that topology.h advises: from each live agent and
 * port to its place in the document, so that links only look up arrays. Agents and ports are found
 * by the names that are shown for them, as roles are: the operator's, else those that they report.
 */
#include "topology_view_priv.h"

#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/mem.h"

const char *const link_state_names[LINK_STATE_COUNT] = { "unmonitored", "up", "down" };
const char *const node_state_names[NODE_STATE_COUNT] = { "unmonitored", "noflows", "flows" };

struct use {
	const struct shards *shards;
	void (*call)(const struct topology_view *view, void *arg);
	void *arg;
	enum fp_err err;
};

static void join_agents(struct topology_view *v)
{
	char hostname[NAME_SIZE];

	for (uint32_t i = 0; i < v->entities.agents.count; i++) {
		const struct entity *entity = &v->entities.agents.at[i];
		const struct agent_entry *agent = entity_agent(entity);

		v->devices[i] = v->topology == NULL
		                    ? TOPOLOGY_NONE
		                    : topology_node_find(
		                          v->topology, &agent->addr,
		                          directory_host_name(agent, v->shards->names, hostname));
		if (v->devices[i] != TOPOLOGY_NONE) {
			v->agents[v->devices[i]] = entity;
		}
	}
}

static void join_ports(struct topology_view *v)
{
	char name[NAME_SIZE];

	for (uint32_t i = 0; i < v->entities.ports.count && v->topology != NULL; i++) {
		const struct entity *entity = &v->entities.ports.at[i];
		const struct agent_entry *agent = entity_port_agent(entity);
		const struct port_entry *port = entity_port(entity);
		const uint32_t device = topology_node_find(
		    v->topology, &agent->addr, directory_host_name(agent, v->shards->names, name));
		uint32_t at = TOPOLOGY_NONE;

		if (device != TOPOLOGY_NONE) {
			at = topology_port_find(
			    v->topology, device, port->ifindex,
			    directory_port_name(agent, port, v->shards->names, name));
		}
		if (at != TOPOLOGY_NONE) {
			v->ports[at] = entity;
		}
	}
}

static void view_deinit(struct topology_view *v)
{
	mem_free(v->agents);
	mem_free(v->ports);
	mem_free(v->devices);
	entities_deinit(&v->entities);
}

static void read_topology(const struct topology *t, uint32_t version, void *arg)
{
	const struct entity_limits limits = { .agents_max = UINT32_MAX, .ports_max = UINT32_MAX };
	struct use *use = arg;
	struct topology_view v = { .shards = use->shards, .topology = t, .version = version };

	use->err = entities_init(&v.entities, use->shards, &limits);
	if (use->err != FP_OK) {
		return;
	}
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): arrays of pointers */
	v.agents = mem_new(t != NULL ? topology_node_count(t) + 1 : 1, sizeof *v.agents);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): arrays of pointers */
	v.ports = mem_new(t != NULL ? topology_port_count(t) + 1 : 1, sizeof *v.ports);
	v.devices = mem_new((size_t)v.entities.agents.count + 1, sizeof *v.devices);
	if (v.agents == NULL || v.ports == NULL || v.devices == NULL) {
		use->err = FP_NO_MEMORY;
	} else {
		join_agents(&v);
		join_ports(&v);
		use->call(&v, use->arg);
	}
	view_deinit(&v);
}

enum fp_err topology_view_with(const struct shards *shards,
                               void (*use)(const struct topology_view *view, void *arg), void *arg)
{
	struct use what = { .shards = shards, .call = use, .arg = arg };

	if (shards->topology != NULL) {
		topology_store_read(shards->topology, read_topology, &what);
	} else {
		read_topology(NULL, 0, &what);
	}
	return what.err;
}

const struct interfaces_port *topology_view_end(const struct topology_view *view,
                                                const struct topology_port *end)
{
	const struct entity *port = view->ports[end->port_at];

	return port != NULL ? entity_entry(port, ANALYZER_interfaces, SCOPE_PORT) : NULL;
}

enum link_state topology_view_link(const struct topology_view *view,
                                   const struct topology_link *link)
{
	enum link_state state = LINK_UP;

	for (size_t i = 0; i < ARRAY_LEN(link->end); i++) {
		const struct interfaces_port *port = topology_view_end(view, &link->end[i]);
		double admin, oper;

		if (port == NULL) {
			return LINK_UNMONITORED;
		}
		admin = gauge_get(&port->admin_up);
		oper = gauge_get(&port->oper_up);
		if (!(admin >= 0 && oper >= 0)) { /* NaN: not polled */
			return LINK_UNMONITORED;
		}
		if (admin == 0 || oper == 0) {
			state = LINK_DOWN;
		}
	}
	return state;
}

bool topology_view_has_flows(const struct entity *agent)
{
	/* Relaxed: a bit set once; seeing it a moment later does no harm. */
	return atomic_load_explicit(&entity_agent(agent)->shows, memory_order_relaxed) != 0;
}

enum node_state topology_view_node(const struct topology_view *view,
                                   const struct topology_node *node)
{
	const struct entity *agent = view->agents[node->device];

	if (agent == NULL) {
		return NODE_UNMONITORED;
	}
	return topology_view_has_flows(agent) ? NODE_FLOWS : NODE_NOFLOWS;
}
