/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/status: what an operator asks before believing a number.
 *
 * Everything is gathered into one struct first; the body and the warnings are then two readings of
 * it.
 */
#include "entities_priv.h"
#include "fabricpulse/analyze/agents.h"
#include "fabricpulse/analyze/ingest.h"
#include "fabricpulse/analyze/traffic.h"
#include "fabricpulse/export/json.h"
#include "json_put_priv.h"

/* Below these shares a loss is not worth a sentence. */
#define LOSS_SHARE_MIN  0.001
#define BASIS_SHARE_MIN 0.01

struct status {
	const struct shards *shards;
	const struct self_stats *self;
	uint64_t now_ns, expire_ns;
	uint64_t datagrams, bytes, unattributed;
	uint64_t samples[SFLOW_SAMPLE_KIND_COUNT];
	uint64_t faults[FP_WIRE_FAULT_END], fault_count;
	uint64_t agents_live, agents_silent, ports_live;
	uint64_t lost, late, samples_lost, samples_dropped, samples_suspect, samples_repeated;
	uint64_t kernel_drops;
	uint64_t agents_refused, ports_refused, sources_refused;
	uint64_t roles[ROLE_COUNT], role_sources[ROLE_SOURCE_COUNT];
	uint64_t basis[BASIS_COUNT], basis_count, left_out;
};

static void gather_ingest(struct status *st, const struct shard *shard)
{
	const struct ingest_fabric *in = shard->entries[ANALYZER_ingest][SCOPE_FABRIC];

	st->datagrams += counter_get(&in->datagrams);
	st->bytes += counter_get(&in->bytes);
	st->unattributed += counter_get(&in->unattributed);
	for (size_t i = 0; i < SFLOW_SAMPLE_KIND_COUNT; i++) {
		st->samples[i] += counter_get(&in->samples[i]);
	}
	for (size_t i = FP_OK + 1; i < FP_WIRE_FAULT_END; i++) {
		st->faults[i] += counter_get(&in->faults[i]);
		st->fault_count += counter_get(&in->faults[i]);
	}
}

static void gather_agents(struct status *st, const struct shard *shard)
{
	const struct directory *d = &shard->directory;
	const struct agents_agent *agents = shard->entries[ANALYZER_agents][SCOPE_AGENT];
	const uint32_t count = table_count(&d->agents);

	for (uint32_t i = 0; i < count; i++) {
		const struct agents_agent *a = &agents[i];

		if (directory_is_expired(d, counter_get(&d->agent[i].last_seen_ns), st->now_ns)) {
			st->agents_silent++;
		} else {
			st->agents_live++;
		}
		st->lost += counter_get(&a->lost);
		st->late += counter_get(&a->verdicts[SEQUENCE_LATE]);
		st->samples_lost += counter_get(&a->samples_lost);
		st->samples_dropped += counter_get(&a->samples_dropped);
		st->samples_suspect += counter_get(&a->samples_suspect);
		st->samples_repeated += counter_get(&a->samples_repeated);
	}
}

static void gather_ports(struct status *st, const struct shard *shard)
{
	const struct directory *d = &shard->directory;
	const uint32_t count = table_count(&d->ports);

	for (uint32_t i = 0; i < count; i++) {
		const struct port_entry *p = &d->port[i];

		if (directory_is_expired(d, counter_get(&p->last_seen_ns), st->now_ns)) {
			continue;
		}
		st->ports_live++;
		/* Relaxed: roles a moment old are good enough for a sum. */
		st->roles[atomic_load_explicit(&p->role, memory_order_relaxed)]++;
		st->role_sources[atomic_load_explicit(&p->role_source, memory_order_relaxed)]++;
	}
	st->agents_refused += counter_get(&d->agents.refused);
	st->ports_refused += counter_get(&d->ports.refused);
	st->sources_refused += counter_get(&d->sources.refused);
}

static void gather_basis(struct status *st, const struct shard *shard)
{
	const struct traffic_fabric *t = shard->entries[ANALYZER_traffic][SCOPE_FABRIC];

	for (size_t b = BASIS_NONE + 1; b < BASIS_COUNT; b++) {
		for (size_t p = 0; p < TRAFFIC_PAYLOADS; p++) {
			const uint64_t n = counter_get(&t->samples[b][p]);

			st->basis[b] += n;
			st->basis_count += n;
		}
	}
	st->left_out += counter_get(&t->left_out_samples);
}

