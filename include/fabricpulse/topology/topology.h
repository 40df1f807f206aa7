/* SPDX-License-Identifier: Apache-2.0 */
/* The fabric's links as somebody told us: sFlow-RT's JSON document (posted or from a file) or
 * `topology:` in YAML.
 *
 *     {"links":{"L1":{"node1":"leaf1","port1":"swp1","node2":"spine1","port2":"swp1"}},
 *      "nodes":{"leaf1":{"agent":"192.168.1.1","ports":{"swp1":{"ifindex":"3"}}}}}
 *
 * A topology is immutable once made, so any number of threads may ask it; the store
 * below holds the present one and swaps it whole. Only links between switches are
 * listed; hosts are not. From it follow roles: a port on a link is core, another port of a node
 * that has a link is edge, everything else is unknown.
 *
 * Node and agent. A node whose address is given (`nodes`, or a node name that is an address itself)
 * is the agent with that address and no other. A node without one is the agent that reports its
 * name as hostname; failing that, the agent whose hostname up to the first dot is the node's name;
 * failing that, the agent whose hostname is the node's name up to the first dot, if only one node
 * begins so. Case counts. Two nodes with one address are two names of one switch.
 *
 * Port and ifIndex. A port whose ifIndex is given is that ifIndex and no other; any other port is
 * the one that the agent reports under its name. Two ports of a switch with one ifIndex are two
 * names of one port. What is not given may so become known long after the document: ask again
 * whenever an agent has reported a new name.
 *
 * What is refused: a document without `links`, a link without one of its four names, an empty name,
 * a value of the wrong type, a link, node, port or known member given twice, an agent that is no IP
 * address, an ifIndex outside 1 to 4294967295, what is not UTF-8. What is accepted, because
 * sFlow-RT does and no role depends on it: two links between the same ports, two links on one port,
 * a link from a port to itself, a node that no link names, members that nobody knows (they are
 * given back).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/err.h"
#include "fabricpulse/base/option.h"
#include "fabricpulse/base/strbuf.h"

enum port_role {
	ROLE_UNKNOWN = 0,
	ROLE_EDGE,
	ROLE_CORE,
	ROLE_COUNT, /* last */
};
const char *port_role_name(enum port_role role); /* "unknown", "edge", "core" */

/* Where a role came from, in order of precedence. */
enum role_source {
	ROLE_SOURCE_NONE = 0,
	ROLE_SOURCE_TOPOLOGY,
	ROLE_SOURCE_RULE,
	ROLE_SOURCE_LEARNED,
	ROLE_SOURCE_COUNT, /* last */
};
const char *role_source_name(enum role_source source); /* "none", "topology", "rule", "learned" */

#define TOPOLOGY_NONE UINT32_MAX /* no such node or port */

/* All strings live as long as the topology, and are not empty. */
struct topology_node {
	const char *name;
	struct addr agent; /* ADDR_NONE: find the agent by hostname */
	/* The first node that names this switch: itself, unless an agent is shared. */
	uint32_t device;
	/* Link ends on this switch (kept at `device`); 0: its ports have no role. */
	uint32_t link_ends;
	/* Its ports on links that only a reported name can tell (kept at `device`). */
	uint32_t unnumbered;
};

struct topology_port {
	const char *node, *port; /* as written in the document */
	struct addr agent;       /* ADDR_NONE: find the agent by hostname */
	uint32_t ifindex;        /* 0: find the port by name */
	uint32_t node_at;        /* the device of its node: for topology_node_at() */
	uint32_t port_at;        /* which port of the fabric it is: for topology_port_at() */
	uint32_t link_ends;      /* link ends on this port; 0: it is only listed under `nodes` */
};

struct topology_link {
	const char *name;
	struct topology_port end[2];
};

struct topology;

/* Parse sFlow-RT's JSON. Gives a topology that the caller releases; `json` is borrowed until
 * return. A member "version" at the top is ignored.
 * FP_BAD_DOCUMENT: nothing is made and `problem` (NUL-terminated, cut to `size` > 0) names the
 * first few mistakes and where they are, "links.L3.port2: expected a string", or the place at which
 * the text stops being JSON, "line 4, column 7: not valid JSON" (in bytes, give or take the token).
 * FP_NO_MEMORY likewise.
 * Limits: 32 MiB, 8 levels of nesting, and the counts below. Time grows with the length. A link
 * takes about 1.4 KB while the document is read and 0.7 KB from then on (100,000 links in 8 MB: 140
 * MB, then 66 MB). The worst that 32 MiB of anything can take while it is read is 1.4 GB. */
#define TOPOLOGY_BYTES_MAX (UINT64_C(32) << 20)
#define TOPOLOGY_DEPTH_MAX 8
#define TOPOLOGY_LINKS_MAX 1000000
#define TOPOLOGY_NODES_MAX 1000000 /* described ones */
#define TOPOLOGY_PORTS_MAX 4000000 /* described ones */
FP_MUST_USE enum fp_err topology_parse_json(struct bytes json, struct topology **out, char *problem,
                                            size_t size);

