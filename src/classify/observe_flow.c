/* SPDX-License-Identifier: Apache-2.0 */
/* Flow samples and dropped-packet notices: from records to one observation.
 *
 * A sample may carry the packet several times over (header bytes, and sampled_ethernet,
 * sampled_ipv4 or sampled_ipv6 beside them): the header wins, then the IP record, then the Ethernet
 * one; they are never added up. The few records that belong to every sample (queue, depth, delay,
 * time) are single words and are read in place; nothing else is decoded here.
 *
 * Source: sFlow v5; Transit Delay Structures (March 2021); wire practice of agents that repeat or
 * omit fields.
 */
#include <string.h>

#include "classify_priv.h"
#include "fabricpulse/base/xdr.h"
#include "sequence_priv.h"

#define TAG_SAMPLED_HEADER   1u
#define TAG_SAMPLED_ETHERNET 2u
#define TAG_SAMPLED_IPV4     3u
#define TAG_SAMPLED_IPV6     4u
#define TAG_IB_BTH           1033u
#define TAG_EGRESS_QUEUE     1036u
#define TAG_TRANSIT_DELAY    1039u
#define TAG_QUEUE_DEPTH      1040u
#define TAG_TIMESTAMP        1043u

/* Ethernet header and FCS, added to the IP length where no frame length is known. */
#define ETHERNET_OVERHEAD 18u

/* Operations (low five bits of the opcode) that carry user data: SEND 00..05, WRITE 06..0B,
 * READ_RESPONSE 0D..10, SEND with invalidate 16, 17, ATOMIC_WRITE 1D. */
#define DATA_OPERATIONS 0x20c1efffu
#define TRANSPORT_CNP   4u

static bool carries_data(uint8_t opcode)
{
	return opcode >> 5 != TRANSPORT_CNP && (DATA_OPERATIONS >> (opcode & 31u) & 1u) != 0;
}

static void take_rdma(const struct packet *packet, struct observation *o)
{
	const struct roce *r = &packet->roce;

	o->opcode = r->opcode;
	o->dest_qp = r->dest_qp;
	o->psn = r->psn;
	o->dma_length = r->dma_length;
	o->aeth_kind = r->aeth_kind;
	o->aeth_value = r->aeth_value;
	o->msn = r->msn;
	o->flags |= OBS_HAS_BTH | (r->has_reth ? OBS_HAS_RETH : 0u) |
	            (r->has_aeth ? OBS_HAS_AETH : 0u) | (r->is_cnp ? OBS_IS_CNP : 0u) |
	            (r->is_solicited ? OBS_IS_SOLICITED : 0u) |
	            (r->is_migrated ? OBS_IS_MIGRATED : 0u) |
	            (r->is_ack_requested ? OBS_IS_ACK_REQUESTED : 0u) |
	            (carries_data(r->opcode) ? OBS_IS_DATA : 0u);
}

static uint32_t trimmed_flag(const struct passage *p, uint8_t dscp)
{
	return (p->classifier->trim_mask >> dscp & 1u) != 0 ? OBS_IS_TRIMMED : 0u;
}

static void take_ip(const struct passage *p, const struct packet *packet, struct observation *o)
{
	o->outer_ecn = packet->outer.ecn;
	o->outer_dscp = packet->outer.dscp;
	o->inner_ecn = packet->inner.ecn;
	o->inner_dscp = packet->inner.dscp;
	o->ttl = packet->inner.ttl;
	o->src = packet->inner.src;
	o->dst = packet->inner.dst;
	o->flags |= OBS_IS_IP | (packet->tunnel_depth > 0 ? OBS_IS_TUNNELLED : 0u) |
	            trimmed_flag(p, o->outer_dscp);
}

