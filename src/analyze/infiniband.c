/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of native InfiniBand ports: one record, differences by table. */
#include "fabricpulse/analyze/infiniband.h"

#include "counters_priv.h"
#include "fabricpulse/base/option.h"

#define FIELD(field, width, total)                                                                 \
	{                                                                                          \
		offsetof(struct sf_ib_counters, field), width,                                     \
		    offsetof(struct infiniband_port, total)                                        \
	}
#define X(label, field) FIELD(field, 32, errors[INFINIBAND_##label]),
static const struct delta_field infiniband_fields[] = { FIELD(PortRcvPkts, 64, packets[0]),
	                                                FIELD(PortXmitPkts, 64, packets[1]),
	                                                INFINIBAND_ERRORS(X) };
#undef X
#undef FIELD

static const struct delta_record infiniband_record = { infiniband_fields,
	                                               ARRAY_LEN(infiniband_fields),
	                                               offsetof(struct infiniband_port, base),
	                                               offsetof(struct infiniband_port, last) };
_Static_assert(ARRAY_LEN(infiniband_fields) == INFINIBAND_COUNTERS &&
                   INFINIBAND_COUNTERS <= DELTA_FIELDS_MAX,
               "ib_counters fit a delta");

static void infiniband_observe(struct shard *shard, const struct batch *batch)
{
	struct infiniband_port *ports = shard->entries[ANALYZER_infiniband][SCOPE_PORT];
	struct delta d;

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];

		if (e->type->id == SF_ib_counters && e->port != OBS_PORT_NONE &&
		    delta_take(&infiniband_record, e, &ports[e->port], &d)) {
			delta_add(&infiniband_record, &d, &ports[e->port]);
			opt_counter_add(&ports[e->port].resets, d.is_reset ? 1 : 0);
		}
	}
}

static bool label_error(uint32_t slot, struct strbuf *out)
{
#define X(label, field) #label,
	static const char *const names[] = { INFINIBAND_ERRORS(X) };
#undef X

	return metric_label(out, "error", names[slot]);
}
static const struct metric_dim dim_error = { INFINIBAND_ERROR_COUNT, label_error, "error" };

#define PORT(field)                                                                                \
	.type = METRIC_COUNTER, .scope = SCOPE_PORT, METRIC_FIELD(infiniband_port, field)

static const struct metric_row infiniband_rows[] = {
	{ .name = "fabricpulse_infiniband_packets_total",
	  .help = "Packets that the InfiniBand port counted.",
	  PORT(packets[0]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_infiniband_errors_total",
	  .help = "Errors that the InfiniBand port counted, by kind; the hardware's counters stop "
	          "when they are full.",
	  PORT(errors[0]),
	  .dim1 = &dim_error },
	{ .name = "fabricpulse_infiniband_poll_resets_total",
	  .help = "Polls of InfiniBand counters of which only the base was taken, because the "
	          "counters had been reset.",
	  PORT(resets) },
};
#undef PORT

const struct analyzer analyzer_infiniband = {
	.name = "infiniband",
	.entry_bytes = { [SCOPE_PORT] = sizeof(struct infiniband_port) },
	.observe = infiniband_observe,
	.rows = infiniband_rows,
	.row_count = ARRAY_LEN(infiniband_rows),
};
