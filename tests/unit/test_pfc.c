/* SPDX-License-Identifier: Apache-2.0 */
/* PFC counters: directions both ways round, fields that the agent does not have, sums by role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/pfc.h"
#include "fabricpulse/base/clock.h"

#define IN  0
#define OUT 1

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_pfc, ANALYZER_pfc);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static struct counter_event *poll(struct fixture *f, uint32_t port, unsigned second,
                                  const uint32_t fields[PFC_FIELDS])
{
	struct counter_event *e =
	    fixture_counters(f, SF_pfc_counters, port, (1000 + (uint64_t)second) * NS_PER_SECOND);
	struct sf_pfc_counters *c = &e->value.pfc_counters;

	c->requests = fields[0];
	c->indications = fields[1];
	c->pause_duration = fields[2];
	c->storm_detected = fields[3];
	c->storm_restored = fields[4];
	return e;
}

static void test_directions_and_sums(void **state)
{
	struct fixture *f = *state;
	uint32_t edge = fixture_port(f, ROLE_EDGE), core = fixture_port(f, ROLE_CORE);
	struct pfc_port *p = fixture_entries(f, SCOPE_PORT);
	struct pfc_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);

	poll(f, edge, 0, (uint32_t[]){ 10, UINT32_MAX - 1, 500, 1, 1 });
	poll(f, core, 0, (uint32_t[]){ 0, 0, 0, 0, 0 });
	poll(f, edge, 20, (uint32_t[]){ 13, 5, 2000500, 3, 2 });
	poll(f, core, 20, (uint32_t[]){ 100, 200, 300, 0, 0 });
	fixture_feed(f);
	assert_int_equal(total_of(&p[edge].frames[OUT]), 3);
	assert_int_equal(total_of(&p[edge].frames[IN]), 7); /* across the wrap */
	assert_int_equal(total_of(&p[edge].pause_us), 2000000);
	assert_int_equal(total_of(&p[edge].storms_detected), 2);
	assert_int_equal(total_of(&p[edge].storms_restored), 1);
	assert_int_equal(counter_get(&fabric->frames[ROLE_EDGE][OUT]), 3);
	assert_int_equal(counter_get(&fabric->frames[ROLE_EDGE][IN]), 7);
	assert_int_equal(counter_get(&fabric->frames[ROLE_CORE][OUT]), 100);
	assert_int_equal(counter_get(&fabric->frames[ROLE_CORE][IN]), 200);
	assert_int_equal(counter_get(&fabric->pause_us[ROLE_EDGE]), 2000000);
	assert_int_equal(counter_get(&fabric->storms_detected[ROLE_EDGE]), 2);
	assert_int_equal(counter_get(&fabric->storms_restored[ROLE_CORE]), 0);
}

static void test_swap(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct pfc_port *p = fixture_entries(f, SCOPE_PORT);
	struct pfc_fabric *fabric = fixture_entries(f, SCOPE_FABRIC);

	f->config.pfc_swap = true;
	poll(f, port, 0, (uint32_t[]){ 0, 0, 0, 0, 0 });
	poll(f, port, 20, (uint32_t[]){ 3, 70, 0, 0, 0 });
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].frames[IN]), 3);
	assert_int_equal(total_of(&p[port].frames[OUT]), 70);
	assert_int_equal(counter_get(&fabric->frames[ROLE_EDGE][IN]), 3);

	/* A reload changes where the next differences go, and nothing else. */
	f->config.pfc_swap = false;
	poll(f, port, 40, (uint32_t[]){ 4, 75, 0, 0, 0 });
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].frames[IN]), 8);
	assert_int_equal(total_of(&p[port].frames[OUT]), 71);
}

static void test_missing_fields_are_absent(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct pfc_port *p = fixture_entries(f, SCOPE_PORT);
	const uint32_t none = UINT32_MAX;

	poll(f, port, 0, (uint32_t[]){ 1, 2, none, none, none });
	poll(f, port, 20, (uint32_t[]){ 2, 2, none, none, none });
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].frames[OUT]), 1);
	assert_int_equal(total_of(&p[port].frames[IN]), 0);
	assert_int_equal(total_of(&p[port].pause_us), UINT64_MAX);
	assert_int_equal(total_of(&p[port].storms_detected), UINT64_MAX);
}

static void test_reset_and_late(void **state)
{
	struct fixture *f = *state;
	uint32_t port = fixture_port(f, ROLE_EDGE);
	struct pfc_port *p = fixture_entries(f, SCOPE_PORT);

	poll(f, port, 0, (uint32_t[]){ 100, 100, 0, 0, 0 });
	poll(f, port, 10, (uint32_t[]){ 50, 50, 0, 0, 0 })->is_late = true;
	poll(f, port, 20, (uint32_t[]){ 110, 100, 0, 0, 0 });
	poll(f, port, 40, (uint32_t[]){ 900, 900, 0, 0, 0 })->is_reset = true;
	poll(f, port, 60, (uint32_t[]){ 901, 900, 0, 0, 0 });
	poll(f, OBS_PORT_NONE, 60, (uint32_t[]){ 1, 1, 1, 1, 1 });
	fixture_feed(f);
	assert_int_equal(total_of(&p[port].frames[OUT]), 11);
	assert_int_equal(total_of(&p[port].frames[IN]), 0);
	assert_int_equal(total_of(&p[port].resets), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_directions_and_sums),
		TEST(test_swap),
		TEST(test_missing_fields_are_absent),
		TEST(test_reset_and_late),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
