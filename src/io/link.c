/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the UDP datagram in a captured frame.
 *
 * A capture may come from any interface of any machine, and its bytes are untrusted. So the frame
 * is peeled header by header with the bounded cursor: link header by a table row, VLAN tags, IPv4
 * with options or IPv6 with extension headers, UDP. Each length that a header announces narrows
 * the view, never widens it; Ethernet padding falls away at the IP length, and what the capture cut
 * off shows as a truncated datagram. Tunnels and MPLS are not opened, IP fragments not put together
 * again: sFlow agents keep their datagrams below the MTU. Of later fragments only those known to
 * belong to UDP are told apart.
 *
 * Source: tcpdump.org link-layer header types; IEEE 802.1Q; RFC 791, 8200, 4302, 768.
 */
#include "link_priv.h"

#include <pcap/dlt.h>
#include <string.h>

#include "fabricpulse/base/option.h"
#include "fabricpulse/base/xdr.h"

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	TAGS_MAX = 8,       /* VLAN tags on one frame; two are usual at most */
	EXTENSIONS_MAX = 8, /* IPv6 extension headers; RFC 8200 names six, each once */
	UDP_HEADER_BYTES = 8,
};

/* How a link header tells what follows it. */
struct link_row {
	int link_type;
	uint8_t header_bytes;
	int8_t type_at; /* offset of the Ethernet type, or NO_TYPE: IP, told by its version */
};

enum { NO_TYPE = -1 };

/* Null and loop start with an address family whose values and byte order differ between systems
 * (IPv6 is 10, 24, 28 or 30); the version of the IP header behind it says the same. */
static const struct link_row link_rows[] = {
	{ DLT_EN10MB, 14, 12 },   { DLT_LINUX_SLL, 16, 14 }, { DLT_LINUX_SLL2, 20, 0 },
	{ DLT_RAW, 0, NO_TYPE },  { DLT_IPV4, 0, NO_TYPE },  { DLT_IPV6, 0, NO_TYPE },
	{ DLT_NULL, 4, NO_TYPE }, { DLT_LOOP, 4, NO_TYPE },
};

/* What the IP headers, once opened, say about the packet. */
struct ip_packet {
	struct addr source;
	struct xdr body; /* what follows the headers, as far as the frame holds it */
	uint8_t protocol;
	bool is_first_fragment;
	bool is_later_fragment;
};

static const struct link_row *link_row_find(int link_type)
{
	for (size_t i = 0; i < ARRAY_LEN(link_rows); i++) {
		if (link_rows[i].link_type == link_type) {
			return &link_rows[i];
		}
	}
	return NULL;
}

bool link_is_supported(int link_type)
{
	return link_row_find(link_type) != NULL;
}

