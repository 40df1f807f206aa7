/* SPDX-License-Identifier: Apache-2.0 */
/* Agents: one addition or two for each thing that a datagram event says of its agent.
 *
 * The sequence logic lives in classify, which has to judge a datagram before its samples are used;
 * here is only the bookkeeping. Datagrams without an agent are ingest's.
 */
#include "fabricpulse/analyze/agents.h"

#include <string.h>

#include "fabricpulse/base/option.h"

_Static_assert(AGENT_SHOWS_INGRESS == 1u << DIRECTION_IN &&
                   AGENT_SHOWS_EGRESS == 1u << DIRECTION_OUT &&
                   AGENT_SHOWS_UNDIRECTED == 1u << DIRECTION_UNKNOWN,
               "what an agent shows: bit n is direction n");

static void observe_samples(struct agents_agent *a, const struct datagram_event *d)
{
	for (size_t kind = 0; kind < SFLOW_SAMPLE_KIND_COUNT; kind++) {
		counter_add(&a->samples[kind], d->samples[kind]);
	}
	counter_add(&a->samples_lost, d->samples_lost);
	counter_add(&a->samples_repeated, d->samples_repeated);
	counter_add(&a->samples_dropped, d->agent_drops);
	counter_add(&a->samples_suspect, d->suspect_rates);
	counter_add(&a->rate_changes, d->rate_changes);
	counter_add(&a->unknown_records, d->unknown_records);
	if (d->flow_rate_last != 0) {
		gauge_set(&a->rate, d->flow_rate_last);
	}
}

static void observe_datagram(struct agents_agent *a, const struct datagram_event *d)
{
	counter_add(&a->datagrams, 1);
	counter_add(&a->bytes, d->bytes);
	counter_add(&a->verdicts[d->verdict], 1);
	counter_add(&a->lost, d->lost);
	observe_samples(a, d);
	for (size_t i = FP_OK + 1; d->has_faults && i < FP_WIRE_FAULT_END; i++) {
		counter_add(&a->faults[i], d->faults[i]);
	}
	gauge_set(&a->last_seen_seconds, (double)d->time_ns * 1e-9);
	gauge_set(&a->uptime_seconds, d->uptime_ms * 1e-3);
}

/* What the directory knows of the agent that metric rows want. */
static void observe_entry(struct agents_agent *a, const struct agent_entry *entry)
{
	/* Relaxed: written by this same thread. */
	uint32_t shows = atomic_load_explicit(&entry->shows, memory_order_relaxed);

	for (uint32_t d = 0; d < DIRECTION_COUNT; d++) {
		gauge_set(&a->shows[d], (shows >> d & 1) != 0 ? 1 : 0);
	}
	if (counter_get(&a->datagrams) == 1) {
		char text[ADDR_TEXT_SIZE];
		struct bytes name = { (const uint8_t *)addr_text(&entry->from.addr, text), 0 };

		name.len = strlen(text);
		(void)namebox_set(&a->source, name);
	}
}

static void agents_observe(struct shard *shard, const struct batch *batch)
{
	struct agents_agent *agents = shard->entries[ANALYZER_agents][SCOPE_AGENT];

	for (uint32_t i = 0; i < batch->datagram_count; i++) {
		const struct datagram_event *d = &batch->datagrams[i];

		if (d->agent != TABLE_NONE) {
			observe_datagram(&agents[d->agent], d);
			observe_entry(&agents[d->agent], &shard->directory.agent[d->agent]);
		}
	}
}

static bool agent_info(const void *entity, struct strbuf *out)
{
	const struct agents_agent *a = entity;
	char source[NAME_SIZE];

	return metric_label(out, "source", namebox_get(&a->source, source));
}