void classify_packet(struct passage *p, struct bytes record, struct observation *o)
{
	struct xdr x = xdr_of(record);
	const uint32_t link = xdr_u32(&x);
	const uint32_t frame_length = xdr_u32(&x);
	const uint32_t stripped = xdr_u32(&x);
	const struct bytes header = xdr_opaque(&x);
	struct packet packet;

	if (x.failed) {
		sflow_fault(&p->wire, record.len < 16 ? FP_SHORT_RECORD : FP_BAD_RECORD);
		return;
	}
	packet_parse(link, header, &packet, p->wire.faults);
	o->flags |= OBS_HAS_HEADER;
	o->header_protocol = link;
	o->frame_bytes = packet_frame_bytes(frame_length, stripped, (uint32_t)header.len, &packet);
	o->payload = (uint8_t)packet.payload;
	o->udp_src_port = packet.src_port;
	o->src_mac = packet.src_mac;
	o->vlan = packet.vlan_outer;
	o->vni = packet.vni;
	o->uet_type = packet.uet.type;
	o->uet_nack_code = packet.uet.nack_code;
	if (packet.outer.version != 0) {
		take_ip(p, &packet, o);
	}
	if ((o->flags & OBS_IS_TRIMMED) != 0) {
		/* The switch cut the packet and may have left its IP length as it was: here the
		 * frame is right. */
		o->frame_bytes = frame_length > header.len ? frame_length : (uint32_t)header.len;
	}
	if (packet.roce.has_bth) {
		take_rdma(&packet, o);
	}
}

/* What a sample holds besides its header: where the records lie, until all are seen. */
struct substitutes {
	struct bytes ethernet, ip, bth;
	enum sflow_record_id ip_kind;
};

static uint32_t first_word(struct passage *p, const struct sflow_record *r)
{
	if (r->body.len < 4) {
		sflow_fault(&p->wire, FP_SHORT_RECORD);
		return 0;
	}
	return be32_load(r->body.at);
}

/* A record that nothing here reads: counted when it is unknown or broken, as everything is. */
static void check_record(struct passage *p, const struct sflow_record *r)
{
	const struct sflow_record_type *type = sflow_record_find(SFLOW_SPACE_FLOW, r->tag);
	union sflow_value unread;
	enum fp_err err;

	if (type == NULL) {
		passage_unknown_record(p, r);
		return;
	}
	err = sflow_record_decode(type, r->body, &unread);
	if (err != FP_OK) {
		sflow_fault(&p->wire, err);
	}
}

static void take_record(struct passage *p, const struct sflow_record *r, struct observation *o,
                        struct substitutes *sub)
{
	switch (r->tag) {
	case TAG_SAMPLED_HEADER:
		if ((o->flags & OBS_HAS_HEADER) == 0) {
			classify_packet(p, r->body, o);
		}
		break;
	case TAG_SAMPLED_ETHERNET: sub->ethernet = r->body; break;
	case TAG_SAMPLED_IPV4:
	case TAG_SAMPLED_IPV6:
		sub->ip = r->body;
		sub->ip_kind = r->tag == TAG_SAMPLED_IPV4 ? SF_sampled_ipv4 : SF_sampled_ipv6;
		break;
	case TAG_IB_BTH: sub->bth = r->body; break;
	case TAG_EGRESS_QUEUE:
		o->queue = first_word(p, r);
		o->flags |= r->body.len >= 4 ? OBS_HAS_QUEUE : 0u;
		break;
	case TAG_QUEUE_DEPTH:
		o->depth_bytes = first_word(p, r);
		o->flags |= r->body.len >= 4 ? OBS_HAS_DEPTH : 0u;
		break;
	case TAG_TRANSIT_DELAY:
		o->delay_ns = first_word(p, r);
		o->flags |= r->body.len >= 4 ? OBS_HAS_DELAY : 0u;
		break;
	case TAG_TIMESTAMP:
		if (r->body.len < 8) {
			sflow_fault(&p->wire, FP_SHORT_RECORD);
		} else {
			o->time_ns = be64_load(r->body.at);
			o->flags |= OBS_HAS_TIMESTAMP;
		}
		break;
	default: check_record(p, r); break;
	}
}

static bool decode_or_fault(struct passage *p, enum sflow_record_id id, struct bytes body,
                            union sflow_value *value)
{
	enum fp_err err;

	if (body.at == NULL) {
		return false;
	}
	err = sflow_record_decode(sflow_record_type_of(id), body, value);
	if (err != FP_OK) {
		sflow_fault(&p->wire, err);
	}
	return err == FP_OK;
}

static void take_ip_fields(const struct passage *p, struct observation *o, const struct addr *src,
                           const struct addr *dst, uint32_t tos)
{
	o->src = *src;
	o->dst = *dst;
	o->outer_dscp = o->inner_dscp = (uint8_t)(tos >> 2 & 63u);
	o->outer_ecn = o->inner_ecn = (uint8_t)(tos & 3u);
	o->flags |= OBS_IS_IP | trimmed_flag(p, o->outer_dscp);
}

