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

#include "fabricpulse/decode/encode.h"
#include "fabricpulse/decode/packet.h"
#include "flat_sink.h"
#include "layouts.h"
#include "rewrite.h"
#include "stack.h"
#include "wire.h"

#define MUTATIONS_DEFAULT 50000u
#define SEEDS_MAX         4096u
#define SEED_BYTES_MAX    65535u

struct seeds {
	struct bytes at[SEEDS_MAX];
	uint8_t *owned[SEEDS_MAX];
	size_t count;
};

static struct seeds seeds;

static void seed_add(struct bytes datagram)
{
	if (seeds.count < SEEDS_MAX && datagram.len > 0) {
		seeds.owned[seeds.count] = wire_exact(datagram.at, datagram.len);
		seeds.at[seeds.count].at = seeds.owned[seeds.count];
		seeds.at[seeds.count].len = datagram.len;
		seeds.count++;
	}
}

/* Every 16th of the large captures: they repeat themselves. */
static void seed_from_capture(const char *name, struct bytes datagram, void *arg)
{
	uint32_t *seen = arg;

	(void)name;
	if ((*seen)++ % 16 == 0 || datagram.len < 300) {
		seed_add(datagram);
	}
}

/* Every record of one space in a sample. */
static void seed_all_records(enum sflow_sample_kind kind, enum sflow_space space)
{
	static uint8_t buf[SEED_BYTES_MAX];
	const struct sflow_datagram head = { .agent = { .family = ADDR_IPV6 } };
	const struct sflow_sample s = { .kind = kind, .rate = 1000 };
	struct sflow_writer w;
	uint8_t body[512];

	sflow_write_begin(&w, buf, sizeof buf, &head);
	sflow_write_sample(&w, &s);
	for (size_t i = 0; i < layout_count; i++) {
		if (layouts[i].space == space) {
			uint32_t fields;
			size_t len = layout_build(&layouts[i], body, &fields, NULL);

			sflow_write_opaque_record(
			    &w, SFLOW_TAG(layouts[i].enterprise, layouts[i].format),
			    (struct bytes){ .at = body, .len = len });
		}
	}
	seed_add((struct bytes){ .at = buf, .len = sflow_write_end(&w) });
}

/* A tunnelled RoCE packet as a header record, and the real-time samples. */
static void seed_packets(void)
{
	static uint8_t buf[SEED_BYTES_MAX];
	static const struct sflow_datagram head = { .agent = { .family = ADDR_IPV4 } };
	static const struct sflow_sample flow = { .kind = SFLOW_SAMPLE_FLOW, .rate = 1000 };
	struct sflow_writer w;
	struct stack s;
	uint8_t body[128];
	size_t len;

	sflow_write_begin(&w, buf, sizeof buf, &head);
	sflow_write_sample(&w, &flow);
	for (unsigned i = 0; i < 12; i++) {
		union sflow_value v = { .sampled_header = { .header_protocol = 1 } };

		stack_begin(&s);
		stack_rdma(&s, (uint8_t)(i * 7), 44);
		stack_udp(&s, 49152, i % 4 == 3 ? 4793 : 4791);
		if (i % 3 == 0) {
			stack_segments(&s, 17, 2, 1);
		}
		stack_ipv6(&s, i % 3 == 0 ? 43 : 17, 2);
		stack_ethernet(&s, 0x86dd);
		if (i % 2 == 0) {
			stack_vxlan(&s, i);
			stack_udp(&s, 50000, 4789);
			stack_ipv4(&s, 17, 3);
			stack_tag(&s, 100, 0x0800);
			stack_ethernet(&s, 0x8100);
		}
		v.sampled_header.header = stack_bytes(&s);
		sflow_write_record(&w, SF_sampled_header, &v);
	}
	len = wire_hex("00000001 66000000 00000064 00000001 00000001"
	               "00000001 6d000000 00000001 020000000001 0000",
	               body, sizeof body);
	sflow_write_opaque_sample(&w, SFLOW_TAG(4300, 1003),
	                          (struct bytes){ .at = body, .len = len });
	seed_add((struct bytes){ .at = buf, .len = sflow_write_end(&w) });
}

