/* SPDX-License-Identifier: Apache-2.0 */
/* Distances between words, and what counts as near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/suggest_priv.h"

static void distances_count_edits(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		size_t distance;
	} cases[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "abc", 0 },
		{ "abc", "abd", 1 },
		{ "abc", "abcd", 1 },
		{ "abc", "bc", 1 },
		{ "ab", "ba", 1 },
		{ "workres", "workers", 1 },
		{ "kitten", "sitting", 3 },
		{ "ca", "abc", 3 }, /* restricted: a swapped pair is not edited again */
		{ "abcd", "badc", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static void long_words_are_far_from_everything(void **state)
{
	char word[SUGGEST_WORD_MAX + 2];

	(void)state;
	memset(word, 'x', sizeof word);
	word[SUGGEST_WORD_MAX] = '\0';
	assert_int_equal(suggest_distance(word, word), 0);
	word[SUGGEST_WORD_MAX] = 'x';
	word[SUGGEST_WORD_MAX + 1] = '\0';
	assert_int_equal(suggest_distance(word, word), SIZE_MAX);
	assert_int_equal(suggest_distance("x", word), SIZE_MAX);
}

/* The nearest of three words to `word`, or NULL. */
static const char *nearest(const char *word)
{
	struct suggestion s = suggest_for(word);

	suggest_offer(&s, "");
	suggest_offer(&s, "listen");
	suggest_offer(&s, "workers");
	suggest_offer(&s, "worker");
	return s.nearest;
}

static void a_third_of_the_letters_may_differ(void **state)
{
	(void)state;
	assert_string_equal(nearest("lsiten"), "listen");
	assert_string_equal(nearest("lixxen"), "listen");
	assert_null(nearest("lixxxn"));
	assert_string_equal(nearest("workerz"), "workers"); /* ties: the first offer */
	assert_string_equal(nearest("worke"), "worker");
	assert_null(nearest("x"));
	assert_null(nearest(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_count_edits),
		cmocka_unit_test(long_words_are_far_from_everything),
		cmocka_unit_test(a_third_of_the_letters_may_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
