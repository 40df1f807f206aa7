/* SPDX-License-Identifier: Apache-2.0 */
/* Ingest counts events one by one, and gathers what the directory keeps over shards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/ingest.h"

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_ingest, ANALYZER_ingest);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static void datagrams_add_up(void **state)
{
	struct fixture *f = *state;
	struct ingest_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct datagram_event *d = fixture_datagram(f, 1);

	d->bytes = 1400;
	d->samples[SFLOW_SAMPLE_FLOW] = 7;
	d->samples[SFLOW_SAMPLE_UNKNOWN] = 1;
	d = fixture_datagram(f, 2);
	d->agent = TABLE_NONE;
	d->bytes = 3;
	d->error = FP_SHORT_HEADER;
	d->has_faults = true;
	d->faults[FP_SHORT_HEADER] = 1;
	d = fixture_datagram(f, 3);
	d->bytes = 100;
	d->samples[SFLOW_SAMPLE_FLOW] = 2;
	d->has_faults = true;
	d->faults[FP_SHORT_RECORD] = 5;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->datagrams), 3);
	assert_int_equal(counter_get(&got->bytes), 1503);
	assert_int_equal(counter_get(&got->unattributed), 1);
	assert_int_equal(counter_get(&got->samples[SFLOW_SAMPLE_FLOW]), 9);
	assert_int_equal(counter_get(&got->samples[SFLOW_SAMPLE_UNKNOWN]), 1);
	assert_int_equal(counter_get(&got->samples[SFLOW_SAMPLE_DISCARD]), 0);
	assert_int_equal(counter_get(&got->faults[FP_SHORT_HEADER]), 1);
	assert_int_equal(counter_get(&got->faults[FP_SHORT_RECORD]), 5);
	assert_int_equal(counter_get(&got->faults[FP_BAD_RECORD]), 0);
}

static void packet(struct fixture *f, uint32_t flags, uint32_t protocol)
{
	struct observation *o = fixture_packet(f, OBS_PORT_NONE, 1);

	o->rate = 20000;
	o->flags = flags;
	o->header_protocol = protocol;
}

static void samples_are_counted_and_not_scaled(void **state)
{
	struct fixture *f = *state;
	struct ingest_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	packet(f, OBS_HAS_HEADER, PACKET_LINK_ETHERNET);
	packet(f, OBS_HAS_HEADER | OBS_HAS_TIMESTAMP, PACKET_LINK_ETHERNET);
	packet(f, OBS_HAS_HEADER, 18);
	packet(f, OBS_HAS_HEADER, 19);
	packet(f, OBS_HAS_HEADER, UINT32_MAX);
	packet(f, 0, 0);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->protocols[PACKET_LINK_ETHERNET]), 2);
	assert_int_equal(counter_get(&got->protocols[PACKET_LINK_INFINIBAND]), 1);
	assert_int_equal(counter_get(&got->protocols[INGEST_PROTOCOL_OTHER]), 2);
	assert_int_equal(counter_get(&got->protocols[INGEST_PROTOCOL_NONE]), 1);
	assert_int_equal(counter_get(&got->protocols[0]), 0);
	assert_int_equal(counter_get(&got->timestamped), 1);
}

static void counter_records_go_by_record(void **state)
{
	struct fixture *f = *state;
	struct ingest_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	(void)fixture_counters(f, SF_if_counters, OBS_PORT_NONE, 1);
	(void)fixture_counters(f, SF_if_counters, OBS_PORT_NONE, 1);
	(void)fixture_counters(f, SF_processor, OBS_PORT_NONE, 1);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->counter_records[SF_if_counters]), 2);
	assert_int_equal(counter_get(&got->counter_records[SF_processor]), 1);
}

static const struct metric_row *row_of(const char *name)
{
	for (size_t i = 0; i < analyzer_ingest.row_count; i++) {
		if (strcmp(analyzer_ingest.rows[i].name, name) == 0) {
			return &analyzer_ingest.rows[i];
		}
	}
	fail_msg("no row %s", name);
	return NULL;
}

struct gathered {
	unsigned count;
	struct {
		char labels[96];
		uint64_t value;
	} at[DIRECTORY_TAGS_MAX * 2];
};

static void gather(void *arg, const char *labels, uint64_t value)
{
	struct gathered *g = arg;

	assert_true(g->count < ARRAY_LEN(g->at));
	assert_true(strlen(labels) < sizeof g->at[0].labels);
	memcpy(g->at[g->count].labels, labels, strlen(labels) + 1);
	g->at[g->count++].value = value;
}

static uint64_t value_of(const struct gathered *g, const char *labels)
{
	uint64_t found = UINT64_MAX;

	for (unsigned i = 0; i < g->count; i++) {
		if (strcmp(g->at[i].labels, labels) == 0) {
			assert_int_equal(found, UINT64_MAX); /* each label set once */
			found = g->at[i].value;
		}
	}
	return found;
}

