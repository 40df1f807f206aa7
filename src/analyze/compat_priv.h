/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker's half of the compat analyzer (compat.c) keeps for the ticker's half
 * (compat_digest.c, compat_view.c), and the digest between them. */
#pragma once

#include <pthread.h>

#include "fabricpulse/analyze/compat.h"

/* Sums that are smoothed one by one. Each is kept by role: which roles count is decided by the
 * reader, because the topology can come and go. */
enum compat_sum {
	COMPAT_SUM_FRAMES = 0, /* ingress, all traffic */
	COMPAT_SUM_BYTES,
	COMPAT_SUM_RETH_FRAMES,
	COMPAT_SUM_RETH_BYTES, /* RETH DMA lengths */
	COMPAT_SUM_ACK_FRAMES, /* with a credit count */
	COMPAT_SUM_CREDITS,
	COMPAT_SUM_ECN,
	COMPAT_SUM_CNP,
	COMPAT_SUM_TRIMMED,
	COMPAT_SUM_COUNT, /* last */
};

#define COMPAT_OPCODES 256u

/* Seconds that least and most credits are remembered for. */
#define COMPAT_WINDOW 4u

/* Written by the worker. */
struct compat_fabric {
	struct counter sum[COMPAT_SUM_COUNT][ROLE_COUNT];
	struct counter operations[COMPAT_OPCODES][ROLE_COUNT];
	struct counter drops[DROP_REASON_SLOTS];
	/* Least and most credits of a second, packed into one word so that no reader sees half of
	 * them: second << 32 | most << 16 | least. The slot is the second modulo the size. */
	struct counter credit_window[ROLE_COUNT][COMPAT_WINDOW];
	struct gauge uses_topology; /* written by the ticker, in the first shard alone */
};

/* Written by the worker. */
struct compat_port {
	struct counter in_bytes; /* ingress samples, scaled */
};

/* A total as the last step saw it, and its smoothed growth per second. */
struct compat_smooth {
	uint64_t last;
	double rate;
};

#define COMPAT_LOAD_SECONDS 20u
#define COMPAT_LOADS        (COMPAT_LOAD_SECONDS * TICKS_PER_SECOND)

/* The ticker's state. What `lock` guards is read by anyone; the rest is the ticker's alone. */
struct compat_digest {
	pthread_mutex_t lock;
	struct compat_snapshot history[COMPAT_HISTORY]; /* guarded; ring */
	uint32_t history_count, history_next;           /* guarded; next: where the next one goes */
	struct compat_period period;                    /* guarded */

	uint64_t second_ns, tick_ns; /* of the last step and tick; 0: none yet */
	bool uses_topology;
	struct compat_smooth sum[COMPAT_SUM_COUNT][ROLE_COUNT];
	struct compat_smooth operations[COMPAT_OPCODES][ROLE_COUNT];
	struct compat_smooth drops[DROP_REASON_SLOTS];
	struct compat_smooth load[ROLE_COUNT]; /* frames, smoothed over a tick */
	double loads[COMPAT_LOADS];            /* ring */
	uint32_t load_count, load_next;

	/* One entry a port that a shard may hold, shard after shard; reserved at the first step,
	 * when the shards are known. */
	uint32_t port_limit, port_shards;
	struct compat_smooth *ports;
	double *edge_values, *core_values; /* room for a value a port */
};

/* Least, lower quartile, median, upper quartile, most of `count` values, which are sorted in place.
 * All 0 for no values. A quartile between two values is interpolated: position q x (count - 1), as
 * PromQL's quantile() and nearly all JavaScript code do. */
struct five_numbers {
	double min, q1, median, q3, max;
};
struct five_numbers five_numbers_of(double *values, size_t count);

/* Put (name, value) into a list of the COMPAT_TOP largest, descending, names breaking ties. */
void top_put(struct compat_top top[static COMPAT_TOP], uint32_t *count, const char *name,
             double value);

/* Which roles count as edge, and which as part of the topology at all. Without a topology every
 * port does, and one of unknown role is an edge. */
static inline bool compat_is_edge(enum port_role role, bool uses_topology)
{
	return role == ROLE_EDGE || (role == ROLE_UNKNOWN && !uses_topology);
}

static inline bool compat_is_member(enum port_role role, bool uses_topology)
{
	return role != ROLE_UNKNOWN || !uses_topology;
}

enum fp_err compat_digest_init(void *digest);
void compat_digest_deinit(void *digest);
void compat_digest(const struct shards *shards, uint64_t now_ns, uint64_t tick);
