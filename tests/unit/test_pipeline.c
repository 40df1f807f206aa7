/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline around a source that lives in memory: the end of captures, gaps in their clock,
 * reload, stop, signs of life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/analyze/ingest.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/hash.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/export/metrics.h"
#include "fabricpulse/pipeline.h"
#include "made_up_fabric.h"
#include "quiet.h"

#define T0  (UINT64_C(1700000000) * NS_PER_SECOND)
#define DAY (86400 * NS_PER_SECOND)

#define DATAGRAMS 200u
#define STEP_NS   (5 * NS_PER_MS)
#define DRAIN_NS  (500 * NS_PER_MS)
#define PATIENCE_NS                                                                                \
	(20 * NS_PER_SECOND) /* sanitizers are slow; nothing here waits for it to pass */

/* What the source does besides giving datagrams. */
enum manner {
	GIVES = 0,       /* as a capture: all, then the end */
	GIVES_FOR_EVER,  /* live: the same datagrams again and again */
	GIVES_WHEN_TOLD, /* live: nothing before `is_told`, then all, then nothing */
	FAILS,           /* live: each receive fails at once */
	HANGS,           /* live: does not return before `is_told` */
};

struct fake {
	struct source source; /* first */
	enum manner manner;
	uint64_t (*time_of)(uint64_t i); /* of the i-th datagram */
	struct traffic traffic;
	uint32_t batch; /* datagrams a batch */
	uint8_t bytes[SOURCE_BATCH_MAX][TRAFFIC_DATAGRAM_BYTES];
	_Atomic bool is_told;
	_Atomic uint64_t receives;
	_Atomic bool is_closed;
};

static struct fake fake;
static struct shards shards;
static struct pipeline *pipeline;
static const struct classify_config classify = { .trim_dscp = { .count = 1, .at = { 11 } } };
static const struct analyze_config analyze = { .compat = { .prefix = (char[]){ "sflow_" } } };
static const struct pipeline_settings settings = { &classify, &analyze };
static const struct pipeline_settings others = { &classify, &analyze };

static uint64_t steady(uint64_t i)
{
	return T0 + i * STEP_NS;
}

static void give(struct fake *f, struct datagram_batch *batch, uint64_t limit)
{
	while (batch->count < f->batch && f->traffic.sent < limit) {
		const uint64_t i = f->traffic.sent;
		struct datagram *d = &batch->at[batch->count];
		uint8_t *bytes = f->bytes[batch->count++];

		*d = (struct datagram){ .payload = { bytes, traffic_next(&f->traffic, bytes) },
			                .time_ns = f->time_of(i) };
		counter_add(&f->source.stats.datagrams, 1);
	}
}

static bool wait_until(const _Atomic bool *flag)
{
	const uint64_t begin = clock_monotonic_ns();

	while (!atomic_load(flag) && clock_monotonic_ns() - begin < PATIENCE_NS) {
		clock_sleep_ns(NS_PER_MS);
	}
	return atomic_load(flag);
}

static enum fp_err fake_receive(struct source *source, struct datagram_batch *batch, int timeout_ms)
{
	struct fake *f = (struct fake *)source;

	atomic_fetch_add(&f->receives, 1);
	switch (f->manner) {
	case GIVES: give(f, batch, DATAGRAMS); return batch->count > 0 ? FP_OK : FP_END;
	case GIVES_FOR_EVER: give(f, batch, UINT64_MAX); return FP_OK;
	case GIVES_WHEN_TOLD:
		if (atomic_load(&f->is_told)) {
			give(f, batch, DATAGRAMS);
		} else {
			clock_sleep_ns((uint64_t)timeout_ms * NS_PER_MS);
		}
		return FP_OK;
	case FAILS: return FP_SYSTEM;
	case HANGS: (void)wait_until(&f->is_told); return FP_OK;
	}
	return FP_END;
}

static void fake_close(struct source *source)
{
	atomic_store(&((struct fake *)source)->is_closed, true);
}

static const struct source_ops fake_ops = { fake_receive, fake_close };

static void open_pipeline(enum manner manner, uint64_t (*time_of)(uint64_t i))
{
	static const struct limits_config limits = { .max_agents = 16,
		                                     .max_ports = 64,
		                                     .max_sources = 128,
		                                     .expire_ns = 400 * DAY,
		                                     .max_sampling_rate = 1u << 26 };
	struct source *source = &fake.source;

	memset(&fake, 0, sizeof fake);
	fake.source.ops = &fake_ops;
	fake.source.is_live = manner != GIVES;
	fake.manner = manner;
	fake.time_of = time_of;
	fake.traffic = (struct traffic){ .agents = 4, .ports = 4 };
	fake.batch = 7;
	assert_int_equal(shards_init(&shards, 1, &limits), FP_OK);
	assert_int_equal(pipeline_new(&shards, &source, NULL, 1, &settings, &pipeline), FP_OK);
}

