/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed packet as named values: only the layers that are there. */
#include "fabricpulse/decode/describe.h"

#include <stdio.h>

#include "describe_priv.h"

#define VLAN_ID_MASK 0x0fffu

static void put_vlan(struct field_sink *sink, const char *name, uint16_t tci)
{
	sink->begin_object(sink, name);
	sink->u64(sink, "id", tci & VLAN_ID_MASK, "");
	sink->u64(sink, "priority", tci >> 13, "");
	sink->boolean(sink, "drop_eligible", (tci & 0x1000u) != 0);
	sink->end_object(sink);
}

static void put_ethernet(struct field_sink *sink, const struct packet *p)
{
	char type[8];

	if (!p->has_ethernet) {
		return;
	}
	describe_mac(sink, "src_mac", &p->src_mac);
	describe_mac(sink, "dst_mac", &p->dst_mac);
	if (p->vlan_count > 0) {
		put_vlan(sink, "vlan", p->vlan_outer);
	}
	if (p->vlan_count > 1) {
		sink->u64(sink, "vlan_count", p->vlan_count, "");
		put_vlan(sink, "vlan_inner", p->vlan_inner);
	}
	if (p->ethertype != 0) {
		(void)snprintf(type, sizeof type, "0x%04x", p->ethertype);
		sink->symbol(sink, "ethertype", type);
	}
	if (p->is_pause || p->is_pfc) {
		sink->symbol(sink, "mac_control", p->is_pfc ? "pfc" : "pause");
	}
}

static void put_ip(struct field_sink *sink, const char *name, const struct packet_ip *ip)
{
	static const char *const ecn_names[] = { "not_ect", "ect1", "ect0", "ce" };

	sink->begin_object(sink, name);
	sink->u64(sink, "version", ip->version, "");
	describe_addr(sink, "src", &ip->src);
	describe_addr(sink, "dst", &ip->dst);
	sink->u64(sink, "dscp", ip->dscp, "");
	sink->u64(sink, "ecn", ip->ecn, "");
	sink->symbol(sink, "ecn_name", ecn_names[ip->ecn & 0x3u]);
	sink->u64(sink, "ttl", ip->ttl, "");
	sink->u64(sink, "protocol", ip->protocol, "");
	if (ip->length != 0) {
		sink->u64(sink, "length", ip->length, "bytes");
	} else {
		sink->null(sink, "length");
	}
	if (ip->version == 6) {
		sink->u64(sink, "flow_label", ip->flow_label, "");
	}
	if (ip->is_fragment) {
		sink->symbol(sink, "fragment", ip->is_later_fragment ? "later" : "first");
	}
	sink->end_object(sink);
}

static void put_network(struct field_sink *sink, const struct packet *p)
{
	if (p->mpls_count > 0) {
		sink->begin_object(sink, "mpls");
		sink->u64(sink, "label", p->mpls_label, "");
		sink->u64(sink, "count", p->mpls_count, "");
		sink->end_object(sink);
	}
	if (p->outer.version != 0) {
		put_ip(sink, "ip", &p->outer);
	}
	if (p->tunnel_depth > 0) {
		sink->begin_object(sink, "tunnel");
		sink->symbol(sink, "type", packet_tunnel_name(p->tunnel));
		sink->u64(sink, "depth", p->tunnel_depth, "");
		sink->u64(sink, "vni", p->vni, "");
		sink->end_object(sink);
		if (p->inner.version != 0) {
			put_ip(sink, "inner_ip", &p->inner);
		}
	}
	if (p->src_port != 0 || p->dst_port != 0) {
		sink->u64(sink, "src_port", p->src_port, "");
		sink->u64(sink, "dst_port", p->dst_port, "");
	}
	if (p->tcp_flags != 0) {
		sink->u64(sink, "tcp_flags", p->tcp_flags, "");
	}
}

/* ---- RDMA ---- */