/* The same from `topology:` of the configuration (below). Every mistake goes to `problems` with its
 * place; then FP_BAD_CONFIG and nothing is made. */
FP_MUST_USE enum fp_err topology_from_tree(const struct option_node *node, struct topology **out,
                                           struct option_problems *problems);
void topology_free(struct topology *t); /* NULL is fine */

/* Section "topology" of the configuration:
 *
 *     topology:
 *       links:                        # a list, or a map from the link's name
 *         - leaf1:swp1 - spine1:swp1
 *         - { name: L2, from: leaf1:swp2, to: spine2:swp1 }
 *       nodes:                        # optional
 *         leaf1: { agent: 10.0.0.1, ports: { swp1: 3, swp2: 4 } }
 *         spine1: 10.0.0.9            # short for { agent: 10.0.0.9 }
 *
 *     topology:
 *       file: /etc/fabricpulse/topology.json    # sFlow-RT's JSON instead
 *
 * A port name may contain ":" (the first one separates); a node name that does needs the file. A
 * link without a name is called as it is written. The table's one row has the key "": the section's
 * node itself is the value. */
extern const struct option_table topology_options;
struct topology_config {
	struct topology *configured; /* owned; NULL: none */
};

/* Walk the document: links in its order, nodes and ports in an order of their own. `i` must be
 * below the count. What is returned lives as long as the topology. */
size_t topology_link_count(const struct topology *t);
const struct topology_link *topology_link_at(const struct topology *t, size_t i);
size_t topology_node_count(const struct topology *t);
const struct topology_node *topology_node_at(const struct topology *t, size_t i);
size_t topology_port_count(const struct topology *t);
const struct topology_port *topology_port_at(const struct topology *t, size_t i);

/* The way back from what is alive: the device that an agent is ("" or NULL: hostname not known),
 * and the port of a device (0: ifIndex not known; "" or NULL: name not known). TOPOLOGY_NONE: not
 * in the document, or not known yet. O(length of the names), no allocation, any thread. To join
 * links with agents, fill an array by node and one by port from the live side, then walk the links
 * and look up end[].node_at and end[].port_at. */
uint32_t topology_node_find(const struct topology *t, const struct addr *agent,
                            const char *hostname);
uint32_t topology_port_find(const struct topology *t, uint32_t device, uint32_t ifindex,
                            const char *port_name);

/* The role of a port from what is known of it now, arguments as above. ROLE_UNKNOWN when the agent
 * is no node with a link, or when the port's name is not known yet and might be on a link.
 * `t` NULL: ROLE_UNKNOWN. O(length of the names), no allocation, any thread. */
enum port_role topology_role(const struct topology *t, const struct addr *agent,
                             const char *hostname, uint32_t ifindex, const char *port_name);

/* Appends the document as sFlow-RT gives it back: what was set plus "version". Every member keeps
 * its place, text ends at a NUL (\u0000), a number has the digits of a double, blanks are gone; `t`
 * NULL has no other member. */
void topology_print_json(const struct topology *t, uint32_t version, struct strbuf *out);

/* The store: one document, many readers, persisted. Thread-safe. A posted document wins over the
 * configured one, also after a restart. Readers hold a document only inside the callback. */
struct topology_store;

/* `state_path`: file in which a posted document is kept (NULL: not kept; copied). A kept document
 * is loaded at once, with its version; a kept one that no longer parses is renamed to
 * "<state_path>.bad" and logged, and one that cannot be read is logged: the store then starts
 * without a posted document. `configured` (may be NULL) is taken, also on failure. FP_NO_MEMORY
 * leaves *out NULL. */
FP_MUST_USE enum fp_err topology_store_new(const char *state_path, struct topology *configured,
                                           struct topology_store **out);
void topology_store_free(struct topology_store *store); /* NULL is fine; no reader may be left */

/* Replace the document by a posted one. FP_BAD_DOCUMENT and FP_NO_MEMORY change nothing and fill
 * `problem`. FP_SYSTEM: the document is in use but could not be kept; `problem` says why.
 * When it returns FP_OK the document is on the disk. */
FP_MUST_USE enum fp_err topology_store_put(struct topology_store *store, struct bytes json,
                                           char *problem, size_t size);

/* Replace the configured document at reload; `configured` (may be NULL) is taken. */
void topology_store_configure(struct topology_store *store, struct topology *configured);

/* Grows with each change of the document in use; 0: no document at all. Never blocks. */
uint32_t topology_store_version(const struct topology_store *store);

/* Call `use` with the present document (NULL: none) and its version, under a lock that readers
 * share and a change waits for: be short, and call nothing of the store inside. */
void topology_store_read(struct topology_store *store,
                         void (*use)(const struct topology *t, uint32_t version, void *arg),
                         void *arg);
