/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the packet parser share: stacks that end in RoCE, and how they must be read. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/packet.h"
#include "stack.h"
#include "wire.h"

#define SRC_PORT  49152
#define ROCE_PORT 4791

/* At most `limit` bytes of the stack, at the very end of their memory. */
static inline struct packet parse_as(uint32_t link, const struct stack *s, size_t limit)
{
	struct bytes all = stack_bytes(s);
	size_t len = limit < all.len ? limit : all.len;
	uint8_t *exact = wire_exact(all.at, len);
	struct packet p;

	packet_parse(link, (struct bytes){ .at = exact, .len = len }, &p, NULL);
	free(exact);
	return p;
}

static inline struct packet parse(const struct stack *s)
{
	return parse_as(PACKET_LINK_ETHERNET, s, SIZE_MAX);
}

/* A RoCEv2 request over IPv4, without Ethernet. */
static inline void roce_over_ipv4(struct stack *s, uint8_t opcode, size_t extra)
{
	stack_begin(s);
	stack_rdma(s, opcode, extra);
	stack_udp(s, SRC_PORT, ROCE_PORT);
	stack_ipv4(s, 17, 0x6a);
}

static inline void roce_over_ipv6(struct stack *s, uint8_t opcode, size_t extra)
{
	stack_begin(s);
	stack_rdma(s, opcode, extra);
	stack_udp(s, SRC_PORT, ROCE_PORT);
	stack_ipv6(s, 17, 0x6a);
}

/* A write request in IPv6, behind a header of two segments of which one is left. */
static inline void roce_over_srv6(struct stack *s, uint8_t opcode, size_t extra)
{
	roce_over_ipv6(s, opcode, extra);
	stack_segments(s, 41, 2, 1);
	stack_ipv6(s, 43, 0x03);
	stack_ethernet(s, 0x86dd);
}

static inline void assert_write_first(const struct packet *p)
{
	assert_int_equal(p->payload, PACKET_ROCEV2);
	assert_true(p->roce.has_bth && p->roce.has_reth && !p->is_cut);
	assert_int_equal(p->roce.opcode, 0x06);
	assert_int_equal(p->roce.dest_qp, 0xd2);
	assert_int_equal(p->roce.dma_length, 0x0d0e0f10);
	assert_int_equal(p->inner.dscp, 26);
	assert_int_equal(p->inner.ecn, 2);
	assert_int_equal(p->inner.ttl, 64);
	assert_int_equal(p->l4, 17);
	assert_int_equal(p->src_port, SRC_PORT);
	assert_int_equal(p->dst_port, ROCE_PORT);
}
