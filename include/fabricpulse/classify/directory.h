/* SPDX-License-Identifier: Apache-2.0 */
/* Who exists: the agents, ports and data sources that one worker has met, each under a dense index.
 *
 * One directory a shard. The worker adds and updates; the ticker writes roles; readers walk.
 * Whatever an analyzer keeps for an agent or a port lives in the analyzer's own array under the
 * same index, so a loop touches only its own memory. Tables have hard limits and reserved memory
 * (base/table.h): what does not fit is refused and counted, and everything else goes on. Entries
 * are never removed; one not heard of for `expire_ns` leaves the exposition and returns with its
 * counters when it speaks again.
 *
 * Identity of an agent: the address it reports; its UDP source where it reports none of its own
 * (addr_is_anonymous()).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/counter.h"
#include "fabricpulse/base/namebox.h"
#include "fabricpulse/base/option.h"
#include "fabricpulse/base/table.h"
#include "fabricpulse/topology/names.h"
#include "fabricpulse/topology/topology.h"

/* Section "limits"; defaults and meanings stand in the rows (directory.c). */
struct limits_config {
	uint32_t max_agents;
	uint32_t max_ports;
	uint32_t max_sources; /* data sources, for sequence numbers */
	uint64_t expire_ns;
	uint32_t max_sampling_rate;
	bool drop_repeated_samples;
};
extern const struct option_table limits_options;

/* What an agent's flow samples have shown so far (bits of agent_entry.shows). */
#define AGENT_SHOWS_INGRESS    1u
#define AGENT_SHOWS_EGRESS     2u
#define AGENT_SHOWS_UNDIRECTED 4u

/* Written by the worker (constant fields before publication). */
struct agent_entry {
	struct addr addr;       /* constant: identity */
	struct endpoint from;   /* constant: UDP source of its first datagram */
	uint64_t first_seen_ns; /* constant */
	struct counter last_seen_ns;
	struct counter sub_agent_last; /* the sub-agent heard last */
	struct namebox hostname;       /* as reported by host_descr */
	_Atomic uint32_t shows;        /* AGENT_SHOWS_* */
};

/* Written by the worker, but for role and role_source, which the ticker writes. */
struct port_entry {
	uint32_t agent;   /* constant: index in agents */
	uint32_t ifindex; /* constant */
	struct counter last_seen_ns;
	struct namebox name;         /* as reported by port_name */
	_Atomic uint8_t role;        /* enum port_role */
	_Atomic uint8_t role_source; /* enum role_source */
};

/* Sequence state of one (agent, sub-agent) stream of datagrams: worker only. */
struct stream_entry {
	uint32_t agent;
	bool is_started;
	uint32_t last_sequence;
	uint32_t last_uptime_ms;
	uint32_t generation; /* grows at each restart: sources of an older one start anew */
	uint64_t window;     /* bit i: last_sequence - i was seen */
};

/* The three independent sample sequences of a data source. */
enum sample_sequence {
	SEQUENCE_FLOW = 0,
	SEQUENCE_COUNTERS,
	SEQUENCE_DISCARD,
	SEQUENCE_COUNT, /* last */
};

/* State of one (agent, sub-agent, class, index) data source: worker only. Sub-agents that share a
 * port number its samples each for itself. */
struct source_entry {
	uint32_t agent;
	uint32_t port;   /* dense index of the port that a class 0 source names; TABLE_NONE: none */
	uint8_t started; /* bit a sequence */
	uint32_t last_sequence[SEQUENCE_COUNT];
	uint32_t last_drops[SEQUENCE_COUNT];
	uint32_t last_rate;
	uint32_t generation; /* of the stream that it came in */
};

/* A device has few sub-agents: room for this many streams times max_agents. */
#define STREAMS_PER_AGENT 4u

/* Record numbers that nobody knows, counted under their own number up to a limit. */
#define DIRECTORY_TAGS_MAX 64

struct directory {
	struct table agents;
	struct table ports;
	struct table streams;
	struct table sources;
	/* key.a = space (enum sflow_space, or SFLOW_SPACE_COUNT for samples), key.b = tag */
	struct table tags;
	struct agent_entry *agent;                        /* [agents.limit] */
	struct port_entry *port;                          /* [ports.limit] */
	struct stream_entry *stream;                      /* [streams.limit = 4 x max_agents] */
	struct source_entry *source;                      /* [sources.limit] */
	struct counter tag_count[DIRECTORY_TAGS_MAX + 1]; /* last: whatever did not fit */
	_Atomic uint32_t names_version; /* grows when a hostname, a port name or a new entry
	                                   appears; the ticker watches it */
	struct limits_config limits;
};

FP_MUST_USE enum fp_err directory_init(struct directory *d, const struct limits_config *limits);
void directory_deinit(struct directory *d);

/* Worker. TABLE_NONE: the table is full (counted in its `refused`). */
uint32_t directory_agent(struct directory *d, const struct addr *agent, const struct endpoint *from,
                         uint64_t now_ns);
uint32_t directory_port(struct directory *d, uint32_t agent, uint32_t ifindex, uint64_t now_ns);
uint32_t directory_port_find(const struct directory *d, uint32_t agent,
                             uint32_t ifindex); /* adds nothing */
uint32_t directory_stream(struct directory *d, uint32_t agent, uint32_t sub_agent);
uint32_t directory_source(struct directory *d, uint32_t agent, uint32_t sub_agent, uint32_t class_,
                          uint32_t index);
void directory_count_tag(struct directory *d, uint32_t space, uint32_t tag);
void directory_name_agent(struct directory *d, uint32_t agent, struct bytes hostname);
void directory_name_port(struct directory *d, uint32_t port, struct bytes name);

/* Reader: not heard of for `expire_ns`. */
static inline bool directory_is_expired(const struct directory *d, uint64_t last_seen_ns,
                                        uint64_t now_ns)
{
	return now_ns > last_seen_ns && now_ns - last_seen_ns > d->limits.expire_ns;
}

/* What an agent or a port is called: by the operator (`names` may be NULL), else by itself; "" when
 * neither says. Fills and returns `out`. Any thread. */
const char *directory_host_name(const struct agent_entry *agent, const struct names *names,
                                char out[static NAME_SIZE]);
const char *directory_port_name(const struct agent_entry *agent, const struct port_entry *port,
                                const struct names *names, char out[static NAME_SIZE]);

/* Ticker: give every port its role by the present topology (NULL: none), which knows agents and
 * ports by the operator's names (`names` may be NULL) or else by those that they report. Call when
 * the topology's version, names_serial() or names_version changed. */
void directory_assign_roles(struct directory *d, const struct topology *topology,
                            const struct names *names);
