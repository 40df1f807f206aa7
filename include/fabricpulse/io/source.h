/* SPDX-License-Identifier: Apache-2.0 */
/* Where datagrams come from. Live UDP, a capture and a simulator look the same to everything
 * downstream.
 *
 * A source fills a batch with datagrams and the time at which each arrived. Time is event time:
 * kernel receive timestamps (UDP), the capture's own timestamps (pcap), the simulated clock
 * (simulator). Nobody downstream reads a clock.
 *
 * A source belongs to one thread. Datagram bytes borrow the source's buffers until the next
 * receive() or close().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/counter.h"
#include "fabricpulse/base/err.h"

#define SOURCE_BATCH_MAX 64

struct datagram {
	struct bytes payload; /* UDP payload */
	uint64_t time_ns;     /* arrival, realtime */
	struct endpoint from; /* UDP source; IPv4 is IPv4, whatever the socket */
	bool is_truncated;    /* longer than what was received: payload holds the beginning */
};

struct datagram_batch {
	size_t count;
	struct datagram at[SOURCE_BATCH_MAX];
};

/* What a source counts itself; written by its thread, read by anyone. */
struct source_stats {
	struct counter datagrams; /* given, truncated ones too */
	struct counter bytes;     /* UDP payload given */
	struct counter truncated;
	struct counter kernel_drops;   /* dropped by the kernel, for want of buffer mostly */
	struct counter receive_errors; /* failed receives; captures: files that break off */
	struct counter wakeups;        /* calls of receive() */
	struct counter ip_fragments; /* captures: fragments of UDP; first ones given as truncated */
	struct counter not_sflow;    /* captures: packets that are not UDP to the port */
	struct counter receive_buffer_bytes; /* granted by the kernel a socket; 0 for captures */
};

struct source;

struct source_ops {
	/* Wait at most `timeout_ms` (0: not at all) for datagrams and fill `batch`; count 0 on a
	 * time-out. FP_END: no more will come. FP_SYSTEM: errno says why; the source stays
	 * usable. */
	enum fp_err (*receive)(struct source *source, struct datagram_batch *batch, int timeout_ms);
	void (*close)(struct source *source);
};

/* Every kind of source begins with this. */
struct source {
	const struct source_ops *ops;
	struct source_stats stats;
	bool is_live; /* time goes by without datagrams; a capture's ticker follows its own clock */
};
