/* SPDX-License-Identifier: Apache-2.0 */
/* From datagrams to events: identity, direction, the fabric view's rule, names, and what is left
 * out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/xdr.h"
#include "fabricpulse/classify/classify.h"

#define RATE 1000u
#define T0   UINT64_C(1700000000000000000)

/* What flush() was given last, copied, and how often. */
struct fixture {
	struct directory directory;
	struct classifier classifier;
	struct batch seen;
	unsigned flushes;
	uint32_t sequence;
	uint32_t sample_sequence;
	uint8_t buffer[8192];
};

static void remember(void *arg, const struct batch *batch)
{
	struct fixture *f = arg;

	f->seen = *batch;
	f->flushes++;
}

static struct fixture fixture;

static const struct classify_config config = { .trim_dscp = { .count = 1, .at = { 11 } } };

static void begin_with(struct fixture *f, const struct limits_config *limits)
{
	memset(f, 0, sizeof *f);
	assert_int_equal(directory_init(&f->directory, limits), FP_OK);
	assert_int_equal(classifier_init(&f->classifier, &f->directory, &config, remember, f),
	                 FP_OK);
}

static int begin(void **state)
{
	const struct limits_config limits = { .max_agents = 8,
		                              .max_ports = 16,
		                              .max_sources = 32,
		                              .expire_ns = 1,
		                              .max_sampling_rate = 1u << 26 };

	begin_with(&fixture, &limits);
	*state = &fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	classifier_deinit(&f->classifier);
	directory_deinit(&f->directory);
	return 0;
}

/* An RDMA WRITE_ONLY packet: Ethernet, IPv4 (TOS 0x6b: DSCP 26, CE), UDP 4791, BTH, RETH. */
/* clang-format off: a row a header */
static const uint8_t write_only[] = {
	0x02, 0,    0,    0,    0, 2, 0x02, 0,    0,    0,    0,    1,    0x08, 0x00,
	0x45, 0x6b, 0x04, 0x28, 0, 0, 0x40, 0,    63,   17,   0,    0,    10,   1,
	0,    1,    10,   1,    0, 2, 0xc0, 0xde, 0x12, 0xb7, 0x04, 0x14, 0,    0,
	0x0a, 0x40, 0xff, 0xff, 0, 0, 0,    0xd2, 0x80, 0,    0xab, 0xcd, 0,    0,
	0,    1,    0,    0,    0, 2, 0,    0,    0,    3,    0,    0,    0x10, 0x00,
};
/* clang-format on */

struct flow {
	uint32_t source, input, output, rate, drops;
	bool without_header;
};

static void put_flow(struct fixture *f, struct xdr_out *x, const struct flow *flow)
{
	uint8_t *sample;
	uint8_t *record;

	xdr_put_u32(x, 1);
	sample = xdr_begin_length(x);
	xdr_put_u32(x, ++f->sample_sequence);
	xdr_put_u32(x, flow->source);
	xdr_put_u32(x, flow->rate);
	xdr_put_u32(x, 0);
	xdr_put_u32(x, flow->drops);
	xdr_put_u32(x, flow->input);
	xdr_put_u32(x, flow->output);
	xdr_put_u32(x, flow->without_header ? 0 : 1);
	if (!flow->without_header) {
		xdr_put_u32(x, 1);
		record = xdr_begin_length(x);
		xdr_put_u32(x, 1);
		xdr_put_u32(x, 1082);
		xdr_put_u32(x, 4);
		xdr_put_opaque(x, (struct bytes){ write_only, sizeof write_only });
		xdr_end_length(x, record);
	}
	xdr_end_length(x, sample);
}

static struct xdr_out begin_datagram(struct fixture *f, const uint8_t agent[4], uint32_t samples)
{
	struct xdr_out x = xdr_out_of(f->buffer, sizeof f->buffer);

	xdr_put_u32(&x, 5);
	xdr_put_u32(&x, 1);
	xdr_put_fixed(&x, agent, 4);
	xdr_put_u32(&x, 0);
	xdr_put_u32(&x, ++f->sequence);
	xdr_put_u32(&x, 1000 * f->sequence);
	xdr_put_u32(&x, samples);
	return x;
}

static void classify(struct fixture *f, const struct xdr_out *x)
{
	const struct endpoint from = { .addr = { .family = ADDR_IPV4, .bytes = { 192, 0, 2, 9 } } };

	assert_false(x->failed);
	classify_datagram(&f->classifier, (struct bytes){ f->buffer, (size_t)(x->at - f->buffer) },
	                  &from, T0, false);
}

