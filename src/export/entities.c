/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers live agents and ports before an answer is written.
 *
 * Directories grow while we read. Each count is taken once, with acquire, agents before ports; a
 * port whose agent is newer than that is left for the next answer.
 */
#include "entities_priv.h"

#include <string.h>

#include "fabricpulse/base/mem.h"

/* Labels of all agents and ports together: 16 million ports with names of 63 bytes stay below. */
#define LABEL_BYTES_MAX ((size_t)8 << 30)
/* Labels of one of them: four keys, an address and two names of which each byte may be escaped. */
#define PAIRS_BYTES_MAX 512u

#define FIRST_ENTITIES 64u

struct span {
	size_t at;
	uint32_t len;
};

static uint64_t now_of(const struct shards *shards)
{
	/* Acquire: pairs with the release of shards_digest(). */
	return atomic_load_explicit(&shards->now_ns, memory_order_acquire);
}

static bool agent_is_live(const struct directory *d, uint32_t i, uint64_t now_ns)
{
	return !directory_is_expired(d, counter_get(&d->agent[i].last_seen_ns), now_ns);
}

static bool port_is_live(const struct directory *d, uint32_t i, uint64_t now_ns)
{
	return !directory_is_expired(d, counter_get(&d->port[i].last_seen_ns), now_ns);
}

const void *entity_entry(const struct entity *entity, enum analyzer_id analyzer, enum scope scope)
{
	const char *entries = entity->shard->entries[analyzer][scope];

	return entries != NULL ? entries + entity->index * analyzers[analyzer]->entry_bytes[scope]
	                       : NULL;
}

static bool text_is(struct text text, const char *what)
{
	return strlen(what) == text.len && memcmp(text.at, what, text.len) == 0;
}

bool entity_agent_is(const struct shards *shards, const struct agent_entry *agent, struct text name)
{
	char address[ADDR_TEXT_SIZE];
	char host[NAME_SIZE];

	return name.len > 0 && (text_is(name, addr_text(&agent->addr, address)) ||
	                        text_is(name, directory_host_name(agent, shards->names, host)));
}

static enum fp_err list_add(struct entity_list *list, const struct entity *entity)
{
	if (list->count == list->size) {
		const uint32_t size = list->size > 0 ? list->size * 2 : FIRST_ENTITIES;
		struct entity *at = mem_resize(list->at, size, sizeof *at);

		if (at == NULL) {
			return FP_NO_MEMORY;
		}
		list->at = at;
		list->size = size;
	}
	list->at[list->count++] = *entity;
	return FP_OK;
}

static void put_agent_pairs(const struct shards *shards, const struct agent_entry *agent,
                            struct strbuf *out)
{
	char name[NAME_SIZE];
	char address[ADDR_TEXT_SIZE];

	strbuf_puts(out, "agent=\"");
	strbuf_puts(out, addr_text(&agent->addr, address));
	strbuf_puts(out, "\",host=\"");
	strbuf_put_label(out, directory_host_name(agent, shards->names, name));
	strbuf_putc(out, '"');
}

static void put_port_pairs(const struct shards *shards, const struct agent_entry *agent,
                           const struct port_entry *port, struct strbuf *out)
{
	char name[NAME_SIZE];

	strbuf_puts(out, "ifindex=\"");
	strbuf_put_u64(out, port->ifindex);
	strbuf_puts(out, "\",port=\"");
	strbuf_put_label(out, directory_port_name(agent, port, shards->names, name));
	strbuf_putc(out, '"');
}

/* What gathering one shard needs. */
struct gatherer {
	struct entities *e;
	const struct shards *shards;
	const struct shard *shard;
	const struct entity_limits *limits;
	uint64_t now_ns;
	uint32_t agent_count;
	struct span *agent_labels; /* [agent_count]; len 0: not written */
	struct strbuf pairs;       /* scratch */
	char storage[PAIRS_BYTES_MAX];
};

static struct span agent_span(struct gatherer *g, uint32_t agent)
{
	struct span *span = &g->agent_labels[agent];

	if (span->len == 0 && g->limits->form != NULL) {
		struct strbuf *labels = &g->e->labels;

		strbuf_clear(&g->pairs);
		put_agent_pairs(g->shards, &g->shard->directory.agent[agent], &g->pairs);
		span->at = labels->len;
		g->limits->form(labels, (struct text){ g->pairs.at, g->pairs.len });
		span->len = (uint32_t)(labels->len - span->at);
	}
	return *span;
}

static enum fp_err gather_agents(struct gatherer *g)
{
	struct entity_list *list = &g->e->agents;
	enum fp_err err = FP_OK;