/* ---- mutating ---- */

static uint32_t interesting(uint64_t *random)
{
	static const uint32_t values[] = { 0,          1,          2,          3,
		                           4,          5,          0x7fffffff, 0x80000000,
		                           UINT32_MAX, 0x3fffffff, 0x40000102, 0x3fffffffu + 1,
		                           0x40000000, 0xfffffffc, 1001,       2003 };
	uint64_t r = wire_random(random);

	return r % 3 == 0 ? (uint32_t)(r >> 32) : values[r / 3 % 16];
}

/* Change up to eight places, mostly whole words where words are; sometimes cut or repeat. */
static size_t mutate(uint8_t *at, size_t len, uint64_t *random)
{
	uint64_t changes = 1 + wire_random(random) % 8;

	while (changes-- > 0 && len > 8) {
		size_t place = wire_random(random) % len;

		switch (wire_random(random) % 8) {
		case 0: at[place] ^= (uint8_t)(1u << wire_random(random) % 8); break;
		case 1: at[place] = (uint8_t)wire_random(random); break;
		case 2: len = place + 1; break;
		case 3: /* a stretch from elsewhere */
			memmove(at + place, at + wire_random(random) % (len - place),
			        (len - place) / (1 + wire_random(random) % 16));
			break;
		default:
			place = place / 4 * 4;
			if (place + 4 <= len) {
				wire_store32(at + place, interesting(random));
			}
			break;
		}
	}
	return len;
}

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
	static uint8_t scratch[SEED_BYTES_MAX];
	const char *wanted = getenv("FP_MUTATIONS");
	unsigned long mutations = wanted != NULL ? strtoul(wanted, NULL, 10) : MUTATIONS_DEFAULT;
	struct flat_sink flat;
	uint64_t random = 1;

	(void)state;
	assert_true(mutations > 0);
	flat_sink_init(&flat);
	for (unsigned long i = 0; i < mutations; i++) {
		struct bytes seed = seeds.at[wire_random(&random) % seeds.count];
		struct bytes payload = { .len = seed.len };
		uint8_t *exact;

		memcpy(scratch, seed.at, seed.len);
		payload.len = mutate(scratch, seed.len, &random);
		exact = wire_exact(scratch, payload.len);
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
	for (size_t i = 0; i < seeds.count; i++) {
		check_walk(seeds.at[i]);
		check_describe(seeds.at[i], &flat);
		check_rewrite(seeds.at[i]);
	}
	flat_sink_deinit(&flat);
}

static int gather_seeds(void **state)
{
	uint32_t seen = 0;

	(void)state;
	seed_add((struct bytes){ .at = wire_vector, .len = sizeof wire_vector });
	seed_all_records(SFLOW_SAMPLE_FLOW_EXPANDED, SFLOW_SPACE_FLOW);
	seed_all_records(SFLOW_SAMPLE_DISCARD, SFLOW_SPACE_FLOW);
	seed_all_records(SFLOW_SAMPLE_COUNTERS, SFLOW_SPACE_COUNTER);
	seed_packets();
	if (wire_corpora(seed_from_capture, &seen) == 0) {
		print_message("no captures beside the project: own seeds only\n");
	}
	print_message("%zu seeds\n", seeds.count);
	return 0;
}

static int drop_seeds(void **state)
{
	(void)state;
	for (size_t i = 0; i < seeds.count; i++) {
		free(seeds.owned[i]);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_cost_only_themselves),
		cmocka_unit_test(mutated_datagrams_cost_only_themselves),
	};

	return cmocka_run_group_tests(tests, gather_seeds, drop_seeds);
}