static int close_pipeline(void **state)
{
	(void)state;
	if (pipeline != NULL) {
		atomic_store(&fake.is_told, true);
		pipeline_stop(pipeline, 0);
		pipeline_free(pipeline);
		pipeline = NULL;
		shards_deinit(&shards);
	}
	return atomic_load(&fake.is_closed) ? 0 : -1;
}

static uint64_t datagrams_seen(void)
{
	const struct ingest_fabric *f = shards.at[0].entries[ANALYZER_ingest][SCOPE_FABRIC];

	return counter_get(&f->datagrams);
}

static void wait_for_datagrams(uint64_t count)
{
	const uint64_t begin = clock_monotonic_ns();

	while (datagrams_seen() < count && clock_monotonic_ns() - begin < PATIENCE_NS) {
		clock_sleep_ns(NS_PER_MS);
	}
	assert_true(datagrams_seen() >= count);
}

static uint64_t now(void)
{
	return atomic_load(&shards.now_ns);
}

/* --- captures ------------------------------------------------------------------ */

static char *replay(uint32_t batch)
{
	static const struct export_config config = { .ports_inline_max = 1000,
		                                     .ports_max = 1000,
		                                     .agents_max = 1000 };
	static const struct export_request request = { .format = EXPORT_PROMETHEUS };
	struct strbuf out;

	open_pipeline(GIVES, steady);
	fake.batch = batch;
	assert_int_equal(pipeline_run_to_end(pipeline), FP_OK);
	assert_true(pipeline_is_done(pipeline));
	assert_int_equal(datagrams_seen(), DATAGRAMS);
	assert_int_equal(now(), steady(DATAGRAMS - 1));
	strbuf_init(&out, 1 << 26);
	assert_int_equal(export_metrics(&shards, &config, NULL, &request, &out), FP_OK);
	assert_int_equal(close_pipeline(NULL), 0);
	return strbuf_take(&out);
}

/* However the datagrams fell into batches: only their own clock decides. */
static void test_a_capture_gives_the_same_bytes_each_time(void **state)
{
	char *first = replay(7);
	char *again = replay(7);
	char *one_by_one = replay(1);
	char *in_large_ones = replay(SOURCE_BATCH_MAX);

	(void)state;
	assert_non_null(strstr(first, "\nfabricpulse_datagrams_total 200\n"));
	assert_string_equal(first, again);
	assert_string_equal(first, one_by_one);
	assert_string_equal(first, in_large_ones);
	free(first);
	free(again);
	free(one_by_one);
	free(in_large_ones);
}

static void test_only_one_capture_can_be_run_to_its_end(void **state)
{
	(void)state;
	open_pipeline(GIVES_FOR_EVER, steady);
	assert_int_equal(pipeline_run_to_end(pipeline), FP_BAD_ARGUMENT);
}

static uint64_t a_year_between(uint64_t i)
{
	return T0 + i / 100 * 365 * DAY;
}

static uint64_t to_the_end_of_time(uint64_t i)
{
	return i < 100 ? steady(i) : UINT64_MAX;
}

static uint64_t backwards(uint64_t i)
{
	return T0 + (DATAGRAMS - i) * DAY;
}

static uint64_t from_zero(uint64_t i)
{
	return i * STEP_NS;
}

