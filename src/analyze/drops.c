/* SPDX-License-Identifier: Apache-2.0 */
/* Drops: one pass over the notices of a batch, which are few while all is well.
 *
 * Reasons are an array by code with one slot for codes without a name (decode/drop_reason.h), so a
 * hostile agent cannot make series. A notice stands for one packet: the only sampling is the
 * agent's own limit, and that is known by what was suppressed.
 */
#include "fabricpulse/analyze/drops.h"

#include "fabricpulse/base/option.h"

static void observe_fabric(struct drops_fabric *f, const struct discard_event *d, bool is_rdma)
{
	uint32_t reason = drop_reason_slot(d->reason);

	counter_add(&f->notices[reason], 1);
	counter_add(&f->bytes, d->frame_bytes);
	counter_add(&f->suppressed, d->suppressed);
	counter_add(&f->packets, UINT64_C(1) + d->suppressed);
	if (is_rdma) {
		counter_add(&f->rdma_notices[reason], 1);
		counter_add(&f->rdma_opcodes[d->opcode], 1);
	}
}

static void observe_agent(struct drops_agent *a, const struct discard_event *d, bool is_rdma)
{
	counter_add(&a->notices, 1);
	counter_add(&a->suppressed, d->suppressed);
	counter_add(&a->packets, UINT64_C(1) + d->suppressed);
	counter_add(&a->rdma_notices, is_rdma ? 1 : 0);
}

static void observe_port(struct drops_port *port, enum direction direction, bool is_rdma)
{
	counter_add(&port->notices[direction], 1);
	counter_add(&port->rdma_notices[direction], is_rdma ? 1 : 0);
}

static void drops_observe(struct shard *shard, const struct batch *batch)
{
	struct drops_agent *agents = shard->entries[ANALYZER_drops][SCOPE_AGENT];
	struct drops_port *ports = shard->entries[ANALYZER_drops][SCOPE_PORT];

	for (uint32_t i = 0; i < batch->discard_count; i++) {
		const struct discard_event *d = &batch->discards[i];
		bool is_rdma = (d->flags & OBS_HAS_BTH) != 0;

		observe_fabric(shard->entries[ANALYZER_drops][SCOPE_FABRIC], d, is_rdma);
		if (d->agent != TABLE_NONE) {
			observe_agent(&agents[d->agent], d, is_rdma);
		}
		if (d->in_port != OBS_PORT_NONE) {
			observe_port(&ports[d->in_port], DIRECTION_IN, is_rdma);
		}
		if (d->out_port != OBS_PORT_NONE) {
			observe_port(&ports[d->out_port], DIRECTION_OUT, is_rdma);
		}
	}
}

#define FABRIC(field) .scope = SCOPE_FABRIC, METRIC_FIELD(drops_fabric, field)
#define AGENT(field)  .scope = SCOPE_AGENT, METRIC_FIELD(drops_agent, field)
#define PORT(field)                                                                                \
	.scope = SCOPE_PORT, METRIC_FIELD(drops_port, field), .dim1 = &dim_direction,              \
	.is_sparse = true
#define BY_REASON .dim1 = &dim_drop_reason, .is_sparse = true

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_dropped_packets_total",
	  .help = "Packets that agents say they dropped: notices sent and notices withheld.",
	  FABRIC(packets) },
	{ .name = "fabricpulse_drop_notices_total",
	  .help = "Dropped packets that agents gave notice of, by reason.",
	  FABRIC(notices[0]),
	  BY_REASON },
	{ .name = "fabricpulse_drop_notices_suppressed_total",
	  .help = "Dropped packets whose notice the agent withheld to keep its rate limit; their "
	          "reasons are not known.",
	  FABRIC(suppressed) },
	{ .name = "fabricpulse_drop_notice_bytes_total",
	  .help = "Bytes on the wire of the dropped packets that agents gave notice of.",
	  FABRIC(bytes) },
	{ .name = "fabricpulse_rdma_drop_notices_total",
	  .help = "Dropped RDMA packets that agents gave notice of, by reason.",
	  FABRIC(rdma_notices[0]),
	  BY_REASON },
	{ .name = "fabricpulse_rdma_drop_operations_total",
	  .help = "Dropped RDMA packets that agents gave notice of, by operation.",
	  FABRIC(rdma_opcodes[0]),
	  .dim1 = &dim_opcode,
	  .is_sparse = true },
	{ .name = "fabricpulse_agent_dropped_packets_total",
	  .help = "Packets that the agent says it dropped: notices sent and notices withheld.",
	  AGENT(packets) },
	{ .name = "fabricpulse_agent_drop_notices_total",
	  .help = "Dropped packets that the agent gave notice of.",
	  AGENT(notices) },
	{ .name = "fabricpulse_agent_drop_notices_suppressed_total",
	  .help = "Dropped packets whose notice the agent withheld to keep its rate limit.",
	  AGENT(suppressed) },
	{ .name = "fabricpulse_agent_rdma_drop_notices_total",
	  .help = "Dropped RDMA packets that the agent gave notice of.",
	  AGENT(rdma_notices) },
	{ .name = "fabricpulse_port_drop_notices_total",
	  .help = "Dropped packets that came in through the port (in) or were to leave through it "
	          "(out), as far as notices say.",
	  PORT(notices[0]) },
	{ .name = "fabricpulse_port_rdma_drop_notices_total",
	  .help =
	      "Dropped RDMA packets that came in through the port (in) or were to leave through it "
	      "(out), as far as notices say.",
	  PORT(rdma_notices[0]) },
};

const struct analyzer analyzer_drops = {
	.name = "drops",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct drops_fabric),
	                 [SCOPE_AGENT] = sizeof(struct drops_agent),
	                 [SCOPE_PORT] = sizeof(struct drops_port) },
	.observe = drops_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
