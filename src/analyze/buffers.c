/* SPDX-License-Identifier: Apache-2.0 */
/* Buffer peaks: held for a minute at their port, counted for ever in the fabric. */
#include "fabricpulse/analyze/buffers.h"

#include <math.h>

#include "counters_priv.h"
#include "fabricpulse/base/option.h"

static const uint64_t peak_upper[] = { 100,  200,  500,  1000, 2000, 3000, 4000,
	                               5000, 6000, 7000, 8000, 9000, 9500, 10000 };
static const struct histogram_bounds peak_bounds = { ARRAY_LEN(peak_upper), peak_upper };

/* Where peaks are held. */
struct hold {
	struct gauge *peak;
	uint64_t *peak_ns;
};

/* -1 is "not available": it neither replaces a peak nor is one. */
static void hold_put(const struct hold *h, uint32_t at, int32_t value, uint64_t time_ns)
{
	double held = gauge_get(&h->peak[at]);

	if (value < 0) {
		return;
	}
	if (isnan(held) || value >= held || time_ns > h->peak_ns[at] + BUFFERS_HOLD_NS) {
		gauge_set(&h->peak[at], value);
		h->peak_ns[at] = time_ns;
	}
}

static void observe_peak(struct histogram *h, int32_t value)
{
	if (value >= 0) {
		histogram_add(h, &peak_bounds, (uint64_t)value, 1);
	}
}

/* Queues of one kind of traffic lie BUFFERS_CASTS apart. */
static void take_queues(const struct hold *h, uint32_t cast, const struct sf_u32s *list,
                        uint64_t time_ns)
{
	for (uint32_t i = 0; i < list->count && i < BUFFERS_QUEUES; i++) {
		hold_put(h, i * BUFFERS_CASTS + cast, (int32_t)sf_u32s_get(list, i), time_ns);
	}
}

static void take_port(struct buffers_port *p, struct histogram peaks[static BUFFERS_WAYS],
                      const struct counter_event *e)
{
	const struct sf_bst_port_buffers *b = &e->value.bst_port_buffers;
	const int32_t values[BUFFERS_PORT_PEAKS] = { b->ingress_uc_pc, b->ingress_mc_pc,
		                                     b->egress_uc_pc, b->egress_mc_pc };
	const struct hold ports = { &p->peak[0][0], p->peak_ns };
	const struct hold queues = { &p->queue_peak[0][0], p->queue_peak_ns };

	for (uint32_t i = 0; i < BUFFERS_PORT_PEAKS; i++) {
		hold_put(&ports, i, values[i], e->time_ns);
		observe_peak(&peaks[i / BUFFERS_CASTS], values[i]);
	}
	take_queues(&queues, 0, &b->egress_queue_uc_pc, e->time_ns);
	take_queues(&queues, 1, &b->egress_queue_mc_pc, e->time_ns);
}

static void take_device(struct buffers_agent *a, const struct counter_event *e)
{
	const struct hold peaks = { a->peak, a->peak_ns };

	hold_put(&peaks, 0, e->value.bst_device_buffers.uc_pc, e->time_ns);
	hold_put(&peaks, 1, e->value.bst_device_buffers.mc_pc, e->time_ns);
}

/* A late report is as good as any: its peak was one. */
static void buffers_observe(struct shard *shard, const struct batch *batch)
{
	struct buffers_port *ports = shard->entries[ANALYZER_buffers][SCOPE_PORT];
	struct buffers_agent *agents = shard->entries[ANALYZER_buffers][SCOPE_AGENT];
	struct buffers_fabric *f = shard->entries[ANALYZER_buffers][SCOPE_FABRIC];

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];

		if (e->type->id == SF_bst_device_buffers) {
			take_device(&agents[e->agent], e);
		} else if (e->type->id == SF_bst_port_buffers && e->port != OBS_PORT_NONE) {
			/* Relaxed: a role that is a tick old only decides into which histogram a
			 * peak goes. */
			uint32_t role = atomic_load_explicit(&shard->directory.port[e->port].role,
			                                     memory_order_relaxed);

			take_port(&ports[e->port], f->peaks[role], e);
		}
	}
}

static bool label_cast(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "cast", slot == 0 ? "unicast" : "multicast");
}
static const struct metric_dim dim_cast = { BUFFERS_CASTS, label_cast, "cast" };

static bool label_queue(uint32_t slot, struct strbuf *out)
{
	strbuf_puts(out, "queue=\"");
	strbuf_put_u64(out, slot);
	strbuf_putc(out, '"');
	return true;
}
static const struct metric_dim dim_queue = { BUFFERS_QUEUES, label_queue, "queue" };

static const struct metric_row buffers_rows[] = {
	{ .name = "fabricpulse_buffer_port_peak_ratio",
	  .help = "Highest part of its buffer that the port used in the last minute, by direction "
	          "and kind of traffic.",
	  .type = METRIC_GAUGE,
	  .scope = SCOPE_PORT,
	  METRIC_FIELD(buffers_port, peak[0][0]),
	  .dim1 = &dim_in_out,
	  .dim2 = &dim_cast,
	  .scale = 0.0001 },
	{ .name = "fabricpulse_buffer_queue_peak_ratio",
	  .help = "Highest part of its buffer that the port's egress queue used in the last "
	          "minute.",
	  .type = METRIC_GAUGE,
	  .scope = SCOPE_PORT,
	  METRIC_FIELD(buffers_port, queue_peak[0][0]),
	  .dim1 = &dim_queue,
	  .dim2 = &dim_cast,
	  .scale = 0.0001 },
	{ .name = "fabricpulse_buffer_device_peak_ratio",
	  .help = "Highest part of its shared buffer that the switch used in the last minute.",
	  .type = METRIC_GAUGE,
	  .scope = SCOPE_AGENT,
	  METRIC_FIELD(buffers_agent, peak[0]),
	  .dim1 = &dim_cast,
	  .scale = 0.0001 },
	{ .name = "fabricpulse_buffer_peak_ratio",
	  .help = "Buffer peaks of all ports, one observation a report and kind of traffic.",
	  .type = METRIC_HISTOGRAM,
	  .scope = SCOPE_FABRIC,
	  METRIC_FIELD(buffers_fabric, peaks[0][0]),
	  .dim1 = &dim_role,
	  .dim2 = &dim_in_out,
	  .bounds = &peak_bounds,
	  .scale = 0.0001 },
};

const struct analyzer analyzer_buffers = {
	.name = "buffers",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct buffers_fabric),
	                 [SCOPE_AGENT] = sizeof(struct buffers_agent),
	                 [SCOPE_PORT] = sizeof(struct buffers_port) },
	.observe = buffers_observe,
	.rows = buffers_rows,
	.row_count = ARRAY_LEN(buffers_rows),
};