static const uint8_t leaf[4] = { 10, 0, 0, 1 };

/* One flow sample through a datagram of its own; the observation, or NULL when it was left out. */
static const struct observation *observe(struct fixture *f, struct flow flow)
{
	struct xdr_out x = begin_datagram(f, leaf, 1);

	put_flow(f, &x, &flow);
	classify(f, &x);
	classify_flush(&f->classifier);
	return f->seen.packet_count > 0 ? &f->seen.packets[0] : NULL;
}

static void test_what_a_packet_says(void **state)
{
	struct fixture *f = *state;
	const struct observation *o =
	    observe(f, (struct flow){ .source = 3, .input = 3, .output = 4, .rate = RATE });

	assert_non_null(o);
	assert_int_equal(o->time_ns, T0);
	assert_int_equal(o->rate, RATE);
	assert_int_equal(o->frame_bytes, 1082);
	assert_int_equal(o->payload, PACKET_ROCEV2);
	assert_int_equal(o->opcode, 0x0a);
	assert_int_equal(o->dma_length, 4096);
	assert_int_equal(o->dest_qp, 0xd2);
	assert_int_equal(o->psn, 0xabcd);
	assert_int_equal(o->outer_ecn, 3);
	assert_int_equal(o->outer_dscp, 26);
	assert_int_equal(o->ttl, 63);
	assert_int_equal(o->udp_src_port, 0xc0de);
	assert_int_equal(o->flags, OBS_IS_IP | OBS_HAS_BTH | OBS_HAS_RETH | OBS_IS_MIGRATED |
	                               OBS_IS_ACK_REQUESTED | OBS_HAS_HEADER | OBS_IS_DATA);
	assert_int_equal(f->directory.port[o->at_port].ifindex, 3);
	assert_int_equal(o->in_port, o->at_port);
	assert_int_equal(o->out_port, OBS_PORT_NONE); /* a port nobody reports for */
}

static void test_direction(void **state)
{
	struct fixture *f = *state;
	static const struct {
		uint32_t source, input, output;
		enum direction direction;
	} rows[] = {
		{ 3, 3, 4, DIRECTION_IN },
		{ 4, 3, 4, DIRECTION_OUT },
		{ 3, 3, 3, DIRECTION_UNKNOWN },          /* hairpin */
		{ 3, 0, 0, DIRECTION_UNKNOWN },          /* an agent that cannot tell */
		{ 0, 3, 4, DIRECTION_UNKNOWN },          /* device-wide source */
		{ 0x02000001, 3, 4, DIRECTION_UNKNOWN }, /* physical entity */
		{ 3, 3, 0x3fffffff, DIRECTION_IN },      /* for the switch itself */
		{ 3, 0x3fffffff, 3, DIRECTION_OUT },     /* from the switch itself */
		{ 3, 3, 0x80000007, DIRECTION_IN },      /* to seven ports */
		{ 3, 3, 0x40000102, DIRECTION_IN },      /* dropped by ACL */
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct observation *o = observe(f, (struct flow){ .source = rows[i].source,
		                                                        .input = rows[i].input,
		                                                        .output = rows[i].output,
		                                                        .rate = RATE });

		assert_non_null(o);
		assert_int_equal(o->direction, rows[i].direction);
	}
	/* Internal, multiple and discarded never become ports. */
	assert_int_equal(table_count(&f->directory.ports), 2);
}

static void set_role(struct fixture *f, uint32_t ifindex, enum port_role role)
{
	const uint32_t port = directory_port(&f->directory, 0, ifindex, T0);

	atomic_store(&f->directory.port[port].role, (uint8_t)role);
}

static enum fabric_basis basis(struct fixture *f, uint32_t source, uint32_t input, uint32_t output)
{
	return (enum fabric_basis)observe(f, (struct flow){ source, input, output, RATE, 0, false })
	    ->basis;
}

static void test_fabric_view_of_an_ingress_sampler(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(basis(f, 3, 3, 4), BASIS_UNKNOWN_INGRESS);
	assert_int_equal(basis(f, 4, 3, 4),
	                 BASIS_NONE); /* it samples ingress: egress would count twice */
	set_role(f, 3, ROLE_EDGE);
	set_role(f, 4, ROLE_CORE);
	assert_int_equal(basis(f, 3, 3, 4), BASIS_EDGE_INGRESS);
	assert_int_equal(basis(f, 3, 4, 3), BASIS_NONE);
	assert_int_equal(basis(f, 4, 4, 3), BASIS_NONE);
	assert_int_equal(basis(f, 3, 0, 0), BASIS_NONE); /* it shows directions elsewhere */
}

