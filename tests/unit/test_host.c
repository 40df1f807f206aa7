/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts: processor time, memory, disks, network, and GPUs whose energy wraps. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/host.h"
#include "fabricpulse/base/clock.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_host, ANALYZER_host);
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
	struct counter_event *e =
	    fixture_counters(f, id, OBS_PORT_NONE, (1000 + (uint64_t)second) * NS_PER_SECOND);

	e->source = (struct sflow_source){ 2, 1 };
	return &e->value;
}

static void test_processor(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 2; i++) {
		struct sf_host_cpu *c = &poll(f, SF_host_cpu, 20 * i)->host_cpu;

		c->load_one = 0.5f;
		c->load_fifteen = -1;
		c->cpu_num = 8;
		c->cpu_speed = 2500;
		c->cpu_user = UINT32_MAX - 999 + i * 3000; /* wraps */
		c->cpu_idle = i * 100000;
		c->contexts = 10 + i;
		c->cpu_steal = i * 5;
		c->cpu_guest = UINT32_MAX;
		fixture_feed(f);
	}
	assert_true(gauge_get(&h->load[0]) == 0.5);
	assert_true(gauge_get(&h->load[1]) == 0);
	assert_true(isnan(gauge_get(&h->load[2])));
	assert_true(gauge_get(&h->cpus) == 8);
	assert_true(gauge_get(&h->cpu_mhz) == 2500);
	assert_int_equal(total_of(&h->cpu_ms[HOST_CPU_USER]), 3000);
	assert_int_equal(total_of(&h->cpu_ms[HOST_CPU_IDLE]), 100000);
	assert_int_equal(total_of(&h->cpu_ms[HOST_CPU_STEAL]), 5);
	assert_int_equal(total_of(&h->guest_ms[0]), UINT64_MAX);
	assert_int_equal(total_of(&h->guest_ms[1]), 0);
	assert_int_equal(total_of(&h->contexts), 1);
}

/* 68 bytes, as agents before December 2014 send it. */
static void test_processor_in_its_short_form(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 2; i++) {
		struct sf_host_cpu *c = &poll(f, SF_host_cpu, 20 * i)->host_cpu;

		c->fields = 17;
		c->cpu_system = 7 * i;
		fixture_feed(f);
	}
	assert_int_equal(total_of(&h->cpu_ms[HOST_CPU_SYSTEM]), 7);
	assert_int_equal(total_of(&h->cpu_ms[HOST_CPU_STEAL]), UINT64_MAX);
	assert_int_equal(total_of(&h->guest_ms[1]), UINT64_MAX);
}

static void test_memory_disk_and_network(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 2; i++) {
		struct sf_host_memory *m = &poll(f, SF_host_memory, 20 * i)->host_memory;
		struct sf_host_disk_io *d = &poll(f, SF_host_disk_io, 20 * i)->host_disk_io;
		struct sf_host_net_io *n = &poll(f, SF_host_net_io, 20 * i)->host_net_io;

		m->mem_total = UINT64_C(1) << 40;
		m->mem_free = UINT64_C(1) << 39;
		m->mem_shared = UINT64_MAX;
		m->swap_out = 4 * i;
		d->disk_total = 1000;
		d->part_max_used = 9000;
		d->bytes_written = UINT64_C(5000000000) * i;
		d->write_time = 30 * i;
		n->bytes_in = UINT64_MAX - 9 + UINT64_C(20) * i;
		n->pkts_out = 3 * i;
		n->drops_out = 2 * i;
		fixture_feed(f);
	}
	assert_true(gauge_get(&h->memory_bytes[HOST_MEMORY_SIZE]) == 1099511627776.0);
	assert_true(gauge_get(&h->memory_bytes[HOST_MEMORY_FREE]) == 549755813888.0);
	assert_true(isnan(gauge_get(&h->memory_bytes[HOST_MEMORY_SHARED])));
	assert_int_equal(total_of(&h->paging[1][1]), 4);
	assert_true(gauge_get(&h->disk_bytes[0]) == 1000);
	assert_true(gauge_get(&h->fullest) == 9000);
	assert_int_equal(total_of(&h->disk_transferred[1]), UINT64_C(5000000000));
	assert_int_equal(total_of(&h->disk_ms[1]), 30);
	assert_int_equal(total_of(&h->net_bytes[0]), 20);
	assert_int_equal(total_of(&h->net_packets[1]), 3);
	assert_int_equal(total_of(&h->net_drops[1]), 2);
	assert_int_equal(total_of(&h->resets), 0);
}

