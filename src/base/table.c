/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing over 32-bit slots, which point into a dense array of keys.
 *
 * At most half of the slots are used, so a search ends at an empty slot after one or two steps on
 * average and always ends. Keys are never removed: what a key stands for expires elsewhere, its
 * index stays. The hash is seeded a process, so that nobody can send keys that all fall into one
 * run of slots. Cost: 24 bytes a key and 8 to 16 bytes of slots, paid where touched (mem_reserve).
 */
#include "fabricpulse/base/table.h"

#include <string.h>

#include "fabricpulse/base/hash.h"
#include "fabricpulse/base/mem.h"

/* Twice this many slots still have 32-bit numbers. */
#define TABLE_LIMIT_MAX (UINT32_C(1) << 30)

enum fp_err table_init(struct table *t, uint32_t limit)
{
	uint32_t slots = 1;

	memset(t, 0, sizeof *t);
	if (limit > TABLE_LIMIT_MAX) {
		return FP_NO_MEMORY;
	}
	while (slots < 2 * limit) {
		slots *= 2;
	}
	t->keys = mem_reserve(limit, sizeof *t->keys);
	t->slots = mem_reserve(slots, sizeof *t->slots);
	t->slot_mask = slots - 1;
	t->limit = limit;
	t->seed = hash_seed();
	if (t->keys == NULL || t->slots == NULL) {
		table_deinit(t);
		return FP_NO_MEMORY;
	}
	return FP_OK;
}

void table_deinit(struct table *t)
{
	mem_unreserve(t->keys, t->limit, sizeof *t->keys);
	mem_unreserve(t->slots, (size_t)t->slot_mask + 1, sizeof *t->slots);
	memset(t, 0, sizeof *t);
}

static bool key_equal(const struct table_key *x, const struct table_key *y)
{
	return x->a == y->a && x->b == y->b && x->c == y->c;
}

/* The slot that holds `key`, or the empty one where it belongs. */
static uint32_t *slot_of(const struct table *t, const struct table_key *key)
{
	uint32_t at = (uint32_t)hash_words(t->seed, key->a, key->b, key->c) & t->slot_mask;

	while (t->slots[at] != 0 && !key_equal(&t->keys[t->slots[at] - 1], key)) {
		at = (at + 1) & t->slot_mask;
	}
	return &t->slots[at];
}

uint32_t table_find(const struct table *t, const struct table_key *key)
{
	uint32_t slot = *slot_of(t, key);

	return slot != 0 ? slot - 1 : TABLE_NONE;
}

uint32_t table_intern(struct table *t, const struct table_key *key, bool *is_new)
{
	uint32_t *slot = slot_of(t, key);
	uint32_t count;

	if (is_new != NULL) {
		*is_new = false;
	}
	if (*slot != 0) {
		return *slot - 1;
	}
	/* Relaxed: only this thread stores the count. */
	count = atomic_load_explicit(&t->count, memory_order_relaxed);
	if (count == t->limit) {
		counter_add(&t->refused, 1);
		return TABLE_NONE;
	}
	t->keys[count] = *key;
	*slot = count + 1;
	if (is_new != NULL) {
		*is_new = true;
	}
	/* Release: whoever sees the new count (table_count acquires) sees the key that was written
	 * before it. */
	atomic_store_explicit(&t->count, count + 1, memory_order_release);
	return count;
}
