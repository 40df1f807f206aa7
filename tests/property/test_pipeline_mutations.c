/* SPDX-License-Identifier: Apache-2.0 */
/* Mutated datagrams on the whole way: classify, all analyzers, the ticker, every text at the end.
 *
 * A source gives mutated seeds as a capture would, each in a block of exactly its size, most of
 * them with a sequence number that makes the collector believe them: repeated ones would be dropped
 * at the door. Once there is room for whatever comes, so that analyzers see it; once there is
 * nearly none. Beside the pipeline the same datagrams are opened and counted; both must agree.
 * FP_MUTATIONS sets the number (20,000), half for each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "exposition.h"
#include "fabricpulse/analyze/ingest.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/hash.h"
#include "fabricpulse/export/json.h"
#include "fabricpulse/export/sflowrt.h"
#include "fabricpulse/pipeline.h"
#include "mutate.h"
#include "wire.h"

#define MUTATIONS_DEFAULT 20000u
#define T0                (UINT64_C(1700000000) * NS_PER_SECOND)
#define TEXT_BYTES_MAX    (UINT64_C(1) << 28)

/* The source, and what it saw go by. */
struct mutator {
	struct source source; /* first */
	uint64_t left, given, bytes;
	uint64_t random;
	uint8_t *block[SOURCE_BATCH_MAX];
	size_t blocks;
	uint64_t faults[FP_WIRE_FAULT_END]; /* of datagrams that did not open */
};

static struct mutator mutator;
static struct shards shards;
static char prefix[] = "sflow_";
static const struct classify_config classify = { .trim_dscp = { .count = 1, .at = { 11 } } };
static const struct analyze_config analyze = {
	.compat = { .prefix = prefix, .type_lines = true, .trim_dscp = 11 }
};

/* Sequence number and uptime, behind an agent address of either family. */
static void make_believable(uint8_t *at, size_t len, uint64_t number)
{
	const size_t place = len > 8 && at[7] == 2 ? 28 : 16;

	if (len >= place + 8) {
		wire_store32(at + place, (uint32_t)number);
		wire_store32(at + place + 4, (uint32_t)number * 10);
	}
}

static void note(struct mutator *m, struct bytes payload)
{
	struct sflow_datagram d;
	const enum fp_err err = sflow_datagram_open(payload, &d);

	m->given++;
	m->bytes += payload.len;
	if (err != FP_OK) {
		assert_true(err < FP_WIRE_FAULT_END);
		m->faults[err]++;
	}
}

static void release_blocks(struct mutator *m)
{
	while (m->blocks > 0) {
		free(m->block[--m->blocks]);
	}
}

static enum fp_err mutator_receive(struct source *source, struct datagram_batch *batch,
                                   int timeout_ms)
{
	struct mutator *m = (struct mutator *)source;

	(void)timeout_ms;
	release_blocks(m);
	while (batch->count < SOURCE_BATCH_MAX && m->left > 0) {
		struct bytes payload;
		uint8_t *exact = mutate_next(&m->random, &payload.len);

		if (wire_random(&m->random) % 8 != 0) {
			make_believable(exact, payload.len, m->given);
		}
		payload.at = exact;
		m->block[m->blocks++] = exact;
		m->left--;
		batch->at[batch->count++] = (struct datagram){
			.payload = payload,
			.time_ns = T0 + m->given * NS_PER_MS,
			.from.addr = { .family = ADDR_IPV4, .bytes = { 192, 0, 2, 1 } },
			.is_truncated = wire_random(&m->random) % 64 == 0,
		};
		note(m, payload);
	}
	return batch->count > 0 ? FP_OK : FP_END;
}

static void mutator_close(struct source *source)
{
	release_blocks((struct mutator *)source);
}

static const struct source_ops mutator_ops = { mutator_receive, mutator_close };

/* --- what must hold ------------------------------------------------------------ */

static void check_counts(void)
{
	const struct ingest_fabric *f = shards.at[0].entries[ANALYZER_ingest][SCOPE_FABRIC];
	uint64_t costs = 0;

	assert_int_equal(counter_get(&f->datagrams), mutator.given);
	assert_int_equal(counter_get(&f->bytes), mutator.bytes);
	for (size_t i = FP_OK + 1; i < FP_WIRE_FAULT_END; i++) {
		if (counter_get(&f->faults[i]) < mutator.faults[i]) {
			fail_msg("%s was counted too rarely", fp_err_label((enum fp_err)i));
		}
	}
	for (size_t i = 0; i < SFLOW_SAMPLE_KIND_COUNT; i++) {
		costs += counter_get(&f->samples[i]);
	}
	for (size_t i = 0; i < SF_COUNT; i++) {
		costs += counter_get(&f->counter_records[i]);
	}
	/* Each sample and each record has at least a tag and a length. */
	assert_true(costs > mutator.given / 4);
	assert_true(costs <= mutator.bytes / 8);
}

/* True when something was refused for want of room. */
static bool check_tables(const struct limits_config *limits)
{
	const struct directory *d = &shards.at[0].directory;

	assert_true(table_count(&d->agents) <= limits->max_agents);
	assert_true(table_count(&d->ports) <= limits->max_ports);
	assert_true(table_count(&d->sources) <= limits->max_sources);
	assert_true(table_count(&d->streams) <= limits->max_agents * STREAMS_PER_AGENT);
	return counter_get(&d->agents.refused) > 0 && counter_get(&d->ports.refused) > 0 &&
	       counter_get(&d->sources.refused) > 0;
}

