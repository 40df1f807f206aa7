/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a capture nobody vouches for: the first byte chooses the link type, the rest is the
 * frame. What is found must lie inside the frame, and must not depend on whether its port was asked
 * for or any. */
#include <pcap/dlt.h>
#include <stdlib.h>

#include "fabricpulse/base/option.h"
#include "io/link_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int link_types[] = {
		DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_IPV4,
		DLT_IPV6,   DLT_NULL,      DLT_LOOP,       DLT_PPP,
	};
	struct link_datagram any;
	struct link_datagram ours;
	struct bytes frame;
	enum link_verdict verdict;
	int link_type;

	if (size == 0) {
		return 0;
	}
	link_type = link_types[data[0] % ARRAY_LEN(link_types)];
	frame = (struct bytes){ .at = data + 1, .len = size - 1 };
	verdict = link_datagram_find(link_type, frame, 0, &any);
	if (verdict == LINK_DATAGRAM) {
		must(any.payload.at >= frame.at + 8);
		must(any.payload.at + any.payload.len <= frame.at + frame.len);
		must(any.payload.len <= UINT16_MAX - 8);
		must(any.from.addr.family != ADDR_NONE);
		must(link_is_supported(link_type));
	} else {
		must(any.payload.at == NULL && any.payload.len == 0);
	}
	switch (link_datagram_find(link_type, frame, 6343, &ours)) {
	case LINK_DATAGRAM:
		must(verdict == LINK_DATAGRAM && ours.payload.at == any.payload.at);
		must(ours.payload.len == any.payload.len);
		break;
	case LINK_LATER_FRAGMENT: must(verdict == LINK_LATER_FRAGMENT); break;
	case LINK_OTHER: must(verdict != LINK_LATER_FRAGMENT); break;
	case LINK_VERDICT_COUNT: abort();
	}
	return 0;
}
