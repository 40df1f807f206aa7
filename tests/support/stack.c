/* SPDX-License-Identifier: Apache-2.0 */
/* See stack.h. */
#include "stack.h"

#include <stdlib.h>
#include <string.h>

#include "wire.h"

void stack_begin(struct stack *s)
{
	*s = (struct stack){ .at = STACK_BYTES };
}

struct bytes stack_bytes(const struct stack *s)
{
	return (struct bytes){ .at = s->storage + s->at, .len = STACK_BYTES - s->at };
}

void stack_put(struct stack *s, const void *bytes, size_t len)
{
	if (len > s->at) {
		abort();
	}
	s->at -= len;
	memcpy(s->storage + s->at, bytes, len);
}

void stack_hex(struct stack *s, const char *hex)
{
	uint8_t buf[STACK_BYTES];

	stack_put(s, buf, wire_hex(hex, buf, sizeof buf));
}

static void store16(uint8_t *at, size_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

void stack_rdma(struct stack *s, uint8_t opcode, size_t extra)
{
	uint8_t behind[STACK_BYTES];

	stack_hex(s, "1cbcbc1c"); /* ICRC */
	for (size_t i = 0; i < extra; i++) {
		behind[i] = (uint8_t)(i + 1);
	}
	stack_put(s, behind, extra);
	stack_hex(s, "00 ffff 00 0000d2 80 00abcd");
	stack_put(s, &opcode, 1);
}

void stack_udp(struct stack *s, uint16_t src_port, uint16_t dst_port)
{
	uint8_t h[8] = { 0 };

	store16(h, src_port);
	store16(h + 2, dst_port);
	store16(h + 4, 8 + stack_bytes(s).len);
	stack_put(s, h, sizeof h);
}

void stack_ipv4(struct stack *s, uint8_t protocol, uint8_t tos)
{
	uint8_t d = ++s->layers;
	uint8_t h[20] = { 0x45, tos, 0,  0, 0, 1, 0x40, 0, 64, protocol,
		          0,    0,   10, 0, d, 1, 10,   0, d,  2 };

	store16(h + 2, sizeof h + stack_bytes(s).len);
	stack_put(s, h, sizeof h);
}

void stack_ipv6(struct stack *s, uint8_t next_header, uint8_t traffic_class)
{
	uint8_t d = ++s->layers;
	uint8_t h[40] = { [6] = next_header, [7] = 64 };

	wire_store32(h, 0x60000000u | (uint32_t)traffic_class << 20 | 0x12345u);
	store16(h + 4, stack_bytes(s).len);
	for (size_t i = 8; i < 40; i += 16) {
		wire_store32(h + i, 0x20010db8);
		h[i + 5] = d;
		h[i + 15] = (uint8_t)(i / 16 + 1);
	}
	stack_put(s, h, sizeof h);
}

void stack_ethernet(struct stack *s, uint16_t ethertype)
{
	uint8_t h[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };

	store16(h + 12, ethertype);
	stack_put(s, h, sizeof h);
}

void stack_tag(struct stack *s, uint16_t tci, uint16_t ethertype)
{
	uint8_t h[4];

	store16(h, tci);
	store16(h + 2, ethertype);
	stack_put(s, h, sizeof h);
}

void stack_vxlan(struct stack *s, uint32_t vni)
{
	uint8_t h[8] = { 0x08 };

	wire_store32(h + 4, vni << 8);
	stack_put(s, h, sizeof h);
}

void stack_segments(struct stack *s, uint8_t next_header, uint8_t count, uint8_t left)
{
	uint8_t h[8] = { next_header, (uint8_t)(2 * count), 4, left, (uint8_t)(count - 1) };

	for (uint8_t i = count; i > 0; i--) {
		uint8_t segment[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x05, 0xe9 };

		segment[15] = i;
		stack_put(s, segment, sizeof segment);
	}
	stack_put(s, h, sizeof h);
}
