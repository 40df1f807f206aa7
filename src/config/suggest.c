/* SPDX-License-Identifier: Apache-2.0 */
/* Guessing at what was meant.
 *
 * The edit distance is the restricted form of Damerau and Levenshtein (optimal string alignment: no
 * part is edited twice), by three rows of the usual table; swapped neighbours count once, because
 * that is how people mistype. A word is near when at most a third of its letters must change, and
 * at least one may.
 *
 * Source: G. Navarro, "A guided tour to approximate string matching", ACM Computing Surveys 33(1),
 * 2001.
 */
#include "suggest_priv.h"

#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
	size_t rows[3][SUGGEST_WORD_MAX + 1];
	size_t *before = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	if (a_len > SUGGEST_WORD_MAX || b_len > SUGGEST_WORD_MAX) {
		return SIZE_MAX;
	}
	memset(rows, 0, sizeof rows);
	for (size_t j = 0; j <= b_len; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_len; i++) {
		size_t *oldest = before;

		before = above;
		above = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = least(change, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				row[j] = least(row[j], before[j - 2] + 1);
			}
		}
	}
	return row[b_len];
}

struct suggestion suggest_for(const char *word)
{
	size_t limit = strlen(word) / 3;

	/* One edit more than is near enough: offers must be better. */
	return (struct suggestion){ .word = word, .distance = (limit > 0 ? limit : 1) + 1 };
}

void suggest_offer(struct suggestion *s, const char *candidate)
{
	size_t distance = suggest_distance(s->word, candidate);

	if (candidate[0] != '\0' && distance < s->distance) {
		s->nearest = candidate;
		s->distance = distance;
	}
}