static void test_fabric_view_of_an_egress_sampler(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(basis(f, 4, 3, 4), BASIS_UNKNOWN_EGRESS);
	set_role(f, 4, ROLE_EDGE);
	assert_int_equal(basis(f, 4, 3, 4), BASIS_EDGE_EGRESS);
	set_role(f, 4, ROLE_CORE);
	assert_int_equal(basis(f, 4, 3, 4), BASIS_NONE);
}

static void test_fabric_view_without_any_direction(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(basis(f, 3, 0, 0), BASIS_UNDIRECTED);
	assert_int_equal(basis(f, 3, 3, 0), BASIS_UNKNOWN_INGRESS);
	assert_int_equal(basis(f, 3, 0, 0), BASIS_NONE);
}

static void test_rates_that_cannot_be_used(void **state)
{
	struct fixture *f = *state;

	assert_null(observe(f, (struct flow){ .source = 3, .input = 3, .rate = 0 }));
	assert_int_equal(f->seen.datagrams[0].faults[FP_ZERO_RATE], 1);
	assert_null(observe(f, (struct flow){ .source = 3, .input = 3, .rate = (1u << 26) + 1 }));
	assert_int_equal(f->seen.datagrams[0].suspect_rates, 1);
	assert_non_null(observe(f, (struct flow){ .source = 3, .input = 3, .rate = 1u << 26 }));
}

static void test_agent_side_drops_are_differences(void **state)
{
	struct fixture *f = *state;

	observe(f, (struct flow){ .source = 3, .input = 3, .rate = RATE, .drops = 500 });
	assert_int_equal(f->seen.datagrams[0].agent_drops, 0);
	observe(f, (struct flow){ .source = 3, .input = 3, .rate = RATE, .drops = 507 });
	assert_int_equal(f->seen.datagrams[0].agent_drops, 7);
}

static void test_rate_changes_are_noticed(void **state)
{
	struct fixture *f = *state;

	observe(f, (struct flow){ .source = 3, .input = 3, .rate = RATE });
	assert_int_equal(f->seen.datagrams[0].rate_changes, 0);
	observe(f, (struct flow){ .source = 3, .input = 3, .rate = 2 * RATE });
	assert_int_equal(f->seen.datagrams[0].rate_changes, 1);
	assert_int_equal(f->seen.datagrams[0].flow_rate_last, 2 * RATE);
}

static void test_anonymous_agent_is_its_udp_source(void **state)
{
	static const uint8_t addresses[][4] = { { 0, 0, 0, 0 }, { 127, 0, 0, 1 } };
	struct fixture *f = *state;
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < 2; i++) {
		struct xdr_out x = begin_datagram(f, addresses[i], 0);

		classify(f, &x);
	}
	assert_int_equal(table_count(&f->directory.agents), 1);
	assert_string_equal(addr_text(&f->directory.agent[0].addr, text), "192.0.2.9");
}

static void test_duplicate_datagram_is_left_out(void **state)
{
	struct fixture *f = *state;
	const struct flow flow = { .source = 3, .input = 3, .rate = RATE };

	assert_non_null(observe(f, flow));
	f->sequence--;
	assert_null(observe(f, flow));
	assert_int_equal(f->seen.datagrams[0].verdict, SEQUENCE_DUPLICATE);
	assert_int_equal(f->seen.datagrams[0].samples[SFLOW_SAMPLE_FLOW], 0);
}

/* An agent's line cards may send streams of their own, from the same address: the same numbers in
 * another stream are neither a repeated datagram nor repeated samples. */
static void test_quirk_sub_agents_count_for_themselves(void **state)
{
	struct fixture *f = *state;
	const struct flow flow = { .source = 3, .input = 3, .rate = RATE };
	struct xdr_out x;

	f->directory.limits.drop_repeated_samples = true;
	assert_non_null(observe(f, flow));
	f->sequence--;
	f->sample_sequence--;
	x = begin_datagram(f, leaf, 1);
	f->buffer[15] = 1; /* the sub-agent */
	put_flow(f, &x, &flow);
	classify(f, &x);
	classify_flush(&f->classifier);
	assert_int_equal(f->seen.datagrams[0].verdict, SEQUENCE_FIRST);
	assert_int_equal(f->seen.datagrams[0].samples_repeated, 0);
	assert_int_equal(f->seen.packet_count, 1);
	assert_int_equal(table_count(&f->directory.agents), 1);
	assert_int_equal(table_count(&f->directory.ports), 1);
}

