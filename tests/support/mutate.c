/* SPDX-License-Identifier: Apache-2.0 */
/* See mutate.h. */
#include "mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/encode.h"
#include "layouts.h"
#include "made_up_fabric.h"
#include "stack.h"
#include "wire.h"

struct mutate_seeds mutate_seeds;

static void seed_add(struct bytes datagram)
{
	if (mutate_seeds.count < SEEDS_MAX && datagram.len > 0) {
		mutate_seeds.owned[mutate_seeds.count] = wire_exact(datagram.at, datagram.len);
		mutate_seeds.at[mutate_seeds.count].at = mutate_seeds.owned[mutate_seeds.count];
		mutate_seeds.at[mutate_seeds.count].len = datagram.len;
		mutate_seeds.count++;
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

static uint32_t interesting(uint64_t *random)
{
	static const uint32_t values[] = { 0,          1,          2,          3,
		                           4,          5,          0x7fffffff, 0x80000000,
		                           UINT32_MAX, 0x3fffffff, 0x40000102, 0x3fffffffu + 1,
		                           0x40000000, 0xfffffffc, 1001,       2003 };
	uint64_t r = wire_random(random);

	return r % 3 == 0 ? (uint32_t)(r >> 32) : values[r / 3 % 16];
}

size_t mutate(uint8_t *at, size_t len, uint64_t *random)
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

uint8_t *mutate_next(uint64_t *random, size_t *len)
{
	static uint8_t scratch[SEED_BYTES_MAX];
	const struct bytes seed = mutate_seeds.at[wire_random(random) % mutate_seeds.count];

	memcpy(scratch, seed.at, seed.len);
	*len = mutate(scratch, seed.len, random);
	return wire_exact(scratch, *len);
}

unsigned long mutate_count(unsigned long fallback)
{
	const char *wanted = getenv("FP_MUTATIONS");

	return wanted != NULL ? strtoul(wanted, NULL, 10) : fallback;
}

/* Flow samples and counters of many ports, as a fabric sends them. */
static void seed_traffic(void)
{
	struct traffic t = { .agents = 16, .ports = 16 };

	while (t.sent < 256) {
		uint8_t datagram[TRAFFIC_DATAGRAM_BYTES];
		const size_t len = traffic_next(&t, datagram);

		seed_add((struct bytes){ .at = datagram, .len = len });
	}
}

int mutate_gather(void **state)
{
	uint32_t seen = 0;

	(void)state;
	seed_add((struct bytes){ .at = wire_vector, .len = sizeof wire_vector });
	seed_all_records(SFLOW_SAMPLE_FLOW_EXPANDED, SFLOW_SPACE_FLOW);
	seed_all_records(SFLOW_SAMPLE_DISCARD, SFLOW_SPACE_FLOW);
	seed_all_records(SFLOW_SAMPLE_COUNTERS, SFLOW_SPACE_COUNTER);
	seed_packets();
	seed_traffic();
	if (wire_corpora(seed_from_capture, &seen) == 0) {
		print_message("no captures beside the project: own seeds only\n");
	}
	print_message("%zu seeds\n", mutate_seeds.count);
	return 0;
}

int mutate_drop(void **state)
{
	(void)state;
	for (size_t i = 0; i < mutate_seeds.count; i++) {
		free(mutate_seeds.owned[i]);
	}
	return 0;
}
