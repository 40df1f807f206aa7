/* SPDX-License-Identifier: Apache-2.0 */
/* Layers below the network: Ethernet and its tags, LLC/SNAP, PPP, MPLS, MAC control, InfiniBand.
 *
 * Only the outermost Ethernet header is kept (addresses, tags, ethertype): it is what the sampling
 * port saw. Those inside tunnels are walked through.
 *
 * Limits: MACsec and PPPoE discovery end the walk; MPLS payloads are told apart by their first
 * nibble, as routers do it. Sources: IEEE 802.3, 802.1Q, 802.1BR, 802.1Qau, 802.1Qbb; RFC 1661,
 * 2516, 3032, 4385, 6790; IBTA volume 1, chapters 7 and 8, annex A16.
 */
#include "packet_priv.h"

#define LINK_TAGS_MAX   8u
#define MPLS_LABELS_MAX 16u

#define ETHERTYPE_MIN  0x0600u /* below: a length (IEEE 802.3) */
#define LLC_LENGTH_MAX 1500u

#define ETHERTYPE_IPV4          0x0800u
#define ETHERTYPE_IPV6          0x86ddu
#define ETHERTYPE_MPLS          0x8847u
#define ETHERTYPE_MPLS_UPSTREAM 0x8848u
#define ETHERTYPE_PPPOE_SESSION 0x8864u
#define ETHERTYPE_MAC_CONTROL   0x8808u
#define ETHERTYPE_ROCE          0x8915u

/* Tags: how many bytes lie between their ethertype and the next one, and whether they are VLANs. */
static const struct link_tag {
	uint16_t ethertype;
	uint8_t bytes;
	bool is_vlan;
} link_tags[] = {
	{ 0x8100, 2, true }, /* 802.1Q */
	{ 0x88a8, 2, true }, /* 802.1ad */
	{ 0x9100, 2, true }, /* QinQ before it had a number */
	{ 0x9200, 2, true },  { 0x9300, 2, true }, { 0x8926, 4, false }, /* VNTAG */
	{ 0x893f, 6, false },                                            /* E-TAG */
	{ 0x22e9, 2, false }, /* congestion notification tag */
};

static const struct link_tag *link_tag_of(uint16_t ethertype)
{
	/* Cheap first test: the two most common ethertypes are no tags. */
	if (ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof link_tags / sizeof link_tags[0]; i++) {
		if (link_tags[i].ethertype == ethertype) {
			return &link_tags[i];
		}
	}
	return NULL;
}

static void note_vlan(struct packet *p, uint16_t tci)
{
	if (p->vlan_count == 0) {
		p->vlan_outer = tci;
	}
	p->vlan_inner = tci;
	p->vlan_count++;
}

/* An 802.3 frame with a length: SNAP carries an ethertype, LLC 06 IP directly. */
static enum packet_layer llc(struct packet_walk *w, bool is_outermost)
{
	const uint8_t *p = packet_take(w, 3);

	if (p == NULL) {
		return PACKET_STOP;
	}
	if (p[0] == 0x06 && p[1] == 0x06 && p[2] == 0x03) {
		return PACKET_LAYER_IPV4;
	}
	if (p[0] != 0xaa || p[1] != 0xaa || p[2] != 0x03) {
		return PACKET_STOP;
	}
	p = packet_take(w, 5);
	if (p == NULL || p[0] != 0 || p[1] != 0 ||
	    p[2] != 0) { /* other OUIs number for themselves */
		return PACKET_STOP;
	}
	w->ethertype = be16_load(p + 3);
	if (is_outermost) {
		w->out->ethertype = w->ethertype;
	}
	return PACKET_LAYER_ETHERTYPE;
}

enum packet_layer packet_ethernet(struct packet_walk *w)
{
	struct packet *out = w->out;
	bool is_outermost = !out->has_ethernet && out->tunnel_depth == 0;
	const uint8_t *p = packet_take(w, 14);
	const struct link_tag *tag;
	uint32_t tags = 0;
	uint16_t type;

	if (p == NULL) {
		return PACKET_STOP;
	}
	type = be16_load(p + 12);
	if (is_outermost) {
		out->has_ethernet = true;
		memcpy(out->dst_mac.bytes, p, 6);
		memcpy(out->src_mac.bytes, p + 6, 6);
	}
	while ((tag = link_tag_of(type)) != NULL) {
		p = tags++ < LINK_TAGS_MAX ? packet_take(w, tag->bytes + 2u) : NULL;
		if (p == NULL) {
			return PACKET_STOP;
		}
		if (is_outermost && tag->is_vlan) {
			note_vlan(out, be16_load(p));
		}
		type = be16_load(p + tag->bytes);
	}
	if (type < ETHERTYPE_MIN) {
		return type <= LLC_LENGTH_MAX ? llc(w, is_outermost) : PACKET_STOP;
	}
	w->ethertype = type;
	if (is_outermost) {
		out->ethertype = type;
	}
	return packet_ethertype(w);
}

/* Pause (802.3) and priority-based flow control (802.1Qbb). */
static enum packet_layer mac_control(struct packet_walk *w)
{
	const uint8_t *opcode = packet_take(w, 2);

