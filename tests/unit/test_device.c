/* SPDX-License-Identifier: Apache-2.0 */
/* Switches as devices: readings, energy, power factors that are codes, line cards. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/device.h"
#include "fabricpulse/base/clock.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_device, ANALYZER_device);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static union sflow_value *poll(struct fixture *f, enum sflow_record_id id, unsigned second)
{
	return &fixture_counters(f, id, OBS_PORT_NONE, (1000 + (uint64_t)second) * NS_PER_SECOND)
	            ->value;
}

static void test_processor_and_fans(void **state)
{
	struct fixture *f = *state;
	struct device_agent *a = fixture_entries(f, SCOPE_AGENT);
	struct sf_processor *p = &poll(f, SF_processor, 0)->processor;
	struct sf_fans *fans = &poll(f, SF_fans, 0)->fans;

	p->cpu_5s = 2550;
	p->cpu_1m = -1;
	p->total_memory = UINT64_C(1) << 34;
	p->free_memory = UINT64_MAX;
	fans->total = 6;
	fans->failed = 1;
	fans->speed = UINT32_MAX;
	fixture_feed(f);
	assert_true(gauge_get(&a->cpu[0]) == 2550);
	assert_true(isnan(gauge_get(&a->cpu[1])));
	assert_true(gauge_get(&a->cpu[2]) == 0);
	assert_true(gauge_get(&a->memory_bytes[0]) == 17179869184.0);
	assert_true(isnan(gauge_get(&a->memory_bytes[1])));
	assert_true(gauge_get(&a->fans) == 6);
	assert_true(gauge_get(&a->fans_failed) == 1);
	assert_true(isnan(gauge_get(&a->fan_speed_percent)));
}

static void test_power_and_heat(void **state)
{
	static const int32_t factors[] = { 9500, -2147483647, 2147483647 };
	struct fixture *f = *state;
	struct device_agent *a = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 3; i++) {
		struct sf_energy *e = &poll(f, SF_energy, 20 * i)->energy;
		struct sf_temperature *t = &poll(f, SF_temperature, 20 * i)->temperature;

		e->voltage = 12000;
		e->real_power = 750000;
		e->power_factor = factors[i];
		e->energy = UINT32_MAX - 14999999 + 15000000 * i; /* 750 W for 20 s; wraps */
		t->minimum = -50;
		t->maximum = 625;
		t->errors = 3;
		fixture_feed(f);
		assert_int_equal(isnan(gauge_get(&a->power_factor)), i != 0);
	}
	assert_int_equal(total_of(&a->energy_mj), 30000000);
	assert_true(gauge_get(&a->voltage_mv) == 12000);
	assert_true(gauge_get(&a->power_mw) == 750000);
	assert_true(gauge_get(&a->celsius_tenths[0]) == -50);
	assert_true(gauge_get(&a->celsius_tenths[1]) == 625);
	assert_int_equal(total_of(&a->temperature_errors), 0);
}

static void test_tables(void **state)
{
	struct fixture *f = *state;
	struct device_agent *a = fixture_entries(f, SCOPE_AGENT);
	struct sf_hw_tables *t = &poll(f, SF_hw_tables, 0)->hw_tables;

	t->ecmp_nexthops = 100;
	t->ecmp_nexthops_max = 4096;
	t->mac_entries = UINT32_MAX;
	t->acl_egress_slices_max = 4;
	fixture_feed(f);
	assert_true(gauge_get(&a->table_used[DEVICE_TABLE_ecmp_nexthops]) == 100);
	assert_true(gauge_get(&a->table_size[DEVICE_TABLE_ecmp_nexthops]) == 4096);
	assert_true(isnan(gauge_get(&a->table_used[DEVICE_TABLE_mac])));
	assert_true(gauge_get(&a->table_size[DEVICE_TABLE_acl_egress_slices]) == 4);
}

/* Two supplies, each with its own counter: the first to speak is shown, other records go on. */
static void test_line_cards(void **state)
{
	struct fixture *f = *state;
	struct device_agent *a = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 4; i++) {
		poll(f, SF_energy, 10 * i)->energy.energy = i % 2 == 0 ? 10 * i : 5000000;
		f->batch->counters[0].source = (struct sflow_source){ 2, 1 + i % 2 };
		poll(f, SF_humidity, 10 * i)->humidity.relative = 40 + (int32_t)i;
		f->batch->counters[1].source = (struct sflow_source){ 2, 7 };
		fixture_feed(f);
	}
	assert_int_equal(total_of(&a->energy_mj), 20);
	assert_true(gauge_get(&a->humidity_percent) == 43);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_processor_and_fans),
		TEST(test_power_and_heat),
		TEST(test_tables),
		TEST(test_line_cards),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
