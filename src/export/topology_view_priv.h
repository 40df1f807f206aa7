/* SPDX-License-Identifier: Apache-2.0 */
/* The topology joined with who is alive: which agent a node is, which port a link end is. */
#pragma once

#include "entities_priv.h"

struct topology_view {
	const struct shards *shards;
	const struct topology *topology; /* NULL: none */
	uint32_t version;
	struct entities entities;
	const struct entity **agents; /* by device; NULL: not known, or silent */
	const struct entity **ports;  /* by topology_port.port_at; NULL: not known, or silent */
	uint32_t *devices;            /* by position in entities.agents; TOPOLOGY_NONE: no node */
};

enum link_state {
	LINK_UNMONITORED = 0, /* an end is not known, or its state is not polled */
	LINK_UP,
	LINK_DOWN,
	LINK_STATE_COUNT, /* last */
};
extern const char *const link_state_names[LINK_STATE_COUNT];

enum node_state {
	NODE_UNMONITORED = 0, /* its agent is not known, or silent */
	NODE_NOFLOWS,
	NODE_FLOWS,
	NODE_STATE_COUNT, /* last */
};
extern const char *const node_state_names[NODE_STATE_COUNT];

/* Join, then call `use` while the topology is held: be short. FP_NO_MEMORY: `use` was not
 * called. */
FP_MUST_USE enum fp_err topology_view_with(const struct shards *shards,
                                           void (*use)(const struct topology_view *view, void *arg),
                                           void *arg);

enum link_state topology_view_link(const struct topology_view *view,
                                   const struct topology_link *link);
enum node_state topology_view_node(const struct topology_view *view,
                                   const struct topology_node *node);
/* What the interfaces analyzer keeps of a link's end; NULL: the port is not known, or silent. */
struct interfaces_port;
const struct interfaces_port *topology_view_end(const struct topology_view *view,
                                                const struct topology_port *end);

/* True when the agent sends flow samples. */
bool topology_view_has_flows(const struct entity *agent);
