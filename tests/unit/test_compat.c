/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's view: smoothing against its closed form, what counts where, quartiles, top lists,
 * history, the view of the load; time is the ticker's alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/compat_priv.h"
#include "analyzer_fixture.h"
#include "fabricpulse/analyze/compat.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/clock.h"

#define START_NS (UINT64_C(1700000000) * NS_PER_SECOND)
#define TICK_NS  (NS_PER_SECOND / TICKS_PER_SECOND)

static bool is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_compat, ANALYZER_compat);
	fixture_reserve(&f, &analyzer_interfaces, ANALYZER_interfaces);
	f.config.compat.trim_dscp = 11;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

/* What was fed is followed by the ticks of `seconds` seconds; the first second has ten ticks
 * too. */
static void pass_seconds(struct fixture *f, unsigned seconds)
{
	for (unsigned i = 0; i < seconds * TICKS_PER_SECOND; i++) {
		uint64_t now_ns = START_NS + f->tick * TICK_NS;

		fixture_see_ports(f, now_ns);
		fixture_digest(f, now_ns);
	}
}

static double scalar(const struct fixture *f, enum compat_scalar which)
{
	struct compat_snapshot s;

	compat_snapshot_get(&f->shards, &s);
	assert_true(s.is_valid);
	return s.scalar[which];
}

static struct observation *packet(struct fixture *f, uint32_t port, uint32_t rate,
                                  uint32_t frame_bytes)
{
	struct observation *o = fixture_packet(f, port, START_NS + f->tick * TICK_NS);

	o->rate = rate;
	o->frame_bytes = frame_bytes;
	o->flags = OBS_IS_IP;
	return o;
}

static void test_empty_before_the_first_second(void **state)
{
	struct fixture *f = *state;
	struct compat_snapshot s, points[2];

	compat_snapshot_get(&f->shards, &s);
	assert_false(s.is_valid);
	for (unsigned i = 0; i < TICKS_PER_SECOND - 1; i++) {
		fixture_digest(f, START_NS + f->tick * TICK_NS);
		compat_snapshot_get(&f->shards, &s);
		assert_false(s.is_valid);
		assert_int_equal(compat_history_get(&f->shards, 0, points, 2), 0);
	}
	fixture_digest(f, START_NS + f->tick * TICK_NS);
	compat_snapshot_get(&f->shards, &s);
	assert_true(s.is_valid);
	assert_int_equal(s.time_ns, START_NS + 9 * TICK_NS);
	assert_true(s.scalar[COMPAT_bps] == 0);
}

/* A step of 1000 samples/s x 1000 packets x 125 bytes = 1 Gb/s: after n seconds 1 - exp(-n / 2). */
static void test_step_response_is_the_closed_form(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);

	for (unsigned n = 1; n <= 12; n++) {
		(void)packet(f, port, 1000000, 125);
		fixture_feed(f);
		pass_seconds(f, 1);
		assert_true(is_near(scalar(f, COMPAT_bps), 1e9 * (1 - exp(-(double)n / 2))));
	}
	for (unsigned n = 1; n <= 12; n++) {
		pass_seconds(f, 1);
		assert_true(
		    is_near(scalar(f, COMPAT_bps), 1e9 * (1 - exp(-6.0)) * exp(-(double)n / 2)));
	}
}

/* Steps of two seconds reach the same values as steps of one: alpha follows the time. */
static void test_late_ticks_smooth_by_their_own_time(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	uint64_t now_ns = START_NS;

	fixture_digest(f, now_ns);
	for (unsigned n = 1; n <= 3; n++) {
		(void)packet(f, port, 2000000, 125);
		fixture_feed(f);
		now_ns = START_NS - TICK_NS + NS_PER_SECOND * 2 * n;
		fixture_see_ports(f, now_ns);
		fixture_digest(f, now_ns);
		assert_true(is_near(scalar(f, COMPAT_bps), 1e9 * (1 - exp(-(double)n))));
	}
}

static void test_time_that_goes_back_starts_anew(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);

	(void)packet(f, port, 1000000, 125);
	fixture_feed(f);
	pass_seconds(f, 1);
	fixture_digest(f, START_NS - 3600 * NS_PER_SECOND);
	for (unsigned i = 1; i < TICKS_PER_SECOND; i++) {
		fixture_digest(f, START_NS - 3600 * NS_PER_SECOND + i * TICK_NS);
	}
	assert_true(is_near(scalar(f, COMPAT_bps), 1e9 * (1 - exp(-0.5)) * exp(-0.5)));
}

/* bps is ingress at edges; core ingress and any egress stay out. Without a topology, ports of
 * unknown role are edges. */
