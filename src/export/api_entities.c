/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/agents and /api/v1/interfaces: who reports, and what is known of each port. */
#include "entities_priv.h"
#include "fabricpulse/analyze/agents.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/analyze/traffic.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/export/json.h"
#include "json_put_priv.h"

/* A shard's live ports by agent and role. */
struct role_counts {
	uint64_t ports[ROLE_COUNT];
};

static void put_shows(struct strbuf *out, const struct agent_entry *agent)
{
	static const struct {
		uint32_t bit;
		enum direction direction;
	} shown[] = {
		{ AGENT_SHOWS_INGRESS, DIRECTION_IN },
		{ AGENT_SHOWS_EGRESS, DIRECTION_OUT },
		{ AGENT_SHOWS_UNDIRECTED, DIRECTION_UNKNOWN },
	};
	/* Relaxed: bits set once; seeing one a moment later does no harm. */
	const uint32_t shows = atomic_load_explicit(&agent->shows, memory_order_relaxed);

	json_open(out, "shows", '[');
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		if ((shows & shown[i].bit) != 0) {
			json_text(out, NULL, direction_name(shown[i].direction));
		}
	}
	json_close(out, ']');
}

static void put_reports(struct strbuf *out, const struct agents_agent *a)
{
	const uint64_t lost = counter_get(&a->lost);
	const uint64_t late = counter_get(&a->verdicts[SEQUENCE_LATE]);
	uint64_t faults = 0;

	for (size_t i = 0; i < FP_WIRE_FAULT_END; i++) {
		faults += counter_get(&a->faults[i]);
	}
	json_double(out, "uptime_seconds", gauge_get(&a->uptime_seconds));
	json_u64(out, "datagrams", counter_get(&a->datagrams));
	json_u64(out, "bytes", counter_get(&a->bytes));
	json_u64(out, "datagrams_lost", lost > late ? lost - late : 0);
	json_u64(out, "datagrams_late", late);
	json_u64(out, "datagrams_repeated", counter_get(&a->verdicts[SEQUENCE_DUPLICATE]));
	json_u64(out, "restarts", counter_get(&a->verdicts[SEQUENCE_RESTART]));
	json_open(out, "samples", '{');
	for (size_t i = 0; i < SFLOW_SAMPLE_KIND_COUNT; i++) {
		json_u64(out, sflow_sample_kind_name((enum sflow_sample_kind)i),
		         counter_get(&a->samples[i]));
	}
	json_close(out, '}');
	json_u64(out, "samples_lost", counter_get(&a->samples_lost));
	json_u64(out, "samples_dropped_by_agent", counter_get(&a->samples_dropped));
	json_double(out, "sampling_rate", gauge_get(&a->rate));
	json_u64(out, "faults", faults);
	json_u64(out, "unknown_records", counter_get(&a->unknown_records));
}

static void put_agent(struct strbuf *out, const struct shards *s, const struct shard *shard,
                      uint32_t i, const struct role_counts *roles)
{
	const struct agent_entry *agent = &shard->directory.agent[i];
	const struct agents_agent *reports = shard->entries[ANALYZER_agents][SCOPE_AGENT];
	const uint64_t last_seen_ns = counter_get(&agent->last_seen_ns);
	const uint64_t now_ns = atomic_load_explicit(&s->now_ns, memory_order_acquire);
	char address[ADDR_TEXT_SIZE];
	char name[NAME_SIZE];

	json_open(out, NULL, '{');
	json_text(out, "agent", addr_text(&agent->addr, address));
	json_text(out, "host", directory_host_name(agent, s->names, name));
	json_text(out, "reported_host", namebox_get(&agent->hostname, name));
	json_text(out, "source", addr_text(&agent->from.addr, address));
	json_bool(out, "is_live", !directory_is_expired(&shard->directory, last_seen_ns, now_ns));
	json_time(out, "first_seen", agent->first_seen_ns);
	json_time(out, "last_seen", last_seen_ns);
	put_reports(out, &reports[i]);
	put_shows(out, agent);
	json_open(out, "ports", '{');
	for (size_t role = 0; role < ROLE_COUNT; role++) {
		json_u64(out, port_role_name((enum port_role)role), roles->ports[role]);
	}
	strbuf_puts(out, "}}");
}

static void count_roles(const struct shards *s, const struct shard *shard, uint32_t agent_count,
                        struct role_counts *out)
{
	const struct directory *d = &shard->directory;
	const uint64_t now_ns = atomic_load_explicit(&s->now_ns, memory_order_acquire);
	const uint32_t count = table_count(&d->ports);

	for (uint32_t i = 0; i < count; i++) {
		const struct port_entry *port = &d->port[i];

		if (port->agent < agent_count &&
		    !directory_is_expired(d, counter_get(&port->last_seen_ns), now_ns)) {
			/* Relaxed: a role a moment old is good enough for a sum. */
			out[port->agent]
			    .ports[atomic_load_explicit(&port->role, memory_order_relaxed)]++;
		}
	}
}