	for (uint32_t i = 0; i < g->agent_count && err == FP_OK; i++) {
		struct span span;

		if (!agent_is_live(&g->shard->directory, i, g->now_ns)) {
			continue;
		}
		if (list->count >= g->limits->agents_max) {
			break;
		}
		span = agent_span(g, i);
		err = list_add(list, &(struct entity){ g->shard, i, span.len, span.at });
	}
	return err;
}

/* The agent's labels, a comma and its own. */
static struct span port_span(struct gatherer *g, const struct port_entry *port)
{
	const struct span agent = agent_span(g, port->agent);
	struct strbuf *labels = &g->e->labels;
	char copy[2 * PAIRS_BYTES_MAX]; /* the buffer may move while it grows */
	const size_t at = labels->len;

	if (g->limits->form == NULL) {
		return agent;
	}
	if (labels->failed || agent.len > sizeof copy) {
		labels->failed = true;
		return (struct span){ 0, 0 };
	}
	memcpy(copy, labels->at + agent.at, agent.len);
	strbuf_put(labels, copy, agent.len);
	strbuf_putc(labels, ',');
	strbuf_clear(&g->pairs);
	put_port_pairs(g->shards, &g->shard->directory.agent[port->agent], port, &g->pairs);
	g->limits->form(labels, (struct text){ g->pairs.at, g->pairs.len });
	return (struct span){ at, (uint32_t)(labels->len - at) };
}

static enum fp_err gather_ports(struct gatherer *g)
{
	const struct directory *d = &g->shard->directory;
	const uint32_t count = table_count(&d->ports);
	struct entity_list *list = &g->e->ports;
	enum fp_err err = FP_OK;

	for (uint32_t i = 0; i < count && err == FP_OK; i++) {
		struct span span;

		if (!port_is_live(d, i, g->now_ns) || d->port[i].agent >= g->agent_count) {
			continue;
		}
		if (list->count >= g->limits->ports_max) {
			break;
		}
		span = port_span(g, &d->port[i]);
		err = list_add(list, &(struct entity){ g->shard, i, span.len, span.at });
	}
	return err;
}

static enum fp_err gather_shard(struct entities *e, const struct shards *shards, uint32_t shard,
                                const struct entity_limits *limits)
{
	struct gatherer g = {
		.e = e,
		.shards = shards,
		.shard = &shards->at[shard],
		.limits = limits,
		.now_ns = now_of(shards),
	};
	enum fp_err err = FP_OK;

	g.agent_count = table_count(&g.shard->directory.agents);
	g.agent_labels = mem_new(g.agent_count + 1u, sizeof *g.agent_labels);
	if (g.agent_labels == NULL) {
		return FP_NO_MEMORY;
	}
	strbuf_init_fixed(&g.pairs, g.storage, sizeof g.storage);
	if (limits->agents_max > 0) {
		err = gather_agents(&g);
	}
	if (err == FP_OK && limits->ports_max > 0) {
		err = gather_ports(&g);
	}
	mem_free(g.agent_labels);
	return err;
}

enum fp_err entities_init(struct entities *e, const struct shards *shards,
                          const struct entity_limits *limits)
{
	enum fp_err err = FP_OK;

	*e = (struct entities){ .agents = { .count = 0 } };
	strbuf_init(&e->labels, LABEL_BYTES_MAX);
	for (uint32_t i = 0; i < shards->count && err == FP_OK; i++) {
		err = gather_shard(e, shards, i, limits);
	}
	if (err == FP_OK && e->labels.failed) {
		err = FP_NO_MEMORY;
	}
	if (err != FP_OK) {
		entities_deinit(e);
	}
	return err;
}

void entities_deinit(struct entities *e)
{
	mem_free(e->agents.at);
	mem_free(e->ports.at);
	strbuf_deinit(&e->labels);
	*e = (struct entities){ .agents = { .count = 0 } };
}

uint32_t entities_live_ports(const struct shards *shards)
{
	const uint64_t now_ns = now_of(shards);
	uint32_t live = 0;

	for (uint32_t s = 0; s < shards->count; s++) {
		const struct directory *d = &shards->at[s].directory;
		const uint32_t count = table_count(&d->ports);

		for (uint32_t i = 0; i < count; i++) {
			live += port_is_live(d, i, now_ns) ? 1 : 0;
		}
	}
	return live;
}

uint32_t entities_live_agents(const struct shards *shards)
{
	const uint64_t now_ns = now_of(shards);
	uint32_t live = 0;

	for (uint32_t s = 0; s < shards->count; s++) {
		const struct directory *d = &shards->at[s].directory;
		const uint32_t count = table_count(&d->agents);

		for (uint32_t i = 0; i < count; i++) {
			live += agent_is_live(d, i, now_ns) ? 1 : 0;
		}
	}
	return live;
}
