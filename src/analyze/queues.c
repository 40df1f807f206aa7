/* SPDX-License-Identifier: Apache-2.0 */
/* Queues: packets whose sample says queue, depth or delay; most agents say none of these, so a
 * sample without them costs one test.
 *
 * Depth goes by powers of two from 1 KiB to 64 MiB, which is where marking thresholds and shared
 * buffers lie, with a bucket for empty queues; delay by 1-2-5 steps from 250 ns, which is below
 * what a switch needs anyway, to 1 s. Source: sFlow Transit Delay Structures
 * (extended_egress_queue, extended_transit_delay, extended_queue_depth).
 */
#include "fabricpulse/analyze/queues.h"

#include <stdio.h>

#include "fabricpulse/base/option.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define US  UINT64_C(1000)
#define MS  (1000 * US)

#define DELAY_SATURATED UINT32_MAX
#define OBS_QUEUES      (OBS_HAS_QUEUE | OBS_HAS_DEPTH | OBS_HAS_DELAY)

static const uint64_t depth_upper[] = { 0,         KIB,      2 * KIB,  4 * KIB,   8 * KIB,
	                                16 * KIB,  32 * KIB, 64 * KIB, 128 * KIB, 256 * KIB,
	                                512 * KIB, MIB,      2 * MIB,  4 * MIB,   8 * MIB,
	                                16 * MIB,  32 * MIB, 64 * MIB };
static const struct histogram_bounds depth_bounds = { ARRAY_LEN(depth_upper), depth_upper };

static const uint64_t delay_upper[] = { 250,      500,      US,       2 * US,   5 * US,   10 * US,
	                                20 * US,  50 * US,  100 * US, 200 * US, 500 * US, MS,
	                                2 * MS,   5 * MS,   10 * MS,  20 * MS,  50 * MS,  100 * MS,
	                                200 * MS, 500 * MS, 1000 * MS };
static const struct histogram_bounds delay_bounds = { ARRAY_LEN(delay_upper), delay_upper };

_Static_assert(ARRAY_LEN(depth_upper) < HISTOGRAM_BUCKETS_MAX, "depths fit a histogram");
_Static_assert(ARRAY_LEN(delay_upper) < HISTOGRAM_BUCKETS_MAX, "delays fit a histogram");

static uint32_t queue_slot(const struct observation *o)
{
	uint32_t numbered = o->queue < QUEUES_NUMBERED ? o->queue : QUEUES_OTHER;

	return (o->flags & OBS_HAS_QUEUE) != 0 ? numbered : QUEUES_UNKNOWN;
}

static void observe_fabric(struct queues_fabric *f, const struct observation *o)
{
	uint32_t queue = queue_slot(o);

	if ((o->flags & OBS_HAS_QUEUE) != 0) {
		counter_add(&f->packets[queue], o->rate);
		counter_add(&f->bytes[queue], (uint64_t)o->rate * o->frame_bytes);
		counter_add(&f->samples[queue], 1);
	}
	if ((o->flags & OBS_HAS_DEPTH) != 0) {
		histogram_add(&f->depth_bytes[queue], &depth_bounds, o->depth_bytes, o->rate);
		counter_add(&f->depth_samples[queue], 1);
	}
	if ((o->flags & OBS_HAS_DELAY) != 0 && o->delay_ns == DELAY_SATURATED) {
		counter_add(&f->saturated, o->rate);
		counter_add(&f->saturated_samples, 1);
	} else if ((o->flags & OBS_HAS_DELAY) != 0) {
		histogram_add(&f->delay_ns, &delay_bounds, o->delay_ns, o->rate);
		counter_add(&f->delay_samples, 1);
	}
}

static void observe_port(struct queues_port *port, const struct observation *o)
{
	if ((o->flags & OBS_HAS_DEPTH) != 0) {
		counter_add(&port->depth_bytes, (uint64_t)o->rate * o->depth_bytes);
		counter_add(&port->depth_packets, o->rate);
		counter_add(&port->depth_samples, 1);
	}
	if ((o->flags & OBS_HAS_DELAY) != 0 && o->delay_ns == DELAY_SATURATED) {
		counter_add(&port->saturated, o->rate);
		counter_add(&port->saturated_samples, 1);
	} else if ((o->flags & OBS_HAS_DELAY) != 0) {
		counter_add(&port->delay_ns, (uint64_t)o->rate * o->delay_ns);
		counter_add(&port->delay_packets, o->rate);
		counter_add(&port->delay_samples, 1);
	}
}

static void queues_observe(struct shard *shard, const struct batch *batch)
{
	struct queues_fabric *f = shard->entries[ANALYZER_queues][SCOPE_FABRIC];
	struct queues_port *ports = shard->entries[ANALYZER_queues][SCOPE_PORT];

	for (uint32_t i = 0; i < batch->packet_count; i++) {
		const struct observation *o = &batch->packets[i];

		if ((o->flags & OBS_QUEUES) == 0) {
			continue;
		}
		observe_fabric(f, o);
		if (o->out_port != OBS_PORT_NONE) {
			observe_port(&ports[o->out_port], o);
		}
	}
}