/* Two shards that met some of the same numbers. */
static void unknown_records_are_summed_over_shards(void **state)
{
	static const struct limits_config limits = { .max_agents = 1,
		                                     .max_ports = 1,
		                                     .max_sources = 1 };
	static struct shard shards[2];
	const struct shards all = { .at = shards, .count = 2 };
	static struct gathered g;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(directory_init(&shards[i].directory, &limits), FP_OK);
	}
	directory_count_tag(&shards[0].directory, SFLOW_SPACE_FLOW, SFLOW_TAG(9, 77));
	directory_count_tag(&shards[0].directory, SFLOW_SPACE_COUNTER, SFLOW_TAG(9, 77));
	directory_count_tag(&shards[1].directory, SFLOW_SPACE_COUNTER, SFLOW_TAG(9, 77));
	directory_count_tag(&shards[1].directory, SFLOW_SPACE_COUNTER, SFLOW_TAG(9, 77));
	directory_count_tag(&shards[1].directory, SFLOW_SPACE_COUNT, SFLOW_TAG(0, 6));
	row_of("fabricpulse_unknown_records_total")->series(&all, gather, &g);

	assert_int_equal(g.count, 4);
	assert_int_equal(value_of(&g, "space=\"flow\",enterprise=\"9\",format=\"77\""), 1);
	assert_int_equal(value_of(&g, "space=\"counter\",enterprise=\"9\",format=\"77\""), 3);
	assert_int_equal(value_of(&g, "space=\"sample\",enterprise=\"0\",format=\"6\""), 1);
	assert_int_equal(value_of(&g, "space=\"other\",enterprise=\"other\",format=\"other\""), 0);
	for (size_t i = 0; i < 2; i++) {
		directory_deinit(&shards[i].directory);
	}
}

static void unknown_records_are_bounded(void **state)
{
	struct fixture *f = *state;
	static struct gathered g;

	for (uint32_t tag = 0; tag < 3 * DIRECTORY_TAGS_MAX; tag++) {
		directory_count_tag(&f->shard.directory, SFLOW_SPACE_FLOW, SFLOW_TAG(99, tag));
	}
	row_of("fabricpulse_unknown_records_total")->series(&f->shards, gather, &g);

	assert_int_equal(g.count, DIRECTORY_TAGS_MAX + 1);
	assert_int_equal(value_of(&g, "space=\"other\",enterprise=\"other\",format=\"other\""),
	                 2 * DIRECTORY_TAGS_MAX);
}

static void refused_entries_are_told_by_table(void **state)
{
	struct fixture *f = *state;
	static struct gathered g;

	for (uint32_t ifindex = 1; ifindex <= FIXTURE_PORTS + 2; ifindex++) {
		(void)directory_port(&f->shard.directory, 0, ifindex, 1);
	}
	row_of("fabricpulse_refused_entries_total")->series(&f->shards, gather, &g);

	assert_int_equal(value_of(&g, "table=\"ports\""), 2);
	assert_int_equal(value_of(&g, "table=\"agents\""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(datagrams_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(samples_are_counted_and_not_scaled, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(counter_records_go_by_record, setup, teardown),
		cmocka_unit_test(unknown_records_are_summed_over_shards),
		cmocka_unit_test_setup_teardown(unknown_records_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(refused_entries_are_told_by_table, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
