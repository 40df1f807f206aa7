/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence lock made of atomics alone.
 *
 * The classic sequence lock orders plain or relaxed payload accesses with fences. Thread sanitizers
 * do not understand fences, so here the payload words themselves carry the order: they are stored
 * with release and loaded with acquire, which on the reference platform costs nothing over relaxed.
 * The writer never waits; a reader that meets a write begins again. One writer a box; a sequence
 * that wraps (2^31 writes during one read) is not provided for.
 */
#include "fabricpulse/base/namebox.h"

#include <sched.h>
#include <string.h>

#include "fabricpulse/base/utf8.h"

#define WORDS (NAME_SIZE / 8)

/* Relaxed: the only thread that stores these words is the one that asks. */
static bool holds(const struct namebox *box, const uint64_t words[static WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		if (atomic_load_explicit(&box->words[i], memory_order_relaxed) != words[i]) {
			return false;
		}
	}
	return true;
}

bool namebox_set(struct namebox *box, struct bytes name)
{
	char text[NAME_SIZE] = { 0 };
	uint64_t words[WORDS];
	uint32_t sequence;

	if (name.len > 0) {
		name.len = strnlen((const char *)name.at, name.len);
	}
	size_t len = utf8_printable(text, sizeof text, name);
	memset(text + len, 0, sizeof text - len);
	memcpy(words, text, sizeof words);
	if (holds(box, words)) {
		return false;
	}
	/* Relaxed: only the writer stores the sequence. */
	sequence = atomic_load_explicit(&box->sequence, memory_order_relaxed);
	/* Relaxed: the release stores of the words that follow keep it before them. */
	atomic_store_explicit(&box->sequence, sequence + 1, memory_order_relaxed);
	for (size_t i = 0; i < WORDS; i++) {
		/* Release: a reader that sees this word also sees the odd sequence. */
		atomic_store_explicit(&box->words[i], words[i], memory_order_release);
	}
	/* Release: a reader that sees this sequence sees all words of this name. */
	atomic_store_explicit(&box->sequence, sequence + 2, memory_order_release);
	return true;
}

/* False when a write went on meanwhile and `words` may be of two names. */
static bool try_get(const struct namebox *box, uint64_t words[static WORDS])
{
	/* Acquire: the words that are loaded below are at least as new as this sequence. */
	uint32_t before = atomic_load_explicit(&box->sequence, memory_order_acquire);

	for (size_t i = 0; i < WORDS; i++) {
		/* Acquire: a word of a later write brings with it the odd sequence of that write,
		 * so the load below cannot miss it. */
		words[i] = atomic_load_explicit(&box->words[i], memory_order_acquire);
	}
	/* Relaxed: the acquire loads above keep it behind them. */
	return before % 2 == 0 &&
	       before == atomic_load_explicit(&box->sequence, memory_order_relaxed);
}

const char *namebox_get(const struct namebox *box, char out[static NAME_SIZE])
{
	uint64_t words[WORDS];

	while (!try_get(box, words)) {
		(void)sched_yield(); /* the writer may have been preempted inside; let it finish */
	}
	memcpy(out, words, sizeof words);
	return out;
}
