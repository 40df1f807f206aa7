/* SPDX-License-Identifier: Apache-2.0 */
/* The directory: key tables beside arrays of entries, all reserved at the start.
 *
 * A key is published by table_intern() before its entry could be filled, so an entry's constant
 * fields must be there first: the tables hand out indexes in order, and the entry at the next index
 * is prepared before the key is interned. Readers therefore never see an index whose entry is
 * empty.
 */
#include "fabricpulse/classify/directory.h"

#include <stdio.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/decode/datagram.h"

static const struct option_row limits_rows[] = {
	{ .key = "max_agents",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct limits_config, max_agents),
	  .fallback = "4096",
	  .min = 1,
	  .max = 1048576,
	  .help = "Most agents that a worker keeps. Further ones are refused and counted." },
	{ .key = "max_ports",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct limits_config, max_ports),
	  .fallback = "131072",
	  .min = 1,
	  .max = 16777216,
	  .help = "Most switch ports that a worker keeps. Memory is used only for ports that were "
	          "seen." },
	{ .key = "max_sources",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct limits_config, max_sources),
	  .fallback = "131072",
	  .min = 1,
	  .max = 16777216,
	  .help = "Most sFlow data sources whose sequence numbers a worker follows." },
	{ .key = "expire",
	  .kind = OPTION_DURATION,
	  .offset = offsetof(struct limits_config, expire_ns),
	  .fallback = "10m",
	  .min = 1,
	  .max = 604800,
	  .unit = "seconds",
	  .help = "An agent or port not heard of for so long leaves the metrics; it returns when "
	          "it speaks again." },
	{ .key = "max_sampling_rate",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct limits_config, max_sampling_rate),
	  .fallback = "67108864",
	  .min = 1,
	  .max = 4294967295.0,
	  .help = "A flow sample that claims a higher rate is counted as suspect and left out of "
	          "every estimate." },
	{ .key = "drop_repeated_samples",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct limits_config, drop_repeated_samples),
	  .fallback = "false",
	  .help = "Leave out a flow sample that repeats the sequence number before it (VPP's agent "
	          "sends each one twice)." },
};
const struct option_table limits_options = { "limits", limits_rows, ARRAY_LEN(limits_rows) };

static enum fp_err reserve_entries(struct directory *d)
{
	d->agent = mem_reserve(d->agents.limit, sizeof *d->agent);
	d->port = mem_reserve(d->ports.limit, sizeof *d->port);
	d->stream = mem_reserve(d->streams.limit, sizeof *d->stream);
	d->source = mem_reserve(d->sources.limit, sizeof *d->source);
	if (d->agent == NULL || d->port == NULL || d->stream == NULL || d->source == NULL) {
		return FP_NO_MEMORY;
	}
	return FP_OK;
}

enum fp_err directory_init(struct directory *d, const struct limits_config *limits)
{
	struct {
		struct table *table;
		uint32_t limit;
	} const tables[] = {
		{ &d->agents, limits->max_agents },
		{ &d->ports, limits->max_ports },
		{ &d->streams, limits->max_agents * STREAMS_PER_AGENT },
		{ &d->sources, limits->max_sources },
		{ &d->tags, DIRECTORY_TAGS_MAX },
	};
	enum fp_err err = FP_OK;

	memset(d, 0, sizeof *d);
	d->limits = *limits;
	for (size_t i = 0; i < ARRAY_LEN(tables) && err == FP_OK; i++) {
		err = table_init(tables[i].table, tables[i].limit);
	}
	if (err == FP_OK) {
		err = reserve_entries(d);
	}
	if (err != FP_OK) {
		directory_deinit(d);
	}
	return err;
}

void directory_deinit(struct directory *d)
{
	mem_unreserve(d->agent, d->agents.limit, sizeof *d->agent);
	mem_unreserve(d->port, d->ports.limit, sizeof *d->port);
	mem_unreserve(d->stream, d->streams.limit, sizeof *d->stream);
	mem_unreserve(d->source, d->sources.limit, sizeof *d->source);
	table_deinit(&d->agents);
	table_deinit(&d->ports);
	table_deinit(&d->streams);
	table_deinit(&d->sources);
	table_deinit(&d->tags);
	memset(d, 0, sizeof *d);
}

/* Release: pairs with the ticker's acquire, so that whoever sees the new version also sees what
 * changed. */
static void names_changed(struct directory *d)
{
	atomic_store_explicit(&d->names_version,
	                      atomic_load_explicit(&d->names_version, memory_order_relaxed) + 1,
	                      memory_order_release);
}

static struct table_key agent_key(const struct addr *agent)
{
	struct table_key key = { .c = agent->family };

	memcpy(&key.a, agent->bytes, sizeof key.a);
	memcpy(&key.b, agent->bytes + 8, sizeof key.b);
	return key;
}