static void test_repeated_sample_stays_unless_told(void **state)
{
	struct fixture *f = *state;
	const struct flow flow = { .source = 3, .input = 3, .rate = RATE };

	observe(f, flow);
	f->sample_sequence--;
	assert_non_null(observe(f, flow));
	assert_int_equal(f->seen.datagrams[0].samples_repeated, 1);
	f->directory.limits.drop_repeated_samples = true;
	f->sample_sequence--;
	assert_null(observe(f, flow));
}

static void test_full_tables_refuse_and_count(void **state)
{
	struct fixture *f = *state;

	for (uint8_t i = 0; i < 12; i++) {
		const uint8_t agent[4] = { 10, 0, 1, i };
		struct xdr_out x = begin_datagram(f, agent, 0);

		classify(f, &x);
	}
	classify_flush(&f->classifier);
	assert_int_equal(table_count(&f->directory.agents), 8);
	assert_int_equal(counter_get(&f->directory.agents.refused), 4);
	assert_int_equal(f->seen.datagrams[11].error, FP_FULL);
	/* Ports: further ones are refused, their packets still count for the fabric. */
	f->sequence = 0;
	for (uint32_t i = 0; i < 20; i++) {
		const uint8_t agent[4] = { 10, 0, 1, 0 };
		const struct flow flow = { .source = i + 1, .input = i + 1, .rate = RATE };
		struct xdr_out x = begin_datagram(f, agent, 1);

		put_flow(f, &x, &flow);
		classify(f, &x);
	}
	classify_flush(&f->classifier);
	assert_int_equal(table_count(&f->directory.ports), 16);
	assert_int_equal(f->seen.packet_count, 19); /* the first datagram repeats number 1 */
	assert_int_equal(f->seen.packets[18].at_port, OBS_PORT_NONE);
	assert_int_equal(f->seen.packets[18].basis, BASIS_UNKNOWN_INGRESS);
}

static void put_name(struct xdr_out *x, const char *name)
{
	uint8_t *record;

	xdr_put_u32(x, 1005);
	record = xdr_begin_length(x);
	xdr_put_opaque(x, (struct bytes){ (const uint8_t *)name, strlen(name) });
	xdr_end_length(x, record);
}

static void put_host(struct xdr_out *x, const char *name)
{
	static const uint8_t uuid[16];
	uint8_t *record;

	xdr_put_u32(x, 2000);
	record = xdr_begin_length(x);
	xdr_put_opaque(x, (struct bytes){ (const uint8_t *)name, strlen(name) });
	xdr_put_fixed(x, uuid, sizeof uuid);
	xdr_put_u32(x, 3);
	xdr_put_u32(x, 2);
	xdr_put_opaque(x, (struct bytes){ (const uint8_t *)"6.1", 3 });
	xdr_end_length(x, record);
}

static void put_counters(struct fixture *f, struct xdr_out *x, uint32_t source, const char *port,
                         const char *host)
{
	uint8_t *sample;

	xdr_put_u32(x, 2);
	sample = xdr_begin_length(x);
	xdr_put_u32(x, ++f->sample_sequence);
	xdr_put_u32(x, source);
	xdr_put_u32(x, (port != NULL ? 1u : 0u) + (host != NULL ? 1u : 0u));
	if (port != NULL) {
		put_name(x, port);
	}
	if (host != NULL) {
		put_host(x, host);
	}
	xdr_end_length(x, sample);
}

static void test_names_are_learned(void **state)
{
	struct fixture *f = *state;
	struct xdr_out x = begin_datagram(f, leaf, 3);
	char name[NAME_SIZE];

	put_counters(f, &x, 3, "swp3", NULL);
	put_counters(f, &x, 0x02000001, NULL, "leaf1");
	put_counters(f, &x, 0x03000001, NULL, "a-virtual-machine");
	classify(f, &x);
	classify_flush(&f->classifier);
	assert_int_equal(f->seen.counter_count, 3);
	assert_string_equal(namebox_get(&f->directory.port[0].name, name), "swp3");
	assert_string_equal(namebox_get(&f->directory.agent[0].hostname, name), "leaf1");
}