static void put_aeth(struct field_sink *sink, const struct roce *r)
{
	static const char *const kinds[] = { "ack", "rnr_nak", "reserved", "nak" };
	uint32_t credits;

	sink->begin_object(sink, "aeth");
	sink->symbol(sink, "kind", kinds[r->aeth_kind & 0x3u]);
	switch (r->aeth_kind) {
	case ROCE_AETH_ACK:
		credits = roce_credits(r->aeth_value);
		if (credits != ROCE_CREDITS_UNLIMITED) {
			sink->u64(sink, "credits", credits, "");
		} else {
			sink->null(sink, "credits");
		}
		break;
	case ROCE_AETH_RNR_NAK:
		sink->u64(sink, "timer_ns", roce_rnr_timer_ns(r->aeth_value), "ns");
		break;
	case ROCE_AETH_NAK: sink->symbol(sink, "nak", roce_nak_name(r->aeth_value)); break;
	default: break;
	}
	sink->u64(sink, "value", r->aeth_value, "");
	sink->u64(sink, "msn", r->msn, "");
	sink->end_object(sink);
}

static void put_requests(struct field_sink *sink, const struct roce *r)
{
	if (r->has_deth) {
		sink->begin_object(sink, "deth");
		sink->u64(sink, "q_key", r->q_key, "");
		sink->u64(sink, "src_qp", r->src_qp, "");
		sink->end_object(sink);
	}
	if (r->has_reth) {
		sink->begin_object(sink, "reth");
		sink->u64(sink, "virtual_address", r->virtual_address, "");
		sink->u64(sink, "r_key", r->r_key, "");
		sink->u64(sink, "dma_length", r->dma_length, "bytes");
		sink->end_object(sink);
	}
	if (r->has_atomic) {
		sink->begin_object(sink, "atomic");
		sink->u64(sink, "virtual_address", r->virtual_address, "");
		sink->u64(sink, "r_key", r->r_key, "");
		sink->u64(sink, "swap_or_add", r->swap_or_add, "");
		sink->u64(sink, "compare", r->compare, "");
		sink->end_object(sink);
	}
}

static void put_rdma(struct field_sink *sink, const struct packet *p)
{
	static const char *const carriers[] = {
		[PACKET_ROCEV2] = "rocev2",
		[PACKET_ROCEV1] = "rocev1",
		[PACKET_INFINIBAND] = "infiniband",
	};
	const struct roce *r = &p->roce;
	char name[ROCE_OPCODE_NAME_SIZE];

	sink->begin_object(sink, "rdma");
	sink->symbol(sink, "carrier", carriers[p->payload]);
	sink->u64(sink, "offset", p->bth_offset, "bytes");
	sink->symbol(sink, "operation", roce_opcode_name(r->opcode, name));
	sink->u64(sink, "opcode", r->opcode, "");
	sink->u64(sink, "dest_qp", r->dest_qp, "");
	sink->u64(sink, "psn", r->psn, "");
	sink->u64(sink, "p_key", r->p_key, "");
	sink->u64(sink, "pad_count", r->pad_count, "bytes");
	sink->boolean(sink, "solicited", r->is_solicited);
	sink->boolean(sink, "migrated", r->is_migrated);
	sink->boolean(sink, "fecn", r->is_fecn);
	sink->boolean(sink, "becn", r->is_becn);
	sink->boolean(sink, "ack_requested", r->is_ack_requested);
	sink->boolean(sink, "cnp", r->is_cnp);
	put_requests(sink, r);
	if (r->has_aeth) {
		put_aeth(sink, r);
	}
	if (r->has_atomic_ack) {
		sink->u64(sink, "original", r->original, "");
	}
	if (r->has_imm) {
		sink->u64(sink, "immediate", r->immediate, "");
	}
	if (r->has_ieth) {
		sink->u64(sink, "invalidated_r_key", r->invalidated_r_key, "");
	}
	sink->end_object(sink);
}

static void put_uet(struct field_sink *sink, const struct packet_uet *uet)
{
	sink->begin_object(sink, "uet");
	sink->u64(sink, "type", uet->type, "");
	sink->u64(sink, "nack_code", uet->nack_code, "");
	sink->boolean(sink, "ecn_seen", uet->is_ecn_seen);
	sink->end_object(sink);
}

void describe_packet(const struct packet *p, const char *name, struct field_sink *sink)
{
	sink->begin_object(sink, name);
	put_ethernet(sink, p);
	put_network(sink, p);
	if (p->roce.has_bth) {
		put_rdma(sink, p);
	}
	if (p->payload == PACKET_UET) {
		put_uet(sink, &p->uet);
	}
	sink->boolean(sink, "cut", p->is_cut);
	sink->end_object(sink);
}