/* Without header bytes the packet is known by whatever else describes it. */
static void take_substitutes(struct passage *p, const struct substitutes *sub,
                             struct observation *o)
{
	union sflow_value v;

	if (decode_or_fault(p, sub->ip_kind, sub->ip, &v)) {
		if (sub->ip_kind == SF_sampled_ipv4) {
			o->frame_bytes = v.sampled_ipv4.length + ETHERNET_OVERHEAD;
			take_ip_fields(p, o, &v.sampled_ipv4.src_ip, &v.sampled_ipv4.dst_ip,
			               v.sampled_ipv4.tos);
		} else {
			o->frame_bytes = v.sampled_ipv6.length + ETHERNET_OVERHEAD;
			take_ip_fields(p, o, &v.sampled_ipv6.src_ip, &v.sampled_ipv6.dst_ip,
			               v.sampled_ipv6.priority);
		}
	} else if (decode_or_fault(p, SF_sampled_ethernet, sub->ethernet, &v)) {
		o->frame_bytes = v.sampled_ethernet.length;
	}
	if (decode_or_fault(p, SF_extended_ib_bth, sub->bth, &v)) {
		o->opcode = (uint8_t)v.extended_ib_bth.opcode;
		o->dest_qp = v.extended_ib_bth.dst_qp;
		o->payload = PACKET_INFINIBAND;
		o->flags |= OBS_HAS_BTH | (carries_data(o->opcode) ? OBS_IS_DATA : 0u);
	}
}

static void walk_flow_records(struct passage *p, struct sflow_sample *s, struct observation *o)
{
	struct substitutes sub = { .ip_kind = SF_sampled_ipv4 };
	struct sflow_record r;

	while (sflow_record_next(&p->wire, s, &r)) {
		take_record(p, &r, o, &sub);
	}
	if (sub.ethernet.at == NULL && sub.ip.at == NULL && sub.bth.at == NULL) {
		return;
	}
	if ((o->flags & OBS_HAS_HEADER) != 0) {
		struct observation unread = { 0 };

		take_substitutes(p, &sub, &unread); /* only for what is broken in them */
	} else {
		take_substitutes(p, &sub, o);
	}
}

static enum direction direction_of(const struct sflow_sample *s)
{
	const bool is_port = s->source.class_ == 0 && s->source.index != 0;
	const bool is_in =
	    is_port && s->input.kind == SFLOW_IF_PORT && s->input.value == s->source.index;
	const bool is_out =
	    is_port && s->output.kind == SFLOW_IF_PORT && s->output.value == s->source.index;

	if (is_in == is_out) {
		return DIRECTION_UNKNOWN; /* neither, or a hairpin */
	}
	return is_in ? DIRECTION_IN : DIRECTION_OUT;
}

/* What the agent has shown by now, this sample included. */
static uint32_t agent_shows(struct agent_entry *agent, enum direction direction)
{
	static const uint32_t bits[DIRECTION_COUNT] = { AGENT_SHOWS_INGRESS, AGENT_SHOWS_EGRESS,
		                                        AGENT_SHOWS_UNDIRECTED };
	/* Relaxed: this thread alone writes it; readers only show it. */
	const uint32_t was = atomic_load_explicit(&agent->shows, memory_order_relaxed);

	if ((was & bits[direction]) == 0) {
		atomic_store_explicit(&agent->shows, was | bits[direction], memory_order_relaxed);
	}
	return was | bits[direction];
}

/* The fabric view's rule, where each packet counts once. An agent that samples ingress anywhere is
 * taken to sample it everywhere: judged by port, a port that only receives would look as if it had
 * no ingress sampling, and its packets would count twice. */
static enum fabric_basis basis_of(enum direction direction, enum port_role role, uint32_t shows)
{
	switch (direction) {
	case DIRECTION_IN:
		return role == ROLE_EDGE   ? BASIS_EDGE_INGRESS
		       : role == ROLE_CORE ? BASIS_NONE
		                           : BASIS_UNKNOWN_INGRESS;
	case DIRECTION_OUT:
		if ((shows & AGENT_SHOWS_INGRESS) != 0 || role == ROLE_CORE) {
			return BASIS_NONE;
		}
		return role == ROLE_EDGE ? BASIS_EDGE_EGRESS : BASIS_UNKNOWN_EGRESS;
	case DIRECTION_UNKNOWN:
	case DIRECTION_COUNT: break;
	}
	return (shows & (AGENT_SHOWS_INGRESS | AGENT_SHOWS_EGRESS)) == 0 ? BASIS_UNDIRECTED
	                                                                 : BASIS_NONE;
}

