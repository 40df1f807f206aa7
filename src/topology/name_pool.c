/* SPDX-License-Identifier: Apache-2.0 */
/* Names are interned so that nodes and ports can be found by numbers of a fixed size
 * (base/table.h).
 *
 * Open addressing over numbers, as in base/table.c, but the keys are texts that lie one after the
 * other in one block. Whoever makes a pool knows from the document how much it can hold at most, so
 * the pool never grows and texts never move; memory that is asked for and not used is never
 * touched.
 */
#include "name_pool_priv.h"

#include <assert.h>
#include <string.h>

#include "fabricpulse/base/hash.h"
#include "fabricpulse/base/mem.h"

enum fp_err name_pool_init(struct name_pool *pool, uint32_t limit, size_t size)
{
	uint32_t slots = 1;

	assert(limit < UINT32_C(1) << 30 && size <= UINT32_MAX);
	while (slots < 2 * limit) {
		slots *= 2;
	}
	*pool = (struct name_pool){
		.text = mem_new(size, 1),
		.size = size,
		.offset = mem_new(limit, sizeof *pool->offset),
		.limit = limit,
		.slots = mem_new(slots, sizeof *pool->slots),
		.slot_mask = slots - 1,
		.seed = hash_seed(),
	};
	if (pool->text == NULL || pool->offset == NULL || pool->slots == NULL) {
		name_pool_deinit(pool);
		return FP_NO_MEMORY;
	}
	return FP_OK;
}

void name_pool_deinit(struct name_pool *pool)
{
	mem_free(pool->text);
	mem_free(pool->offset);
	mem_free(pool->slots);
	*pool = (struct name_pool){ 0 };
}

static bool is_name(const struct name_pool *pool, uint32_t number, struct bytes name)
{
	const char *text = name_pool_text(pool, number);

	return strncmp(text, (const char *)name.at, name.len) == 0 && text[name.len] == '\0';
}

/* The slot that holds `name`, or the empty one where it belongs. */
static uint32_t *slot_of(const struct name_pool *pool, struct bytes name)
{
	uint32_t at = (uint32_t)hash_bytes(pool->seed, name.at, name.len) & pool->slot_mask;

	while (pool->slots[at] != 0 && !is_name(pool, pool->slots[at] - 1, name)) {
		at = (at + 1) & pool->slot_mask;
	}
	return &pool->slots[at];
}

uint32_t name_pool_find(const struct name_pool *pool, struct bytes name)
{
	uint32_t slot = *slot_of(pool, name);

	return slot != 0 ? slot - 1 : NAME_NONE;
}

uint32_t name_pool_intern(struct name_pool *pool, struct bytes name)
{
	uint32_t *slot = slot_of(pool, name);

	if (*slot != 0) {
		return *slot - 1;
	}
	assert(pool->count < pool->limit && name.len < pool->size - pool->used);
	memcpy(pool->text + pool->used, name.at, name.len);
	pool->offset[pool->count] = (uint32_t)pool->used;
	pool->used += name.len + 1; /* the NUL is there already: fresh memory is zeroed */
	pool->count++;
	*slot = pool->count;
	return *slot - 1;
}
