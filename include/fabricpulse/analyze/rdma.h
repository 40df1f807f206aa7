/* SPDX-License-Identifier: Apache-2.0 */
/* What RDMA does: operations, message sizes, acknowledgements, credits. Fabric view: each packet
 * once, whatever the rule under which it entered.
 *
 * A message is seen by its RDMA extended header, which only the first packet of a WRITE, and a READ
 * request, carry; so the sampled lengths are those of whole messages, each with the weight of one
 * packet. SENDs carry no length and are not in the histogram. Retransmission cannot be told from
 * samples and is not claimed.
 *
 * An acknowledgement's credits are the receive buffers that the responder still has. Code 31 says
 * "no limit" (shared receive queues: most of production): it is counted apart and enters neither
 * histogram nor sum.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

/* Requests that carry a message length. */
enum rdma_request {
	RDMA_REQUEST_OTHER = 0, /* FLUSH, ATOMIC_WRITE, and what later standards bring */
	RDMA_REQUEST_WRITE,
	RDMA_REQUEST_READ,
	RDMA_REQUEST_COUNT, /* last */
};

#define RDMA_OPCODES   256u
#define RDMA_AETH      4u                    /* enum roce_aeth_kind */
#define RDMA_NAKS      (ROCE_NAK_CODES + 1u) /* codes; last: reserved ones */
#define RDMA_UET_TYPES 32u                   /* five bits */
#define RDMA_UET_NACKS 256u

/* Written by the worker. Packets and bytes are estimates. */
struct rdma_fabric {
	struct counter packets[RDMA_OPCODES], bytes[RDMA_OPCODES], samples[RDMA_OPCODES];
	struct histogram message_bytes[RDMA_REQUEST_COUNT]; /* weighted: messages */
	struct counter message_samples[RDMA_REQUEST_COUNT];
	struct counter aeth[RDMA_AETH], aeth_samples[RDMA_AETH];
	struct counter naks[RDMA_NAKS], nak_samples[RDMA_NAKS];
	struct histogram credits; /* ACKs that have a limit */
	struct counter credit_samples;
	struct counter unlimited, unlimited_samples; /* ACKs with credit code 31 */
	struct counter ack_requests, ack_request_samples;
	struct counter uet_packets[RDMA_UET_TYPES], uet_bytes[RDMA_UET_TYPES],
	    uet_samples[RDMA_UET_TYPES];
	struct counter uet_nacks[RDMA_UET_NACKS], uet_nack_samples[RDMA_UET_NACKS];
};
