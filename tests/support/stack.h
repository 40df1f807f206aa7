/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for tests, built from the inside out so that every header knows its payload's length.
 *
 *     stack_begin(&s);
 *     stack_rdma(&s, 0x06, 16);
 *     stack_udp(&s, 49152, 4791);
 *     stack_ipv4(&s, 17, 0x02);
 *     stack_ethernet(&s, 0x0800);
 *     packet_parse(1, stack_bytes(&s), …);
 *
 * Addresses are fixed: IPv4 10.0.d.1 -> 10.0.d.2 and IPv6 2001:db8:d::1 -> ::2, where d counts the
 * network layers from the inside; TTL 64. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

#define STACK_BYTES 2048

struct stack {
	uint8_t storage[STACK_BYTES];
	size_t at;      /* the first byte used; all up to the end are */
	uint8_t layers; /* network layers so far */
};

void stack_begin(struct stack *s);
struct bytes stack_bytes(const struct stack *s);

/* Put bytes before what is there; as hexadecimal with blanks, too. */
void stack_put(struct stack *s, const void *bytes, size_t len);
void stack_hex(struct stack *s, const char *hex);

/* A BTH of this opcode (QP 0xd2, PSN 0xabcd), `extra` bytes behind it counting 1, 2, 3 …, and an
 * ICRC. */
void stack_rdma(struct stack *s, uint8_t opcode, size_t extra);
void stack_udp(struct stack *s, uint16_t src_port, uint16_t dst_port);
void stack_ipv4(struct stack *s, uint8_t protocol, uint8_t tos);
void stack_ipv6(struct stack *s, uint8_t next_header, uint8_t traffic_class);
/* 02:00:00:00:00:01 -> 02:00:00:00:00:02 */
void stack_ethernet(struct stack *s, uint16_t ethertype);
/* A VLAN tag without its own ethertype: TCI, and the ethertype of what follows. */
void stack_tag(struct stack *s, uint16_t tci, uint16_t ethertype);
void stack_vxlan(struct stack *s, uint32_t vni);
/* `reached` of `count` segments: the list's first entry is 2001:db8:5e9::1. */
void stack_segments(struct stack *s, uint8_t next_header, uint8_t count, uint8_t left);
