/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's topology application: how much of the topology is monitored, and what it carries. */
#include <string.h>

#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/option.h"
#include "sflowrt_interfaces_priv.h"
#include "sflowrt_priv.h"
#include "topology_view_priv.h"

/* What a body is printed into, and how. */
struct print {
	struct strbuf *out;
	const struct compat_config *config;
};

struct counts {
	uint64_t links[LINK_STATE_COUNT], nodes[NODE_STATE_COUNT];
};

static size_t link_count(const struct topology_view *v)
{
	return v->topology != NULL ? topology_link_count(v->topology) : 0;
}

static size_t node_count(const struct topology_view *v)
{
	return v->topology != NULL ? topology_node_count(v->topology) : 0;
}

static void count_all(const struct topology_view *v, struct counts *out)
{
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < link_count(v); i++) {
		out->links[topology_view_link(v, topology_link_at(v->topology, i))]++;
	}
	for (size_t i = 0; i < node_count(v); i++) {
		out->nodes[topology_view_node(v, topology_node_at(v->topology, i))]++;
	}
}

static void put_links(struct strbuf *out, const char *key, const struct topology_view *v,
                      enum link_state state)
{
	json_open(out, key, '[');
	for (size_t i = 0; i < link_count(v); i++) {
		const struct topology_link *link = topology_link_at(v->topology, i);

		if (topology_view_link(v, link) == state) {
			json_text(out, NULL, link->name);
		}
	}
	json_close(out, ']');
}

static void put_nodes(struct strbuf *out, const char *key, const struct topology_view *v,
                      enum node_state state)
{
	json_open(out, key, '[');
	for (size_t i = 0; i < node_count(v); i++) {
		const struct topology_node *node = topology_node_at(v->topology, i);

		if (topology_view_node(v, node) == state) {
			json_text(out, NULL, node->name);
		}
	}
	json_close(out, ']');
}

static void print_status(const struct topology_view *v, void *arg)
{
	struct strbuf *out = ((const struct print *)arg)->out;
	struct counts n;

	count_all(v, &n);
	json_open(out, NULL, '{');
	json_u64(out, "version", v->version);
	json_open(out, "links", '{');
	json_u64(out, "total", link_count(v));
	json_u64(out, "monitored", n.links[LINK_UP] + n.links[LINK_DOWN]);
	json_u64(out, "up", n.links[LINK_UP]);
	json_u64(out, "down", n.links[LINK_DOWN]);
	json_open(out, "details", '{');
	put_links(out, "unmonitored", v, LINK_UNMONITORED);
	put_links(out, "down", v, LINK_DOWN);
	strbuf_puts(out, "}}");
	json_open(out, "nodes", '{');
	json_u64(out, "total", node_count(v));
	json_u64(out, "monitored", n.nodes[NODE_FLOWS] + n.nodes[NODE_NOFLOWS]);
	json_u64(out, "flows", n.nodes[NODE_FLOWS]);
	json_u64(out, "noflows", n.nodes[NODE_NOFLOWS]);
	json_open(out, "details", '{');
	put_nodes(out, "unmonitored", v, NODE_UNMONITORED);
	put_nodes(out, "noflows", v, NODE_NOFLOWS);
	strbuf_puts(out, "}}}");
}

static void print_document(const struct topology_view *v, void *arg)
{
	const struct print *p = arg;

	topology_print_json(v->topology, v->version, p->out);
}

static void print_version(const struct topology_view *v, void *arg)
{
	const struct print *p = arg;

	strbuf_put_u64(p->out, v->version);
}

static void put_agent(struct strbuf *out, const struct shards *s, const struct entity *agent)
{
	char hostname[NAME_SIZE];

	json_text(out, "hostname", directory_host_name(entity_agent(agent), s->names, hostname));
	json_bool(out, "flows", topology_view_has_flows(agent));
	json_close(out, '}');
}

static void print_agents(const struct topology_view *v, void *arg)
{
	struct strbuf *out = ((const struct print *)arg)->out;
	char address[ADDR_TEXT_SIZE];

	json_open(out, NULL, '{');
	for (size_t i = 0; i < node_count(v); i++) {
		const struct topology_node *node = topology_node_at(v->topology, i);
		const struct entity *agent = v->agents[node->device];

		if (agent != NULL) {
			json_open(out, node->name, '{');
			json_text(out, "agent", addr_text(&entity_agent(agent)->addr, address));
			put_agent(out, v->shards, agent);
		}
	}
	json_close(out, '}');
}

