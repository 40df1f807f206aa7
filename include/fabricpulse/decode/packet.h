/* SPDX-License-Identifier: Apache-2.0 */
/* The headers inside a sampled packet: Ethernet to the innermost transport, and what RDMA says
 * there.
 *
 * Parsing stops, with `is_cut` set, where the sampled bytes end; everything read until then stays.
 * Only the sampled bytes bound the parse, never frame_length (agents get that wrong); lengths
 * beyond layer 3 come from IP. Limits against hostile chains: 8 link tags, 16 MPLS labels, 10 IPv6
 * extension headers, 4 encapsulations.
 *
 * Sources: IEEE 802.3/802.1Q, RFC 791, 8200, 8754, 2784, 7348, 8926, 3032; IBTA volume 1 annexes
 * 16, 17.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/err.h"
#include "fabricpulse/decode/roce.h"

/* sFlow header_protocol values that are parsed. */
enum packet_link {
	PACKET_LINK_ETHERNET = 1,
	PACKET_LINK_PPP = 7,
	PACKET_LINK_IPV4 = 11,
	PACKET_LINK_IPV6 = 12,
	PACKET_LINK_MPLS = 13,
	PACKET_LINK_POS = 14,
	PACKET_LINK_INFINIBAND = 18,
};

enum packet_tunnel {
	PACKET_TUNNEL_NONE = 0,
	PACKET_TUNNEL_VXLAN,
	PACKET_TUNNEL_VXLAN_GPE,
	PACKET_TUNNEL_GENEVE,
	PACKET_TUNNEL_GRE,
	PACKET_TUNNEL_NVGRE,
	PACKET_TUNNEL_ERSPAN,
	PACKET_TUNNEL_IPIP, /* 4in4, 6in4, 4in6, 6in6 */
	PACKET_TUNNEL_SRV6, /* IPv6 with a segment routing header around an inner packet */
	PACKET_TUNNEL_ETHERIP,
	PACKET_TUNNEL_MPLS_UDP,
	PACKET_TUNNEL_MPLS_IP,
	PACKET_TUNNEL_PSEUDOWIRE, /* Ethernet behind MPLS labels */
	PACKET_TUNNEL_COUNT,      /* last */
};
const char *packet_tunnel_name(enum packet_tunnel tunnel); /* "none", "vxlan", … */

/* One network layer. */
struct packet_ip {
	uint8_t version;        /* 4, 6; 0 = none */
	uint8_t dscp;           /* 0..63 */
	uint8_t ecn;            /* 0 not ECT, 1 ECT(1), 2 ECT(0), 3 CE */
	uint8_t ttl;            /* or hop limit */
	uint8_t protocol;       /* of the payload, after extension headers */
	bool is_fragment;       /* any fragment but an unfragmented packet */
	bool is_later_fragment; /* offset != 0: no transport header here */
	uint32_t length; /* whole packet by its own length field; 0 when the field is 0 (offload) */
	uint32_t flow_label;  /* IPv6 */
	struct addr src, dst; /* SRv6: dst is the last segment */
};

enum packet_payload {
	PACKET_OTHER = 0,
	PACKET_ROCEV2,     /* UDP destination 4791, and a BTH or a cut where it would be */
	PACKET_ROCEV1,     /* ethertype 0x8915 */
	PACKET_INFINIBAND, /* native */
	PACKET_UET,        /* UDP destination 4793 */
};

/* Ultra Ethernet PDS prologue. */
struct packet_uet {
	uint8_t type;      /* 1..14 */
	uint8_t nack_code; /* type NACK: code, else 0 */
	bool is_ecn_seen;  /* ACK and NACK: flag M */
};

struct packet {
	uint32_t link; /* header_protocol */
	bool is_cut;   /* the sampled bytes ended before the chain did */
	bool has_ethernet;
	struct mac dst_mac, src_mac; /* outermost Ethernet */
	uint16_t ethertype;          /* outermost, after tags; 0 for 802.3 frames without SNAP */
	uint8_t vlan_count;
	uint16_t vlan_outer, vlan_inner; /* TCI: PCP(3) DEI(1) VID(12) */
	uint8_t mpls_count;
	uint32_t mpls_label;       /* top label */
	uint8_t tunnel_depth;      /* encapsulations passed */
	enum packet_tunnel tunnel; /* the outermost */
	uint32_t vni;              /* of the outermost tunnel that has one; 0 otherwise */
	uint32_t ip_offset;        /* of the first network layer, from the first sampled byte */
	struct packet_ip outer;    /* first network layer */
	struct packet_ip inner; /* innermost network layer; equals outer when tunnel_depth is 0 */
	uint8_t l4;             /* innermost IP protocol, 0 when none */
	uint16_t src_port, dst_port; /* innermost UDP or TCP */
	uint8_t tcp_flags;
	bool is_pause, is_pfc; /* MAC control frames */
	enum packet_payload payload;
	/* From the first sampled byte, when payload is RDMA and a BTH is there. */
	uint32_t bth_offset;
	struct roce roce; /* valid when roce.has_bth */
	struct packet_uet uet;
};

/* Parse `header`. Never fails: what cannot be read is absent. Zeroes and fills `out`. `faults` may
 * be NULL; else faults[FP_BAD_BTH_VERSION] and the like are incremented (array of
 * FP_WIRE_FAULT_END). */
void packet_parse(uint32_t link, struct bytes header, struct packet *out, uint16_t *faults);

/* Bytes of the frame on the wire, including FCS, from a sampled_header record: frame_length,
 * corrected where agents are known to be wrong (a header longer than its frame; a length that
 * contradicts IP by more than 64 bytes). */
uint32_t packet_frame_bytes(uint32_t frame_length, uint32_t stripped, uint32_t header_length,
                            const struct packet *p);