void api_print_agents(const struct shards *s, struct strbuf *out)
{
	json_open(out, NULL, '{');
	json_open(out, "agents", '[');
	for (uint32_t i = 0; i < s->count; i++) {
		const uint32_t count = table_count(&s->at[i].directory.agents);
		struct role_counts *roles = mem_new((size_t)count + 1, sizeof *roles);

		if (roles == NULL) {
			out->failed = true;
			return;
		}
		count_roles(s, &s->at[i], count, roles);
		for (uint32_t agent = 0; agent < count; agent++) {
			put_agent(out, s, &s->at[i], agent, &roles[agent]);
		}
		mem_free(roles);
	}
	strbuf_puts(out, "]}");
}

/* 0 or 1; null where it was never reported. */
static void put_state(struct strbuf *out, const char *key, double state)
{
	if (isnan(state)) {
		json_double(out, key, state);
	} else {
		json_bool(out, key, state != 0);
	}
}

static void put_counters(struct strbuf *out, const struct interfaces_port *port)
{
	static const char *const names[IFC_COUNT] = {
#define X(member, field, bits) [IFC_##member] = #member,
		INTERFACE_COUNTERS(X)
#undef X
	};
	uint64_t total;

	json_open(out, "rates", '{');
	for (size_t i = 0; i < IFC_COUNT; i++) {
		const double rate = gauge_get(&port->rate[i]);

		if (!isnan(rate)) {
			json_double(out, names[i], rate);
		}
	}
	json_close(out, '}');
	json_open(out, "totals", '{');
	for (size_t i = 0; i < IFC_COUNT; i++) {
		if (opt_counter_get(&port->total[i], &total)) {
			json_u64(out, names[i], total);
		}
	}
	json_close(out, '}');
}

static void put_polled(struct strbuf *out, const struct interfaces_port *port)
{
	const double speed_bps = gauge_get(&port->speed_bps);
	const double polled = gauge_get(&port->last_poll_seconds);

	json_double(out, "speed_bps", speed_bps);
	put_state(out, "admin_up", gauge_get(&port->admin_up));
	put_state(out, "oper_up", gauge_get(&port->oper_up));
	json_time(out, "last_poll", polled > 0 ? (uint64_t)(polled * 1000) * NS_PER_MS : 0);
	json_double(out, "poll_interval_seconds", gauge_get(&port->interval_seconds));
	json_open(out, "utilization", '{');
	json_double(out, "in", gauge_get(&port->rate[IFC_in_octets]) * 8 / speed_bps);
	json_double(out, "out", gauge_get(&port->rate[IFC_out_octets]) * 8 / speed_bps);
	json_close(out, '}');
	put_counters(out, port);
}

static void put_sampled(struct strbuf *out, const struct traffic_port *port)
{
	json_open(out, "sampled", '{');
	for (size_t d = 0; d < DIRECTION_COUNT; d++) {
		uint64_t packets = 0, bytes = 0, samples = 0;

		for (size_t t = 0; t < TRAFFIC_COUNT; t++) {
			packets += counter_get(&port->packets[d][t]);
			bytes += counter_get(&port->bytes[d][t]);
			samples += counter_get(&port->samples[d][t]);
		}
		json_open(out, direction_name((enum direction)d), '{');
		json_u64(out, "packets", packets);
		json_u64(out, "bytes", bytes);
		json_u64(out, "samples", samples);
		json_u64(out, "rdma_bytes", counter_get(&port->bytes[d][TRAFFIC_RDMA]));
		json_close(out, '}');
	}
	json_close(out, '}');
}

static void put_interface(struct strbuf *out, const struct shards *s, const struct entity *entity)
{
	const struct agent_entry *agent = entity_port_agent(entity);
	const struct port_entry *port = entity_port(entity);
	/* Relaxed: a role a moment old does no harm. */
	const uint8_t role = atomic_load_explicit(&port->role, memory_order_relaxed);
	const uint8_t source = atomic_load_explicit(&port->role_source, memory_order_relaxed);
	char address[ADDR_TEXT_SIZE];
	char name[NAME_SIZE];

	json_open(out, NULL, '{');
	json_text(out, "agent", addr_text(&agent->addr, address));
	json_text(out, "host", directory_host_name(agent, s->names, name));
	json_u64(out, "ifindex", port->ifindex);
	json_text(out, "port", directory_port_name(agent, port, s->names, name));
	json_text(out, "role", port_role_name((enum port_role)role));
	json_text(out, "role_source", role_source_name((enum role_source)source));
	json_time(out, "last_seen", counter_get(&port->last_seen_ns));
	put_polled(out, entity_entry(entity, ANALYZER_interfaces, SCOPE_PORT));
	put_sampled(out, entity_entry(entity, ANALYZER_traffic, SCOPE_PORT));
	json_close(out, '}');
}

void api_print_interfaces(const struct shards *s, const char *agent, struct strbuf *out)
{
	const struct entity_limits limits = { .ports_max = UINT32_MAX };
	const struct text name = { agent, agent != NULL ? strlen(agent) : 0 };
	struct entities entities;

	if (entities_init(&entities, s, &limits) != FP_OK) {
		out->failed = true;
		return;
	}
	json_open(out, NULL, '{');
	json_open(out, "interfaces", '[');
	for (uint32_t i = 0; i < entities.ports.count; i++) {
		if (name.len == 0 ||
		    entity_agent_is(s, entity_port_agent(&entities.ports.at[i]), name)) {
			put_interface(out, s, &entities.ports.at[i]);
		}
	}
	strbuf_puts(out, "]}");
	entities_deinit(&entities);
}
