/* SPDX-License-Identifier: Apache-2.0 */
/* PFC counters: differences by table, two tables for the two ways in which agents report them.
 *
 * The base of a difference belongs to the field on the wire, so a reload that swaps the two
 * directions changes only where the next differences go.
 */
#include "fabricpulse/analyze/pfc.h"

#include "counters_priv.h"
#include "fabricpulse/base/option.h"

enum pfc_way { PFC_IN = 0, PFC_OUT };

/* Order of the fields, for what is added to the fabric. */
enum pfc_field { PFC_REQUESTS = 0, PFC_INDICATIONS, PFC_PAUSE, PFC_DETECTED, PFC_RESTORED };

#define FIELD(wire, total)                                                                         \
	{                                                                                          \
		offsetof(struct sf_pfc_counters, wire), 32, offsetof(struct pfc_port, total)       \
	}
#define TAIL_FIELDS                                                                                \
	FIELD(pause_duration, pause_us), FIELD(storm_detected, storms_detected),                   \
	    FIELD(storm_restored, storms_restored)

static const struct delta_field plain_fields[PFC_FIELDS] = {
	FIELD(requests, frames[PFC_OUT]),
	FIELD(indications, frames[PFC_IN]),
	TAIL_FIELDS,
};
static const struct delta_field swapped_fields[PFC_FIELDS] = {
	FIELD(requests, frames[PFC_IN]),
	FIELD(indications, frames[PFC_OUT]),
	TAIL_FIELDS,
};
#undef FIELD
#undef TAIL_FIELDS

static const struct delta_record pfc_plain = { plain_fields, PFC_FIELDS,
	                                       offsetof(struct pfc_port, base),
	                                       offsetof(struct pfc_port, last) };
static const struct delta_record pfc_swapped = { swapped_fields, PFC_FIELDS,
	                                         offsetof(struct pfc_port, base),
	                                         offsetof(struct pfc_port, last) };

static void sum(struct counter *c, const struct delta *d, enum pfc_field field)
{
	counter_add(c, delta_is_valid(d, field) ? d->by[field] : 0);
}

static void pfc_observe(struct shard *shard, const struct batch *batch)
{
	struct pfc_port *ports = shard->entries[ANALYZER_pfc][SCOPE_PORT];
	struct pfc_fabric *f = shard->entries[ANALYZER_pfc][SCOPE_FABRIC];
	/* Acquire: pairs with the release of whoever swaps the configuration, so it is seen
	 * whole. */
	const struct analyze_config *config =
	    atomic_load_explicit(&shard->config, memory_order_acquire);
	struct delta d;

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];
		const struct delta_record *record;
		uint32_t role;

		if (e->type->id != SF_pfc_counters || e->port == OBS_PORT_NONE) {
			continue;
		}
		record = config->pfc_swap ? &pfc_swapped : &pfc_plain;
		if (!delta_take(record, e, &ports[e->port], &d)) {
			continue;
		}
		delta_add(record, &d, &ports[e->port]);
		opt_counter_add(&ports[e->port].resets, d.is_reset ? 1 : 0);
		/* Relaxed: a role that is a tick old only decides into which sum a poll goes. */
		role = atomic_load_explicit(&shard->directory.port[e->port].role,
		                            memory_order_relaxed);
		sum(&f->frames[role][config->pfc_swap ? PFC_IN : PFC_OUT], &d, PFC_REQUESTS);
		sum(&f->frames[role][config->pfc_swap ? PFC_OUT : PFC_IN], &d, PFC_INDICATIONS);
		sum(&f->pause_us[role], &d, PFC_PAUSE);
		sum(&f->storms_detected[role], &d, PFC_DETECTED);
		sum(&f->storms_restored[role], &d, PFC_RESTORED);
	}
}

#define PORT(field) .type = METRIC_COUNTER, .scope = SCOPE_PORT, METRIC_FIELD(pfc_port, field)
#define FABRIC(field)                                                                              \
	.type = METRIC_COUNTER, .scope = SCOPE_FABRIC, METRIC_FIELD(pfc_fabric, field),            \
	.dim1 = &dim_role

static const struct metric_row pfc_rows[] = {
	{ .name = "fabricpulse_pfc_frames_total",
	  .help = "PFC pause frames of all priorities that the port received (in) and sent (out).",
	  PORT(frames[0]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_pfc_pause_seconds_total",
	  .help = "Time that the port's priorities were paused, all priorities added up.",
	  PORT(pause_us),
	  .scale = 1e-6 },
	{ .name = "fabricpulse_pfc_storms_detected_total",
	  .help = "Pause storms that the port's watchdog detected.",
	  PORT(storms_detected) },
	{ .name = "fabricpulse_pfc_storms_restored_total",
	  .help = "Queues of the port that came back after a pause storm.",
	  PORT(storms_restored) },
	{ .name = "fabricpulse_pfc_poll_resets_total",
	  .help =
	      "Polls of PFC counters of which only the base was taken, because the counters had "
	      "been reset.",
	  PORT(resets) },
	{ .name = "fabricpulse_fabric_pfc_frames_total",
	  .help = "PFC pause frames that all ports received (in) and sent (out), by role.",
	  FABRIC(frames[0][0]),
	  .dim2 = &dim_in_out },
	{ .name = "fabricpulse_fabric_pfc_pause_seconds_total",
	  .help = "Time that priorities of all ports were paused, added up, by role.",
	  FABRIC(pause_us[0]),
	  .scale = 1e-6 },
	{ .name = "fabricpulse_fabric_pfc_storms_detected_total",
	  .help = "Pause storms detected at all ports, by role.",
	  FABRIC(storms_detected[0]) },
	{ .name = "fabricpulse_fabric_pfc_storms_restored_total",
	  .help = "Queues of all ports that came back after a pause storm, by role.",
	  FABRIC(storms_restored[0]) },
};
#undef PORT
#undef FABRIC

const struct analyzer analyzer_pfc = {
	.name = "pfc",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct pfc_fabric),
	                 [SCOPE_PORT] = sizeof(struct pfc_port) },
	.observe = pfc_observe,
	.rows = pfc_rows,
	.row_count = ARRAY_LEN(pfc_rows),
};
