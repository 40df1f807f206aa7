/* SPDX-License-Identifier: Apache-2.0 */
/* What a topology is made of, and how its makers put it together.
 *
 *     names  ──► number of a name          index ──► found[]: which node, port or link a key means
 *     ┌─────────────────────┐              ┌──────────────────────────────────────────────┐
 *     │ "leaf1" "swp1" …    │              │ (node name) (agent) (short name) (link name) │
 *     └─────────────────────┘              │ (device, port name) (device, ifIndex)        │
 *                                          └──────────────────────────────────────────────┘
 *
 * Makers allocate for a size that the document cannot exceed, add all nodes that it describes, then
 * all links, then seal. Nothing can fail between allocation and sealing.
 */
#pragma once

#include "fabricpulse/base/table.h"
#include "fabricpulse/topology/topology.h"
#include "name_pool_priv.h"

#define TOPOLOGY_TOO_LONG "longer than 32 MiB" /* TOPOLOGY_BYTES_MAX, in words */

/* The first word of a key in the index says what the others are. */
enum topology_key {
	KEY_LINK = 1, /* name */
	KEY_NODE,     /* name */
	KEY_SHORT, /* name up to the first dot of a node without agent; TOPOLOGY_NONE: of several */
	KEY_AGENT_IPV4, /* address */
	KEY_AGENT_IPV6,
	KEY_PORT,    /* device, name */
	KEY_IFINDEX, /* device, ifIndex */
};

struct topology {
	char *document; /* as JSON without "version"; cJSON's memory */
	size_t document_bytes;
	uint32_t written_version; /* "version" of the document; 0: none that could be one */
	struct name_pool names;
	struct table index;
	uint32_t *found; /* [index.limit] */
	struct topology_link *links;
	struct topology_node *nodes;
	struct topology_port *ports;
	uint32_t link_count, node_count, port_count;
};

/* At most so much of each. */
struct topology_size {
	uint32_t links;
	uint32_t nodes; /* described ones, without those that only links name */
	uint32_t ports; /* likewise */
	size_t bytes;   /* all names together, each with its NUL */
};

FP_MUST_USE enum fp_err topology_alloc(const struct topology_size *size, struct topology **out);

struct table_key topology_agent_key(const struct addr *agent); /* not of ADDR_NONE */

/* A described node: `name` and `agent` (ADDR_NONE: none given). Gives its device. False: the name
 * was added before. */
bool topology_add_node(struct topology *t, uint32_t name, const struct addr *agent,
                       uint32_t *device);

/* A port of a device; `ifindex` 0: none given. Gives the index of the port. False: the device had a
 * port of that name before, which keeps its ifIndex if it has one. */
bool topology_add_port(struct topology *t, uint32_t device, uint32_t name, uint32_t ifindex,
                       uint32_t *port);

/* A link from (node name, port name) to (node name, port name). False: the name was added
 * before. */
bool topology_add_link(struct topology *t, uint32_t name, const uint32_t node[2],
                       const uint32_t port[2]);

/* Computes what follows from all links together. */
void topology_seal(struct topology *t);

/* Decimal digits only, 1 to UINT32_MAX: an ifIndex as text. */
bool topology_ifindex_parse(const char *text, uint32_t *out);