static void gather(struct status *st, const struct shards *s, const struct self_stats *self)
{
	*st = (struct status){ .shards = s, .self = self };
	/* Acquire: pairs with the release of shards_digest(). */
	st->now_ns = atomic_load_explicit(&s->now_ns, memory_order_acquire);
	for (uint32_t i = 0; i < s->count; i++) {
		gather_ingest(st, &s->at[i]);
		gather_agents(st, &s->at[i]);
		gather_ports(st, &s->at[i]);
		gather_basis(st, &s->at[i]);
		st->expire_ns = s->at[i].directory.limits.expire_ns;
	}
	for (uint32_t i = 0; i < self->worker_count; i++) {
		st->kernel_drops += self->worker[i].kernel_drops;
	}
	st->lost -= st->late < st->lost ? st->late : st->lost; /* a late one was counted as lost */
}

/* What `part` is of itself and the rest; 0 of nothing. */
static double share(uint64_t part, uint64_t rest)
{
	return part > 0 ? (double)part / ((double)part + (double)rest) : 0;
}

static uint64_t seconds_ns(double seconds)
{
	return seconds > 0 ? (uint64_t)(seconds * (double)NS_PER_SECOND) : 0;
}

/* Milliseconds are fine enough. The wall clock, because a capture's time is another one. */
static double uptime_seconds(uint64_t start_ns)
{
	const uint64_t now_ns = clock_realtime_ns();
	const uint64_t ms = now_ns > start_ns ? (now_ns - start_ns) / NS_PER_MS : 0;

	return (double)ms / 1000;
}

static void put_process(struct strbuf *out, const struct status *st)
{
	const uint64_t start_ns = seconds_ns(st->self->start_time_seconds);

	json_text(out, "version", st->self->version != NULL ? st->self->version : "");
	json_text(out, "revision", st->self->revision != NULL ? st->self->revision : "");
	json_time(out, "start_time", start_ns);
	json_double(out, "uptime_seconds", uptime_seconds(start_ns));
	json_time(out, "time", st->now_ns);
}

static void put_input(struct strbuf *out, const struct status *st)
{
	json_u64(out, "datagrams", st->datagrams);
	json_u64(out, "bytes", st->bytes);
	json_open(out, "samples", '{');
	for (size_t i = 0; i < SFLOW_SAMPLE_KIND_COUNT; i++) {
		json_u64(out, sflow_sample_kind_name((enum sflow_sample_kind)i), st->samples[i]);
	}
	json_close(out, '}');
	json_open(out, "decode_errors", '{');
	for (size_t i = FP_OK + 1; i < FP_WIRE_FAULT_END; i++) {
		if (st->faults[i] > 0) {
			json_u64(out, fp_err_label((enum fp_err)i), st->faults[i]);
		}
	}
	json_close(out, '}');
}

static void put_loss(struct strbuf *out, const struct status *st)
{
	json_open(out, "loss", '{');
	json_u64(out, "kernel_drops", st->kernel_drops);
	json_u64(out, "datagrams_lost", st->lost);
	json_double(out, "datagrams_lost_ratio", share(st->lost, st->datagrams));
	json_u64(out, "samples_lost", st->samples_lost);
	json_u64(out, "samples_dropped_by_agents", st->samples_dropped);
	json_u64(out, "samples_with_suspect_rate", st->samples_suspect);
	json_u64(out, "datagrams_of_no_agent", st->unattributed);
	json_close(out, '}');
}

static void put_entities(struct strbuf *out, const struct status *st)
{
	json_open(out, "agents", '{');
	json_u64(out, "live", st->agents_live);
	json_u64(out, "silent", st->agents_silent);
	json_u64(out, "limit", st->self->agents_limit);
	json_u64(out, "refused", st->agents_refused);
	json_close(out, '}');
	json_open(out, "ports", '{');
	json_u64(out, "live", st->ports_live);
	json_u64(out, "limit", st->self->ports_limit);
	json_u64(out, "refused", st->ports_refused);
	json_open(out, "roles", '{');
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		json_u64(out, port_role_name((enum port_role)i), st->roles[i]);
	}
	json_close(out, '}');
	json_open(out, "role_sources", '{');
	for (size_t i = 0; i < ROLE_SOURCE_COUNT; i++) {
		json_u64(out, role_source_name((enum role_source)i), st->role_sources[i]);
	}
	strbuf_puts(out, "}}");
}

static void put_basis(struct strbuf *out, const struct status *st)
{
	json_open(out, "fabric_view", '{');
	json_u64(out, "samples", st->basis_count);
	json_u64(out, "left_out_samples", st->left_out);
	json_open(out, "basis", '{');
	for (size_t i = BASIS_NONE + 1; i < BASIS_COUNT; i++) {
		json_open(out, fabric_basis_name((enum fabric_basis)i), '{');
		json_u64(out, "samples", st->basis[i]);
		json_double(out, "share", share(st->basis[i], st->basis_count - st->basis[i]));
		json_close(out, '}');
	}
	strbuf_puts(out, "}}");
}