static void test_what_counts_at_the_edge(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), core = fixture_port(f, ROLE_CORE);
	uint32_t unknown = fixture_port(f, ROLE_UNKNOWN);
	const double smoothed = 1 - exp(-0.5);
	struct observation *o;

	(void)packet(f, edge, 1, 100);
	(void)packet(f, core, 1, 2000);
	(void)packet(f, unknown, 1, 30000);
	o = packet(f, edge, 1, 400000);
	o->direction = DIRECTION_OUT;
	o = packet(f, OBS_PORT_NONE, 1, 5000000);
	o->direction = DIRECTION_UNKNOWN;
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(is_near(scalar(f, COMPAT_bps), 8 * 30100 * smoothed));
}

static void test_samples_that_stand_in_for_ingress(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE);
	struct observation *o = packet(f, edge, 1, 400);

	o->direction = DIRECTION_OUT;
	o->basis = BASIS_EDGE_EGRESS;
	o = packet(f, OBS_PORT_NONE, 1, 5000);
	o->direction = DIRECTION_UNKNOWN;
	o->basis = BASIS_UNDIRECTED;
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(is_near(scalar(f, COMPAT_bps), 8 * 5400 * (1 - exp(-0.5))));
	assert_true(scalar(f, COMPAT_edge_max_bps) == 0); /* no ingress of the port itself */

	/* An agent that samples the device as a whole still names the input. */
	o = packet(f, OBS_PORT_NONE, 1, 300);
	o->direction = DIRECTION_UNKNOWN;
	o->basis = BASIS_UNDIRECTED;
	o->in_port = edge;
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(is_near(scalar(f, COMPAT_edge_max_bps), 8 * 300 * (1 - exp(-0.5))));
}

static void test_a_topology_leaves_unknown_ports_out(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), unknown = fixture_port(f, ROLE_UNKNOWN);
	struct compat_snapshot s;

	atomic_store(&f->shard.directory.port[edge].role_source, ROLE_SOURCE_TOPOLOGY);
	(void)packet(f, edge, 1, 100);
	(void)packet(f, unknown, 1, 30000);
	fixture_feed(f);
	pass_seconds(f, 1);
	compat_snapshot_get(&f->shards, &s);
	assert_true(s.uses_topology);
	assert_true(is_near(s.scalar[COMPAT_bps], 8 * 100 * (1 - exp(-0.5))));

	/* It goes: what the unknown port carried meanwhile shows at once. */
	atomic_store(&f->shard.directory.port[edge].role_source, ROLE_SOURCE_NONE);
	pass_seconds(f, 1);
	compat_snapshot_get(&f->shards, &s);
	assert_false(s.uses_topology);
	assert_true(is_near(s.scalar[COMPAT_bps], 8 * 30100 * (1 - exp(-0.5)) * exp(-0.5)));
}

static void rdma(struct fixture *f, uint32_t port, uint32_t flags, uint8_t opcode)
{
	struct observation *o = packet(f, port, 100, 1000);

	o->flags |= OBS_HAS_BTH | flags;
	o->opcode = opcode;
	o->dma_length = opcode == 0x06 ? 65536 : 4096;
	o->aeth_kind = ROCE_AETH_ACK;
	o->aeth_value = 10; /* 32 credits */
}

static void test_operations_and_message_sizes(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), core = fixture_port(f, ROLE_CORE);
	const double smoothed = 100 * (1 - exp(-0.5));
	struct compat_snapshot s;

	rdma(f, edge, OBS_HAS_RETH, 0x06); /* RC RDMA_WRITE_FIRST, 64 KiB */
	rdma(f, edge, OBS_HAS_RETH, 0x0a); /* RC RDMA_WRITE_ONLY, 4 KiB */
	rdma(f, edge, 0, 0x07);
	rdma(f, edge, 0, 0x07);
	rdma(f, core, OBS_HAS_RETH, 0x06); /* seen before, at the edge */
	fixture_feed(f);
	pass_seconds(f, 1);
	compat_snapshot_get(&f->shards, &s);
	assert_true(is_near(s.scalar[COMPAT_rdma_ops], 2 * smoothed));
	assert_true(is_near(s.scalar[COMPAT_rdma_bytes], (65536 + 4096) / 2.0));
	assert_int_equal(s.operation_count, 3);
	assert_string_equal(s.operations[0].name, "RC:RDMA_WRITE_MIDDLE");
	assert_true(is_near(s.operations[0].value, 2 * smoothed));
	assert_string_equal(s.operations[1].name, "RC:RDMA_WRITE_FIRST"); /* name breaks the tie */
	assert_string_equal(s.operations[2].name, "RC:RDMA_WRITE_ONLY");
	/* Nothing more comes: the mean stays until its packets are forgotten. */
	pass_seconds(f, 10);
	assert_true(is_near(scalar(f, COMPAT_rdma_bytes), (65536 + 4096) / 2.0));
	pass_seconds(f, 20);
	assert_true(scalar(f, COMPAT_rdma_bytes) == 0);
}

