/* SPDX-License-Identifier: Apache-2.0 */
/* Mixing for hash tables, seeded once a process so that nobody can choose colliding keys over the
 * wire. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The process's seed: random, unless hash_seed_fix() gave one (replays and tests: same order each
 * time). Fix it before the first table is made: a table keeps the seed that it was made with. */
uint64_t hash_seed(void);
void hash_seed_fix(uint64_t seed);

/* 64x64 -> 128 bit multiply, folded: the step that wyhash and rapidhash are built from. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A factor of 0 would swallow the other one. So both depend on the seed, and neither is the key's
 * word alone when the seed is 0. */
static inline uint64_t hash_other(uint64_t seed)
{
	return (seed << 32 | seed >> 32) ^ 0xbf58476d1ce4e5b9u;
}

/* Three words, mixed; all bits of the result are good. */
static inline uint64_t hash_words(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t h = hash_fold(a ^ seed ^ 0x9e3779b97f4a7c15u, b ^ hash_other(seed));

	return hash_fold(h ^ 0x94d049bb133111ebu, c ^ seed ^ 0xff51afd7ed558ccdu);
}

/* Any bytes; `data` may be NULL when `len` is 0. */
uint64_t hash_bytes(uint64_t seed, const void *data, size_t len);