uint32_t directory_agent(struct directory *d, const struct addr *agent, const struct endpoint *from,
                         uint64_t now_ns)
{
	const struct table_key key = agent_key(agent);
	uint32_t index = table_find(&d->agents, &key);
	uint32_t next = table_count(&d->agents);

	if (index == TABLE_NONE) {
		if (next < d->agents.limit) {
			d->agent[next].addr = *agent;
			d->agent[next].from = *from;
			d->agent[next].first_seen_ns = now_ns;
			counter_set(&d->agent[next].last_seen_ns, now_ns);
		}
		index = table_intern(&d->agents, &key, NULL);
		names_changed(d);
	}
	if (index != TABLE_NONE && now_ns > counter_get(&d->agent[index].last_seen_ns)) {
		counter_set(&d->agent[index].last_seen_ns, now_ns);
	}
	return index;
}

static struct table_key port_key(uint32_t agent, uint32_t ifindex)
{
	return (struct table_key){ .a = (uint64_t)agent << 32 | ifindex };
}

uint32_t directory_port(struct directory *d, uint32_t agent, uint32_t ifindex, uint64_t now_ns)
{
	const struct table_key key = port_key(agent, ifindex);
	uint32_t index = table_find(&d->ports, &key);
	uint32_t next = table_count(&d->ports);

	if (index == TABLE_NONE) {
		if (next < d->ports.limit) {
			d->port[next].agent = agent;
			d->port[next].ifindex = ifindex;
		}
		index = table_intern(&d->ports, &key, NULL);
		names_changed(d);
	}
	if (index != TABLE_NONE) {
		counter_set(&d->port[index].last_seen_ns, now_ns);
	}
	return index;
}

uint32_t directory_port_find(const struct directory *d, uint32_t agent, uint32_t ifindex)
{
	const struct table_key key = port_key(agent, ifindex);

	return table_find(&d->ports, &key);
}

uint32_t directory_stream(struct directory *d, uint32_t agent, uint32_t sub_agent)
{
	const struct table_key key = { .a = (uint64_t)agent << 32 | sub_agent };
	bool is_new;
	uint32_t index = table_intern(&d->streams, &key, &is_new);

	if (index != TABLE_NONE && is_new) {
		d->stream[index].agent = agent;
	}
	return index;
}

uint32_t directory_source(struct directory *d, uint32_t agent, uint32_t sub_agent, uint32_t class_,
                          uint32_t index)
{
	const struct table_key key = { .a = (uint64_t)agent << 32 | sub_agent,
		                       .b = (uint64_t)class_ << 32 | index };
	bool is_new;
	uint32_t at = table_intern(&d->sources, &key, &is_new);

	if (at != TABLE_NONE && is_new) {
		d->source[at].agent = agent;
		d->source[at].port = TABLE_NONE;
	}
	return at;
}

void directory_count_tag(struct directory *d, uint32_t space, uint32_t tag)
{
	const struct table_key key = { .a = space, .b = tag };
	uint32_t index = table_intern(&d->tags, &key, NULL);

	counter_add(&d->tag_count[index == TABLE_NONE ? DIRECTORY_TAGS_MAX : index], 1);
}

void directory_name_agent(struct directory *d, uint32_t agent, struct bytes hostname)
{
	if (hostname.len > 0 && namebox_set(&d->agent[agent].hostname, hostname)) {
		names_changed(d);
	}
}

void directory_name_port(struct directory *d, uint32_t port, struct bytes name)
{
	if (name.len > 0 && namebox_set(&d->port[port].name, name)) {
		names_changed(d);
	}
}

/* The role of a port by the operator's names of agent and port, or else by the reported ones. */
/* The operator's name where there is one, else what the namebox holds. */
static const char *name_of(const char *given, const struct namebox *reported,
                           char out[static NAME_SIZE])
{
	if (given == NULL) {
		return namebox_get(reported, out);
	}
	(void)snprintf(out, NAME_SIZE, "%s", given);
	return out;
}

const char *directory_host_name(const struct agent_entry *agent, const struct names *names,
                                char out[static NAME_SIZE])
{
	return name_of(names_host(names, &agent->addr), &agent->hostname, out);
}

const char *directory_port_name(const struct agent_entry *agent, const struct port_entry *port,
                                const struct names *names, char out[static NAME_SIZE])
{
	return name_of(names_port(names, &agent->addr, port->ifindex), &port->name, out);
}

static enum port_role role_of(const struct topology *topology, const struct names *names,
                              const struct agent_entry *agent, const struct port_entry *port)
{
	char hostname[NAME_SIZE];
	char name[NAME_SIZE];

	return topology_role(topology, &agent->addr, directory_host_name(agent, names, hostname),
	                     port->ifindex, directory_port_name(agent, port, names, name));
}

void directory_assign_roles(struct directory *d, const struct topology *topology,
                            const struct names *names)
{
	const uint32_t count = table_count(&d->ports);

	for (uint32_t i = 0; i < count; i++) {
		struct port_entry *port = &d->port[i];
		enum port_role role = role_of(topology, names, &d->agent[port->agent], port);

		/* Relaxed: a packet counted by the old role a moment longer does no harm. */
		atomic_store_explicit(&port->role, (uint8_t)role, memory_order_relaxed);
		atomic_store_explicit(&port->role_source,
		                      role == ROLE_UNKNOWN ? ROLE_SOURCE_NONE
		                                           : ROLE_SOURCE_TOPOLOGY,
		                      memory_order_relaxed);
	}
}
