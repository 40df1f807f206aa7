/* SPDX-License-Identifier: Apache-2.0 */
/* The hash: the seed holds still, every bit of the key matters, and no key swallows the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/hash.h"

static void seed_holds_until_it_is_fixed(void **state)
{
	uint64_t seed = hash_seed();

	(void)state;
	assert_true(seed == hash_seed());
	hash_seed_fix(7);
	assert_true(hash_seed() == 7);
	hash_seed_fix(0);
	assert_true(hash_seed() == 0);
}

/* Flipping one bit of the input flips about half of the output, whatever the seed. */
static void every_bit_of_a_key_matters(void **state)
{
	static const uint64_t seeds[] = { 0, 1, UINT64_C(0x123456789abcdef0) };

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		uint64_t base = hash_words(seeds[s], 0, 0, 0);

		for (unsigned bit = 0; bit < 192; bit++) {
			uint64_t w[3] = { 0 };

			w[bit / 64] = UINT64_C(1) << bit % 64;
			int flipped =
			    __builtin_popcountll(base ^ hash_words(seeds[s], w[0], w[1], w[2]));
			assert_in_range(flipped, 10, 54);
		}
	}
}

/* A factor of 0 would make the hash forget the other words. With seed 0 it must not come from
 * ordinary keys, and with another seed not from the constants that everyone can read. */
static void no_word_swallows_the_others(void **state)
{
	static const uint64_t words[] = { 0, UINT64_C(0x9e3779b97f4a7c15),
		                          UINT64_C(0xbf58476d1ce4e5b9),
		                          UINT64_C(0x94d049bb133111eb),
		                          UINT64_C(0xff51afd7ed558ccd) };

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		uint64_t w = words[i];
		uint64_t seed = UINT64_C(0x5eed0123456789ab);

		assert_true(hash_words(seed, w, 1, 1) != hash_words(seed, w, 2, 1));
		assert_true(hash_words(seed, 1, w, 1) != hash_words(seed, 2, w, 1));
		assert_true(hash_words(seed, 1, 1, w) != hash_words(seed, 2, 1, w));
	}
	assert_true(hash_words(0, 1, 0, 0) != hash_words(0, 2, 0, 0));
	assert_true(hash_words(0, 0, 1, 0) != hash_words(0, 0, 2, 0));
}

static void bytes_differ_by_content_length_and_seed(void **state)
{
	static const uint8_t zeros[64];
	uint64_t seen[65];

	(void)state;
	for (size_t len = 0; len <= 64; len++) {
		seen[len] = hash_bytes(1, zeros, len);
		for (size_t k = 0; k < len; k++) {
			assert_true(seen[k] != seen[len]);
		}
	}
	assert_true(hash_bytes(1, NULL, 0) == seen[0]);
	assert_true(hash_bytes(1, "abc", 3) == hash_bytes(1, "abcd", 3));
	assert_true(hash_bytes(1, "abc", 3) != hash_bytes(2, "abc", 3));
	assert_true(hash_bytes(1, "abc", 3) != hash_bytes(1, "abd", 3));
}

static void each_byte_of_a_string_matters(void **state)
{
	uint8_t text[40] = { 0 };
	uint64_t base = hash_bytes(3, text, sizeof text);

	(void)state;
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] = 1;
		assert_in_range(__builtin_popcountll(base ^ hash_bytes(3, text, sizeof text)), 10,
		                54);
		text[i] = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_holds_until_it_is_fixed),
		cmocka_unit_test(every_bit_of_a_key_matters),
		cmocka_unit_test(no_word_swallows_the_others),
		cmocka_unit_test(bytes_differ_by_content_length_and_seed),
		cmocka_unit_test(each_byte_of_a_string_matters),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
