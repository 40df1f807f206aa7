/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's half of sFlow-RT's view: count what its series are made of.
 *
 * Problem: sFlow-RT's numbers follow its own rules of what counts where, and the ports that they
 * speak of depend on a topology that may be posted at any time. Approach: the worker counts every
 * ingress sample under the role of its port; the ticker (compat_digest.c) takes the roles that
 * count and smooths. An agent that never shows an ingress sample (one that samples egress alone, or
 * without a direction) would be silent by sFlow-RT's rules; the samples that stand in for ingress
 * in the fabric view (observation.basis) count in its place.
 *
 * Limit: least and most credits are kept a second, not smoothed.
 * Source: the published ai-metrics application for sFlow-RT.
 */
#include "fabricpulse/analyze/compat.h"

#include "compat_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/option.h"

#define ECN_CE 3u /* congestion experienced, RFC 3168 */

static const struct option_row compat_rows[] = {
	{ .key = "prefix",
	  .kind = OPTION_STRING,
	  .offset = offsetof(struct compat_config, prefix),
	  .fallback = "sflow_",
	  .unit = "",
	  .help = "What the names of sFlow-RT's series begin with." },
	{ .key = "type_lines",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct compat_config, type_lines),
	  .fallback = "false",
	  .unit = "",
	  .help = "Print a \"# TYPE\" line before each series. sFlow-RT does not, and some "
	          "scrapers name their fields otherwise when it is there." },
	{ .key = "trim_dscp",
	  .kind = OPTION_I32,
	  .offset = offsetof(struct compat_config, trim_dscp),
	  .fallback = "11",
	  .min = -1,
	  .max = 63,
	  .unit = "",
	  .help = "DSCP of the packets that trim_pps counts; -1 counts none." },
	{ .key = "raw_credits",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct compat_config, raw_credits),
	  .fallback = "false",
	  .unit = "",
	  .help = "Show the credit codes of ACKs (0 to 31) instead of the credits that they stand "
	          "for." },
};
const struct option_table compat_options = { "sflow_rt", compat_rows, ARRAY_LEN(compat_rows) };

#define X(member, name) name,
const char *const compat_scalar_names[COMPAT_SCALAR_COUNT] = { COMPAT_SCALARS(X) };
#undef X

/* A worker's batch, as the steps below see it. */
struct passage {
	struct compat_fabric *fabric;
	const struct compat_config *config;
	uint64_t second; /* of arrival: the clocks of agents differ */
};

static void sum_add(struct passage *p, enum compat_sum sum, const struct observation *o,
                    uint64_t each)
{
	counter_add(&p->fabric->sum[sum][o->role], each * o->rate);
}

static void credit_window_put(struct counter *slots, uint64_t second, uint64_t credits)
{
	struct counter *slot = &slots[second % COMPAT_WINDOW];
	uint64_t packed = counter_get(slot);
	uint64_t most = packed >> 16 & 0xffff, least = packed & 0xffff;

	if (packed >> 32 != (second & UINT32_MAX)) {
		most = credits;
		least = credits;
	}
	most = credits > most ? credits : most;
	least = credits < least ? credits : least;
	counter_set(slot, second << 32 | most << 16 | least);
}

static void take_credits(struct passage *p, const struct observation *o)
{
	uint32_t credits = p->config->raw_credits ? o->aeth_value : roce_credits(o->aeth_value);

	if (o->aeth_kind != ROCE_AETH_ACK || credits == ROCE_CREDITS_UNLIMITED) {
		return;
	}
	sum_add(p, COMPAT_SUM_ACK_FRAMES, o, 1);
	sum_add(p, COMPAT_SUM_CREDITS, o, credits);
	credit_window_put(p->fabric->credit_window[o->role], p->second, credits);
}

static void take_rdma(struct passage *p, const struct observation *o)
{
	counter_add(&p->fabric->operations[o->opcode][o->role], o->rate);
	if ((o->flags & OBS_HAS_RETH) != 0) {
		sum_add(p, COMPAT_SUM_RETH_FRAMES, o, 1);
		sum_add(p, COMPAT_SUM_RETH_BYTES, o, o->dma_length);
	}
	if ((o->flags & OBS_HAS_AETH) != 0) {
		take_credits(p, o);
	}
	if (o->outer_ecn == ECN_CE) {
		sum_add(p, COMPAT_SUM_ECN, o, 1);
	}
	if ((o->flags & (OBS_IS_CNP | OBS_IS_SOLICITED | OBS_IS_MIGRATED)) == OBS_IS_CNP) {
		sum_add(p, COMPAT_SUM_CNP, o, 1);
	}
}

/* The port whose ingress the sample shows: its own, or the input of an agent that samples the
 * device as a whole. */
static uint32_t ingress_port(const struct observation *o)
{
	if (o->direction == DIRECTION_IN) {
		return o->at_port;
	}
	return o->basis == BASIS_UNDIRECTED ? o->in_port : OBS_PORT_NONE;
}

static void take_packet(struct passage *p, struct compat_port *ports, const struct observation *o)
{
	const uint32_t port = ingress_port(o);

	if ((o->flags & OBS_IS_IP) != 0 && o->outer_dscp == p->config->trim_dscp) {
		sum_add(p, COMPAT_SUM_TRIMMED, o, 1);
	}
	if (o->direction != DIRECTION_IN && o->basis == BASIS_NONE) {
		return;
	}
	sum_add(p, COMPAT_SUM_FRAMES, o, 1);
	sum_add(p, COMPAT_SUM_BYTES, o, o->frame_bytes);
	if (port != OBS_PORT_NONE) {
		counter_add(&ports[port].in_bytes, (uint64_t)o->rate * o->frame_bytes);
	}
	if ((o->flags & OBS_HAS_BTH) != 0) {
		take_rdma(p, o);
	}
}

static void compat_observe(struct shard *shard, const struct batch *batch)
{
	struct compat_port *ports = shard->entries[ANALYZER_compat][SCOPE_PORT];
	/* Acquire: pairs with the release of whoever swaps the configuration, so it is seen
	 * whole. */
	const struct analyze_config *config =
	    atomic_load_explicit(&shard->config, memory_order_acquire);
	struct passage p = { .fabric = shard->entries[ANALYZER_compat][SCOPE_FABRIC],
		             .config = &config->compat,
		             .second = batch->now_ns / NS_PER_SECOND };

	for (uint32_t i = 0; i < batch->packet_count; i++) {
		take_packet(&p, ports, &batch->packets[i]);
	}
	for (uint32_t i = 0; i < batch->discard_count; i++) {
		counter_add(&p.fabric->drops[drop_reason_slot(batch->discards[i].reason)], 1);
	}
}

static const struct metric_row compat_metrics[] = {
	{ .name = "fabricpulse_compat_uses_topology",
	  .help =
	      "1 when the series of sFlow-RT follow the roles that a topology gave; 0 when they "
	      "follow the roles known otherwise, with ports of unknown role counted as edges.",
	  .type = METRIC_GAUGE,
	  .scope = SCOPE_FABRIC,
	  METRIC_FIELD(compat_fabric, uses_topology) },
};

const struct analyzer analyzer_compat = {
	.name = "compat",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct compat_fabric),
	                 [SCOPE_PORT] = sizeof(struct compat_port) },
	.observe = compat_observe,
	.digest_bytes = sizeof(struct compat_digest),
	.digest_init = compat_digest_init,
	.digest_deinit = compat_digest_deinit,
	.digest = compat_digest,
	.rows = compat_metrics,
	.row_count = ARRAY_LEN(compat_metrics),
};
