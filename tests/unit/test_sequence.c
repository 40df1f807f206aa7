/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers of streams and samples: in order, lost, late, repeated, wrapped, started
 * anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/classify/sequence_priv.h"

struct step {
	uint32_t sequence;
	uint32_t uptime_ms;
	enum sequence_verdict verdict;
	uint32_t lost;
};

static void walk(const struct step *steps, size_t count)
{
	struct stream_entry s = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint32_t lost;
		const enum sequence_verdict verdict =
		    sequence_of_stream(&s, steps[i].sequence, steps[i].uptime_ms, &lost);

		if (verdict != steps[i].verdict || lost != steps[i].lost) {
			print_message("step %zu: verdict %d, lost %u\n", i, (int)verdict, lost);
		}
		assert_int_equal(verdict, steps[i].verdict);
		assert_int_equal(lost, steps[i].lost);
	}
}
#define WALK(...)                                                                                  \
	do {                                                                                       \
		const struct step steps[] = { __VA_ARGS__ };                                       \
		walk(steps, sizeof steps / sizeof steps[0]);                                       \
	} while (0)

static void test_in_order(void **state)
{
	(void)state;
	WALK({ 7, 100, SEQUENCE_FIRST, 0 }, { 8, 200, SEQUENCE_NEXT, 0 },
	     { 9, 300, SEQUENCE_NEXT, 0 });
}

static void test_gap_then_late(void **state)
{
	(void)state;
	WALK({ 10, 0, SEQUENCE_FIRST, 0 }, { 14, 0, SEQUENCE_NEXT, 3 }, { 12, 0, SEQUENCE_LATE, 0 },
	     { 12, 0, SEQUENCE_DUPLICATE, 0 }, { 15, 0, SEQUENCE_NEXT, 0 });
}

static void test_wraps_at_32_bits(void **state)
{
	(void)state;
	WALK({ UINT32_MAX - 1, 0, SEQUENCE_FIRST, 0 }, { UINT32_MAX, 0, SEQUENCE_NEXT, 0 },
	     { 0, 0, SEQUENCE_NEXT, 0 }, { 2, 0, SEQUENCE_NEXT, 1 },
	     { UINT32_MAX, 0, SEQUENCE_DUPLICATE, 0 });
}

static void test_window_edge(void **state)
{
	(void)state;
	WALK({ 1000, 0, SEQUENCE_FIRST, 0 }, { 1100, 0, SEQUENCE_NEXT, 99 },
	     { 1037, 0, SEQUENCE_LATE, 0 }, { 1036, 0, SEQUENCE_RESTART, 0 });
}

static void test_uptime_falls(void **state)
{
	(void)state;
	WALK({ 50, 900000, SEQUENCE_FIRST, 0 }, { 51, 901000, SEQUENCE_NEXT, 0 },
	     { 52, 3000, SEQUENCE_RESTART, 0 }, { 53, 4000, SEQUENCE_NEXT, 0 });
	/* A few seconds back is jitter between an agent's threads. */
	WALK({ 50, 900000, SEQUENCE_FIRST, 0 }, { 51, 896000, SEQUENCE_NEXT, 0 });
	/* After 49.7 days it wraps. */
	WALK({ 50, UINT32_MAX - 1000, SEQUENCE_FIRST, 0 }, { 51, 500, SEQUENCE_NEXT, 0 });
}

static void test_restart_to_a_seen_number(void **state)
{
	(void)state;
	/* The number repeats, but the clock says that the agent is a new one. */
	WALK({ 1, 600000, SEQUENCE_FIRST, 0 }, { 2, 601000, SEQUENCE_NEXT, 0 },
	     { 1, 1000, SEQUENCE_RESTART, 0 });
	/* Or the number was before our time: late it is not either. */
	WALK({ 50, 600000, SEQUENCE_FIRST, 0 }, { 1, 1000, SEQUENCE_RESTART, 0 },
	     { 2, 2000, SEQUENCE_NEXT, 0 });
}

static void test_implausible_gap_is_a_restart(void **state)
{
	(void)state;
	WALK({ 5, 0, SEQUENCE_FIRST, 0 }, { 5 + (1u << 25), 0, SEQUENCE_RESTART, 0 });
}

static void test_restart_raises_the_generation(void **state)
{
	struct stream_entry s = { 0 };
	uint32_t lost;

	(void)state;
	assert_int_equal(sequence_of_stream(&s, 500, 0, &lost), SEQUENCE_FIRST);
	assert_int_equal(s.generation, 0);
	assert_int_equal(sequence_of_stream(&s, 1, 0, &lost), SEQUENCE_RESTART);
	assert_int_equal(s.generation, 1);
}

static void test_samples(void **state)
{
	struct source_entry s = { 0 };
	struct sample_verdict v = sequence_of_sample(&s, SEQUENCE_FLOW, 100, 0);

	(void)state;
	assert_true(v.is_reset);
	v = sequence_of_sample(&s, SEQUENCE_FLOW, 103, 0);
	assert_false(v.is_reset);
	assert_int_equal(v.lost, 2);
	assert_true(sequence_of_sample(&s, SEQUENCE_FLOW, 103, 0).is_repeated);
	assert_true(sequence_of_sample(&s, SEQUENCE_FLOW, 101, 0).is_late);
	/* Kinds have sequences of their own. */
	assert_true(sequence_of_sample(&s, SEQUENCE_COUNTERS, 7, 0).is_reset);
	assert_int_equal(sequence_of_sample(&s, SEQUENCE_FLOW, 104, 0).lost, 0);
	/* The agent restarted: every kind starts anew. */
	assert_true(sequence_of_sample(&s, SEQUENCE_COUNTERS, 8, 1).is_reset);
	assert_true(sequence_of_sample(&s, SEQUENCE_FLOW, 105, 1).is_reset);
	/* The sequence fell: so did the counters behind it. */
	assert_true(sequence_of_sample(&s, SEQUENCE_FLOW, 1, 1).is_reset);
}

static void test_drops_grow_only(void **state)
{
	struct source_entry s = { 0 };

	(void)state;
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, 70, true), 0);
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, 75, false), 5);
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, 75, false), 0);
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, 10, false), 0); /* went backwards */
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, 12, false), 2);
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, UINT32_MAX, true), 0);
	assert_int_equal(sequence_drops(&s, SEQUENCE_FLOW, 1, false), 2); /* wrapped */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_gap_then_late),
		cmocka_unit_test(test_wraps_at_32_bits),
		cmocka_unit_test(test_window_edge),
		cmocka_unit_test(test_uptime_falls),
		cmocka_unit_test(test_restart_to_a_seen_number),
		cmocka_unit_test(test_implausible_gap_is_a_restart),
		cmocka_unit_test(test_restart_raises_the_generation),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_drops_grow_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