static void test_counter_events_know_their_port_and_resets(void **state)
{
	struct fixture *f = *state;
	struct xdr_out x = begin_datagram(f, leaf, 1);

	put_counters(f, &x, 3, "swp3", NULL);
	classify(f, &x);
	x = begin_datagram(f, leaf, 1);
	put_counters(f, &x, 3, "swp3", NULL);
	classify(f, &x);
	f->sequence = UINT32_MAX / 2; /* the stream starts anew */
	x = begin_datagram(f, leaf, 1);
	put_counters(f, &x, 3, "swp3", NULL);
	classify(f, &x);
	classify_flush(&f->classifier);
	assert_true(f->seen.counters[0].is_reset);
	assert_false(f->seen.counters[1].is_reset);
	assert_true(f->seen.counters[2].is_reset);
	assert_int_equal(f->seen.counters[1].port, 0);
	assert_int_equal(f->seen.datagrams[2].verdict, SEQUENCE_RESTART);
}

static void test_batch_overflow_loses_nothing(void **state)
{
	struct fixture *f = *state;
	const struct flow flow = { .source = 3, .input = 3, .rate = RATE, .without_header = true };
	unsigned packets = 0;

	/* 150 samples a datagram: the batch overflows in the middle of the fourth. */
	for (unsigned i = 0; i < 5; i++) {
		struct xdr_out x = begin_datagram(f, leaf, 150);
		const unsigned flushes = f->flushes;

		for (unsigned k = 0; k < 150; k++) {
			put_flow(f, &x, &flow);
		}
		classify(f, &x);
		packets += f->flushes != flushes ? f->seen.packet_count : 0;
	}
	classify_flush(&f->classifier);
	packets += f->seen.packet_count;
	assert_int_equal(packets, 750);
	assert_int_equal(f->seen.datagrams[f->seen.datagram_count - 1].samples[SFLOW_SAMPLE_FLOW],
	                 150);
}

static void test_faults_reach_the_event(void **state)
{
	struct fixture *f = *state;
	struct xdr_out x = begin_datagram(f, leaf, 2); /* announces two, holds one */
	const struct flow flow = { .source = 3, .input = 3, .rate = RATE };

	put_flow(f, &x, &flow);
	classify(f, &x);
	classify_flush(&f->classifier);
	assert_true(f->seen.datagrams[0].has_faults);
	assert_int_equal(f->seen.datagrams[0].faults[FP_SAMPLE_MISSING], 1);
	assert_int_equal(f->seen.packet_count, 1);
}

static void test_unknown_records_are_counted_by_number(void **state)
{
	struct fixture *f = *state;
	struct xdr_out x = begin_datagram(f, leaf, 1);
	uint8_t *sample;

	xdr_put_u32(&x, 2);
	sample = xdr_begin_length(&x);
	xdr_put_u32(&x, 1);
	xdr_put_u32(&x, 3);
	xdr_put_u32(&x, 1);
	xdr_put_u32(&x, SFLOW_TAG(9999, 77));
	xdr_put_opaque(&x, (struct bytes){ (const uint8_t *)"abc", 3 });
	xdr_end_length(&x, sample);
	classify(f, &x);
	classify_flush(&f->classifier);
	assert_int_equal(f->seen.datagrams[0].unknown_records, 1);
	assert_int_equal(table_count(&f->directory.tags), 1);
	assert_int_equal(f->directory.tags.keys[0].b, SFLOW_TAG(9999, 77));
	assert_int_equal(counter_get(&f->directory.tag_count[0]), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_what_a_packet_says),
		TEST(test_direction),
		TEST(test_fabric_view_of_an_ingress_sampler),
		TEST(test_fabric_view_of_an_egress_sampler),
		TEST(test_fabric_view_without_any_direction),
		TEST(test_rates_that_cannot_be_used),
		TEST(test_agent_side_drops_are_differences),
		TEST(test_rate_changes_are_noticed),
		TEST(test_anonymous_agent_is_its_udp_source),
		TEST(test_duplicate_datagram_is_left_out),
		TEST(test_quirk_sub_agents_count_for_themselves),
		TEST(test_repeated_sample_stays_unless_told),
		TEST(test_full_tables_refuse_and_count),
		TEST(test_names_are_learned),
		TEST(test_counter_events_know_their_port_and_resets),
		TEST(test_batch_overflow_loses_nothing),
		TEST(test_faults_reach_the_event),
		TEST(test_unknown_records_are_counted_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
