/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a topology document.
 *
 * What is refused comes with a printable reason. What is taken is given back as a document that is
 * taken again, prints to the same bytes, and gives every port that it names the same role, asked
 * for by every way in which an agent can become known.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/topology/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds) {
		abort();
	}
}

static struct bytes bytes_of(const struct strbuf *s)
{
	return (struct bytes){ (const uint8_t *)s->at, s->len };
}

/* The role of a port of `of`, as `t` sees it. */
static enum port_role role_in(const struct topology *t, const struct topology_port *of)
{
	return topology_role(t, &of->agent, of->node, of->ifindex, of->port);
}

static void same_port(const struct topology *a, const struct topology *b,
                      const struct topology_port *port)
{
	enum port_role role = role_in(a, port);

	demand(role == role_in(b, port));
	demand(topology_role(a, &port->agent, port->node, 0, port->port) ==
	       topology_role(b, &port->agent, port->node, 0, port->port));
	demand(topology_role(a, &port->agent, port->node, port->ifindex, "") ==
	       topology_role(b, &port->agent, port->node, port->ifindex, ""));
	/* A port on a link is core, whichever way it was found. */
	demand(port->link_ends == 0 || role == ROLE_CORE);
	demand(topology_node_at(a, port->node_at)->device == port->node_at);
}

static void same_topology(const struct topology *a, const struct topology *b)
{
	demand(topology_link_count(a) == topology_link_count(b));
	demand(topology_node_count(a) == topology_node_count(b));
	demand(topology_port_count(a) == topology_port_count(b));
	for (size_t i = 0; i < topology_link_count(a); i++) {
		demand(strcmp(topology_link_at(a, i)->name, topology_link_at(b, i)->name) == 0);
		same_port(a, b, &topology_link_at(a, i)->end[0]);
		same_port(a, b, &topology_link_at(a, i)->end[1]);
	}
	for (size_t i = 0; i < topology_port_count(a); i++) {
		same_port(a, b, topology_port_at(a, i));
	}
}

static void print(const struct topology *t, struct strbuf *out)
{
	strbuf_init(out, TOPOLOGY_BYTES_MAX);
	topology_print_json(t, 7, out);
	demand(!out->failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char problem[64];
	struct topology *first;
	struct topology *second;
	struct strbuf once;
	struct strbuf twice;

	if (topology_parse_json((struct bytes){ data, size }, &first, problem, sizeof problem) !=
	    FP_OK) {
		demand(first == NULL && problem[0] != '\0');
		for (const char *p = problem; *p != '\0'; p++) {
			demand((unsigned char)*p >= 0x20 && *p != 0x7f);
		}
		return 0;
	}
	print(first, &once);
	demand(topology_parse_json(bytes_of(&once), &second, problem, sizeof problem) == FP_OK);
	print(second, &twice);
	demand(once.len == twice.len && memcmp(once.at, twice.at, once.len) == 0);
	same_topology(first, second);
	strbuf_deinit(&once);
	strbuf_deinit(&twice);
	topology_free(first);
	topology_free(second);
	return 0;
}
