/* SPDX-License-Identifier: Apache-2.0 */
/* From a captured frame to the UDP datagram inside it. Pure: bytes in, a view of the same bytes
 * out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/bytes.h"

enum link_verdict {
	LINK_DATAGRAM = 0,   /* UDP to the port: `out` is filled */
	LINK_LATER_FRAGMENT, /* of a UDP packet, but not its beginning: no port, no use */
	LINK_OTHER,          /* anything else, and what is cut off before the UDP header ends */
	LINK_VERDICT_COUNT,  /* last: how many there are */
};

struct link_datagram {
	struct bytes payload;   /* borrows the frame */
	struct endpoint from;   /* UDP source */
	bool is_truncated;      /* UDP announces more bytes than the frame holds */
	bool is_first_fragment; /* the beginning of a fragmented packet (then truncated, too) */
};

/* Whether frames of this link type (a DLT_ number of libpcap) can be opened. */
bool link_is_supported(int link_type);

/* Fills `out` when `frame` carries UDP to `port` (0: to any port); else `out` is zeroed. Checksums
 * are not checked: captures on a sending machine show them before the hardware fills them in. */
enum link_verdict link_datagram_find(int link_type, struct bytes frame, uint16_t port,
                                     struct link_datagram *out);
