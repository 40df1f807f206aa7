/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/drops and /api/v1/topology: what the fabric loses, and how it is wired. */
#include <stdlib.h>

#include "fabricpulse/analyze/drops.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/option.h"
#include "fabricpulse/export/json.h"
#include "json_put_priv.h"
#include "topology_view_priv.h"

struct reason {
	uint32_t slot;
	uint64_t notices, rdma_notices;
};

struct drops {
	struct reason reasons[DROP_REASON_SLOTS]; /* those that occurred, by falling count */
	size_t reason_count;
	uint64_t notices, suppressed, packets, bytes;
	uint64_t discards[INTERFACE_WAYS];
};

static int by_falling_count(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->notices != y->notices) {
		return x->notices > y->notices ? -1 : 1;
	}
	return x->slot < y->slot ? -1 : 1;
}

static void gather_discards(struct drops *d, const struct shard *shard)
{
	const struct interfaces_fabric *f = shard->entries[ANALYZER_interfaces][SCOPE_FABRIC];

	for (size_t role = 0; role < ROLE_COUNT; role++) {
		for (size_t way = 0; way < INTERFACE_WAYS; way++) {
			d->discards[way] += counter_get(&f->discards[role][way]);
		}
	}
}

static void gather_reason(struct drops *d, const struct shards *s, uint32_t slot)
{
	struct reason *reason = &d->reasons[d->reason_count];

	*reason = (struct reason){ .slot = slot };
	for (uint32_t i = 0; i < s->count; i++) {
		const struct drops_fabric *f = s->at[i].entries[ANALYZER_drops][SCOPE_FABRIC];

		reason->notices += counter_get(&f->notices[slot]);
		reason->rdma_notices += counter_get(&f->rdma_notices[slot]);
	}
	d->notices += reason->notices;
	d->reason_count += reason->notices > 0 ? 1 : 0;
}

static void gather(struct drops *d, const struct shards *s)
{
	memset(d, 0, sizeof *d);
	for (uint32_t i = 0; i < s->count; i++) {
		const struct drops_fabric *f = s->at[i].entries[ANALYZER_drops][SCOPE_FABRIC];

		d->suppressed += counter_get(&f->suppressed);
		d->packets += counter_get(&f->packets);
		d->bytes += counter_get(&f->bytes);
		gather_discards(d, &s->at[i]);
	}
	for (uint32_t slot = 0; slot < DROP_REASON_SLOTS; slot++) {
		gather_reason(d, s, slot);
	}
	qsort(d->reasons, d->reason_count, sizeof d->reasons[0], by_falling_count);
}

void api_print_drops(const struct shards *s, struct strbuf *out)
{
	struct drops d;

	gather(&d, s);
	json_open(out, NULL, '{');
	json_u64(out, "packets", d.packets);
	json_u64(out, "notices", d.notices);
	json_u64(out, "suppressed", d.suppressed);
	json_u64(out, "bytes", d.bytes);
	json_open(out, "reasons", '[');
	for (size_t i = 0; i < d.reason_count; i++) {
		const struct reason *reason = &d.reasons[i];
		const double share = (double)reason->notices / (double)d.notices;

		json_open(out, NULL, '{');
		json_text(out, "reason", drop_reason_name(reason->slot));
		json_u64(out, "notices", reason->notices);
		json_u64(out, "rdma_notices", reason->rdma_notices);
		json_double(out, "estimate", share * (double)d.packets);
		json_double(out, "share", share);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_open(out, "interface_discards", '{');
	json_u64(out, "in", d.discards[0]);
	json_u64(out, "out", d.discards[1]);
	strbuf_puts(out, "}}");
}

/* The live side of an end where it is known, else what the document says. */
static void put_end(struct strbuf *out, const struct topology_view *v,
                    const struct topology_port *end)
{
	const struct entity *port = v->ports[end->port_at];
	const struct entity *agent = v->agents[end->node_at];
	const struct addr *addr = agent != NULL ? &entity_agent(agent)->addr : &end->agent;
	const uint32_t ifindex = port != NULL ? entity_port(port)->ifindex : end->ifindex;
	char address[ADDR_TEXT_SIZE];

	json_open(out, NULL, '{');
	json_text(out, "node", end->node);
	json_text(out, "port", end->port);
	if (addr->family != ADDR_NONE) {
		json_text(out, "agent", addr_text(addr, address));
	}
	if (ifindex != 0) {
		json_u64(out, "ifindex", ifindex);
	}
	json_close(out, '}');
}

static void put_links(struct strbuf *out, const struct topology_view *v)
{
	json_open(out, "links", '[');
	for (size_t i = 0; v->topology != NULL && i < topology_link_count(v->topology); i++) {
		const struct topology_link *link = topology_link_at(v->topology, i);

		json_open(out, NULL, '{');
		json_text(out, "link", link->name);
		json_text(out, "state", link_state_names[topology_view_link(v, link)]);
		json_open(out, "ends", '[');
		for (size_t end = 0; end < ARRAY_LEN(link->end); end++) {
			put_end(out, v, &link->end[end]);
		}
		strbuf_puts(out, "]}");
	}
	json_close(out, ']');
}

static void put_nodes(struct strbuf *out, const struct topology_view *v)
{
	char address[ADDR_TEXT_SIZE];

	json_open(out, "nodes", '[');
	for (size_t i = 0; v->topology != NULL && i < topology_node_count(v->topology); i++) {
		const struct topology_node *node = topology_node_at(v->topology, i);
		const struct entity *agent = v->agents[node->device];
		const struct addr *addr = agent != NULL ? &entity_agent(agent)->addr : &node->agent;

		json_open(out, NULL, '{');
		json_text(out, "node", node->name);
		if (addr->family != ADDR_NONE) {
			json_text(out, "agent", addr_text(addr, address));
		}
		json_text(out, "state", node_state_names[topology_view_node(v, node)]);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void put_unknown(struct strbuf *out, const struct topology_view *v)
{
	char address[ADDR_TEXT_SIZE];

	json_open(out, "unknown_agents", '[');
	for (uint32_t i = 0; i < v->entities.agents.count; i++) {
		if (v->devices[i] == TOPOLOGY_NONE) {
			json_text(
			    out, NULL,
			    addr_text(&entity_agent(&v->entities.agents.at[i])->addr, address));
		}
	}
	json_close(out, ']');
}

static void print_topology(const struct topology_view *v, void *arg)
{
	struct strbuf *out = arg;

	json_open(out, NULL, '{');
	json_u64(out, "version", v->version);
	json_key(out, "document");
	if (v->topology != NULL) {
		topology_print_json(v->topology, v->version, out);
	} else {
		strbuf_puts(out, "null");
	}
	put_links(out, v);
	put_nodes(out, v);
	put_unknown(out, v);
	json_close(out, '}');
}

void api_print_topology(const struct shards *s, struct strbuf *out)
{
	if (topology_view_with(s, print_topology, out) != FP_OK) {
		out->failed = true;
	}
}