	if (opcode != NULL) {
		w->out->is_pause = be16_load(opcode) == 0x0001;
		w->out->is_pfc = be16_load(opcode) == 0x0101;
	}
	return PACKET_STOP;
}

static enum packet_layer pppoe(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 6); /* version and type, code, session, length */

	return p != NULL && p[1] == 0 ? PACKET_LAYER_PPP : PACKET_STOP;
}

enum packet_layer packet_ethertype(struct packet_walk *w)
{
	switch (w->ethertype) {
	case ETHERTYPE_IPV4: return PACKET_LAYER_IPV4;
	case ETHERTYPE_IPV6: return PACKET_LAYER_IPV6;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UPSTREAM: return PACKET_LAYER_MPLS;
	case ETHERTYPE_ROCE: w->out->payload = PACKET_ROCEV1; return PACKET_LAYER_GRH;
	case ETHERTYPE_MAC_CONTROL: return mac_control(w);
	case ETHERTYPE_PPPOE_SESSION: return pppoe(w);
	default: return PACKET_STOP;
	}
}

/* ---- PPP ---- */

enum packet_layer packet_ppp(struct packet_walk *w)
{
	uint32_t protocol;
	const uint8_t *p;

	if (packet_left(w) >= 2 && w->at[0] == 0xff && w->at[1] == 0x03) {
		w->at += 2; /* address and control, often compressed away */
	}
	p = packet_take(w, 1);
	if (p == NULL) {
		return PACKET_STOP;
	}
	protocol = *p;
	if ((protocol & 1u) == 0) { /* odd: the last octet (RFC 1661, protocol field compression) */
		p = packet_take(w, 1);
		if (p == NULL) {
			return PACKET_STOP;
		}
		protocol = protocol << 8 | *p;
	}
	switch (protocol) {
	case 0x0021: return PACKET_LAYER_IPV4;
	case 0x0057: return PACKET_LAYER_IPV6;
	case 0x0281:
	case 0x0283: return PACKET_LAYER_MPLS;
	default: return PACKET_STOP;
	}
}

/* PPP over SONET, or Cisco's HDLC: address 0F or 8F, a zero octet, an ethertype. */
enum packet_layer packet_pos(struct packet_walk *w)
{
	const uint8_t *p;

	if (packet_left(w) >= 2 && (w->at[0] == 0x0f || w->at[0] == 0x8f) && w->at[1] == 0) {
		p = packet_take(w, 4);
		if (p == NULL) {
			return PACKET_STOP;
		}
		w->ethertype = be16_load(p + 2);
		return PACKET_LAYER_ETHERTYPE;
	}
	return PACKET_LAYER_PPP;
}

/* ---- MPLS ---- */

enum packet_layer packet_mpls(struct packet_walk *w)
{
	struct packet *out = w->out;
	bool is_outermost = out->mpls_count == 0;
	uint32_t entry = 0;

	for (uint32_t i = 0; (entry & 0x100u) == 0; i++) { /* S: bottom of the stack */
		const uint8_t *p = i < MPLS_LABELS_MAX ? packet_take(w, 4) : NULL;

		if (p == NULL) {
			return PACKET_STOP;
		}
		entry = be32_load(p);
		if (is_outermost) {
			if (i == 0) {
				out->mpls_label = entry >> 12;
			}
			out->mpls_count++;
		}
	}
	if (packet_left(w) == 0) {
		(void)packet_take(w, 1); /* notes the cut */
		return PACKET_STOP;
	}
	switch (w->at[0] >> 4) {
	case 4: return PACKET_LAYER_IPV4;
	case 6: return PACKET_LAYER_IPV6;
	case 0: /* pseudowire control word (RFC 4385) */
		if (packet_take(w, 4) == NULL) {
			return PACKET_STOP;
		}
		break;
	default: break;
	}
	return packet_enter(w, PACKET_TUNNEL_PSEUDOWIRE) ? PACKET_LAYER_ETHERNET : PACKET_STOP;
}

/* ---- InfiniBand ---- */

/* Local route header; its LNH says what follows. */
enum packet_layer packet_lrh(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 8);

	if (p == NULL) {
		return PACKET_STOP;
	}
	switch (p[1] & 0x3u) {
	case 3: w->out->payload = PACKET_INFINIBAND; return PACKET_LAYER_GRH;
	case 2: w->out->payload = PACKET_INFINIBAND; return PACKET_LAYER_BTH;
	case 1: return PACKET_LAYER_IPV6;
	default: return PACKET_STOP;
	}
}

/* Global route header: laid out as IPv6, and it must say that a BTH follows. */
enum packet_layer packet_grh(struct packet_walk *w)
{
	const uint8_t *p = packet_take(w, 40);

	if (p == NULL) {
		return PACKET_STOP;
	}
	if (p[0] >> 4 != 6 || p[6] != 0x1b) {
		w->out->payload = PACKET_OTHER;
		return PACKET_STOP;
	}
	return PACKET_LAYER_BTH;
}
