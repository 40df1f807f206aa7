/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams to begin with, and what may become of them on a bad day.
 *
 * Seeds are the test vector, datagrams with every record of the tables, tunnelled packets, the
 * traffic of a small fabric, and whatever captures lie beside the project. A generator of fixed
 * numbers changes them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

#define SEEDS_MAX      4096u
#define SEED_BYTES_MAX 65535u

struct mutate_seeds {
	struct bytes at[SEEDS_MAX];
	uint8_t *owned[SEEDS_MAX];
	size_t count;
};

/* Filled by mutate_gather(). */
extern struct mutate_seeds mutate_seeds;

/* Group setup and teardown. */
int mutate_gather(void **state);
int mutate_drop(void **state);

/* Change up to eight places of the `len` bytes in place, mostly whole words where words are;
 * sometimes cut or repeat. What remains of the length. */
size_t mutate(uint8_t *at, size_t len, uint64_t *random);

/* One of the seeds, changed, in a block of exactly its size that the caller releases with
 * free(). */
uint8_t *mutate_next(uint64_t *random, size_t *len);

/* How many mutations are wanted: FP_MUTATIONS, or `fallback`. */
unsigned long mutate_count(unsigned long fallback);
