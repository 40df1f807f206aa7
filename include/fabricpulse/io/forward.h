/* SPDX-License-Identifier: Apache-2.0 */
/* Sends each received datagram on to other collectors, so that fabricpulse can stand beside an
 * existing one.
 *
 * Payload bytes are sent unchanged from a socket of our own (the UDP source changes; sFlow names
 * the agent inside). Sending never blocks: what the kernel does not take at once is counted and
 * forgotten. So a dead target costs a counter and at most a few system calls a batch.
 */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/io/source.h"

#define FORWARD_TARGETS_MAX OPTION_LIST_MAX

struct forward_config {
	struct option_endpoints targets; /* forward, default none */
};

/* Section "forward" with a single row whose key is "": the section itself is the value
 * (`forward: [10.0.0.5:6343]`). */
extern const struct option_table forward_options;

/* Datagrams of one target, written by the owner's thread, read by anyone. What a target refuses
 * only after it left this machine counts as sent. */
struct forward_stats {
	struct counter sent;
	struct counter failed; /* refused, no route, no buffer; and truncated ones, never sent on */
};

struct forward; /* one a worker */

/* Open a socket a target. A target that cannot be reached now is no failure: it is tried again with
 * each batch. A target without address is this machine. On failure (FP_SYSTEM: errno says why,
 * FP_NO_MEMORY) `*out` is NULL. No targets is fine: then forward_batch() does nothing. */
FP_MUST_USE enum fp_err forward_open(const struct option_endpoints *targets, struct forward **out);

/* Send a batch to every target; borrows the bytes until return. */
void forward_batch(struct forward *f, const struct datagram_batch *batch);

/* Counters of the target with this position in the list; borrowed until forward_close(). */
const struct forward_stats *forward_stats_of(const struct forward *f, size_t target);

void forward_close(struct forward *f); /* NULL is allowed */
