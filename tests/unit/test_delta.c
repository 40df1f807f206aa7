/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between polls: wraps, resets told and untold, late polls, counters that are not
 * there, which clock gives the interval, and whose records are taken. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/delta.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/option.h"

/* An entry with a wide and two narrow counters, and one with narrow counters alone. */
struct entry {
	struct opt_counter octets, packets, errors;
	struct delta_base base;
	uint64_t last[3];
};

static const struct delta_field mixed_fields[] = {
	{ offsetof(struct sf_if_counters, ifInOctets), 64, offsetof(struct entry, octets) },
	{ offsetof(struct sf_if_counters, ifInUcastPkts), 32, offsetof(struct entry, packets) },
	{ offsetof(struct sf_if_counters, ifInErrors), 32, offsetof(struct entry, errors) },
};
static const struct delta_record mixed = { mixed_fields, 3, offsetof(struct entry, base),
	                                   offsetof(struct entry, last) };
static const struct delta_record narrow = { mixed_fields + 1, 2, offsetof(struct entry, base),
	                                    offsetof(struct entry, last) };

static struct counter_event poll(unsigned second, uint64_t octets, uint32_t packets,
                                 uint32_t errors)
{
	struct counter_event e = { .time_ns = (1000 + second) * NS_PER_SECOND,
		                   .uptime_ms = (1000 + second) * 1000 };

	e.value.if_counters.ifInOctets = octets;
	e.value.if_counters.ifInUcastPkts = packets;
	e.value.if_counters.ifInErrors = errors;
	return e;
}

static struct delta take(const struct delta_record *record, struct entry *entry,
                         struct counter_event e)
{
	struct delta d;

	assert_true(delta_take(record, &e, entry, &d));
	delta_add(record, &d, entry);
	return d;
}

static void test_first_poll_sets_the_base(void **state)
{
	struct entry entry = { 0 };
	struct delta d = take(&mixed, &entry, poll(0, 5000, 50, 5));

	(void)state;
	assert_false(d.is_reset);
	assert_int_equal(d.valid, 0);
	assert_int_equal(d.present, 7);
	assert_int_equal(d.interval_ns, 0);
	assert_int_equal(total_of(&entry.octets), 0);
	assert_int_equal(total_of(&entry.errors), 0);
}

static void test_differences_add_up_across_wraps(void **state)
{
	struct entry entry = { 0 };
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(0, UINT64_MAX - 99, UINT32_MAX - 9, 5));
	d = take(&mixed, &entry, poll(20, 100, 20, 6)); /* 100 + 100, 10 + 20, 1 */
	assert_int_equal(d.valid, 7);
	assert_int_equal(d.rated, 7);
	assert_int_equal(total_of(&entry.octets), 200);
	assert_int_equal(total_of(&entry.packets), 30);
	assert_int_equal(total_of(&entry.errors), 1);
	assert_true(fabs(delta_rate(&d, 0) - 10.0) < 1e-12);

	take(&mixed, &entry, poll(40, 400, 25, 6));
	assert_int_equal(total_of(&entry.octets), 500);
	assert_int_equal(total_of(&entry.packets), 35);
}

static void test_announced_reset_renews_the_base(void **state)
{
	struct entry entry = { 0 };
	struct counter_event e = poll(20, 1000000, 2000, 2);
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(0, 1000, 10, 1));
	e.is_reset = true;
	d = take(&mixed, &entry, e);
	assert_true(d.is_reset);
	assert_int_equal(d.valid, 0);
	assert_true(isnan(delta_rate(&d, 0)));
	assert_int_equal(total_of(&entry.octets), 0);
	take(&mixed, &entry, poll(40, 1000100, 2001, 2));
	assert_int_equal(total_of(&entry.octets), 100);
	assert_int_equal(total_of(&entry.packets), 1);
}

static void test_reset_before_the_first_poll_is_none(void **state)
{
	struct entry entry = { 0 };
	struct counter_event e = poll(0, 1, 1, 1);

	(void)state;
	e.is_reset = true;
	assert_false(take(&mixed, &entry, e).is_reset);
}

