/* SPDX-License-Identifier: Apache-2.0 */
/* Sends each received datagram on to other collectors, so that fabricpulse can stand beside an existing one.
 *
 * Payload bytes are sent unchanged from a socket of our own (the UDP source changes; sFlow names the agent inside). Sending
 * never blocks: what the kernel does not take at once is counted and forgotten.
 */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/io/source.h"

#define FORWARD_TARGETS_MAX OPTION_LIST_MAX

struct forward_stats {
	struct counter sent;
	struct counter failed;
};

struct forward; /* one a worker */

FP_MUST_USE enum fp_err forward_open(const struct option_endpoints *targets, struct forward **out);
void forward_batch(struct forward *f, const struct datagram_batch *batch);
const struct forward_stats *forward_stats_of(const struct forward *f, size_t target);
void forward_close(struct forward *f);