static void poll_gpu(struct fixture *f, unsigned second, uint32_t energy_mj)
{
	struct sf_nvidia_gpu *g = &poll(f, SF_nvidia_gpu, second)->nvidia_gpu;

	g->device_count = 8;
	g->energy = energy_mj;
	g->gpu_time = 8000 * second;
	g->mem_total = UINT64_C(8) * 80 << 30;
	g->temperature = 71;
	fixture_feed(f);
}

/* 7 kW for 30 s are 210,000,000 mJ. The counter wraps; what 8 GPUs cannot use in 30 s (720 kJ) is
 * thrown away, and only that. */
static void test_gpu_energy(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);

	poll_gpu(f, 0, UINT32_MAX - 99999999);
	poll_gpu(f, 30, 110000000);
	assert_int_equal(total_of(&h->gpu_energy_mj), 210000000);
	poll_gpu(f, 60, 110000000 + 721000000);
	assert_int_equal(total_of(&h->gpu_energy_mj), 210000000);
	assert_int_equal(total_of(&h->gpu_ms), 480000);
	poll_gpu(f, 90, 110000000 + 721000000 + 719000000);
	assert_int_equal(total_of(&h->gpu_energy_mj), 929000000);
	poll_gpu(f, 120, UINT32_MAX); /* not available */
	assert_int_equal(total_of(&h->gpu_energy_mj), 929000000);
	assert_true(gauge_get(&h->gpus) == 8);
	assert_true(gauge_get(&h->gpu_memory_bytes[0]) == 687194767360.0);
	assert_true(gauge_get(&h->gpu_celsius) == 71);
}

static const struct metric_row *row_named(const char *name)
{
	size_t i = 0;

	while (i < analyzer_host.row_count && strcmp(analyzer_host.rows[i].name, name) != 0) {
		i++;
	}
	assert_true(i < analyzer_host.row_count);
	return &analyzer_host.rows[i];
}

static void test_info(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);
	const struct metric_row *row = row_named("fabricpulse_host_info");
	static const uint8_t release[] = "6.1 \"x\"";
	char text[200];
	struct strbuf out;
	struct sf_host_descr *d;

	strbuf_init_fixed(&out, text, sizeof text);
	assert_false(row->info(h, &out));
	assert_int_equal(out.len, 0);
	d = &poll(f, SF_host_descr, 0)->host_descr;
	d->machine_type = 3;
	d->os_name = 2;
	d->os_release = (struct bytes){ release, sizeof release - 1 };
	fixture_feed(f);
	assert_true(row->info(h, &out));
	assert_string_equal(text, "machine=\"x86_64\",os=\"linux\",os_release=\"6.1 \\\"x\\\"\"");
	strbuf_clear(&out);
	poll(f, SF_host_descr, 20)->host_descr.machine_type = 99;
	fixture_feed(f);
	assert_true(row->info(h, &out));
	assert_string_equal(text, "machine=\"other\",os=\"unknown\",os_release=\"\"");
}

/* Class 3 is a virtual machine or container: not the host. */
static void test_guests_are_left_out(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);

	poll(f, SF_host_cpu, 0)->host_cpu.cpu_num = 4;
	f->batch->counters[0].source = (struct sflow_source){ 3, 100001 };
	fixture_feed(f);
	assert_true(isnan(gauge_get(&h->cpus)));
}

static void test_two_entities_are_not_mixed(void **state)
{
	struct fixture *f = *state;
	struct host_agent *h = fixture_entries(f, SCOPE_AGENT);

	for (unsigned i = 0; i < 4; i++) {
		union sflow_value *v = poll(f, SF_host_net_io, 10 * i);

		v->host_net_io.bytes_in = i % 2 == 0 ? 1000 + i : 900000000 + i;
		f->batch->counters[0].source.index = 1 + i % 2;
		fixture_feed(f);
	}
	assert_int_equal(total_of(&h->net_bytes[0]), 2);
	assert_int_equal(total_of(&h->resets), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_processor),
		TEST(test_processor_in_its_short_form),
		TEST(test_memory_disk_and_network),
		TEST(test_gpu_energy),
		TEST(test_info),
		TEST(test_guests_are_left_out),
		TEST(test_two_entities_are_not_mixed),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
