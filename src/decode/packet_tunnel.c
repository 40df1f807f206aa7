/* SPDX-License-Identifier: Apache-2.0 */
/* Encapsulations with a header of their own: VXLAN, VXLAN-GPE, Geneve, GRE with its relatives,
 * EtherIP.
 *
 * Each reads its header, notes its identifier and names the inner layer. A header that breaks its
 * own rules (a VXLAN without the VNI flag, a GRE of another version) is taken for something else
 * and ends the walk: the outer headers stay.
 *
 * Limits: NSH and source-routed GRE are not followed; GTP-U is no fabric protocol. Sources: RFC
 * 7348, draft-ietf-nvo3-vxlan-gpe, RFC 8926, 2784, 2890, 7637 (NVGRE), 3378 (EtherIP),
 * draft-foschiano-erspan.
 */
#include "packet_priv.h"

#define VXLAN_HAS_VNI          0x08u
#define VXLAN_GPE_HAS_PROTOCOL 0x04u

#define GRE_CHECKSUM 0x8000u
#define GRE_ROUTING  0x4000u
#define GRE_KEY      0x2000u
#define GRE_SEQUENCE 0x1000u
#define GRE_VERSION  0x0007u

#define PROTOCOL_ETHERNET 0x6558u
#define PROTOCOL_ERSPAN_2 0x88beu
#define PROTOCOL_ERSPAN_3 0x22ebu
#define ERSPAN_3_IP       2u /* frame type */

#define ETHERIP_VERSION 3u

static uint32_t vni_of(const uint8_t *p)
{
	return be32_load(p) >> 8;
}

enum packet_layer packet_vxlan(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 8);

	if (p == NULL || (p[0] & VXLAN_HAS_VNI) == 0 || !packet_enter(w, PACKET_TUNNEL_VXLAN)) {
		return PACKET_STOP;
	}
	packet_note_vni(w, vni_of(p + 4));
	return PACKET_LAYER_ETHERNET;
}

enum packet_layer packet_vxlan_gpe(struct packet_walk *w)
{
	static const enum packet_layer by_protocol[] = {
		[1] = PACKET_LAYER_IPV4,
		[2] = PACKET_LAYER_IPV6,
		[3] = PACKET_LAYER_ETHERNET,
		[5] = PACKET_LAYER_MPLS,
	};
	const uint8_t *p = packet_take(w, 8);

	if (p == NULL || (p[0] & VXLAN_HAS_VNI) == 0 || !packet_enter(w, PACKET_TUNNEL_VXLAN_GPE)) {
		return PACKET_STOP;
	}
	packet_note_vni(w, vni_of(p + 4));
	if ((p[0] & VXLAN_GPE_HAS_PROTOCOL) == 0) {
		return PACKET_LAYER_ETHERNET;
	}
	return p[3] < sizeof by_protocol / sizeof by_protocol[0] ? by_protocol[p[3]] : PACKET_STOP;
}

/* Geneve and GRE name their payload by ethertype, Ethernet itself being "transparent bridging". */
static enum packet_layer payload_of(struct packet_walk *w, uint16_t protocol)
{
	if (protocol == PROTOCOL_ETHERNET) {
		return PACKET_LAYER_ETHERNET;
	}
	w->ethertype = protocol;
	return PACKET_LAYER_ETHERTYPE;
}

enum packet_layer packet_geneve(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 8);

	if (p == NULL || p[0] >> 6 != 0 || !packet_enter(w, PACKET_TUNNEL_GENEVE)) {
		return PACKET_STOP;
	}
	packet_note_vni(w, vni_of(p + 4));
	if (packet_take(w, (size_t)(p[0] & 0x3fu) * 4u) == NULL) { /* options */
		return PACKET_STOP;
	}
	return payload_of(w, be16_load(p + 2));
}

/* Type II has its header only when the GRE has a sequence number; type I has none. */
static enum packet_layer erspan(struct packet_walk *w, bool has_sequence, uint16_t protocol)
{
	const uint8_t *p;

	if (protocol == PROTOCOL_ERSPAN_2) {
		return !has_sequence || packet_take(w, 8) != NULL ? PACKET_LAYER_ETHERNET
		                                                  : PACKET_STOP;
	}
	p = packet_take(w, 12);
	if (p == NULL ||
	    ((p[11] & 0x1u) != 0 && packet_take(w, 8) == NULL)) { /* O: platform word */
		return PACKET_STOP;
	}
	if ((p[10] >> 2 & 0x1fu) != ERSPAN_3_IP) {
		return PACKET_LAYER_ETHERNET;
	}
	return packet_left(w) > 0 && w->at[0] >> 4 == 6 ? PACKET_LAYER_IPV6 : PACKET_LAYER_IPV4;
}

enum packet_layer packet_gre(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 4);
	bool is_erspan, is_nvgre;
	uint16_t flags, protocol;
	const uint8_t *key = NULL;

	if (p == NULL) {
		return PACKET_STOP;
	}
	flags = be16_load(p);
	protocol = be16_load(p + 2);
	if ((flags & (GRE_ROUTING | GRE_VERSION)) != 0) {
		return PACKET_STOP;
	}
	if ((flags & GRE_CHECKSUM) != 0 && packet_take(w, 4) == NULL) {
		return PACKET_STOP;
	}
	if ((flags & GRE_KEY) != 0 && (key = packet_take(w, 4)) == NULL) {
		return PACKET_STOP;
	}
	if ((flags & GRE_SEQUENCE) != 0 && packet_take(w, 4) == NULL) {
		return PACKET_STOP;
	}
	is_erspan = protocol == PROTOCOL_ERSPAN_2 || protocol == PROTOCOL_ERSPAN_3;
	is_nvgre = protocol == PROTOCOL_ETHERNET && key != NULL;
	if (!packet_enter(w, is_erspan  ? PACKET_TUNNEL_ERSPAN
	                     : is_nvgre ? PACKET_TUNNEL_NVGRE
	                                : PACKET_TUNNEL_GRE)) {
		return PACKET_STOP;
	}
	if (is_nvgre) {
		packet_note_vni(w, vni_of(key));
	}
	return is_erspan ? erspan(w, (flags & GRE_SEQUENCE) != 0, protocol)
	                 : payload_of(w, protocol);
}

enum packet_layer packet_etherip(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 2);

	if (p == NULL || p[0] >> 4 != ETHERIP_VERSION || !packet_enter(w, PACKET_TUNNEL_ETHERIP)) {
		return PACKET_STOP;
	}
	return PACKET_LAYER_ETHERNET;
}
