/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an answer speaks of: the live agents and ports of all shards, in the order of their index,
 * with their names and their labels written once.
 *
 * A port's labels begin with its agent's, so a port costs one copy and not a second look-up of
 * names. Names are those of the operator, else those that the agent reports, else "".
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/strbuf.h"

/* A piece of text inside somebody else's buffer. */
struct text {
	const char *at;
	size_t len;
};

struct entity {
	const struct shard *shard;
	uint32_t index;     /* dense, in the shard's directory */
	uint32_t label_len; /* of its labels in entities.labels */
	size_t label_at;
};

struct entity_list {
	struct entity *at; /* owned */
	uint32_t count, size;
};

struct entities {
	struct entity_list agents, ports;
	struct strbuf labels;
};

/* Appends Prometheus label pairs (`a="b",c="d"`) in the form that the reader wants. */
typedef void (*label_form)(struct strbuf *out, struct text pairs);

struct entity_limits {
	uint32_t agents_max, ports_max; /* the first ones seen; 0: none are wanted */
	label_form form;                /* NULL: no labels are wanted */
};

/* Gather. FP_NO_MEMORY leaves nothing to release. */
FP_MUST_USE enum fp_err entities_init(struct entities *e, const struct shards *shards,
                                      const struct entity_limits *limits);
void entities_deinit(struct entities *e);

/* Ports (agents) that are live now. */
uint32_t entities_live_ports(const struct shards *shards);
uint32_t entities_live_agents(const struct shards *shards);

static inline struct text entity_labels(const struct entities *e, const struct entity *entity)
{
	return (struct text){ e->labels.at + entity->label_at, entity->label_len };
}

static inline const struct agent_entry *entity_agent(const struct entity *agent)
{
	return &agent->shard->directory.agent[agent->index];
}

static inline const struct port_entry *entity_port(const struct entity *port)
{
	return &port->shard->directory.port[port->index];
}

static inline const struct agent_entry *entity_port_agent(const struct entity *port)
{
	return &port->shard->directory.agent[entity_port(port)->agent];
}

/* What an analyzer keeps for it; NULL when that is nothing. */
const void *entity_entry(const struct entity *entity, enum analyzer_id analyzer, enum scope scope);

/* True when the agent has this address, or is shown under this name. */
bool entity_agent_is(const struct shards *shards, const struct agent_entry *agent,
                     struct text name);