/* What was printed; not nothing. */
static struct bytes text_of(struct strbuf *out)
{
	const struct bytes text = { (const uint8_t *)out->at, out->len };

	assert_false(out->failed);
	assert_true(text.len > 0);
	return text;
}

static void check_json(struct strbuf *out)
{
	cJSON *root = cJSON_ParseWithLength((const char *)text_of(out).at, out->len);

	if (root == NULL) {
		fail_msg("no JSON: %.200s", cJSON_GetErrorPtr());
	}
	cJSON_Delete(root);
	strbuf_clear(out);
}

static void check_metrics(struct strbuf *out)
{
	static const struct export_config config = { .ports_inline_max = UINT32_MAX,
		                                     .ports_max = 1000,
		                                     .agents_max = 1000 };
	struct export_request request = { .format = EXPORT_PROMETHEUS };

	assert_int_equal(export_metrics(&shards, &config, NULL, &request, out), FP_OK);
	assert_true(assert_exposition(text_of(out)) > 1000);
	strbuf_clear(out);
	request.format = EXPORT_OPENMETRICS;
	assert_int_equal(export_metrics(&shards, &config, NULL, &request, out), FP_OK);
	assert_true(assert_exposition(text_of(out)) > 1000);
	strbuf_clear(out);
	request.format = EXPORT_JSON;
	assert_int_equal(export_metrics(&shards, &config, NULL, &request, out), FP_OK);
	check_json(out);
}

static void check_api(struct strbuf *out)
{
	static struct self_stats self;

	api_print_status(&shards, &self, out);
	check_json(out);
	api_print_agents(&shards, out);
	check_json(out);
	api_print_interfaces(&shards, NULL, out);
	check_json(out);
	api_print_drops(&shards, out);
	check_json(out);
	api_print_topology(&shards, out);
	check_json(out);
}

static void check_sflowrt(struct strbuf *out)
{
	sflowrt_print_ai_metrics(&shards, &analyze.compat, out);
	assert_true(assert_exposition(text_of(out)) >= 24);
	strbuf_clear(out);
	assert_int_equal(sflowrt_print_interfaces(&shards, &analyze.compat, "ALL", "ALL", out),
	                 FP_OK);
	assert_true(assert_exposition(text_of(out)) > 0);
	strbuf_clear(out);
	sflowrt_print_metric_json(&shards, out);
	check_json(out);
	sflowrt_print_trend_json(&shards, 0, out);
	check_json(out);
	sflowrt_print_period_json(&shards, out);
	check_json(out);
}

static void run(const struct limits_config *limits)
{
	const struct pipeline_settings settings = { &classify, &analyze };
	struct source *source = &mutator.source;
	struct pipeline *pipeline;
	struct strbuf out;

	memset(&mutator, 0, sizeof mutator);
	mutator.source.ops = &mutator_ops;
	mutator.left = mutate_count(MUTATIONS_DEFAULT) / 2;
	mutator.random = 1;
	assert_true(mutator.left >= 5000);
	assert_int_equal(shards_init(&shards, 1, limits), FP_OK);
	assert_int_equal(pipeline_new(&shards, &source, NULL, 1, &settings, &pipeline), FP_OK);
	assert_int_equal(pipeline_run_to_end(pipeline), FP_OK);
	pipeline_free(pipeline);
	check_counts();
	strbuf_init(&out, TEXT_BYTES_MAX);
	check_metrics(&out);
	check_api(&out);
	check_sflowrt(&out);
	strbuf_deinit(&out);
}

static void with_room_for_everything(void **state)
{
	static const struct limits_config limits = { .max_agents = 1u << 18,
		                                     .max_ports = 1u << 20,
		                                     .max_sources = 1u << 20,
		                                     .expire_ns = 3600 * NS_PER_SECOND,
		                                     .max_sampling_rate = 1u << 26 };
	const struct ingest_fabric *f;
	uint64_t packets = 0;

	(void)state;
	run(&limits);
	assert_false(check_tables(&limits));
	f = shards.at[0].entries[ANALYZER_ingest][SCOPE_FABRIC];
	for (size_t i = 0; i < INGEST_PROTOCOL_COUNT; i++) {
		packets += counter_get(&f->protocols[i]);
	}
	assert_true(packets > mutator.given / 2); /* they came as far as the analyzers */
	shards_deinit(&shards);
}

static void with_hardly_any_room(void **state)
{
	static const struct limits_config limits = { .max_agents = 24,
		                                     .max_ports = 100,
		                                     .max_sources = 300,
		                                     .expire_ns = NS_PER_SECOND,
		                                     .max_sampling_rate = 1u << 26 };

	(void)state;
	run(&limits);
	assert_true(check_tables(&limits));
	shards_deinit(&shards);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_room_for_everything),
		cmocka_unit_test(with_hardly_any_room),
	};

	hash_seed_fix(1);
	return cmocka_run_group_tests(tests, mutate_gather, mutate_drop);
}
