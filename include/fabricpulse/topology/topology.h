/* SPDX-License-Identifier: Apache-2.0 */
/* The fabric's links as somebody told us: sFlow-RT's JSON document (posted or from a file) or `topology:` in YAML.
 *
 * A topology is immutable once parsed; the store holds the present one and swaps it whole. Only switch-to-switch links are
 * listed; hosts are not. A node is an agent (by address or by the hostname that the agent reports), a port is an ifIndex (by
 * number or by the name that the agent reports), so what a node or port means can become known later than the document.
 * From it follow roles: a port on a link is core, another port of a node that has a link is edge, everything else is unknown.
 *
 * Workers never touch this: the ticker asks it and stores the answers in the ports (classify/directory.h).
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

/* One end of a link, as written in the document. Strings live as long as the topology. */
struct topology_port {
	const char *node, *port;
	struct addr agent; /* ADDR_NONE: find the node by hostname */
	uint32_t ifindex;  /* 0: find the port by name */
};

struct topology_link {
	const char *name;
	struct topology_port end[2];
};

struct topology;

/* Parse sFlow-RT's JSON. FP_BAD_DOCUMENT: nothing is made and `problem` says what and where. Limits: 64 MiB, depth 8,
 * 1,000,000 links. */
FP_MUST_USE enum fp_err topology_parse_json(struct bytes json, struct topology **out, char *problem,
                                            size_t size);
FP_MUST_USE enum fp_err topology_from_tree(const struct option_node *node, struct topology **out,
                                           struct option_problems *problems);
void topology_free(struct topology *t); /* NULL is fine */

size_t topology_link_count(const struct topology *t);
const struct topology_link *topology_link_at(const struct topology *t, size_t i);

/* The role of a port, from what is known of it now: agent address, hostname ("" unknown), ifIndex, port name ("" unknown).
 * ROLE_UNKNOWN when the agent is no node with a link. O(1). */
enum port_role topology_role(const struct topology *t, const struct addr *agent,
                             const char *hostname, uint32_t ifindex, const char *port_name);

/* The document as sFlow-RT gives it back: what was set plus "version". */
void topology_print_json(const struct topology *t, uint32_t version, struct strbuf *out);

/* The store: one document, many readers, persisted. Thread-safe; a reader holds the document only inside the callback. */
struct topology_store;

/* `state_path`: file that a posted document is kept in (NULL: not kept). A kept document is loaded at once; a kept one that
 * no longer parses is moved aside, logged, and the store starts empty. `configured` (may be NULL, taken) is used when
 * nothing was posted. */
FP_MUST_USE enum fp_err topology_store_new(const char *state_path, struct topology *configured,
                                           struct topology_store **out);
void topology_store_free(struct topology_store *store);

/* Replace the document by a posted one. A bad document changes nothing: FP_BAD_DOCUMENT and `problem`. A document that cannot
 * be written to disk is used all the same, FP_SYSTEM and `problem` say so. */
FP_MUST_USE enum fp_err topology_store_put(struct topology_store *store, struct bytes json,
                                           char *problem, size_t size);
/* Replace the configured document at reload; `configured` is taken. */
void topology_store_configure(struct topology_store *store, struct topology *configured);

/* Grows with each change; 0: no document at all. */
uint32_t topology_store_version(const struct topology_store *store);

/* Call `use` with the present document (NULL: none), under the store's lock: be short. */
void topology_store_read(struct topology_store *store,
                         void (*use)(const struct topology *t, uint32_t version, void *arg),
                         void *arg);