/* A capture's clock is only what somebody wrote into a file. */
static void test_whatever_a_captures_clock_does_it_ends(void **state)
{
	static const struct {
		uint64_t (*time_of)(uint64_t i);
		uint64_t end_ns; /* 0: the last datagram's */
	} rows[] = {
		{ a_year_between, 0 },
		{ to_the_end_of_time, 0 },
		{ backwards, T0 + DATAGRAMS * DAY },
		{ from_zero, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		open_pipeline(GIVES, rows[i].time_of);
		assert_int_equal(pipeline_run_to_end(pipeline), FP_OK);
		assert_int_equal(datagrams_seen(), DATAGRAMS);
		assert_int_equal(now(), rows[i].end_ns != 0 ? rows[i].end_ns
		                                            : rows[i].time_of(DATAGRAMS - 1));
		assert_int_equal(close_pipeline(NULL), 0);
	}
}

static void test_a_capture_in_a_running_daemon_ends_and_stays(void **state)
{
	(void)state;
	open_pipeline(GIVES, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	wait_for_datagrams(DATAGRAMS);
	for (unsigned i = 0; i < 5000 && !pipeline_is_done(pipeline); i++) {
		clock_sleep_ns(NS_PER_MS);
	}
	assert_true(pipeline_is_done(pipeline));
	assert_int_equal(now(), steady(DATAGRAMS - 1));
	/* Nothing is left to read: that is no lack of progress, and a reload does not wait for
	 * it. */
	assert_true(pipeline_makes_progress(pipeline));
	assert_true(pipeline_makes_progress(pipeline));
	pipeline_reload(pipeline, &others);
}

/* --- live ---------------------------------------------------------------------- */

/* The settings that a reload replaces are gone at once: whoever still used them would be seen by a
 * sanitizer. */
static void test_reload_returns_when_the_old_settings_are_free(void **state)
{
	struct {
		struct pipeline_settings use;
		struct classify_config classify;
		struct analyze_config analyze;
	} *now_used = NULL, *fresh;

	(void)state;
	open_pipeline(GIVES_FOR_EVER, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	for (unsigned i = 0; i < 50; i++) {
		const uint64_t seen = datagrams_seen();

		fresh = malloc(sizeof *fresh);
		assert_non_null(fresh);
		fresh->classify = classify;
		fresh->analyze = analyze;
		fresh->use = (struct pipeline_settings){ &fresh->classify, &fresh->analyze };
		pipeline_reload(pipeline, &fresh->use);
		if (now_used != NULL) {
			memset(now_used, 0x5a, sizeof *now_used);
		}
		free(now_used);
		now_used = fresh;
		wait_for_datagrams(seen + 1);
	}
	pipeline_reload(pipeline, &settings);
	free(now_used);
}

static void test_stop_takes_what_came_before_it(void **state)
{
	(void)state;
	open_pipeline(GIVES_WHEN_TOLD, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	while (atomic_load(&fake.receives) == 0) { /* the worker waits, with nothing to read */
		clock_sleep_ns(NS_PER_MS);
	}
	atomic_store(&fake.is_told, true);
	pipeline_stop(pipeline, DRAIN_NS);
	assert_int_equal(datagrams_seen(), DATAGRAMS);
}

static void test_stop_does_not_wait_for_an_endless_stream(void **state)
{
	uint64_t begin;

	(void)state;
	open_pipeline(GIVES_FOR_EVER, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	wait_for_datagrams(1);
	begin = clock_monotonic_ns();
	pipeline_stop(pipeline, 100 * NS_PER_MS);
	assert_true(clock_monotonic_ns() - begin < PATIENCE_NS / 4);
}

static void test_progress_without_datagrams(void **state)
{
	(void)state;
	open_pipeline(GIVES_WHEN_TOLD, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	for (unsigned i = 0; i < 3; i++) {
		const uint64_t rounds = atomic_load(&fake.receives);

		while (atomic_load(&fake.receives) < rounds + 2 || now() == 0) {
			clock_sleep_ns(NS_PER_MS);
		}
		clock_sleep_ns(200 * NS_PER_MS); /* the ticker's round */
		assert_true(pipeline_makes_progress(pipeline));
	}
	assert_int_equal(datagrams_seen(), 0);
	assert_false(pipeline_is_done(pipeline));
}

static void test_a_source_that_hangs_is_no_progress(void **state)
{
	(void)state;
	open_pipeline(HANGS, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	while (atomic_load(&fake.receives) == 0) {
		clock_sleep_ns(NS_PER_MS);
	}
	(void)pipeline_makes_progress(pipeline);
	clock_sleep_ns(200 * NS_PER_MS);
	assert_false(pipeline_makes_progress(pipeline));
	atomic_store(&fake.is_told, true);
	clock_sleep_ns(200 * NS_PER_MS);
	assert_true(pipeline_makes_progress(pipeline));
}

/* A failure that lasts must not burn a processor. */
static void test_a_source_that_fails_is_tried_now_and_then(void **state)
{
	uint64_t tries;

	(void)state;
	assert_int_equal(quiet(NULL), 0);
	open_pipeline(FAILS, steady);
	assert_int_equal(pipeline_start(pipeline), FP_OK);
	clock_sleep_ns(500 * NS_PER_MS);
	tries = atomic_load(&fake.receives);
	log_redirect(NULL, NULL);
	assert_true(tries >= 1);
	assert_true(tries <= 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, close_pipeline)
		TEST(test_a_capture_gives_the_same_bytes_each_time),
		TEST(test_only_one_capture_can_be_run_to_its_end),
		TEST(test_whatever_a_captures_clock_does_it_ends),
		TEST(test_a_capture_in_a_running_daemon_ends_and_stays),
		TEST(test_reload_returns_when_the_old_settings_are_free),
		TEST(test_stop_takes_what_came_before_it),
		TEST(test_stop_does_not_wait_for_an_endless_stream),
		TEST(test_progress_without_datagrams),
		TEST(test_a_source_that_hangs_is_no_progress),
		TEST(test_a_source_that_fails_is_tried_now_and_then),
#undef TEST
	};

	hash_seed_fix(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
