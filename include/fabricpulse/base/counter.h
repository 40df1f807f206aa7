/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and gauges with one writer and any number of readers.
 *
 * Only the thread that owns a shard writes it, so an addition is a relaxed load and a relaxed
 * store: no LOCK prefix, as cheap as plain code. Readers load relaxed: they may be a few samples
 * behind, never torn. Relaxed suffices because no reader draws a conclusion from one counter about
 * the state of another.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct counter {
	_Atomic uint64_t v;
};

/* A counter that may be absent: zero-filled memory is "never reported", which is not the same as
 * zero. Holds value + 1. */
struct opt_counter {
	_Atomic uint64_t biased;
};

/* A double that may be absent. Kept as its bits, xor-ed with a NaN's, so that zero-filled memory is
 * NaN: absent. */
struct gauge {
	_Atomic uint64_t masked;
};
#define GAUGE_ABSENT_BITS UINT64_C(0x7ff8000000000000)

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

static inline void opt_counter_add(struct opt_counter *c, uint64_t n)
{
	uint64_t was = atomic_load_explicit(&c->biased, memory_order_relaxed);

	atomic_store_explicit(&c->biased, (was != 0 ? was : 1) + n, memory_order_relaxed);
}

/* False: absent, `out` is 0. */
static inline bool opt_counter_get(const struct opt_counter *c, uint64_t *out)
{
	uint64_t biased = atomic_load_explicit(&c->biased, memory_order_relaxed);

	*out = biased != 0 ? biased - 1 : 0;
	return biased != 0;
}

static inline void gauge_set(struct gauge *g, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	atomic_store_explicit(&g->masked, bits ^ GAUGE_ABSENT_BITS, memory_order_relaxed);
}

static inline void gauge_clear(struct gauge *g)
{
	atomic_store_explicit(&g->masked, 0, memory_order_relaxed);
}

/* NaN: absent. */
static inline double gauge_get(const struct gauge *g)
{
	uint64_t bits = atomic_load_explicit(&g->masked, memory_order_relaxed) ^ GAUGE_ABSENT_BITS;
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}