static bool type_is_tag(unsigned type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

static bool type_is_ip(unsigned type)
{
	return type == TYPE_IPV4 || type == TYPE_IPV6;
}

/* Step over the link header and its tags; false when something other than IP follows. */
static bool link_open(const struct link_row *row, struct xdr *x)
{
	const uint8_t *p = xdr_take(x, row->header_bytes);
	unsigned type;

	if (p == NULL || row->type_at == NO_TYPE) {
		return p != NULL;
	}
	type = be16_load(p + row->type_at);
	for (unsigned tags = 0; type_is_tag(type) && tags < TAGS_MAX; tags++) {
		p = xdr_take(x, 4); /* tag control, then the type of what follows */
		if (p == NULL) {
			return false;
		}
		type = be16_load(p + 2);
	}
	return type_is_ip(type);
}

/* The body ends where the length in the header says, or before that where the frame ends. */
static void body_narrow(struct xdr *x, size_t announced)
{
	if (announced < xdr_left(x)) {
		x->end = x->at + announced;
	}
}

static bool ipv4_open(struct xdr *x, struct ip_packet *ip)
{
	const uint8_t *p = xdr_take(x, 20);
	size_t header_bytes;
	size_t total_bytes;
	unsigned fragment;

	if (p == NULL) {
		return false;
	}
	header_bytes = (size_t)(p[0] & 15u) * 4;
	total_bytes = be16_load(p + 2);
	fragment = be16_load(p + 6);
	if (header_bytes < 20 || xdr_take(x, header_bytes - 20) == NULL) {
		return false;
	}
	ip->source.family = ADDR_IPV4;
	memcpy(ip->source.bytes, p + 12, 4);
	ip->protocol = p[9];
	ip->is_later_fragment = (fragment & 0x1fffu) != 0;
	ip->is_first_fragment = !ip->is_later_fragment && (fragment & 0x2000u) != 0;
	/* Length 0: captured before segmentation in hardware; then the frame's own end counts. */
	if (total_bytes != 0) {
		if (total_bytes < header_bytes) {
			return false;
		}
		body_narrow(x, total_bytes - header_bytes);
	}
	ip->body = *x;
	return true;
}

static bool protocol_is_extension(uint8_t protocol)
{
	return protocol == 0 ||   /* hop-by-hop options */
	       protocol == 43 ||  /* routing */
	       protocol == 60 ||  /* destination options */
	       protocol == 135 || /* mobility */
	       protocol == 139 || /* host identity */
	       protocol == 140;   /* shim6 */
}

/* Step over one extension header; false when `ip->protocol` is none or the frame ends in it. */
static bool ipv6_extension_open(struct xdr *x, struct ip_packet *ip)
{
	uint8_t kind = ip->protocol;
	bool is_fragment = kind == 44;
	bool is_authentication = kind == 51;
	const uint8_t *p;
	size_t bytes;

	if (!is_fragment && !is_authentication && !protocol_is_extension(kind)) {
		return false;
	}
	p = xdr_take(x, 8);
	if (p == NULL) {
		return false;
	}
	ip->protocol = p[0];
	if (is_fragment) { /* RFC 8200 4.5: 13 bits of offset, 2 reserved, the M flag */
		ip->is_later_fragment = (be16_load(p + 2) & 0xfff8u) != 0;
		ip->is_first_fragment = !ip->is_later_fragment && (p[3] & 1u) != 0;
		return !ip->is_later_fragment; /* what follows is no header but a piece of data */
	}
	/* RFC 8200 4.3: length in 8 bytes beyond the first 8; RFC 4302 2.2: in 4 bytes, minus 2. */
	bytes = is_authentication ? ((size_t)p[1] + 2) * 4 : ((size_t)p[1] + 1) * 8;
	return xdr_take(x, bytes - 8) != NULL;
}

static bool ipv6_open(struct xdr *x, struct ip_packet *ip)
{
	const uint8_t *p = xdr_take(x, 40);
	size_t payload_bytes;

	if (p == NULL) {
		return false;
	}
	payload_bytes = be16_load(p + 4);
	ip->source.family = ADDR_IPV6;
	memcpy(ip->source.bytes, p + 8, 16);
	ip->protocol = p[6];
	if (payload_bytes != 0) { /* 0: a jumbogram, or captured before segmentation in hardware */
		body_narrow(x, payload_bytes);
	}
	for (unsigned i = 0; i < EXTENSIONS_MAX && ipv6_extension_open(x, ip); i++) {
	}
	ip->body = *x;
	return !x->failed;
}

static bool ip_open(struct xdr *x, struct ip_packet *ip)
{
	if (xdr_left(x) == 0) {
		return false;
	}
	switch (x->at[0] >> 4) {
	case 4: return ipv4_open(x, ip);
	case 6: return ipv6_open(x, ip);
	default: return false;
	}
}

enum link_verdict link_datagram_find(int link_type, struct bytes frame, uint16_t port,
                                     struct link_datagram *out)
{
	const struct link_row *row = link_row_find(link_type);
	struct ip_packet ip = { 0 };
	struct xdr x = xdr_of(frame);
	size_t announced;
	const uint8_t *udp;

	*out = (struct link_datagram){ 0 };
	if (row == NULL || !link_open(row, &x) || !ip_open(&x, &ip) || ip.protocol != 17) {
		return LINK_OTHER;
	}
	if (ip.is_later_fragment) {
		return LINK_LATER_FRAGMENT;
	}
	udp = xdr_take(&ip.body, UDP_HEADER_BYTES);
	if (udp == NULL || (port != 0 && be16_load(udp + 2) != port)) {
		return LINK_OTHER;
	}
	announced = be16_load(udp + 4); /* RFC 768: header and data */
	if (announced < UDP_HEADER_BYTES) {
		return LINK_OTHER;
	}
	announced -= UDP_HEADER_BYTES;
	out->is_truncated = announced > xdr_left(&ip.body);
	out->is_first_fragment = ip.is_first_fragment;
	body_narrow(&ip.body, announced);
	out->payload = (struct bytes){ .at = ip.body.at, .len = xdr_left(&ip.body) };
	out->from = (struct endpoint){ .addr = ip.source, .port = be16_load(udp) };
	return LINK_DATAGRAM;
}
