/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a sampled packet; the first byte is the header protocol. Whatever is claimed lies
 * inside the bytes, a longer sample never says less, and every limit holds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/decode/packet.h"
#include "flat_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static bool is_same(const struct packet_ip *a, const struct packet_ip *b)
{
	return a->version == b->version && a->dscp == b->dscp && a->ttl == b->ttl &&
	       a->length == b->length && memcmp(&a->src, &b->src, sizeof a->src) == 0 &&
	       memcmp(&a->dst, &b->dst, sizeof a->dst) == 0;
}

static void check(const struct packet *p, size_t len)
{
	const struct roce *r = &p->roce;

	require(p->vlan_count <= 8 && p->mpls_count <= 16 && p->tunnel_depth <= 4);
	require(p->ip_offset <= len);
	require(!r->has_bth || p->bth_offset + 12 <= len);
	require(r->has_bth || !(r->has_reth || r->has_aeth || r->has_deth || r->has_atomic));
	require(r->dest_qp <= 0xffffff && r->psn <= 0xffffff && r->msn <= 0xffffff);
	require(p->outer.version == 0 || p->outer.version == 4 || p->outer.version == 6);
	require(p->inner.version != 0 || p->outer.version == 0);
	require(p->outer.ecn <= 3 && p->outer.dscp <= 63);
	require(p->tunnel_depth > 0 || is_same(&p->outer, &p->inner));
	require((p->tunnel == PACKET_TUNNEL_NONE) == (p->tunnel_depth == 0));
	if (r->has_bth) {
		require(p->payload == PACKET_ROCEV2 || p->payload == PACKET_ROCEV1 ||
		        p->payload == PACKET_INFINIBAND);
	}
	require(packet_frame_bytes(0, 0, (uint32_t)len, p) > 0 || len == 0);
}

/* A sample that was cut to half knows nothing that the whole one does not. */
static void check_half(uint32_t link, struct bytes header, const struct packet *whole)
{
	struct packet half;

	header.len /= 2;
	packet_parse(link, header, &half, NULL);
	check(&half, header.len);
	require(whole->has_ethernet || !half.has_ethernet);
	require(whole->vlan_count >= half.vlan_count);
	require(whole->outer.version != 0 || half.outer.version == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint16_t faults[FP_WIRE_FAULT_END] = { 0 };
	struct bytes header = { .at = data + 1, .len = size - 1 };
	struct flat_sink flat;
	struct packet p;

	if (size == 0) {
		return 0;
	}
	packet_parse(data[0], header, &p, faults);
	check(&p, header.len);
	check_half(data[0], header, &p);
	flat_sink_init(&flat);
	describe_packet(&p, "packet", &flat.sink);
	require(!flat.is_broken && flat.depth == 0 && flat.values < 100);
	flat_sink_deinit(&flat);
	return 0;
}
