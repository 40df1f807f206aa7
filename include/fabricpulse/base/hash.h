/* SPDX-License-Identifier: Apache-2.0 */
/* Mixing for hash tables, seeded once a process so that nobody can choose colliding keys over the wire. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The process's seed: random, unless hash_seed_fix() gave one (replays and tests: same order each time). Fix it before
 * the first table is made: a table keeps the seed that it was made with. */
uint64_t hash_seed(void);
void hash_seed_fix(uint64_t seed);

/* 64x64 -> 128 bit multiply, folded: the step that wyhash and rapidhash are built from. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_words(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t h = hash_fold(a ^ seed ^ 0x9e3779b97f4a7c15u, b ^ 0xbf58476d1ce4e5b9u);

	return hash_fold(h ^ 0x94d049bb133111ebu, c ^ seed);
}

/* Any bytes; `data` may be NULL when `len` is 0. */
uint64_t hash_bytes(uint64_t seed, const void *data, size_t len);