static void ack(struct fixture *f, uint32_t port, uint32_t rate, uint8_t kind, uint8_t code)
{
	struct observation *o = packet(f, port, rate, 70);

	o->flags |= OBS_HAS_BTH | OBS_HAS_AETH;
	o->opcode = 0x11;
	o->aeth_kind = kind;
	o->aeth_value = code;
}

static void test_credits(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), core = fixture_port(f, ROLE_CORE);

	ack(f, edge, 3, ROCE_AETH_ACK, 10);
	ack(f, edge, 1, ROCE_AETH_ACK, 30);
	ack(f, edge, 1, ROCE_AETH_ACK, 31); /* no limit: stays out */
	ack(f, edge, 1, ROCE_AETH_NAK, 0);
	ack(f, edge, 1, ROCE_AETH_RNR_NAK, 1);
	ack(f, core, 1, ROCE_AETH_ACK, 0);
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(is_near(scalar(f, COMPAT_aeth_credits_avg), (3 * 32 + 32768) / 4.0));
	assert_true(scalar(f, COMPAT_aeth_credits_min) == 32);
	assert_true(scalar(f, COMPAT_aeth_credits_max) == 32768);
	ack(f, edge, 1, ROCE_AETH_ACK, 1);
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(scalar(f, COMPAT_aeth_credits_min) == 1);
	assert_true(scalar(f, COMPAT_aeth_credits_max) == 32768);
	pass_seconds(f, 4);
	assert_true(scalar(f, COMPAT_aeth_credits_min) == 0);
	assert_true(scalar(f, COMPAT_aeth_credits_max) == 0);
}

static void test_raw_credits_show_codes(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE);

	f->config.compat.raw_credits = true;
	ack(f, edge, 1, ROCE_AETH_ACK, 10);
	ack(f, edge, 1, ROCE_AETH_ACK, 31);
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(is_near(scalar(f, COMPAT_aeth_credits_avg), 20.5));
	assert_true(scalar(f, COMPAT_aeth_credits_max) == 31);
}

/* ECN and CNP are summed over every port, so a packet counts once a hop; trimmed packets count in
 * any direction. */
static void test_congestion(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), core = fixture_port(f, ROLE_CORE);
	const double smoothed = 1 - exp(-0.5);
	const uint32_t bth = OBS_IS_IP | OBS_HAS_BTH;
	struct observation *o;

	for (unsigned i = 0; i < 2; i++) {
		o = packet(f, i == 0 ? edge : core, 10, 1000);
		o->flags = bth;
		o->outer_ecn = 3;
		o = packet(f, i == 0 ? edge : core, 5, 80);
		o->flags = bth | OBS_IS_CNP;
		o->opcode = ROCE_CNP_OPCODE;
	}
	packet(f, edge, 1000, 1000)->outer_ecn = 3; /* no BTH */
	o = packet(f, edge, 1000, 1000);
	o->flags = bth;
	o->outer_ecn = 3;
	o->direction = DIRECTION_OUT;
	o = packet(f, edge, 1000, 80);
	o->flags = bth | OBS_IS_CNP | OBS_IS_SOLICITED;
	o = packet(f, edge, 7, 64);
	o->outer_dscp = 11;
	o = packet(f, core, 8, 64);
	o->outer_dscp = 11;
	o->direction = DIRECTION_OUT;
	o = packet(f, core, 1000, 64);
	o->outer_dscp = 11;
	o->flags = 0; /* not IP: the field means nothing */
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(is_near(scalar(f, COMPAT_ecn_pps), 20 * smoothed));
	assert_true(is_near(scalar(f, COMPAT_cnp_pps), 10 * smoothed));
	assert_true(is_near(scalar(f, COMPAT_trim_pps), 15 * smoothed));
}

static void test_trim_can_be_off(void **state)
{
	struct fixture *f = *state;

	f->config.compat.trim_dscp = -1;
	packet(f, fixture_port(f, ROLE_EDGE), 7, 64)->outer_dscp = 11;
	fixture_feed(f);
	pass_seconds(f, 1);
	assert_true(scalar(f, COMPAT_trim_pps) == 0);
}

