/* SPDX-License-Identifier: Apache-2.0 */
/* Readings by table: widths, unknown values, records too short. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/counters_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/option.h"

struct entry {
	struct gauge load, cpus, steal, total, used, celsius;
};

static struct counter_event event_of(enum sflow_record_id id)
{
	struct counter_event e = { .time_ns = 1000 * NS_PER_SECOND,
		                   .type = sflow_record_type_of(id) };

	return e;
}

static void test_widths_and_unknowns(void **state)
{
	static const struct reading cpu[] = {
		{ offsetof(struct sf_host_cpu, load_one), offsetof(struct entry, load) },
		{ offsetof(struct sf_host_cpu, cpu_num), offsetof(struct entry, cpus) },
	};
	static const struct reading disk[] = {
		{ offsetof(struct sf_host_disk_io, disk_total), offsetof(struct entry, total) },
		{ offsetof(struct sf_host_disk_io, part_max_used), offsetof(struct entry, used) },
	};
	static const struct reading heat[] = {
		{ offsetof(struct sf_temperature, minimum), offsetof(struct entry, celsius) },
	};
	struct entry entry = { 0 };
	struct counter_event e = event_of(SF_host_cpu);

	(void)state;
	e.value.host_cpu.fields = e.type->field_count;
	e.value.host_cpu.load_one = 1.5f;
	e.value.host_cpu.cpu_num = 64;
	readings_take(cpu, ARRAY_LEN(cpu), &e, &entry);
	assert_true(gauge_get(&entry.load) == 1.5);
	assert_true(gauge_get(&entry.cpus) == 64);
	e.value.host_cpu.load_one = -1;
	readings_take(cpu, ARRAY_LEN(cpu), &e, &entry);
	assert_true(isnan(gauge_get(&entry.load)));

	e = event_of(SF_host_disk_io);
	e.value.host_disk_io.fields = e.type->field_count;
	e.value.host_disk_io.disk_total = UINT64_C(1) << 44;
	e.value.host_disk_io.part_max_used = 9950;
	readings_take(disk, ARRAY_LEN(disk), &e, &entry);
	assert_true(gauge_get(&entry.total) == 17592186044416.0);
	assert_true(gauge_get(&entry.used) == 9950);
	e.value.host_disk_io.part_max_used = -1;
	e.value.host_disk_io.disk_total = UINT64_MAX;
	readings_take(disk, ARRAY_LEN(disk), &e, &entry);
	assert_true(isnan(gauge_get(&entry.used)));
	assert_true(isnan(gauge_get(&entry.total)));

	e = event_of(SF_temperature);
	e.value.temperature.fields = e.type->field_count;
	e.value.temperature.minimum = -45;
	readings_take(heat, ARRAY_LEN(heat), &e, &entry);
	assert_true(gauge_get(&entry.celsius) == -45);
	e.is_late = true;
	e.value.temperature.minimum = 100;
	readings_take(heat, ARRAY_LEN(heat), &e, &entry);
	assert_true(gauge_get(&entry.celsius) == -45);
}

/* host_cpu has a short form; what it leaves out is absent, not zero. */
static void test_short_records(void **state)
{
	static const struct reading cpu[] = {
		{ offsetof(struct sf_host_cpu, cpu_steal), offsetof(struct entry, steal) },
	};
	struct entry entry = { 0 };
	struct counter_event e = event_of(SF_host_cpu);

	(void)state;
	e.value.host_cpu.fields = e.type->field_count;
	readings_take(cpu, ARRAY_LEN(cpu), &e, &entry);
	assert_true(gauge_get(&entry.steal) == 0);
	e.value.host_cpu.fields = 17; /* up to `contexts` */
	readings_take(cpu, ARRAY_LEN(cpu), &e, &entry);
	assert_true(isnan(gauge_get(&entry.steal)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths_and_unknowns),
		cmocka_unit_test(test_short_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