#define AGENT(field) .scope = SCOPE_AGENT, METRIC_FIELD(agents_agent, field)

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_agent_info",
	  .help = "An agent that was heard of, with the address that its datagrams came from.",
	  .type = METRIC_INFO,
	  .scope = SCOPE_AGENT,
	  .cell = CELL_NONE,
	  .info = agent_info,
	  .info_labels = "source" },
	{ .name = "fabricpulse_agent_last_seen_timestamp_seconds",
	  .help = "When the agent was last heard of, in Unix seconds.",
	  .type = METRIC_GAUGE,
	  AGENT(last_seen_seconds) },
	{ .name = "fabricpulse_agent_uptime_seconds",
	  .help = "Uptime that the agent reports; it wraps after 49.7 days.",
	  .type = METRIC_GAUGE,
	  AGENT(uptime_seconds) },
	{ .name = "fabricpulse_agent_datagrams_total",
	  .help = "Datagrams received from the agent, duplicates included.",
	  AGENT(datagrams) },
	{ .name = "fabricpulse_agent_datagram_bytes_total",
	  .help = "Bytes of datagrams received from the agent, without UDP and IP headers.",
	  AGENT(bytes) },
	{ .name = "fabricpulse_agent_lost_datagrams_total",
	  .help = "Datagrams missing by sequence number. One that comes late after all stays "
	          "counted here and is counted as late too.",
	  AGENT(lost) },
	{ .name = "fabricpulse_agent_late_datagrams_total",
	  .help = "Datagrams overtaken by later ones. Their samples are used, their counters are "
	          "not.",
	  AGENT(verdicts[SEQUENCE_LATE]) },
	{ .name = "fabricpulse_agent_duplicate_datagrams_total",
	  .help = "Datagrams received before; nothing in them is used again.",
	  AGENT(verdicts[SEQUENCE_DUPLICATE]) },
	{ .name = "fabricpulse_agent_restarts_total",
	  .help = "Restarts of the agent, told from its sequence numbers and uptime.",
	  AGENT(verdicts[SEQUENCE_RESTART]) },
	{ .name = "fabricpulse_agent_samples_total",
	  .help = "Samples received from the agent, by type.",
	  AGENT(samples[0]),
	  .dim1 = &dim_sample_kind,
	  .is_sparse = true },
	{ .name = "fabricpulse_agent_lost_samples_total",
	  .help =
	      "Samples missing by the sequence numbers of their data sources: estimates are too "
	      "low by as much.",
	  AGENT(samples_lost) },
	{ .name = "fabricpulse_agent_repeated_samples_total",
	  .help =
	      "Flow samples with the sequence number of the sample before: an agent that sends "
	      "each one twice doubles its estimates unless limits.drop_repeated_samples is set.",
	  AGENT(samples_repeated) },
	{ .name = "fabricpulse_agent_dropped_samples_total",
	  .help = "Samples that the agent says it dropped inside itself for want of resources.",
	  AGENT(samples_dropped) },
	{ .name = "fabricpulse_agent_suspect_samples_total",
	  .help = "Flow samples left out because their sampling rate is above "
	          "limits.max_sampling_rate.",
	  AGENT(samples_suspect) },
	{ .name = "fabricpulse_agent_sampling_rate",
	  .help = "Sampling rate of the agent's last flow sample: one packet in so many.",
	  .type = METRIC_GAUGE,
	  AGENT(rate) },
	{ .name = "fabricpulse_agent_sampling_rate_changes_total",
	  .help = "Times that a data source of the agent changed its sampling rate.",
	  AGENT(rate_changes) },
	{ .name = "fabricpulse_agent_shows_direction",
	  .help = "Whether the agent's flow samples have shown this direction (1) or not (0). "
	          "Without in or out its packets enter the fabric view undirected.",
	  .type = METRIC_GAUGE,
	  AGENT(shows[0]),
	  .dim1 = &dim_direction },
	{ .name = "fabricpulse_agent_decode_errors_total",
	  .help = "Faults met in the agent's datagrams, by reason.",
	  AGENT(faults[0]),
	  .dim1 = &dim_fault,
	  .is_sparse = true },
	{ .name = "fabricpulse_agent_unknown_records_total",
	  .help = "Records and samples of the agent of a number that is not known.",
	  AGENT(unknown_records) },
};

const struct analyzer analyzer_agents = {
	.name = "agents",
	.entry_bytes = { [SCOPE_AGENT] = sizeof(struct agents_agent) },
	.observe = agents_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
