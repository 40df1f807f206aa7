/* SPDX-License-Identifier: Apache-2.0 */
/* Queue depth and transit delay, in the fabric's histograms and the ports' sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/queues.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_queues, ANALYZER_queues);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

/* A packet of 1000 bytes that stands for 20000 and leaves through `out`. */
static struct observation *packet(struct fixture *f, uint32_t out, uint32_t flags)
{
	struct observation *o = fixture_packet(f, OBS_PORT_NONE, 1);

	o->rate = 20000;
	o->frame_bytes = 1000;
	o->out_port = out;
	o->flags = flags;
	return o;
}

static void queued(struct fixture *f, uint32_t out, uint32_t queue, uint32_t depth)
{
	struct observation *o = packet(f, out, OBS_HAS_QUEUE | OBS_HAS_DEPTH);

	o->queue = queue;
	o->depth_bytes = depth;
}

static void delayed(struct fixture *f, uint32_t out, uint32_t delay_ns)
{
	packet(f, out, OBS_HAS_DELAY)->delay_ns = delay_ns;
}

/* Bounds: 0, 1 Ki, 2 Ki, 4 Ki … 64 Mi. */
static void depths_go_by_queue(void **state)
{
	struct fixture *f = *state;
	struct queues_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	queued(f, OBS_PORT_NONE, 3, 0);
	queued(f, OBS_PORT_NONE, 3, 4096);
	queued(f, OBS_PORT_NONE, 3, 4097);
	queued(f, OBS_PORT_NONE, 0, UINT32_MAX);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->packets[3]), 60000);
	assert_int_equal(counter_get(&got->bytes[3]), 60000000);
	assert_int_equal(counter_get(&got->samples[3]), 3);
	assert_int_equal(counter_get(&got->depth_samples[3]), 3);
	assert_int_equal(counter_get(&got->depth_bytes[3].buckets[0]), 20000);
	assert_int_equal(counter_get(&got->depth_bytes[3].buckets[3]), 20000);
	assert_int_equal(counter_get(&got->depth_bytes[3].buckets[4]), 20000);
	assert_int_equal(counter_get(&got->depth_bytes[3].sum), 20000 * 8193);
	assert_int_equal(counter_get(&got->depth_bytes[0].buckets[18]), 20000); /* +Inf */
}

static void odd_queues_have_slots_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct queues_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	queued(f, OBS_PORT_NONE, 7, 1);
	queued(f, OBS_PORT_NONE, 8, 1);
	queued(f, OBS_PORT_NONE, UINT32_MAX, 1);
	packet(f, OBS_PORT_NONE, OBS_HAS_DEPTH)->depth_bytes = 1;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->samples[7]), 1);
	assert_int_equal(counter_get(&got->samples[QUEUES_OTHER]), 2);
	assert_int_equal(counter_get(&got->samples[QUEUES_UNKNOWN]), 0);
	assert_int_equal(counter_get(&got->depth_samples[QUEUES_UNKNOWN]), 1);
}

/* Bounds: 250 ns, 500 ns, 1 us, 2 us … 1 s. */
static void saturated_delays_stay_out_of_averages(void **state)
{
	struct fixture *f = *state;
	struct queues_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	delayed(f, OBS_PORT_NONE, 250);
	delayed(f, OBS_PORT_NONE, 1500);
	delayed(f, OBS_PORT_NONE, UINT32_MAX - 1);
	delayed(f, OBS_PORT_NONE, UINT32_MAX);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->delay_ns.buckets[0]), 20000);
	assert_int_equal(counter_get(&got->delay_ns.buckets[3]), 20000);
	assert_int_equal(counter_get(&got->delay_ns.buckets[21]), 20000); /* +Inf */
	assert_int_equal(counter_get(&got->delay_ns.sum),
	                 UINT64_C(20000) * (250 + 1500 + UINT64_C(4294967294)));
	assert_int_equal(counter_get(&got->delay_samples), 3);
	assert_int_equal(counter_get(&got->saturated), 20000);
	assert_int_equal(counter_get(&got->saturated_samples), 1);
}

static void queues_are_those_of_the_port_out(void **state)
{
	struct fixture *f = *state;
	struct queues_port *ports = fixture_entries(f, SCOPE_PORT);
	uint32_t in = fixture_port(f, ROLE_EDGE), out = fixture_port(f, ROLE_CORE);

	queued(f, out, 3, 1000);
	queued(f, out, 4, 3000);
	delayed(f, out, 700);
	delayed(f, out, UINT32_MAX);
	for (uint32_t i = 0; i < f->batch->packet_count; i++) {
		f->batch->packets[i].at_port = in;
		f->batch->packets[i].in_port = in;
	}
	fixture_feed(f);

	assert_int_equal(counter_get(&ports[out].depth_bytes), 20000 * 4000);
	assert_int_equal(counter_get(&ports[out].depth_packets), 40000);
	assert_int_equal(counter_get(&ports[out].depth_samples), 2);
	assert_int_equal(counter_get(&ports[out].delay_ns), 20000 * 700);
	assert_int_equal(counter_get(&ports[out].delay_packets), 20000);
	assert_int_equal(counter_get(&ports[out].delay_samples), 1);
	assert_int_equal(counter_get(&ports[out].saturated), 20000);
	assert_int_equal(counter_get(&ports[out].saturated_samples), 1);
	assert_int_equal(counter_get(&ports[in].depth_packets), 0);
	assert_int_equal(counter_get(&ports[in].delay_packets), 0);
}

static void packets_that_say_nothing_count_nowhere(void **state)
{
	struct fixture *f = *state;
	static const struct queues_fabric nothing;

	queued(f, OBS_PORT_NONE, 3, 4096);
	f->batch->packets[0].flags = OBS_IS_IP;
	fixture_feed(f);

	assert_memory_equal(fixture_entries(f, SCOPE_FABRIC), &nothing, sizeof nothing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(depths_go_by_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(odd_queues_have_slots_of_their_own, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(saturated_delays_stay_out_of_averages, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(queues_are_those_of_the_port_out, setup, teardown),
		cmocka_unit_test_setup_teardown(packets_that_say_nothing_count_nowhere, setup,
		                                teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
