/* SPDX-License-Identifier: Apache-2.0 */
/* The network layer and what it says about the transport: IPv4, IPv6 with its extension headers,
 * UDP, TCP.
 *
 * Every network layer is read into `inner`; the second one first moves what was there to `outer`.
 * So `inner` is always the innermost and `outer` the first, and ECN of both is at hand: an outer CE
 * mark is what the underlay did.
 *
 * Limits: 10 IPv6 extension headers; ESP ends the walk; later fragments have no transport header.
 * Lengths beyond the network layer come from IP, because agents are often wrong about the frame,
 * and never from UDP, which may be hostile. Sources: RFC 791, 2474, 3168, 4302, 6040, 8200, 8754
 * (segment routing), 768, 9293.
 */
#include "packet_priv.h"

#define IPV4_HEADER_MIN     20u
#define IPV4_MORE_FRAGMENTS 0x2000u
#define IPV4_OFFSET_MASK    0x1fffu
#define IPV6_HEADER         40u
#define IPV6_EXTENSIONS_MAX 10u
#define IPV6_OFFSET_MASK    0xfff8u
#define IPV6_MORE_FRAGMENTS 0x0001u
#define ROUTING_SEGMENTS    4u /* segment routing header */

#define PORT_ROCEV2      4791u
#define PORT_UET         4793u
#define PORT_VXLAN       4789u
#define PORT_VXLAN_LINUX 8472u
#define PORT_VXLAN_GPE   4790u
#define PORT_GENEVE      6081u
#define PORT_MPLS        6635u

enum ip_protocol {
	IP_HOP_BY_HOP = 0,
	IP_IPV4 = 4,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_IPV6 = 41,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_GRE = 47,
	IP_AH = 51,
	IP_DESTINATION = 60,
	IP_ETHERIP = 97,
	IP_MOBILITY = 135,
	IP_MPLS = 137,
	IP_HIP = 139,
	IP_SHIM6 = 140,
	IP_ETHERNET = 143,
};

static struct packet_ip *begin_network(struct packet_walk *w, const uint8_t *packet,
                                       uint8_t version)
{
	struct packet *p = w->out;

	if (w->ip_layers == 0) {
		p->ip_offset = (uint32_t)(packet - w->begin);
	} else if (w->ip_layers == 1) {
		p->outer = p->inner;
	}
	w->ip_layers++;
	w->has_segments = false;
	p->inner = (struct packet_ip){ .version = version };
	p->l4 = 0;
	p->src_port = p->dst_port = 0;
	p->tcp_flags = 0;
	return &p->inner;
}

/* What lies beyond the IP packet is padding. 0: the length was left to offload. */
static void bound_by_ip(struct packet_walk *w, const uint8_t *packet, uint32_t length)
{
	if (length != 0 && length <= (size_t)(w->end - packet) && packet + length >= w->at) {
		w->end = packet + length;
		w->is_ip_bounded = true;
	}
}

static enum packet_layer end_network(struct packet_walk *w, const struct packet_ip *ip)
{
	w->out->l4 = ip->protocol;
	return ip->is_later_fragment ? PACKET_STOP : PACKET_LAYER_TRANSPORT;
}

enum packet_layer packet_ipv4(struct packet_walk *w)
{
	const uint8_t *packet = w->at;
	struct packet_ip *ip;
	const uint8_t *p;
	uint32_t header_bytes, fragment;

	if (packet_left(w) > 0 && packet[0] >> 4 != 4) {
		return PACKET_STOP;
	}
	p = packet_take(w, IPV4_HEADER_MIN);
	if (p == NULL || (p[0] & 0x0fu) * 4u < IPV4_HEADER_MIN) {
		return PACKET_STOP;
	}
	ip = begin_network(w, packet, 4);
	header_bytes = (p[0] & 0x0fu) * 4u;
	fragment = be16_load(p + 6);
	ip->dscp = (uint8_t)(p[1] >> 2);
	ip->ecn = p[1] & 0x3u;
	ip->length = be16_load(p + 2);
	ip->is_later_fragment = (fragment & IPV4_OFFSET_MASK) != 0;
	ip->is_fragment = (fragment & (IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS)) != 0;
	ip->ttl = p[8];
	ip->protocol = p[9];
	ip->src.family = ip->dst.family = ADDR_IPV4;
	memcpy(ip->src.bytes, p + 12, 4);
	memcpy(ip->dst.bytes, p + 16, 4);
	if (packet_take(w, header_bytes - IPV4_HEADER_MIN) == NULL) { /* options */
		w->out->l4 = ip->protocol;
		return PACKET_STOP;
	}
	bound_by_ip(w, packet, ip->length);
	return end_network(w, ip);
}

/* The final destination is the first entry of the list, until the last segment has been reached. */
static void read_segments(struct packet_walk *w, struct packet_ip *ip, const uint8_t *p,
                          uint32_t size)
{
	if (p[2] != ROUTING_SEGMENTS) {
		return;
	}
	w->has_segments = true;
	if (p[3] > 0 && size >= 8 + 16) {
		memcpy(ip->dst.bytes, p + 8, 16);
	}
}

/* Step over one extension header of kind `ip->protocol` and note the next. False: there is none, it
 * is not all there, or what follows cannot be read. */