static void put_warning(struct strbuf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put_warning(struct strbuf *out, const char *format, ...)
{
	char storage[512];
	struct strbuf text;
	va_list args;

	strbuf_init_fixed(&text, storage, sizeof storage);
	va_start(args, format);
	strbuf_vprintf(&text, format, args);
	va_end(args);
	json_text(out, NULL, storage);
}

#define LLU(value) ((unsigned long long)(value))

static void warn_of_loss(struct strbuf *out, const struct status *st)
{
	if (st->datagrams == 0) {
		put_warning(out, "No sFlow datagram has arrived yet: do agents send to this "
		                 "address and port, and does a firewall let them through?");
	}
	if (st->kernel_drops > 0) {
		put_warning(
		    out,
		    "The kernel dropped %llu datagrams (%.3g %%) because the receive buffer "
		    "was full: raise net.core.rmem_max, sflow.receive_buffer or "
		    "sflow.workers.",
		    LLU(st->kernel_drops), 100 * share(st->kernel_drops, st->datagrams));
	}
	if (share(st->lost, st->datagrams) >= LOSS_SHARE_MIN) {
		put_warning(out,
		            "%llu datagrams (%.3g %%) never arrived, by their sequence numbers: "
		            "estimates are too low by about as much.",
		            LLU(st->lost), 100 * share(st->lost, st->datagrams));
	}
	if (st->samples_dropped > 0) {
		put_warning(out,
		            "Agents dropped %llu samples themselves: their sampling is too dense "
		            "for them.",
		            LLU(st->samples_dropped));
	}
	if (st->samples_suspect > 0) {
		put_warning(out,
		            "%llu samples claim a rate above limits.max_sampling_rate and are left "
		            "out of every estimate.",
		            LLU(st->samples_suspect));
	}
	if (st->samples_repeated > 0) {
		put_warning(out,
		            "%llu flow samples repeat the sequence number before them; where an "
		            "agent sends each sample twice, set limits.drop_repeated_samples.",
		            LLU(st->samples_repeated));
	}
	if (st->fault_count > 0) {
		put_warning(out,
		            "%llu faults were met in datagrams; decode_errors says which, "
		            "/api/v1/agents whose.",
		            LLU(st->fault_count));
	}
}

static void warn_of_limits(struct strbuf *out, const struct status *st)
{
	const struct {
		const char *name;
		uint64_t refused;
	} limits[] = {
		{ "limits.max_agents", st->agents_refused },
		{ "limits.max_ports", st->ports_refused },
		{ "limits.max_sources", st->sources_refused },
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		if (limits[i].refused > 0) {
			put_warning(out, "%s is reached: what came later is not in the numbers.",
			            limits[i].name);
		}
	}
	if (st->agents_silent > 0) {
		put_warning(out, "%llu agents have not been heard of for more than %llu seconds.",
		            LLU(st->agents_silent), LLU(st->expire_ns / NS_PER_SECOND));
	}
	if (st->self->reload_success == 0) {
		put_warning(out, "The last reload of the configuration failed: the one before is "
		                 "still in use.");
	}
}

static void warn_of_basis(struct strbuf *out, const struct status *st)
{
	const uint64_t unknown = st->basis[BASIS_UNKNOWN_INGRESS] + st->basis[BASIS_UNKNOWN_EGRESS];
	const uint64_t undirected = st->basis[BASIS_UNDIRECTED];

	if (share(unknown, st->basis_count - unknown) >= BASIS_SHARE_MIN) {
		put_warning(out,
		            "%.3g %% of the fabric view comes from ports of unknown role, where a "
		            "packet counts once at every switch that it crosses: give a topology.",
		            100 * share(unknown, st->basis_count - unknown));
	}
	if (share(undirected, st->basis_count - undirected) >= BASIS_SHARE_MIN) {
		put_warning(out,
		            "%.3g %% of the fabric view comes from agents that show no direction, "
		            "where a packet counts once or twice at every switch.",
		            100 * share(undirected, st->basis_count - undirected));
	}
}

void api_print_status(const struct shards *s, const struct self_stats *self, struct strbuf *out)
{
	struct status st;

	gather(&st, s, self);
	json_open(out, NULL, '{');
	put_process(out, &st);
	put_input(out, &st);
	put_loss(out, &st);
	put_entities(out, &st);
	put_basis(out, &st);
	json_double(out, "topology_version", self->topology_version);
	json_open(out, "warnings", '[');
	warn_of_loss(out, &st);
	warn_of_limits(out, &st);
	warn_of_basis(out, &st);
	strbuf_puts(out, "]}");
}
