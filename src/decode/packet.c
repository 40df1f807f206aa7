/* SPDX-License-Identifier: Apache-2.0 */
/* From the first sampled byte to the innermost transport header.
 *
 * A stack of headers is a list, not a tree: every header names its successor. So each layer is a
 * small function that reads its header and returns the next layer, and the loop below walks from
 * one to the next. That bounds hostile chains without counting on the stack, and the plain case
 * (Ethernet, IP, UDP, BTH) is four short calls.
 *
 *     Ethernet, tags ──┬── IPv4, IPv6 ──┬── UDP ──┬── BTH
 *     PPP, POS ────────┤                │         ├── UET
 *     MPLS ────────────┘                │         └── VXLAN, Geneve, … ──┬── again Ethernet,
 *     LRH, GRH ─────────── BTH          └── GRE, IP-in-IP, … ────────────┘   IP or MPLS
 *
 *     packet_link.c        packet_ip.c                packet_tunnel.c
 *
 * Limits: 8 link tags, 16 MPLS labels, 10 IPv6 extension headers, 4 encapsulations; encrypted
 * payloads end the walk. Sources: see the layers.
 */
#include "fabricpulse/decode/packet.h"

#include "packet_priv.h"

#define FCS_BYTES           4u
#define SYNTHETIC_MAC_BYTES 14u /* agents that sample at layer 3 count a MAC header all the same */
#define LENGTH_DOUBT_BYTES  64  /* a frame length that is further from IP's than this is wrong */
#define LENGTH_DOUBT_MIN    60u /* shorter IP packets are padded: their length says little */

const char *packet_tunnel_name(enum packet_tunnel tunnel)
{
	static const char *const names[PACKET_TUNNEL_COUNT] = {
		[PACKET_TUNNEL_NONE] = "none",
		[PACKET_TUNNEL_VXLAN] = "vxlan",
		[PACKET_TUNNEL_VXLAN_GPE] = "vxlan_gpe",
		[PACKET_TUNNEL_GENEVE] = "geneve",
		[PACKET_TUNNEL_GRE] = "gre",
		[PACKET_TUNNEL_NVGRE] = "nvgre",
		[PACKET_TUNNEL_ERSPAN] = "erspan",
		[PACKET_TUNNEL_IPIP] = "ipip",
		[PACKET_TUNNEL_SRV6] = "srv6",
		[PACKET_TUNNEL_ETHERIP] = "etherip",
		[PACKET_TUNNEL_MPLS_UDP] = "mpls_udp",
		[PACKET_TUNNEL_MPLS_IP] = "mpls_ip",
		[PACKET_TUNNEL_PSEUDOWIRE] = "pseudowire",
	};

	return names[tunnel];
}

bool packet_enter(struct packet_walk *w, enum packet_tunnel tunnel)
{
	struct packet *p = w->out;

	if (p->tunnel_depth >= PACKET_ENCAPSULATIONS_MAX) {
		return false;
	}
	p->tunnel_depth++;
	if (p->tunnel == PACKET_TUNNEL_NONE) {
		p->tunnel = tunnel;
	}
	return true;
}

void packet_note_vni(struct packet_walk *w, uint32_t vni)
{
	if (!w->has_vni) {
		w->has_vni = true;
		w->out->vni = vni;
	}
}

/* ---- the innermost layers ---- */

static enum packet_layer packet_bth(struct packet_walk *w)
{
	struct bytes rest = { .at = w->at, .len = packet_left(w) };
	struct packet *p = w->out;
	bool is_bad_version;

	if (roce_parse(rest, &p->roce, &is_bad_version)) {
		p->bth_offset = (uint32_t)(w->at - w->begin);
		p->is_cut = p->is_cut || (p->roce.is_cut && !w->is_ip_bounded);
	} else if (is_bad_version) {
		p->payload = PACKET_OTHER;
		if (w->faults != NULL) {
			w->faults[FP_BAD_BTH_VERSION]++;
		}
	} else if (w->is_ip_bounded) {
		p->payload = PACKET_OTHER; /* the packet itself is too short */
	} else {
		p->is_cut = true;
	}
	return PACKET_STOP;
}

/* Ultra Ethernet PDS prologue: type(5) next header or control type(4) flags(7). */
enum uet_type {
	UET_ACK = 7,
	UET_ACK_CC = 8,
	UET_ACK_CCX = 9,
	UET_NACK = 10,
	UET_NACK_CCX = 12,
};
#define UET_ECN_SEEN 0x20u