static bool label_queue(uint32_t slot, struct strbuf *out)
{
	char number[4];

	if (slot == QUEUES_OTHER) {
		return metric_label(out, "queue", "other");
	}
	if (slot == QUEUES_UNKNOWN) {
		return metric_label(out, "queue", "unknown");
	}
	(void)snprintf(number, sizeof number, "%u", slot);
	return metric_label(out, "queue", number);
}

static const struct metric_dim dim_queue = { QUEUES_COUNT, label_queue, "queue" };

#define FABRIC(field) .scope = SCOPE_FABRIC, METRIC_FIELD(queues_fabric, field)
#define PORT(field)   .scope = SCOPE_PORT, METRIC_FIELD(queues_port, field), .is_sparse = true
#define BY_QUEUE      .dim1 = &dim_queue, .is_sparse = true

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_queue_packets_total",
	  .help =
	      "Packets by the egress queue that they took, estimated from samples; a packet counts "
	      "at each switch that reports it.",
	  FABRIC(packets[0]),
	  BY_QUEUE },
	{ .name = "fabricpulse_queue_bytes_total",
	  .help = "Bytes on the wire of packets by the egress queue that they took.",
	  FABRIC(bytes[0]),
	  BY_QUEUE },
	{ .name = "fabricpulse_queue_samples_total",
	  .help = "Flow samples that fabricpulse_queue_packets_total and its bytes rest on.",
	  FABRIC(samples[0]),
	  BY_QUEUE },
	{ .name = "fabricpulse_queue_depth_bytes",
	  .help =
	      "Depth of the egress queue that a packet met when it was queued, by queue, estimated "
	      "from samples.",
	  .type = METRIC_HISTOGRAM,
	  FABRIC(depth_bytes[0]),
	  .bounds = &depth_bounds,
	  BY_QUEUE },
	{ .name = "fabricpulse_queue_depth_samples_total",
	  .help = "Flow samples that fabricpulse_queue_depth_bytes rests on.",
	  FABRIC(depth_samples[0]),
	  BY_QUEUE },
	{ .name = "fabricpulse_transit_delay_seconds",
	  .help =
	      "Time that a packet spent in a switch, estimated from samples; delays too long for "
	      "the agent's field are not in it.",
	  .type = METRIC_HISTOGRAM,
	  FABRIC(delay_ns),
	  .bounds = &delay_bounds,
	  .scale = 1e-9 },
	{ .name = "fabricpulse_transit_delay_samples_total",
	  .help = "Flow samples that fabricpulse_transit_delay_seconds rests on.",
	  FABRIC(delay_samples) },
	{ .name = "fabricpulse_transit_delay_saturated_packets_total",
	  .help = "Packets that spent 4.29 s or more in a switch (or the agent's field was full), "
	          "estimated from samples.",
	  FABRIC(saturated) },
	{ .name = "fabricpulse_transit_delay_saturated_samples_total",
	  .help = "Flow samples that fabricpulse_transit_delay_saturated_packets_total rests on.",
	  FABRIC(saturated_samples) },
	{ .name = "fabricpulse_port_queue_depth_bytes_total",
	  .help = "Queue depths met by packets that left through the port, added up: divide by "
	          "fabricpulse_port_queue_depth_packets_total for the mean.",
	  PORT(depth_bytes) },
	{ .name = "fabricpulse_port_queue_depth_packets_total",
	  .help =
	      "Packets that left through the port and whose queue depth is known, estimated from "
	      "samples.",
	  PORT(depth_packets) },
	{ .name = "fabricpulse_port_queue_depth_samples_total",
	  .help = "Flow samples that fabricpulse_port_queue_depth_packets_total rests on.",
	  PORT(depth_samples) },
	{ .name = "fabricpulse_port_transit_delay_seconds_total",
	  .help = "Transit delays of packets that left through the port, added up: divide by "
	          "fabricpulse_port_transit_delay_packets_total for the mean.",
	  PORT(delay_ns),
	  .scale = 1e-9 },
	{ .name = "fabricpulse_port_transit_delay_packets_total",
	  .help =
	      "Packets that left through the port and whose transit delay is known, estimated from "
	      "samples.",
	  PORT(delay_packets) },
	{ .name = "fabricpulse_port_transit_delay_samples_total",
	  .help = "Flow samples that fabricpulse_port_transit_delay_packets_total rests on.",
	  PORT(delay_samples) },
	{ .name = "fabricpulse_port_transit_delay_saturated_packets_total",
	  .help =
	      "Packets that left through the port after 4.29 s or more, estimated from samples.",
	  PORT(saturated) },
	{ .name = "fabricpulse_port_transit_delay_saturated_samples_total",
	  .help =
	      "Flow samples that fabricpulse_port_transit_delay_saturated_packets_total rests on.",
	  PORT(saturated_samples) },
};

const struct analyzer analyzer_queues = {
	.name = "queues",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct queues_fabric),
	                 [SCOPE_PORT] = sizeof(struct queues_port) },
	.observe = queues_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
