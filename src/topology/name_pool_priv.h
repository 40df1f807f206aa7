/* SPDX-License-Identifier: Apache-2.0 */
/* Every name of a topology once: a text becomes a number, and equal texts become the same
 * number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/err.h"

#define NAME_NONE UINT32_MAX

struct name_pool {
	char *text; /* the names one after the other, NUL-terminated; never moves */
	size_t used, size;
	uint32_t *offset; /* [limit]: where name i begins in `text` */
	uint32_t count, limit;
	uint32_t *slots; /* [slot_mask + 1], open addressing: number + 1; 0 = empty */
	uint32_t slot_mask;
	uint64_t seed;
};

/* Room for `limit` names (below 2^30) of `size` bytes together, a NUL for each included (below
 * 2^32). FP_NO_MEMORY leaves nothing to release. */
FP_MUST_USE enum fp_err name_pool_init(struct name_pool *pool, uint32_t limit, size_t size);
void name_pool_deinit(struct name_pool *pool);

/* The number of `name` (no NUL inside), which is copied when new. The caller has asked for enough
 * room: no room is a programmer's mistake. */
uint32_t name_pool_intern(struct name_pool *pool, struct bytes name);

/* The number of `name` or NAME_NONE. Any thread, once nobody adds any more. */
uint32_t name_pool_find(const struct name_pool *pool, struct bytes name);

static inline const char *name_pool_text(const struct name_pool *pool, uint32_t number)
{
	return pool->text + pool->offset[number];
}