static void test_five_numbers(void **state)
{
	double five[] = { 5, 1, 4, 2, 3 }, two[] = { 20, 10 }, one[] = { 7 };
	double eight[] = { 8, 1, 7, 2, 6, 3, 5, 4 };
	struct five_numbers n;

	(void)state;
	n = five_numbers_of(five, 5);
	assert_true(n.min == 1 && n.q1 == 2 && n.median == 3 && n.q3 == 4 && n.max == 5);
	n = five_numbers_of(two, 2);
	assert_true(n.min == 10 && n.q1 == 12.5 && n.median == 15 && n.q3 == 17.5 && n.max == 20);
	n = five_numbers_of(one, 1);
	assert_true(n.min == 7 && n.q1 == 7 && n.median == 7 && n.q3 == 7 && n.max == 7);
	n = five_numbers_of(eight, 8);
	assert_true(n.q1 == 2.75 && n.median == 4.5 && n.q3 == 6.25);
	n = five_numbers_of(NULL, 0);
	assert_true(n.min == 0 && n.median == 0 && n.max == 0);
}

static void test_port_summaries(void **state)
{
	struct fixture *f = *state;
	const double smoothed = 8 * (1 - exp(-0.5));

	for (unsigned i = 0; i < 5; i++) {
		(void)packet(f, fixture_port(f, ROLE_CORE), 1, 100 * (i + 1));
		(void)packet(f, fixture_port(f, ROLE_EDGE), 1, 1000 * (i + 1));
	}
	fixture_feed(f);
	pass_seconds(f, 1);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(is_near(scalar(f, COMPAT_core_min_bps + i), smoothed * 100 * (i + 1)));
		assert_true(is_near(scalar(f, COMPAT_edge_min_bps + i), smoothed * 1000 * (i + 1)));
	}
	/* A port that went silent leaves the summary. */
	counter_set(&f->shard.directory.port[8].last_seen_ns, 1);
	fixture_digest(f, START_NS + 19 * TICK_NS);
	assert_true(is_near(scalar(f, COMPAT_core_max_bps), smoothed * 400 * exp(-0.5)));
}

static void test_top_lists(void **state)
{
	struct compat_top top[COMPAT_TOP] = { 0 };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
	static const double values[] = { 3, 9, 1, 9, 5, 2, 7 };
	uint32_t count = 0;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		top_put(top, &count, names[i], values[i]);
	}
	assert_int_equal(count, 5);
	assert_string_equal(top[0].name, "b");
	assert_string_equal(top[1].name, "d");
	assert_string_equal(top[2].name, "g");
	assert_string_equal(top[3].name, "e");
	assert_string_equal(top[4].name, "a");
	assert_true(top[4].value == 3);
}

/* From 1 frame/s on an operation shows, from 0.0001 on a reason. */
static void test_thresholds(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE);
	struct compat_snapshot s;
	struct observation *o;

	o = packet(f, edge, 3, 1000); /* 3 x 0.393 */
	o->flags |= OBS_HAS_BTH;
	o->opcode = 0x04;
	o = packet(f, edge, 2, 1000); /* 2 x 0.393 */
	o->flags |= OBS_HAS_BTH;
	o->opcode = 0x64;
	(void)fixture_discard(f, 257, START_NS);
	(void)fixture_discard(f, 257, START_NS);
	(void)fixture_discard(f, 1, START_NS);
	(void)fixture_discard(f, 4000000, START_NS); /* nobody knows it */
	fixture_feed(f);
	pass_seconds(f, 1);
	compat_snapshot_get(&f->shards, &s);
	assert_int_equal(s.operation_count, 1);
	assert_string_equal(s.operations[0].name, "RC:SEND_ONLY");
	assert_int_equal(s.drop_count, 3);
	assert_string_equal(s.drops[0].name, drop_reason_name(drop_reason_slot(257)));
	assert_true(is_near(s.drops[0].value, 2 * (1 - exp(-0.5))));
	pass_seconds(f, 16); /* 0.39 x exp(-8) = 0.00013 */
	compat_snapshot_get(&f->shards, &s);
	assert_int_equal(s.operation_count, 0);
	assert_int_equal(s.drop_count, 3);
	pass_seconds(f, 1); /* 0.00008 */
	compat_snapshot_get(&f->shards, &s);
	assert_int_equal(s.drop_count, 1);
}

static void set_rates(struct fixture *f, uint32_t port, double each)
{
	struct interfaces_port *p =
	    (struct interfaces_port *)f->shard.entries[ANALYZER_interfaces][SCOPE_PORT] + port;

	gauge_set(&p->rate[IFC_in_discards], each);
	gauge_set(&p->rate[IFC_out_discards], 2 * each);
	gauge_set(&p->rate[IFC_in_errors], 3 * each);
	gauge_set(&p->last_poll_seconds, (double)START_NS / 1e9);
	gauge_set(&p->interval_seconds, 10);
}

