/* SPDX-License-Identifier: Apache-2.0 */
/* Ingest: counts what came in, before anybody draws a conclusion from it.
 *
 * Two families have labels that come from the wire or from the directory's own tables and so no
 * dimension: record numbers that nobody knows (the directory keeps up to DIRECTORY_TAGS_MAX of them
 * a shard, the rest falls into one), and entries that found no room. They are gathered when asked
 * for. Source of the protocol names: sFlow v5, header_protocol.
 */
#include "fabricpulse/analyze/ingest.h"

#include "fabricpulse/base/option.h"

static const char *const protocol_names[INGEST_PROTOCOL_COUNT] = {
	[0] = "unknown",
	[PACKET_LINK_ETHERNET] = "ethernet",
	[2] = "token_bus",
	[3] = "token_ring",
	[4] = "fddi",
	[5] = "frame_relay",
	[6] = "x25",
	[PACKET_LINK_PPP] = "ppp",
	[8] = "smds",
	[9] = "aal5",
	[10] = "aal5_ip",
	[PACKET_LINK_IPV4] = "ipv4",
	[PACKET_LINK_IPV6] = "ipv6",
	[PACKET_LINK_MPLS] = "mpls",
	[PACKET_LINK_POS] = "pos",
	[15] = "80211_mac",
	[16] = "80211_ampdu",
	[17] = "80211_amsdu",
	[PACKET_LINK_INFINIBAND] = "infiniband",
	[INGEST_PROTOCOL_OTHER] = "other",
	[INGEST_PROTOCOL_NONE] = "none",
};

static void observe_datagram(struct ingest_fabric *f, const struct datagram_event *d)
{
	counter_add(&f->datagrams, 1);
	counter_add(&f->bytes, d->bytes);
	counter_add(&f->unattributed, d->agent == TABLE_NONE ? 1 : 0);
	for (size_t kind = 0; kind < SFLOW_SAMPLE_KIND_COUNT; kind++) {
		counter_add(&f->samples[kind], d->samples[kind]);
	}
	for (size_t i = FP_OK + 1; d->has_faults && i < FP_WIRE_FAULT_END; i++) {
		counter_add(&f->faults[i], d->faults[i]);
	}
}

static uint32_t protocol_slot(const struct observation *o)
{
	uint32_t known =
	    o->header_protocol < INGEST_PROTOCOL_OTHER ? o->header_protocol : INGEST_PROTOCOL_OTHER;

	return (o->flags & OBS_HAS_HEADER) != 0 ? known : INGEST_PROTOCOL_NONE;
}

static void ingest_observe(struct shard *shard, const struct batch *batch)
{
	struct ingest_fabric *f = shard->entries[ANALYZER_ingest][SCOPE_FABRIC];

	for (uint32_t i = 0; i < batch->datagram_count; i++) {
		observe_datagram(f, &batch->datagrams[i]);
	}
	for (uint32_t i = 0; i < batch->packet_count; i++) {
		const struct observation *o = &batch->packets[i];

		counter_add(&f->protocols[protocol_slot(o)], 1);
		counter_add(&f->timestamped, (o->flags & OBS_HAS_TIMESTAMP) != 0 ? 1 : 0);
	}
	for (uint32_t i = 0; i < batch->counter_count; i++) {
		counter_add(&f->counter_records[batch->counters[i].type->id], 1);
	}
}

static bool label_protocol(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "protocol", protocol_names[slot]);
}

static bool label_counter_record(uint32_t slot, struct strbuf *out)
{
	const struct sflow_record_type *type = sflow_record_type_of((enum sflow_record_id)slot);

	return type->space == SFLOW_SPACE_COUNTER && metric_label(out, "record", type->name);
}

static const struct metric_dim dim_protocol = { INGEST_PROTOCOL_COUNT, label_protocol, "protocol" };
static const struct metric_dim dim_counter_record = { SF_COUNT, label_counter_record, "record" };

/* Count of `key` in the shards from `first` on. `*is_repeated`: an earlier shard has it as well.
 * Keys are written once before they are published, so reading them beside a worker is safe. */
static uint64_t tag_total(const struct shards *s, const struct table_key *key, uint32_t first,
                          bool *is_repeated)
{
	uint64_t total = 0;

	*is_repeated = false;
	for (uint32_t shard = 0; shard < s->count; shard++) {
		const struct directory *d = &s->at[shard].directory;

		for (uint32_t i = 0; i < table_count(&d->tags); i++) {
			if (d->tags.keys[i].a == key->a && d->tags.keys[i].b == key->b) {
				*is_repeated = *is_repeated || shard < first;
				total += counter_get(&d->tag_count[i]);
			}
		}
	}
	return total;
}