/* Octets tell: packets would look like a wrap. */
static void test_wide_counter_gives_a_silent_reset_away(void **state)
{
	struct entry entry = { 0 };
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(0, 1000000, 4000000000u, 1));
	d = take(&mixed, &entry, poll(20, 500, 5, 0));
	assert_true(d.is_reset);
	assert_int_equal(d.valid, 0);
	assert_int_equal(total_of(&entry.packets), 0);
	take(&mixed, &entry, poll(40, 700, 7, 0));
	assert_int_equal(total_of(&entry.octets), 200);
	assert_int_equal(total_of(&entry.packets), 2);
}

static void test_narrow_counter_beside_a_wide_one_loses_only_itself(void **state)
{
	struct entry entry = { 0 };
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(0, 1000, 10, 9));
	d = take(&mixed, &entry, poll(20, 3000, 30, 0));
	assert_false(d.is_reset);
	assert_int_equal(d.valid, 3);
	assert_int_equal(total_of(&entry.octets), 2000);
	assert_int_equal(total_of(&entry.errors), 0);
	assert_true(isnan(delta_rate(&d, 2)));
}

static void test_narrow_counters_alone_decide_for_all(void **state)
{
	struct entry entry = { 0 };
	struct delta d;

	(void)state;
	take(&narrow, &entry, poll(0, 0, 10, 9));
	d = take(&narrow, &entry, poll(20, 0, 30, 0));
	assert_true(d.is_reset);
	assert_int_equal(total_of(&entry.packets), 0);
}

static void test_half_the_range_is_the_limit(void **state)
{
	struct entry entry = { 0 };

	(void)state;
	take(&narrow, &entry, poll(0, 0, 0, 0));
	take(&narrow, &entry, poll(20, 0, 0x7fffffffu, 0));
	assert_int_equal(total_of(&entry.packets), 0x7fffffffu);
	assert_true(take(&narrow, &entry, poll(40, 0, 0xffffffffu - 1, 0)).valid != 0);
	assert_int_equal(total_of(&entry.packets), 0xfffffffeu);
	assert_true(take(&narrow, &entry, poll(60, 0, 0x7ffffffeu, 0)).is_reset);
	assert_int_equal(total_of(&entry.packets), 0xfffffffeu);
}

static void test_late_poll_is_ignored(void **state)
{
	struct entry entry = { 0 };
	struct counter_event e = poll(10, 1500, 15, 0);
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(0, 1000, 10, 0));
	take(&mixed, &entry, poll(20, 2000, 20, 0));
	e.is_late = true;
	assert_false(delta_take(&mixed, &e, &entry, &d));
	assert_int_equal(d.present, 0);
	take(&mixed, &entry, poll(40, 3000, 30, 0));
	assert_int_equal(total_of(&entry.octets), 2000);
	assert_int_equal(total_of(&entry.packets), 20);
}

/* An available counter may pass through all ones for one poll; the next covers both intervals. */
static void test_all_ones_keeps_the_base(void **state)
{
	struct entry entry = { 0 };
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(0, 1000, UINT32_MAX, 1));
	assert_int_equal(total_of(&entry.packets), UINT64_MAX); /* never reported */
	take(&mixed, &entry, poll(20, 2000, 20, 1));
	assert_int_equal(total_of(&entry.packets), 0);
	d = take(&mixed, &entry, poll(40, 3000, UINT32_MAX, 1));
	assert_int_equal(d.present, 5);
	assert_int_equal(total_of(&entry.packets), 0);
	d = take(&mixed, &entry, poll(60, 4000, 50, 1));
	assert_int_equal(total_of(&entry.packets), 30);
	assert_int_equal(d.valid, 7);
	assert_int_equal(d.rated, 5); /* 30 packets in 40 s, not in 20 s */
	assert_true(isnan(delta_rate(&d, 1)));
	assert_true(fabs(delta_rate(&d, 0) - 50.0) < 1e-12);
}

