/* SPDX-License-Identifier: Apache-2.0 */
/* Mutated datagrams: nothing that is wrong with the bytes may do more than cost itself.
 *
 * Seeds are the test vector, a datagram with every record of the table, and whatever captures lie
 * beside the project. Each is changed by a deterministic generator, cut to a block of exactly its
 * size, and decoded, described and written again. Run under a sanitizer this finds reads beyond the
 * bytes; the assertions find cost that is not bounded by them, walks that never end, and writing
 * that does not settle. FP_MUTATIONS sets the number (50,000).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flat_sink.h"
#include "mutate.h"
#include "rewrite.h"
#include "wire.h"

#define MUTATIONS_DEFAULT 50000u

/* ---- what must hold ---- */

static void assert_inside(struct bytes outer, struct bytes inner)
{
	assert_true(inner.len <= outer.len);
	if (inner.len > 0) {
		assert_true(inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len);
	}
}

static void check_walk(struct bytes payload)
{
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	size_t envelopes = 0;
	bool is_open = sflow_datagram_open(payload, &d) == FP_OK;

	assert_int_equal(is_open, !d.has_faults);
	while (is_open && sflow_sample_next(&d, &s)) {
		envelopes++;
		assert_inside(payload, s.body);
		while (sflow_record_next(&d, &s, &r)) {
			envelopes++;
			assert_inside(s.body, r.body);
		}
		assert_int_equal(xdr_left(&s.records), 0);
	}
	assert_int_equal(xdr_left(&d.body), 0);
	assert_true(envelopes <= payload.len / 8);
}

static void check_describe(struct bytes payload, struct flat_sink *flat)
{
	struct sflow_datagram d;
	struct sflow_sample s;

	if (sflow_datagram_open(payload, &d) != FP_OK) {
		return;
	}
	strbuf_clear(&flat->out);
	flat->values = 0;
	describe_datagram(&d, &flat->sink);
	for (uint32_t i = 0; sflow_sample_next(&d, &s); i++) {
		describe_sample(&d, &s, "s", i, &flat->sink);
		assert_int_equal(flat->depth, 0);
	}
	assert_false(flat->is_broken);
	assert_false(flat->out.failed);
	/* The densest: a header record of 24 bytes gives about 60 values. */
	assert_true(flat->values <= 4 * payload.len);
}

/* Written once, a datagram is in its normal form: writing it again changes nothing. */
static void check_rewrite(struct bytes payload)
{
	static uint8_t once[2 * SEED_BYTES_MAX];
	static uint8_t twice[2 * SEED_BYTES_MAX];
	size_t len = rewrite(payload, once, sizeof once);

	if (len > 0) {
		assert_int_equal(
		    rewrite((struct bytes){ .at = once, .len = len }, twice, sizeof twice), len);
		assert_memory_equal(once, twice, len);
	}
}

static void mutated_datagrams_cost_only_themselves(void **state)
{
	unsigned long mutations = mutate_count(MUTATIONS_DEFAULT);
	struct flat_sink flat;
	uint64_t random = 1;

	(void)state;
	assert_true(mutations > 0);
	flat_sink_init(&flat);
	for (unsigned long i = 0; i < mutations; i++) {
		struct bytes payload;
		uint8_t *exact = mutate_next(&random, &payload.len);

		payload.at = exact;
		check_walk(payload);
		check_describe(payload, &flat);
		check_rewrite(payload);
		free(exact);
	}
	flat_sink_deinit(&flat);
}

/* The seeds themselves hold to the same rules. */
static void seeds_cost_only_themselves(void **state)
{
	struct flat_sink flat;

	(void)state;
	flat_sink_init(&flat);
	for (size_t i = 0; i < mutate_seeds.count; i++) {
		check_walk(mutate_seeds.at[i]);
		check_describe(mutate_seeds.at[i], &flat);
		check_rewrite(mutate_seeds.at[i]);
	}
	flat_sink_deinit(&flat);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_cost_only_themselves),
		cmocka_unit_test(mutated_datagrams_cost_only_themselves),
	};

	return cmocka_run_group_tests(tests, mutate_gather, mutate_drop);
}