static void emit_tag(const struct table_key *key, uint64_t count, metric_emit emit, void *arg)
{
	static const char *const spaces[SFLOW_SPACE_COUNT + 1] = { "flow", "counter", "sample" };
	uint32_t tag = (uint32_t)key->b;
	char storage[96];
	struct strbuf labels;

	strbuf_init_fixed(&labels, storage, sizeof storage);
	strbuf_printf(&labels, "space=\"%s\",enterprise=\"%u\",format=\"%u\"", spaces[key->a],
	              SFLOW_ENTERPRISE(tag), SFLOW_FORMAT(tag));
	emit(arg, labels.at, count);
}

static void unknown_records(const struct shards *s, metric_emit emit, void *arg)
{
	uint64_t other = 0;

	for (uint32_t shard = 0; shard < s->count; shard++) {
		const struct directory *d = &s->at[shard].directory;

		for (uint32_t i = 0; i < table_count(&d->tags); i++) {
			bool is_repeated;
			uint64_t count = tag_total(s, &d->tags.keys[i], shard, &is_repeated);

			if (!is_repeated) {
				emit_tag(&d->tags.keys[i], count, emit, arg);
			}
		}
		other += counter_get(&d->tag_count[DIRECTORY_TAGS_MAX]);
	}
	emit(arg, "space=\"other\",enterprise=\"other\",format=\"other\"", other);
}

static void refused_entries(const struct shards *s, metric_emit emit, void *arg)
{
	static const struct {
		const char *labels;
		size_t offset;
	} tables[] = {
		{ "table=\"agents\"", offsetof(struct directory, agents) },
		{ "table=\"ports\"", offsetof(struct directory, ports) },
		{ "table=\"streams\"", offsetof(struct directory, streams) },
		{ "table=\"sources\"", offsetof(struct directory, sources) },
	};

	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		uint64_t total = 0;

		for (uint32_t shard = 0; shard < s->count; shard++) {
			const char *directory = (const char *)&s->at[shard].directory;
			const struct table *table = (const void *)(directory + tables[t].offset);

			total += counter_get(&table->refused);
		}
		emit(arg, tables[t].labels, total);
	}
}

#define FABRIC(field) .scope = SCOPE_FABRIC, METRIC_FIELD(ingest_fabric, field)

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_datagrams_total",
	  .help = "sFlow datagrams received.",
	  FABRIC(datagrams) },
	{ .name = "fabricpulse_datagram_bytes_total",
	  .help = "Bytes of sFlow datagrams received, without UDP and IP headers.",
	  FABRIC(bytes) },
	{ .name = "fabricpulse_unattributed_datagrams_total",
	  .help =
	      "Datagrams that no agent could be credited with: their header is not readable, or "
	      "limits.max_agents is reached.",
	  FABRIC(unattributed) },
	{ .name = "fabricpulse_samples_total",
	  .help = "sFlow samples received, by type.",
	  FABRIC(samples[0]),
	  .dim1 = &dim_sample_kind },
	{ .name = "fabricpulse_decode_errors_total",
	  .help =
	      "Faults met in datagrams, by reason. A fault costs the record or sample it is in.",
	  FABRIC(faults[0]),
	  .dim1 = &dim_fault },
	{ .name = "fabricpulse_header_samples_total",
	  .help = "Flow samples by the protocol of their sampled header; none: without a header.",
	  FABRIC(protocols[0]),
	  .dim1 = &dim_protocol,
	  .is_sparse = true },
	{ .name = "fabricpulse_timestamped_samples_total",
	  .help =
	      "Flow samples whose time the agent gave in nanoseconds; all others have the time at "
	      "which their datagram arrived.",
	  FABRIC(timestamped) },
	{ .name = "fabricpulse_polled_records_total",
	  .help = "Records of counter samples that were decoded, by record.",
	  FABRIC(counter_records[0]),
	  .dim1 = &dim_counter_record,
	  .is_sparse = true },
	{ .name = "fabricpulse_unknown_records_total",
	  .help = "Records and samples of a number that is not known; they are skipped by their "
	          "length.",
	  .scope = SCOPE_FABRIC,
	  .cell = CELL_NONE,
	  .series = unknown_records,
	  .info_labels = "space,enterprise,format" },
	{ .name = "fabricpulse_refused_entries_total",
	  .help =
	      "Times that an agent, port, stream or data source found its table full; limits in "
	      "the configuration say how large they are.",
	  .scope = SCOPE_FABRIC,
	  .cell = CELL_NONE,
	  .series = refused_entries,
	  .info_labels = "table" },
};

const struct analyzer analyzer_ingest = {
	.name = "ingest",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct ingest_fabric) },
	.observe = ingest_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
