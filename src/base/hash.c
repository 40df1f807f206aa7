/* SPDX-License-Identifier: Apache-2.0 */
/* The process's seed, and a hash of byte strings.
 *
 * The hash folds 16 bytes a step with one wide multiplication. It is for tables that live as long
 * as the process: it is neither stable across releases nor a cryptographic one; what keeps a sender
 * from choosing collisions is the seed, which the kernel's random generator gives and which never
 * leaves the process.
 */
#include "fabricpulse/base/hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "fabricpulse/base/clock.h"

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static _Atomic uint64_t seed_now;

static void seed_draw(void)
{
	uint64_t seed;

	if (getentropy(&seed, sizeof seed) != 0) {
		/* A sandbox that forbids getrandom: nanoseconds are poor, but better than
		 * nothing. */
		seed = hash_fold(clock_realtime_ns(), ~clock_monotonic_ns());
	}
	/* Relaxed: pthread_once orders this store before every caller's load. */
	atomic_store_explicit(&seed_now, seed, memory_order_relaxed);
}

uint64_t hash_seed(void)
{
	(void)pthread_once(&seed_once, seed_draw);
	/* Relaxed: the seed is one word and says nothing about other memory. */
	return atomic_load_explicit(&seed_now, memory_order_relaxed);
}

void hash_seed_fix(uint64_t seed)
{
	(void)pthread_once(&seed_once, seed_draw);
	/* Relaxed: called before the threads start that hash. */
	atomic_store_explicit(&seed_now, seed, memory_order_relaxed);
}

static uint64_t word_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

uint64_t hash_bytes(uint64_t seed, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint8_t tail[16] = { 0 };
	uint64_t h = seed ^ 0x9e3779b97f4a7c15u;
	size_t left = len;

	for (; left >= 16; left -= 16, p += 16) {
		h = hash_fold(h ^ word_load(p), word_load(p + 8) ^ hash_other(seed));
	}
	if (left != 0) {
		memcpy(tail, p, left);
	}
	/* The length tells strings apart that differ only in final zeros. */
	return hash_words(h, word_load(tail), word_load(tail + 8), len);
}