static enum packet_layer packet_uet(struct packet_walk *w)
{
	struct packet_uet *uet = &w->out->uet;
	const uint8_t *prologue = packet_take(w, 2);
	bool is_nack, is_ack;

	if (prologue == NULL) {
		return PACKET_STOP;
	}
	uet->type = (uint8_t)(prologue[0] >> 3);
	is_nack = uet->type == UET_NACK || uet->type == UET_NACK_CCX;
	is_ack = uet->type >= UET_ACK && uet->type <= UET_ACK_CCX;
	uet->is_ecn_seen = (is_ack || is_nack) && (prologue[1] & UET_ECN_SEEN) != 0;
	if (is_nack) {
		const uint8_t *code = packet_take(w, 1);

		uet->nack_code = code != NULL ? *code : 0;
	}
	return PACKET_STOP;
}

/* ---- the walk ---- */

static const struct {
	enum packet_layer layer;
	uint32_t link;
} first_layers[] = {
	{ PACKET_LAYER_ETHERNET, PACKET_LINK_ETHERNET }, { PACKET_LAYER_IPV4, PACKET_LINK_IPV4 },
	{ PACKET_LAYER_IPV6, PACKET_LINK_IPV6 },         { PACKET_LAYER_PPP, PACKET_LINK_PPP },
	{ PACKET_LAYER_MPLS, PACKET_LINK_MPLS },         { PACKET_LAYER_POS, PACKET_LINK_POS },
	{ PACKET_LAYER_LRH, PACKET_LINK_INFINIBAND },
};

static enum packet_layer (*const layers[PACKET_LAYER_COUNT])(struct packet_walk *w) = {
	[PACKET_LAYER_ETHERNET] = packet_ethernet, [PACKET_LAYER_ETHERTYPE] = packet_ethertype,
	[PACKET_LAYER_PPP] = packet_ppp,           [PACKET_LAYER_POS] = packet_pos,
	[PACKET_LAYER_MPLS] = packet_mpls,         [PACKET_LAYER_LRH] = packet_lrh,
	[PACKET_LAYER_GRH] = packet_grh,           [PACKET_LAYER_IPV4] = packet_ipv4,
	[PACKET_LAYER_IPV6] = packet_ipv6,         [PACKET_LAYER_TRANSPORT] = packet_transport,
	[PACKET_LAYER_VXLAN] = packet_vxlan,       [PACKET_LAYER_VXLAN_GPE] = packet_vxlan_gpe,
	[PACKET_LAYER_GENEVE] = packet_geneve,     [PACKET_LAYER_GRE] = packet_gre,
	[PACKET_LAYER_ETHERIP] = packet_etherip,   [PACKET_LAYER_BTH] = packet_bth,
	[PACKET_LAYER_UET] = packet_uet,
};

void packet_parse(uint32_t link, struct bytes header, struct packet *out, uint16_t *faults)
{
	struct packet_walk w = {
		.begin = header.at,
		.at = header.at,
		.end = header.at + header.len,
		.out = out,
		.faults = faults,
	};
	enum packet_layer next = PACKET_STOP;

	memset(out, 0, sizeof *out);
	out->link = link;
	for (size_t i = 0; i < sizeof first_layers / sizeof first_layers[0]; i++) {
		if (first_layers[i].link == link) {
			next = first_layers[i].layer;
			break;
		}
	}
	while (next != PACKET_STOP) {
		next = layers[next](&w);
	}
	if (w.ip_layers == 1) {
		out->outer = out->inner;
	}
}

uint32_t packet_frame_bytes(uint32_t frame_length, uint32_t stripped, uint32_t header_length,
                            const struct packet *p)
{
	uint32_t bytes = frame_length > header_length ? frame_length : header_length;
	uint32_t ip_bytes = p->outer.length;

	/* Seen: frame lengths that are 14 too large, or anything at all. IP knows better, unless
	 * its own length was left to offload (0) or the frame was padded. */
	if (ip_bytes >= LENGTH_DOUBT_MIN) {
		int64_t by_frame = (int64_t)bytes - stripped - p->ip_offset;
		int64_t doubt = by_frame - ip_bytes;

		if (doubt > LENGTH_DOUBT_BYTES || doubt < -LENGTH_DOUBT_BYTES) {
			bool is_bare_ip =
			    p->link == PACKET_LINK_IPV4 || p->link == PACKET_LINK_IPV6;

			bytes = ip_bytes + p->ip_offset + FCS_BYTES +
			        (is_bare_ip ? SYNTHETIC_MAC_BYTES : 0);
		}
	}
	return bytes;
}