/* Sums over all ports; rates of a port that is polled no more expire after three intervals. */
static void test_errors_and_discards(void **state)
{
	struct fixture *f = *state;

	set_rates(f, fixture_port(f, ROLE_EDGE), 1);
	set_rates(f, fixture_port(f, ROLE_CORE), 10);
	(void)fixture_port(f, ROLE_CORE); /* never polled */
	pass_seconds(f, 1);
	assert_true(scalar(f, COMPAT_discards_in) == 11);
	assert_true(scalar(f, COMPAT_discards_out) == 22);
	assert_true(scalar(f, COMPAT_errors_in) == 33);
	assert_true(scalar(f, COMPAT_errors_out) == 0);
	pass_seconds(f, 34);
	assert_true(scalar(f, COMPAT_discards_in) == 11);
	pass_seconds(f, 2);
	assert_true(scalar(f, COMPAT_discards_in) == 0);
}

static void test_history(void **state)
{
	static struct compat_snapshot points[COMPAT_HISTORY + 10];
	struct fixture *f = *state;
	uint64_t last_ms;
	size_t count;

	pass_seconds(f, COMPAT_HISTORY + 5);
	count = compat_history_get(&f->shards, 0, points, COMPAT_HISTORY + 10);
	assert_int_equal(count, COMPAT_HISTORY);
	for (size_t i = 1; i < count; i++) {
		assert_int_equal(points[i].time_ns - points[i - 1].time_ns, NS_PER_SECOND);
	}
	last_ms = points[count - 1].time_ns / NS_PER_MS;
	assert_int_equal(last_ms,
	                 (START_NS - TICK_NS) / NS_PER_MS + UINT64_C(1000) * (COMPAT_HISTORY + 5));
	assert_int_equal(compat_history_get(&f->shards, last_ms, points, 10), 0);
	assert_int_equal(compat_history_get(&f->shards, last_ms - 3000, points, 10), 3);
	assert_int_equal(points[2].time_ns / NS_PER_MS, last_ms);
	assert_int_equal(compat_history_get(&f->shards, 0, points, 7), 7);
}

/* 100 frames a tick are 1000 frames/s: in n ticks 1000 (1 - exp(-n)). */
static void test_load(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE);
	struct compat_period p;
	double sum = 0;

	for (unsigned n = 1; n <= 30; n++) {
		(void)packet(f, edge, 100, 1000);
		fixture_feed(f);
		fixture_digest(f, START_NS + f->tick * TICK_NS);
		compat_period_get(&f->shards, &p);
		sum += 1000 * (1 - exp(-(double)n));
		assert_true(is_near(p.value, 1000 * (1 - exp(-(double)n))));
		assert_true(is_near(p.load_mean, sum / n));
		assert_true(p.threshold == p.load_mean);
		assert_int_equal(p.load_count, n);
	}
	pass_seconds(f, 21);
	compat_period_get(&f->shards, &p);
	assert_int_equal(p.load_count, 200);
	assert_true(p.value < 1e-6 && p.load_mean < 1e-3 && p.load_sdev < 1e-2);
	assert_true(p.period == 0 && p.period_count == 0);
}

static void test_names_are_sflow_rts(void **state)
{
	(void)state;
	assert_string_equal(compat_scalar_names[0], "bps");
	assert_string_equal(compat_scalar_names[COMPAT_core_med_bps], "core_med_bps");
	assert_string_equal(compat_scalar_names[COMPAT_SCALAR_COUNT - 1], "period");
	assert_int_equal(COMPAT_SCALAR_COUNT, 24);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_empty_before_the_first_second),
		TEST(test_step_response_is_the_closed_form),
		TEST(test_late_ticks_smooth_by_their_own_time),
		TEST(test_time_that_goes_back_starts_anew),
		TEST(test_what_counts_at_the_edge),
		TEST(test_samples_that_stand_in_for_ingress),
		TEST(test_a_topology_leaves_unknown_ports_out),
		TEST(test_operations_and_message_sizes),
		TEST(test_credits),
		TEST(test_raw_credits_show_codes),
		TEST(test_congestion),
		TEST(test_trim_can_be_off),
		TEST(test_five_numbers),
		TEST(test_port_summaries),
		TEST(test_top_lists),
		TEST(test_thresholds),
		TEST(test_errors_and_discards),
		TEST(test_history),
		TEST(test_load),
		TEST(test_names_are_sflow_rts),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
