/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the packet parser: one walk, many layers.
 *
 * A layer reads its header through packet_take() and names the layer that follows. packet_parse()
 * calls layer after layer until one says PACKET_STOP. Each layer consumes at least one byte or
 * stops, so a walk costs at most the sampled bytes.
 */
#pragma once

#include "fabricpulse/decode/packet.h"

#include <string.h>

#include "fabricpulse/base/xdr.h"

#define PACKET_ENCAPSULATIONS_MAX 4u

/* Layers, as indices of the table in packet.c. */
enum packet_layer {
	PACKET_STOP = 0,
	PACKET_LAYER_ETHERNET,
	PACKET_LAYER_ETHERTYPE, /* whatever packet_walk.ethertype says */
	PACKET_LAYER_PPP,
	PACKET_LAYER_POS,
	PACKET_LAYER_MPLS,
	PACKET_LAYER_LRH,
	PACKET_LAYER_GRH,
	PACKET_LAYER_IPV4,
	PACKET_LAYER_IPV6,
	PACKET_LAYER_TRANSPORT, /* whatever packet.inner.protocol says */
	PACKET_LAYER_VXLAN,
	PACKET_LAYER_VXLAN_GPE,
	PACKET_LAYER_GENEVE,
	PACKET_LAYER_GRE,
	PACKET_LAYER_ETHERIP,
	PACKET_LAYER_BTH,
	PACKET_LAYER_UET,
	PACKET_LAYER_COUNT, /* last */
};

struct packet_walk {
	const uint8_t *begin;
	const uint8_t *at;
	const uint8_t *end; /* of the sampled bytes, or of the IP packet when that is less */
	struct packet *out;
	uint16_t *faults;   /* may be NULL */
	uint32_t ip_layers; /* network layers seen */
	uint16_t ethertype; /* for PACKET_LAYER_ETHERTYPE */
	bool is_ip_bounded; /* `end` is that of an IP packet: running into it is no cut */
	bool has_vni;
	bool has_segments; /* the innermost network layer has a segment routing header */
};

static inline size_t packet_left(const struct packet_walk *w)
{
	return (size_t)(w->end - w->at);
}

/* The next `size` bytes, or NULL when they are not all there. */
static inline const uint8_t *packet_take(struct packet_walk *w, size_t size)
{
	const uint8_t *at = w->at;

	if (size > packet_left(w)) {
		w->out->is_cut = w->out->is_cut || !w->is_ip_bounded;
		return NULL;
	}
	w->at += size;
	return at;
}

/* Go into an encapsulation. False when there have been too many: the walk then ends. */
bool packet_enter(struct packet_walk *w, enum packet_tunnel tunnel);

/* Note the identifier of a tunnel; the outermost one that has one wins. */
void packet_note_vni(struct packet_walk *w, uint32_t vni);

/* packet_link.c */
enum packet_layer packet_ethernet(struct packet_walk *w);
enum packet_layer packet_ethertype(struct packet_walk *w);
enum packet_layer packet_ppp(struct packet_walk *w);
enum packet_layer packet_pos(struct packet_walk *w);
enum packet_layer packet_mpls(struct packet_walk *w);
enum packet_layer packet_lrh(struct packet_walk *w);
enum packet_layer packet_grh(struct packet_walk *w);

/* packet_ip.c */
enum packet_layer packet_ipv4(struct packet_walk *w);
enum packet_layer packet_ipv6(struct packet_walk *w);
enum packet_layer packet_transport(struct packet_walk *w);

/* packet_tunnel.c */
enum packet_layer packet_vxlan(struct packet_walk *w);
enum packet_layer packet_vxlan_gpe(struct packet_walk *w);
enum packet_layer packet_geneve(struct packet_walk *w);
enum packet_layer packet_gre(struct packet_walk *w);
enum packet_layer packet_etherip(struct packet_walk *w);