static bool extension(struct packet_walk *w, struct packet_ip *ip)
{
	uint32_t kind = ip->protocol;
	uint32_t size;
	const uint8_t *p;

	switch (kind) {
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_FRAGMENT:
	case IP_AH:
	case IP_DESTINATION:
	case IP_MOBILITY:
	case IP_HIP:
	case IP_SHIM6: break;
	default: return false;
	}
	if (packet_left(w) < 8) {
		(void)packet_take(w, 8); /* notes the cut */
		return false;
	}
	size = (w->at[1] + 1u) * 8u;
	if (kind == IP_FRAGMENT) {
		size = 8;
	} else if (kind == IP_AH) {
		size = (w->at[1] + 2u) * 4u; /* RFC 4302: in words, minus 2 */
	}
	p = packet_take(w, size);
	if (p == NULL) {
		return false;
	}
	ip->protocol = p[0];
	if (kind == IP_ROUTING) {
		read_segments(w, ip, p, size);
	} else if (kind == IP_FRAGMENT) {
		uint32_t fragment = be16_load(p + 2);

		ip->is_later_fragment = (fragment & IPV6_OFFSET_MASK) != 0;
		ip->is_fragment = (fragment & (IPV6_OFFSET_MASK | IPV6_MORE_FRAGMENTS)) != 0;
	}
	return !ip->is_later_fragment;
}

enum packet_layer packet_ipv6(struct packet_walk *w)
{
	const uint8_t *packet = w->at;
	struct packet_ip *ip;
	const uint8_t *p;
	uint32_t first, payload, i;

	if (packet_left(w) > 0 && packet[0] >> 4 != 6) {
		return PACKET_STOP;
	}
	p = packet_take(w, IPV6_HEADER);
	if (p == NULL) {
		return PACKET_STOP;
	}
	ip = begin_network(w, packet, 6);
	first = be32_load(p);
	payload = be16_load(p + 4);
	ip->dscp = (uint8_t)(first >> 22 & 0x3fu);
	ip->ecn = (uint8_t)(first >> 20 & 0x3u);
	ip->flow_label = first & 0xfffffu;
	ip->length = payload != 0 ? IPV6_HEADER + payload : 0; /* 0: jumbo or offload */
	ip->protocol = p[6];
	ip->ttl = p[7];
	ip->src.family = ip->dst.family = ADDR_IPV6;
	memcpy(ip->src.bytes, p + 8, 16);
	memcpy(ip->dst.bytes, p + 24, 16);
	bound_by_ip(w, packet, ip->length);
	for (i = 0; i < IPV6_EXTENSIONS_MAX && extension(w, ip); i++) {
	}
	return end_network(w, ip);
}

/* ---- transport ---- */

/* UDP tunnels and RDMA are known by their destination port; the source port is entropy. */
static enum packet_layer udp(struct packet_walk *w)
{
	struct packet *out = w->out;
	const uint8_t *p = packet_take(w, 8);

	if (p == NULL) {
		return PACKET_STOP;
	}
	out->src_port = be16_load(p);
	out->dst_port = be16_load(p + 2);
	switch (out->dst_port) {
	case PORT_ROCEV2: out->payload = PACKET_ROCEV2; return PACKET_LAYER_BTH;
	case PORT_UET: out->payload = PACKET_UET; return PACKET_LAYER_UET;
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX: return PACKET_LAYER_VXLAN;
	case PORT_VXLAN_GPE: return PACKET_LAYER_VXLAN_GPE;
	case PORT_GENEVE: return PACKET_LAYER_GENEVE;
	case PORT_MPLS:
		return packet_enter(w, PACKET_TUNNEL_MPLS_UDP) ? PACKET_LAYER_MPLS : PACKET_STOP;
	default: return PACKET_STOP;
	}
}

static enum packet_layer tcp(struct packet_walk *w)
{
	struct packet *out = w->out;
	const uint8_t *p = packet_take(w, 4);

	if (p == NULL) {
		return PACKET_STOP;
	}
	out->src_port = be16_load(p);
	out->dst_port = be16_load(p + 2);
	p = packet_take(w, 10); /* flags are the last of these */
	if (p != NULL) {
		out->tcp_flags = p[9];
	}
	return PACKET_STOP;
}

enum packet_layer packet_transport(struct packet_walk *w)
{
	enum packet_tunnel ip_in_ip = w->has_segments ? PACKET_TUNNEL_SRV6 : PACKET_TUNNEL_IPIP;

	switch (w->out->l4) {
	case IP_UDP: return udp(w);
	case IP_TCP: return tcp(w);
	case IP_IPV4: return packet_enter(w, ip_in_ip) ? PACKET_LAYER_IPV4 : PACKET_STOP;
	case IP_IPV6: return packet_enter(w, ip_in_ip) ? PACKET_LAYER_IPV6 : PACKET_STOP;
	case IP_GRE: return PACKET_LAYER_GRE;
	case IP_ETHERIP: return PACKET_LAYER_ETHERIP;
	case IP_MPLS:
		return packet_enter(w, PACKET_TUNNEL_MPLS_IP) ? PACKET_LAYER_MPLS : PACKET_STOP;
	case IP_ETHERNET: /* RFC 8986: Ethernet over segment routing, with or without its header */
		return packet_enter(w, PACKET_TUNNEL_SRV6) ? PACKET_LAYER_ETHERNET : PACKET_STOP;
	default: return PACKET_STOP;
	}
}