/* Where the sample was taken and which way the packet went. */
static void place(struct passage *p, const struct source_entry *source,
                  const struct sflow_sample *s, struct observation *o)
{
	struct directory *d = p->classifier->directory;
	const enum direction direction = direction_of(s);

	o->agent = p->agent;
	o->at_port = source->port;
	o->in_port = passage_port(p, source, &s->input, s);
	o->out_port = passage_port(p, source, &s->output, s);
	o->direction = (uint8_t)direction;
	/* Relaxed: the ticker may change a role at any time; whichever is seen is used for this
	 * packet as a whole. */
	o->role = source->port == TABLE_NONE
	              ? ROLE_UNKNOWN
	              : atomic_load_explicit(&d->port[source->port].role, memory_order_relaxed);
	o->basis = (uint8_t)basis_of(direction, (enum port_role)o->role,
	                             agent_shows(&d->agent[p->agent], direction));
}

/* Sequence, agent-side drops and rate of a flow sample. False: the sample is not to be used. */
static bool admit_flow(struct passage *p, struct source_entry *source, const struct sflow_sample *s)
{
	const struct limits_config *limits = &p->classifier->directory->limits;
	const struct sample_verdict v =
	    sequence_of_sample(source, SEQUENCE_FLOW, s->sequence, p->generation);

	p->event.samples_lost += v.lost;
	p->event.samples_repeated += v.is_repeated;
	if (!v.is_late && !v.is_repeated) {
		p->event.agent_drops += sequence_drops(source, SEQUENCE_FLOW, s->drops, v.is_reset);
	}
	p->event.rate_changes += source->last_rate != 0 && source->last_rate != s->rate;
	source->last_rate = s->rate;
	p->event.flow_rate_last = s->rate;
	if (s->rate == 0) {
		sflow_fault(&p->wire, FP_ZERO_RATE);
		return false;
	}
	if (s->rate > limits->max_sampling_rate) {
		p->event.suspect_rates++;
		return false;
	}
	return !(v.is_repeated && limits->drop_repeated_samples);
}

void classify_flow(struct passage *p, struct sflow_sample *s)
{
	struct classifier *c = p->classifier;
	struct source_entry *source = passage_source(p, s);
	struct observation *o;

	if (source == NULL || !admit_flow(p, source, s)) {
		return;
	}
	if (c->batch->packet_count == BATCH_PACKETS) {
		classify_flush(c);
	}
	o = &c->batch->packets[c->batch->packet_count++];
	memset(o, 0, sizeof *o);
	o->time_ns = p->event.time_ns;
	o->rate = s->rate;
	place(p, source, s, o);
	walk_flow_records(p, s, o);
}

void classify_discard(struct passage *p, struct sflow_sample *s)
{
	struct classifier *c = p->classifier;
	struct source_entry *source = passage_source(p, s);
	struct observation dropped = { .time_ns = p->event.time_ns };
	struct sample_verdict v;
	struct discard_event *e;

	if (source == NULL) {
		return;
	}
	v = sequence_of_sample(source, SEQUENCE_DISCARD, s->sequence, p->generation);
	walk_flow_records(p, s, &dropped);
	if (c->batch->discard_count == BATCH_DISCARDS) {
		classify_flush(c);
	}
	e = &c->batch->discards[c->batch->discard_count++];
	*e = (struct discard_event){
		.time_ns = dropped.time_ns,
		.agent = p->agent,
		.in_port = passage_port(p, source, &s->input, s),
		.out_port = passage_port(p, source, &s->output, s),
		.reason = s->reason,
		.suppressed = v.is_late || v.is_repeated
		                  ? 0
		                  : sequence_drops(source, SEQUENCE_DISCARD, s->drops, v.is_reset),
		.frame_bytes = dropped.frame_bytes,
		.flags = dropped.flags,
		.opcode = dropped.opcode,
		.dscp = dropped.outer_dscp,
	};
	p->event.samples_lost += v.lost;
}
