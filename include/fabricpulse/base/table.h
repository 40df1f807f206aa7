/* SPDX-License-Identifier: Apache-2.0 */
/* Key table: from a key to a dense index 0, 1, 2 … in order of first sight. One writer, any number
 * of readers.
 *
 *      slots (open addressing, power of two >= 2 x limit)          keys (dense, never move)
 *      ┌───┬───┬───┬───┬───┬───┐                                   ┌──────┬──────┬──────┬───
 *      │   │ 2 │   │ 1 │ 3 │   │   slot holds index+1, 0 = empty   │ key0 │ key1 │ key2 │ …
 *      └───┴───┴───┴───┴───┴───┘                                   └──────┴──────┴──────┴───
 *
 * The writer finds or adds; readers only walk the dense side: every index below table_count() names
 * a key that was written whole before the count was published (release store of the count, acquire
 * load by the reader). Whatever belongs to a key lives in arrays beside the table, indexed by the
 * same dense index (mem_reserve()). Memory is reserved for `limit` keys at the start and never
 * grows; a key that does not fit is refused and counted.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/counter.h"
#include "fabricpulse/base/err.h"

#define TABLE_NONE UINT32_MAX /* no such key and no room */

/* Three words hold every key we have: an address with a number, or a pair of numbers. */
struct table_key {
	uint64_t a, b, c;
};

struct table {
	struct table_key *keys; /* [limit], dense; written once each by the writer */
	uint32_t *slots;        /* [slot_mask + 1], writer only */
	uint32_t slot_mask;
	uint32_t limit;
	uint64_t seed;          /* of the hash, fixed at init */
	_Atomic uint32_t count; /* published keys */
	struct counter refused; /* keys that found no room, counted at every attempt */
};

/* `limit` may be 0 (every key is refused) and at most 2^30. FP_NO_MEMORY (also for a larger limit)
 * leaves nothing to release. */
FP_MUST_USE enum fp_err table_init(struct table *t, uint32_t limit);
void table_deinit(struct table *t);

/* Writer: the index of `key`, added when new; `*is_new` (may be NULL) says so. TABLE_NONE when
 * full. */
uint32_t table_intern(struct table *t, const struct table_key *key, bool *is_new);

/* Writer: the index of `key` or TABLE_NONE; adds nothing. */
uint32_t table_find(const struct table *t, const struct table_key *key);

/* Reader: how many keys there are; all below are readable. */
static inline uint32_t table_count(const struct table *t)
{
	return atomic_load_explicit(&t->count, memory_order_acquire);
}
