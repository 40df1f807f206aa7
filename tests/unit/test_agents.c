/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of each agent. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/agents.h"
#include "fabricpulse/base/clock.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_agents, ANALYZER_agents);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static void every_verdict_has_its_counter(void **state)
{
	struct fixture *f = *state;
	struct agents_agent *a = fixture_entries(f, SCOPE_AGENT);
	static const uint8_t verdicts[] = { SEQUENCE_FIRST,  SEQUENCE_NEXT,      SEQUENCE_NEXT,
		                            SEQUENCE_LATE,   SEQUENCE_DUPLICATE, SEQUENCE_DUPLICATE,
		                            SEQUENCE_RESTART };

	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		struct datagram_event *d = fixture_datagram(f, i + 1);

		d->verdict = verdicts[i];
		d->bytes = 100;
		d->lost = verdicts[i] == SEQUENCE_NEXT ? 3 : 0;
	}
	fixture_feed(f);

	assert_int_equal(counter_get(&a->datagrams), 7);
	assert_int_equal(counter_get(&a->bytes), 700);
	assert_int_equal(counter_get(&a->lost), 6);
	assert_int_equal(counter_get(&a->verdicts[SEQUENCE_LATE]), 1);
	assert_int_equal(counter_get(&a->verdicts[SEQUENCE_DUPLICATE]), 2);
	assert_int_equal(counter_get(&a->verdicts[SEQUENCE_RESTART]), 1);
}

static void samples_and_their_losses_add_up(void **state)
{
	struct fixture *f = *state;
	struct agents_agent *a = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 2; i++) {
		struct datagram_event *d = fixture_datagram(f, i + 1);

		d->samples[SFLOW_SAMPLE_FLOW_EXPANDED] = 5;
		d->samples_lost = 4;
		d->samples_repeated = 1;
		d->agent_drops = 7;
		d->suspect_rates = 2;
		d->rate_changes = 1;
		d->unknown_records = 3;
		d->has_faults = true;
		d->faults[FP_ZERO_RATE] = 1;
	}
	fixture_feed(f);

	assert_int_equal(counter_get(&a->samples[SFLOW_SAMPLE_FLOW_EXPANDED]), 10);
	assert_int_equal(counter_get(&a->samples_lost), 8);
	assert_int_equal(counter_get(&a->samples_repeated), 2);
	assert_int_equal(counter_get(&a->samples_dropped), 14);
	assert_int_equal(counter_get(&a->samples_suspect), 4);
	assert_int_equal(counter_get(&a->rate_changes), 2);
	assert_int_equal(counter_get(&a->unknown_records), 6);
	assert_int_equal(counter_get(&a->faults[FP_ZERO_RATE]), 2);
}

static void the_last_rate_stays_until_another_comes(void **state)
{
	struct fixture *f = *state;
	struct agents_agent *a = fixture_entries(f, SCOPE_AGENT);

	fixture_datagram(f, 1)->flow_rate_last = 0;
	fixture_feed(f);
	assert_true(isnan(gauge_get(&a->rate)));
	fixture_datagram(f, 2)->flow_rate_last = 20000;
	fixture_datagram(f, 3)->flow_rate_last = 0; /* counters only */
	fixture_feed(f);
	assert_float_equal(gauge_get(&a->rate), 20000, 0);
}

static void times_are_in_seconds(void **state)
{
	struct fixture *f = *state;
	struct agents_agent *a = fixture_entries(f, SCOPE_AGENT);

	fixture_datagram(f, 1700000000 * NS_PER_SECOND + 500 * NS_PER_MS)->uptime_ms = 12345;
	fixture_feed(f);

	/* cmocka compares floats, which are too coarse here. */
	assert_true(fabs(gauge_get(&a->last_seen_seconds) - 1700000000.5) < 1e-6);
	assert_true(fabs(gauge_get(&a->uptime_seconds) - 12.345) < 1e-9);
}

static void directions_follow_the_directory(void **state)
{
	struct fixture *f = *state;
	struct agents_agent *a = fixture_entries(f, SCOPE_AGENT);

	(void)fixture_datagram(f, 1);
	fixture_feed(f);
	assert_float_equal(gauge_get(&a->shows[DIRECTION_IN]), 0, 0);
	atomic_store(&f->shard.directory.agent[0].shows,
	             AGENT_SHOWS_EGRESS | AGENT_SHOWS_UNDIRECTED);
	(void)fixture_datagram(f, 2);
	fixture_feed(f);
	assert_float_equal(gauge_get(&a->shows[DIRECTION_IN]), 0, 0);
	assert_float_equal(gauge_get(&a->shows[DIRECTION_OUT]), 1, 0);
	assert_float_equal(gauge_get(&a->shows[DIRECTION_UNKNOWN]), 1, 0);
}

static void info_gives_the_source_address(void **state)
{
	struct fixture *f = *state;
	char storage[128];
	struct strbuf out;

	(void)fixture_datagram(f, 1);
	(void)fixture_datagram(f, 2);
	fixture_feed(f);
	strbuf_init_fixed(&out, storage, sizeof storage);
	for (size_t i = 0; i < analyzer_agents.row_count; i++) {
		if (analyzer_agents.rows[i].info != NULL) {
			assert_true(
			    analyzer_agents.rows[i].info(fixture_entries(f, SCOPE_AGENT), &out));
		}
	}
	assert_string_equal(out.at, "source=\"10.0.0.1\"");
}

static void datagrams_without_agent_are_nobodys(void **state)
{
	struct fixture *f = *state;
	struct agents_agent *agents = fixture_entries(f, SCOPE_AGENT);

	fixture_datagram(f, 1)->agent = TABLE_NONE;
	fixture_feed(f);
	for (unsigned i = 0; i < FIXTURE_AGENTS; i++) {
		assert_int_equal(counter_get(&agents[i].datagrams), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_verdict_has_its_counter, setup, teardown),
		cmocka_unit_test_setup_teardown(samples_and_their_losses_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(the_last_rate_stays_until_another_comes, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(times_are_in_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(directions_follow_the_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(info_gives_the_source_address, setup, teardown),
		cmocka_unit_test_setup_teardown(datagrams_without_agent_are_nobodys, setup,
		                                teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
