/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and gauges with one writer and any number of readers.
 *
 * Only the thread that owns a shard writes it, so an addition is a relaxed load and a relaxed store: no LOCK prefix, as
 * cheap as plain code. Readers load relaxed: they may be a few samples behind, never torn. Relaxed suffices because no
 * reader draws a conclusion from one counter about the state of another.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct counter {
	_Atomic uint64_t v;
};

/* A double kept as its bits. Zero-filled memory reads as 0.0; "absent" is NaN and must be stored. */
struct gauge {
	_Atomic uint64_t bits;
};

static inline void counter_add(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->v, atomic_load_explicit(&c->v, memory_order_relaxed) + n,
	                      memory_order_relaxed);
}

static inline void counter_set(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->v, n, memory_order_relaxed);
}

static inline uint64_t counter_get(const struct counter *c)
{
	return atomic_load_explicit(&c->v, memory_order_relaxed);
}

static inline void gauge_set(struct gauge *g, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	atomic_store_explicit(&g->bits, bits, memory_order_relaxed);
}

static inline double gauge_get(const struct gauge *g)
{
	uint64_t bits = atomic_load_explicit(&g->bits, memory_order_relaxed);
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}
