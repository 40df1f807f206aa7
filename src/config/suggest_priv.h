/* SPDX-License-Identifier: Apache-2.0 */
/* The known word that an unknown one was meant to be. */
#pragma once

#include <stddef.h>

#define SUGGEST_WORD_MAX 64u

/* Distance of two words in edits: a letter inserted, left out or changed, or two neighbours
 * swapped. Words longer than SUGGEST_WORD_MAX have the distance SIZE_MAX to everything. */
size_t suggest_distance(const char *a, const char *b);

/* Finds the nearest of the words that it is shown. Ties: the first. */
struct suggestion {
	const char *word;    /* what was written; borrows */
	const char *nearest; /* NULL: nothing near enough; borrows */
	size_t distance;
};

struct suggestion suggest_for(const char *word);
void suggest_offer(struct suggestion *s, const char *candidate);