static void print_unknown(const struct topology_view *v, void *arg)
{
	struct strbuf *out = ((const struct print *)arg)->out;
	char address[ADDR_TEXT_SIZE];

	json_open(out, NULL, '{');
	for (uint32_t i = 0; i < v->entities.agents.count; i++) {
		const struct entity *agent = &v->entities.agents.at[i];

		if (v->devices[i] == TOPOLOGY_NONE) {
			json_open(out, addr_text(&entity_agent(agent)->addr, address), '{');
			put_agent(out, v->shards, agent);
		}
	}
	json_close(out, '}');
}

enum fp_err sflowrt_print_topology_json(const struct shards *s, const char *what,
                                        struct strbuf *out)
{
	static const struct {
		const char *what;
		void (*print)(const struct topology_view *view, void *arg);
	} bodies[] = {
		{ "topology", print_document }, { "version", print_version },
		{ "status", print_status },     { "metrics", print_status },
		{ "agents", print_agents },     { "unknown", print_unknown },
	};
	struct print print = { .out = out };

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		if (strcmp(what, bodies[i].what) == 0) {
			return topology_view_with(s, bodies[i].print, &print);
		}
	}
	return FP_NOT_FOUND;
}

enum fp_err sflowrt_print_locate_json(const struct shards *s, const char *address,
                                      struct strbuf *out)
{
	(void)s; /* what sampled packets carry as addresses is not kept */
	if (address == NULL || address[0] == '\0') {
		return FP_BAD_ARGUMENT;
	}
	strbuf_puts(out, "[]");
	return FP_OK;
}

static void put_states(const struct print *p, const char *name, const char *const *states,
                       const uint64_t *counts, size_t state_count)
{
	sflowrt_put_type(p->out, p->config, name, "gauge");
	for (size_t i = 0; i < state_count; i++) {
		sflowrt_put_name(p->out, p->config, name);
		strbuf_puts(p->out, "{status=\"");
		strbuf_puts(p->out, states[i]);
		strbuf_puts(p->out, "\"} ");
		strbuf_put_u64(p->out, counts[i]);
		strbuf_putc(p->out, '\n');
	}
}

static void put_sum(const struct print *p, const char *name, double sum)
{
	sflowrt_put_type(p->out, p->config, name, "gauge");
	sflowrt_put_name(p->out, p->config, name);
	strbuf_putc(p->out, ' ');
	sflowrt_put_number(p->out, sum);
	strbuf_putc(p->out, '\n');
}

/* What is not known adds nothing. */
static void add(double *sum, double value)
{
	*sum += isfinite(value) ? value : 0;
}

static void sum_traffic(const struct topology_view *v, struct sflowrt_rates *sum)
{
	memset(sum, 0, sizeof *sum);
	for (size_t i = 0; i < link_count(v); i++) {
		const struct topology_link *link = topology_link_at(v->topology, i);

		for (size_t end = 0; end < ARRAY_LEN(link->end); end++) {
			const struct interfaces_port *port = topology_view_end(v, &link->end[end]);
			struct sflowrt_rates rates;

			if (port == NULL) {
				continue;
			}
			sflowrt_port_rates(port, &rates);
			add(&sum->bps, rates.bps);
			add(&sum->speed, rates.speed);
			add(&sum->pps, rates.pps);
			add(&sum->discards, rates.discards);
			add(&sum->errors, rates.errors);
		}
	}
}

static void print_metrics(const struct topology_view *v, void *arg)
{
	const struct print *p = arg;
	struct sflowrt_rates sum;
	struct counts n;

	count_all(v, &n);
	sum_traffic(v, &sum);
	put_states(p, "topology_links", link_state_names, n.links, LINK_STATE_COUNT);
	put_states(p, "topology_nodes", node_state_names, n.nodes, NODE_STATE_COUNT);
	put_sum(p, "topology_traffic_bps", sum.bps);
	put_sum(p, "topology_traffic_speed", sum.speed);
	put_sum(p, "topology_traffic_pps", sum.pps);
	put_sum(p, "topology_traffic_discards", sum.discards);
	put_sum(p, "topology_traffic_errors", sum.errors);
}

enum fp_err sflowrt_print_topology_metrics(const struct shards *s,
                                           const struct compat_config *config, struct strbuf *out)
{
	struct print print = { .out = out, .config = config };

	return topology_view_with(s, print_metrics, &print);
}
