/* SPDX-License-Identifier: Apache-2.0 */
/* Frames as a capture has them, from a description: for tests of whatever opens frames.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

#define FRAME_BYTES_MAX   2048
#define FRAME_SOURCE_PORT 40000
#define FRAME_SOURCE_V4   "192.0.2.7"
#define FRAME_SOURCE_V6   "2001:db8::7"

struct frame_shape {
	int link_type; /* DLT_ number, one of those that link.c knows */
	bool is_ipv6;
	unsigned tags;            /* VLAN tags, the outermost 802.1ad when there are several */
	unsigned options;         /* IPv4: words of options; IPv6: extension headers of 8 bytes */
	unsigned fragment_offset; /* in 8 bytes; IPv6: with a fragment header if any of the two */
	bool has_more_fragments;
	unsigned udp_excess; /* bytes that the UDP length announces beyond the payload */
	unsigned padding;    /* bytes behind the IP packet */
	uint16_t port;       /* UDP destination port */
	struct bytes payload;
};

/* Fills `out`; the frame's length. */
size_t frame_build(const struct frame_shape *shape, uint8_t out[static FRAME_BYTES_MAX]);
