/* SPDX-License-Identifier: Apache-2.0 */
/* Dropped-packet notices by reason, agent and port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/drops.h"

#define NO_BUFFER_SPACE 259u
#define RC_WRITE_MIDDLE 0x07

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_drops, ANALYZER_drops);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static void drops_are_notices_and_what_was_withheld(void **state)
{
	struct fixture *f = *state;
	struct drops_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct drops_agent *agents = fixture_entries(f, SCOPE_AGENT);
	struct discard_event *d = fixture_discard(f, NO_BUFFER_SPACE, 1);

	d->frame_bytes = 4174;
	d = fixture_discard(f, NO_BUFFER_SPACE, 2);
	d->suppressed = 998;
	d = fixture_discard(f, 258, 3);
	d->agent = 1;
	d->suppressed = 10;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->notices[NO_BUFFER_SPACE]), 2);
	assert_int_equal(counter_get(&got->notices[258]), 1);
	assert_int_equal(counter_get(&got->bytes), 4174);
	assert_int_equal(counter_get(&got->suppressed), 1008);
	assert_int_equal(counter_get(&got->packets), 1011);
	assert_int_equal(counter_get(&agents[0].notices), 2);
	assert_int_equal(counter_get(&agents[0].suppressed), 998);
	assert_int_equal(counter_get(&agents[0].packets), 1000);
	assert_int_equal(counter_get(&agents[1].packets), 11);
}

static void reasons_without_a_name_share_a_slot(void **state)
{
	struct fixture *f = *state;
	struct drops_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	(void)fixture_discard(f, 100, 1);
	(void)fixture_discard(f, 100000, 1);
	(void)fixture_discard(f, UINT32_MAX, 1);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->notices[DROP_REASON_OTHER]), 3);
	assert_int_equal(counter_get(&got->packets), 3);
}

static void misprinted_codes_mean_what_was_meant(void **state)
{
	struct fixture *f = *state;
	struct drops_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	(void)fixture_discard(f, 33, 1);
	(void)fixture_discard(f, 332, 1);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->notices[332]), 2);
}

static void rdma_drops_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct drops_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct drops_agent *agents = fixture_entries(f, SCOPE_AGENT);
	struct discard_event *d = fixture_discard(f, NO_BUFFER_SPACE, 1);

	d->flags = OBS_HAS_BTH;
	d->opcode = RC_WRITE_MIDDLE;
	(void)fixture_discard(f, NO_BUFFER_SPACE, 1);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->notices[NO_BUFFER_SPACE]), 2);
	assert_int_equal(counter_get(&got->rdma_notices[NO_BUFFER_SPACE]), 1);
	assert_int_equal(counter_get(&got->rdma_opcodes[RC_WRITE_MIDDLE]), 1);
	assert_int_equal(counter_get(&got->rdma_opcodes[0]), 0);
	assert_int_equal(counter_get(&agents[0].rdma_notices), 1);
}

static void ports_count_what_came_in_and_what_was_to_go_out(void **state)
{
	struct fixture *f = *state;
	struct drops_port *ports = fixture_entries(f, SCOPE_PORT);
	uint32_t first = fixture_port(f, ROLE_EDGE), second = fixture_port(f, ROLE_CORE);
	struct discard_event *d = fixture_discard(f, NO_BUFFER_SPACE, 1);

	d->in_port = first;
	d->out_port = second;
	d->flags = OBS_HAS_BTH;
	fixture_discard(f, NO_BUFFER_SPACE, 1)->in_port = first;
	(void)fixture_discard(f, NO_BUFFER_SPACE, 1);
	fixture_feed(f);

	assert_int_equal(counter_get(&ports[first].notices[DIRECTION_IN]), 2);
	assert_int_equal(counter_get(&ports[first].notices[DIRECTION_OUT]), 0);
	assert_int_equal(counter_get(&ports[second].notices[DIRECTION_OUT]), 1);
	assert_int_equal(counter_get(&ports[second].rdma_notices[DIRECTION_OUT]), 1);
	assert_int_equal(counter_get(&ports[first].rdma_notices[DIRECTION_IN]), 1);
}

static void without_an_agent_the_fabric_still_counts(void **state)
{
	struct fixture *f = *state;
	struct drops_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct drops_agent *agents = fixture_entries(f, SCOPE_AGENT);

	fixture_discard(f, NO_BUFFER_SPACE, 1)->agent = TABLE_NONE;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->packets), 1);
	assert_int_equal(counter_get(&agents[0].packets), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(drops_are_notices_and_what_was_withheld, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(reasons_without_a_name_share_a_slot, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(misprinted_codes_mean_what_was_meant, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(rdma_drops_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(ports_count_what_came_in_and_what_was_to_go_out,
		                                setup, teardown),
		cmocka_unit_test_setup_teardown(without_an_agent_the_fabric_still_counts, setup,
		                                teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
