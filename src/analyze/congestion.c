/* SPDX-License-Identifier: Apache-2.0 */
/* Congestion: one struct of counters for each view, one function that adds a packet to it.
 *
 * A packet goes to the totals of its role and direction, to its port, and to the fabric view if it
 * enters that. A tunnel keeps two ECN fields, and whether a mark on the outer one reaches the inner
 * one depends on the device that ends the tunnel (RFC 6040): the table outer x inner shows where it
 * does not.
 */
#include "fabricpulse/analyze/congestion.h"

#include "fabricpulse/base/option.h"

static void add(struct counter *estimate, struct counter *samples, uint32_t rate)
{
	counter_add(estimate, rate);
	counter_add(samples, 1);
}

static void view_add(struct congestion_view *v, const struct observation *o)
{
	if ((o->flags & OBS_IS_IP) != 0) {
		add(&v->ip[o->outer_ecn], &v->ip_samples[o->outer_ecn], o->rate);
		if ((o->flags & OBS_IS_DATA) != 0) {
			add(&v->data[o->outer_ecn], &v->data_samples[o->outer_ecn], o->rate);
		}
	}
	if ((o->flags & OBS_IS_CNP) != 0) {
		add(&v->cnps, &v->cnp_samples, o->rate);
	}
	if ((o->flags & OBS_IS_TRIMMED) != 0) {
		add(&v->trimmed, &v->trimmed_samples, o->rate);
	}
}

static void congestion_observe(struct shard *shard, const struct batch *batch)
{
	struct congestion_fabric *f = shard->entries[ANALYZER_congestion][SCOPE_FABRIC];
	struct congestion_port *ports = shard->entries[ANALYZER_congestion][SCOPE_PORT];

	for (uint32_t i = 0; i < batch->packet_count; i++) {
		const struct observation *o = &batch->packets[i];

		if ((o->flags & (OBS_IS_IP | OBS_IS_CNP)) == 0) {
			continue; /* nothing here is for it; trimmed packets are IP */
		}
		view_add(&f->links[metric_role_direction(o->role, o->direction)], o);
		if (o->basis != BASIS_NONE) {
			view_add(&f->fabric, o);
		}
		if (o->at_port != OBS_PORT_NONE) {
			view_add(&ports[o->at_port].directions[o->direction], o);
		}
		if ((o->flags & OBS_IS_TUNNELLED) != 0) {
			add(&f->tunnelled[o->outer_ecn][o->inner_ecn],
			    &f->tunnelled_samples[o->outer_ecn][o->inner_ecn], o->rate);
		}
	}
}

static bool label_outer_ecn(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "outer_ecn", metric_ecn_names[slot]);
}

static bool label_inner_ecn(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "inner_ecn", metric_ecn_names[slot]);
}

static const struct metric_dim dim_outer_ecn = { ECN_COUNT, label_outer_ecn, "outer_ecn" };
static const struct metric_dim dim_inner_ecn = { ECN_COUNT, label_inner_ecn, "inner_ecn" };

/* The same eight families for each view: `at` names its cells, `BY` and `BY_ECN` its dimensions.
 * Formatted by hand: clang-format aligns rows inside a macro beyond reading. */
/* clang-format off */
#define VIEW_ROWS(view, where, at, BY, BY_ECN)                                                     \
	{ .name = "fabricpulse_" view "_ecn_packets_total",                                        \
	  .help = "IP packets by the ECN codepoint of their outer header, " where ", "             \
	          "estimated from samples.",                                                       \
	  at(ip[0]), BY_ECN },                                                                     \
	{ .name = "fabricpulse_" view "_ecn_samples_total",                                        \
	  .help = "Flow samples that fabricpulse_" view "_ecn_packets_total rests on.",            \
	  at(ip_samples[0]), BY_ECN },                                                             \
	{ .name = "fabricpulse_" view "_rdma_ecn_packets_total",                                   \
	  .help = "RDMA data packets by the ECN codepoint of their outer header, " where ", "      \
	          "estimated from samples.",                                                       \
	  at(data[0]), BY_ECN },                                                                   \
	{ .name = "fabricpulse_" view "_rdma_ecn_samples_total",                                   \
	  .help = "Flow samples that fabricpulse_" view "_rdma_ecn_packets_total rests on.",       \
	  at(data_samples[0]), BY_ECN },                                                           \
	{ .name = "fabricpulse_" view "_cnps_total",                                               \
	  .help = "RDMA congestion notification packets, " where ", " "estimated from samples.",   \
	  at(cnps), BY },                                                                          \
	{ .name = "fabricpulse_" view "_cnp_samples_total",                                        \
	  .help = "Flow samples that fabricpulse_" view "_cnps_total rests on.",                   \
	  at(cnp_samples), BY },                                                                   \
	{ .name = "fabricpulse_" view "_trimmed_packets_total",                                    \
	  .help = "Packets that a switch trimmed for want of buffer, known by their DSCP, "        \
	          where ", " "estimated from samples.",                                            \
	  at(trimmed), BY },                                                                       \
	{ .name = "fabricpulse_" view "_trimmed_samples_total",                                    \
	  .help = "Flow samples that fabricpulse_" view "_trimmed_packets_total rests on.",        \
	  at(trimmed_samples), BY }
/* clang-format on */

#define FABRIC(field) .scope = SCOPE_FABRIC, METRIC_FIELD(congestion_fabric, field)
#define VIEW(field)   FABRIC(fabric.field)
#define LINKS(field)  FABRIC(links[0].field)
#define PORT(field)   .scope = SCOPE_PORT, METRIC_FIELD(congestion_port, directions[0].field)

#define BY_ECN     .dim1 = &dim_ecn
#define BY_NOTHING .dim1 = NULL
#define BY_PLACE                                                                                   \
	.dim1 = &dim_role_direction, .stride = sizeof(struct congestion_view), .is_sparse = true
#define BY_PLACE_ECN BY_PLACE, .dim2 = &dim_ecn
#define BY_DIRECTION                                                                               \
	.dim1 = &dim_direction, .stride = sizeof(struct congestion_view), .is_sparse = true
#define BY_DIRECTION_ECN BY_DIRECTION, .dim2 = &dim_ecn

static const struct metric_row rows[] = {
	VIEW_ROWS("fabric", "in the fabric view", VIEW, BY_NOTHING, BY_ECN),
	VIEW_ROWS("link", "summed over the ports of a role", LINKS, BY_PLACE, BY_PLACE_ECN),
	VIEW_ROWS("port", "at the port", PORT, BY_DIRECTION, BY_DIRECTION_ECN),
	{ .name = "fabricpulse_link_tunnelled_ecn_packets_total",
	  .help = "Tunnelled packets by the ECN codepoints of their outer and innermost IP header, "
	          "summed over all ports, estimated from samples.",
	  FABRIC(tunnelled[0][0]),
	  .dim1 = &dim_outer_ecn,
	  .dim2 = &dim_inner_ecn,
	  .is_sparse = true },
	{ .name = "fabricpulse_link_tunnelled_ecn_samples_total",
	  .help = "Flow samples that fabricpulse_link_tunnelled_ecn_packets_total rests on.",
	  FABRIC(tunnelled_samples[0][0]),
	  .dim1 = &dim_outer_ecn,
	  .dim2 = &dim_inner_ecn,
	  .is_sparse = true },
};

const struct analyzer analyzer_congestion = {
	.name = "congestion",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct congestion_fabric),
	                 [SCOPE_PORT] = sizeof(struct congestion_port) },
	.observe = congestion_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