/* Uptime says 20 s; event time 22 s (batching): near enough, uptime is the better clock. */
static void test_interval_takes_uptime_where_it_agrees(void **state)
{
	struct entry entry = { 0 };
	struct counter_event e = poll(22, 1000, 0, 0);

	(void)state;
	take(&mixed, &entry, poll(0, 0, 0, 0));
	e.uptime_ms -= 2000;
	assert_int_equal(take(&mixed, &entry, e).interval_ns, 20 * NS_PER_SECOND);
}

static void test_interval_takes_event_time_where_uptime_is_no_clock(void **state)
{
	struct entry entry = { 0 };
	struct counter_event e = poll(20, 1000, 0, 0);

	(void)state;
	take(&mixed, &entry, poll(0, 0, 0, 0));
	e.uptime_ms = 1000 * 1000 + 20; /* seconds where milliseconds belong */
	assert_int_equal(take(&mixed, &entry, e).interval_ns, 20 * NS_PER_SECOND);
}

static void test_interval_across_the_wrap_of_uptime(void **state)
{
	struct entry entry = { 0 };
	struct counter_event first = poll(0, 0, 0, 0), second = poll(20, 1000, 0, 0);

	(void)state;
	first.uptime_ms = UINT32_MAX - 4999;
	second.uptime_ms = 15100;
	take(&mixed, &entry, first);
	assert_int_equal(take(&mixed, &entry, second).interval_ns, 20100 * NS_PER_MS);
}

static void test_interval_is_unknown_when_time_stands_still(void **state)
{
	struct entry entry = { 0 };
	struct delta d;

	(void)state;
	take(&mixed, &entry, poll(20, 0, 0, 0));
	d = take(&mixed, &entry, poll(20, 1000, 0, 0));
	assert_int_equal(d.interval_ns, 0);
	assert_true(isnan(delta_rate(&d, 0)));
	assert_int_equal(total_of(&entry.octets), 1000);
}

static void test_the_first_to_speak_keeps_its_place(void **state)
{
	struct speaker speaker = { 0 };
	struct delta_base base = { .known = 7 };
	struct counter_event one = poll(0, 0, 0, 0), two = poll(20, 0, 0, 0);

	(void)state;
	one.source = (struct sflow_source){ 2, 1 };
	two.source = (struct sflow_source){ 2, 2 };
	assert_true(speaker_accepts(&speaker, &one, &base, 1));
	assert_false(speaker_accepts(&speaker, &two, &base, 1));
	one.time_ns += 100 * NS_PER_SECOND;
	assert_true(speaker_accepts(&speaker, &one, &base, 1));
	two.time_ns = one.time_ns + SPEAKER_SILENCE_NS - 1;
	assert_false(speaker_accepts(&speaker, &two, &base, 1));
	assert_int_equal(base.known, 7);
	two.time_ns++;
	assert_true(speaker_accepts(&speaker, &two, &base, 1));
	assert_int_equal(base.known, 0);
	one.time_ns = two.time_ns + NS_PER_SECOND;
	assert_false(speaker_accepts(&speaker, &one, &base, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_poll_sets_the_base),
		cmocka_unit_test(test_differences_add_up_across_wraps),
		cmocka_unit_test(test_announced_reset_renews_the_base),
		cmocka_unit_test(test_reset_before_the_first_poll_is_none),
		cmocka_unit_test(test_wide_counter_gives_a_silent_reset_away),
		cmocka_unit_test(test_narrow_counter_beside_a_wide_one_loses_only_itself),
		cmocka_unit_test(test_narrow_counters_alone_decide_for_all),
		cmocka_unit_test(test_half_the_range_is_the_limit),
		cmocka_unit_test(test_late_poll_is_ignored),
		cmocka_unit_test(test_all_ones_keeps_the_base),
		cmocka_unit_test(test_interval_takes_uptime_where_it_agrees),
		cmocka_unit_test(test_interval_takes_event_time_where_uptime_is_no_clock),
		cmocka_unit_test(test_interval_across_the_wrap_of_uptime),
		cmocka_unit_test(test_interval_is_unknown_when_time_stands_still),
		cmocka_unit_test(test_the_first_to_speak_keeps_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
