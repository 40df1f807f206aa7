/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic: one pass over the packets of a batch, four places to add to, no question asked that an
 * index answers.
 *
 * Everything that splits a packet's count (rule, payload, IP version, role, direction) is an index
 * into an array, also "does not enter", so the only branch left is whether the sample has a port.
 */
#include "fabricpulse/analyze/traffic.h"

#include "fabricpulse/base/option.h"

static void observe_fabric(struct traffic_fabric *f, const struct observation *o, uint64_t bytes)
{
	uint32_t version = o->src.family < TRAFFIC_IP_VERSIONS ? o->src.family : ADDR_NONE;

	counter_add(&f->packets[o->basis][o->payload], o->rate);
	counter_add(&f->bytes[o->basis][o->payload], bytes);
	counter_add(&f->samples[o->basis][o->payload], 1);
	counter_add(&f->ip_packets[o->basis][version], o->rate);
	counter_add(&f->ip_bytes[o->basis][version], bytes);
	counter_add(&f->ip_samples[o->basis][version], 1);
	counter_add(&f->left_out_samples, o->basis == BASIS_NONE ? 1 : 0);
}

static void traffic_observe(struct shard *shard, const struct batch *batch)
{
	struct traffic_fabric *f = shard->entries[ANALYZER_traffic][SCOPE_FABRIC];
	struct traffic_port *ports = shard->entries[ANALYZER_traffic][SCOPE_PORT];

	for (uint32_t i = 0; i < batch->packet_count; i++) {
		const struct observation *o = &batch->packets[i];
		uint64_t bytes = (uint64_t)o->rate * o->frame_bytes;
		uint32_t place = metric_role_direction(o->role, o->direction);
		uint32_t kind = metric_traffic_of[o->payload];

		observe_fabric(f, o, bytes);
		counter_add(&f->link_packets[place][kind], o->rate);
		counter_add(&f->link_bytes[place][kind], bytes);
		counter_add(&f->link_samples[place][kind], 1);
		if (o->at_port != OBS_PORT_NONE) {
			struct traffic_port *port = &ports[o->at_port];

			counter_add(&port->packets[o->direction][kind], o->rate);
			counter_add(&port->bytes[o->direction][kind], bytes);
			counter_add(&port->samples[o->direction][kind], 1);
		}
	}
}

static bool label_payload(uint32_t slot, struct strbuf *out)
{
	static const char *const names[TRAFFIC_PAYLOADS] = {
		[PACKET_OTHER] = "other",   [PACKET_ROCEV2] = "rocev2",
		[PACKET_ROCEV1] = "rocev1", [PACKET_INFINIBAND] = "infiniband",
		[PACKET_UET] = "uet",
	};

	return metric_label(out, "payload", names[slot]);
}

static bool label_ip_version(uint32_t slot, struct strbuf *out)
{
	static const char *const names[TRAFFIC_IP_VERSIONS] = {
		[ADDR_NONE] = "none",
		[ADDR_IPV4] = "4",
		[ADDR_IPV6] = "6",
	};

	return metric_label(out, "version", names[slot]);
}

static const struct metric_dim dim_payload = { TRAFFIC_PAYLOADS, label_payload, "payload" };
static const struct metric_dim dim_ip_version = { TRAFFIC_IP_VERSIONS, label_ip_version,
	                                          "version" };

#define FABRIC(field) .scope = SCOPE_FABRIC, METRIC_FIELD(traffic_fabric, field)
#define BY_PAYLOAD    .dim1 = &dim_basis, .dim2 = &dim_payload, .is_sparse = true
#define BY_VERSION    .dim1 = &dim_basis, .dim2 = &dim_ip_version, .is_sparse = true
#define BY_PLACE      .dim1 = &dim_role_direction, .dim2 = &dim_traffic, .is_sparse = true
#define PORT(field)                                                                                \
	.scope = SCOPE_PORT, METRIC_FIELD(traffic_port, field), .dim1 = &dim_direction,            \
	.dim2 = &dim_traffic, .is_sparse = true

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_fabric_packets_total",
	  .help =
	      "Packets in the fabric view, estimated from samples. basis says by which rule: at "
	      "edge "
	      "ports a packet counts once; at ports of unknown role once a switch that it crosses; "
	      "undirected once or twice a switch.",
	  FABRIC(packets[0][0]),
	  BY_PAYLOAD },
	{ .name = "fabricpulse_fabric_bytes_total",
	  .help = "Bytes on the wire of the packets in the fabric view.",
	  FABRIC(bytes[0][0]),
	  BY_PAYLOAD },
	{ .name = "fabricpulse_fabric_samples_total",
	  .help = "Flow samples that fabricpulse_fabric_packets_total and its bytes rest on.",
	  FABRIC(samples[0][0]),
	  BY_PAYLOAD },
	{ .name = "fabricpulse_fabric_ip_packets_total",
	  .help =
	      "Packets in the fabric view by version of the innermost IP header, estimated from "
	      "samples.",
	  FABRIC(ip_packets[0][0]),
	  BY_VERSION },
	{ .name = "fabricpulse_fabric_ip_bytes_total",
	  .help = "Bytes on the wire of the packets in the fabric view, by version of the "
	          "innermost IP header.",
	  FABRIC(ip_bytes[0][0]),
	  BY_VERSION },
	{ .name = "fabricpulse_fabric_ip_samples_total",
	  .help = "Flow samples that fabricpulse_fabric_ip_packets_total and its bytes rest on.",
	  FABRIC(ip_samples[0][0]),
	  BY_VERSION },
	{ .name = "fabricpulse_fabric_left_out_samples_total",
	  .help = "Flow samples that do not enter the fabric view, because their packet is counted "
	          "where it came in.",
	  FABRIC(left_out_samples) },
	{ .name = "fabricpulse_link_packets_total",
	  .help =
	      "Packets summed over the ports of a role, estimated from samples; one packet counts "
	      "at each port that samples it.",
	  FABRIC(link_packets[0][0]),
	  BY_PLACE },
	{ .name = "fabricpulse_link_bytes_total",
	  .help = "Bytes on the wire summed over the ports of a role, estimated from samples.",
	  FABRIC(link_bytes[0][0]),
	  BY_PLACE },
	{ .name = "fabricpulse_link_samples_total",
	  .help = "Flow samples that fabricpulse_link_packets_total and its bytes rest on.",
	  FABRIC(link_samples[0][0]),
	  BY_PLACE },
	{ .name = "fabricpulse_port_packets_total",
	  .help = "Packets that passed the port, estimated from its samples.",
	  PORT(packets[0][0]) },
	{ .name = "fabricpulse_port_bytes_total",
	  .help = "Bytes on the wire of packets that passed the port, estimated from its samples.",
	  PORT(bytes[0][0]) },
	{ .name = "fabricpulse_port_samples_total",
	  .help = "Flow samples that fabricpulse_port_packets_total and its bytes rest on.",
	  PORT(samples[0][0]) },
};

const struct analyzer analyzer_traffic = {
	.name = "traffic",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct traffic_fabric),
	                 [SCOPE_PORT] = sizeof(struct traffic_port) },
	.observe = traffic_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
