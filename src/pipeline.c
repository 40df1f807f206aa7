/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's loop and the ticker.
 *
 * Threads share nothing but the shards' single-writer state, a stop flag, and one pointer a worker:
 * the settings to use. Reload stores new settings and waits until each worker has answered by
 * storing the same pointer in `seen`; from then on nobody reads the old ones. A worker goes round
 * at least every POLL_MS, datagrams or not, so reload and stop are prompt.
 */
#include "fabricpulse/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/base/mem.h"

#define POLL_MS     100
#define TICK_NS     (NS_PER_SECOND / TICKS_PER_SECOND)
#define STACK_BYTES ((size_t)1 << 20)

/* A hole in a capture is crossed by the ticks of at most so much time: what decays has decayed by
 * then. */
#define GAP_NS (600 * NS_PER_SECOND)

struct worker {
	struct pipeline *pipeline;
	struct source *source;
	struct forward *forward; /* may be NULL */
	struct shard *shard;
	struct classifier classifier;
	struct datagram_batch datagrams;
	pthread_t thread;
	bool is_started;
	bool has_clock;     /* captures: a datagram has set the clock */
	uint64_t ticked_ns; /* captures: event time, in whole ticks, up to which was digested */
	uint64_t tick;
	uint64_t last_time_ns;
	_Atomic(const struct pipeline_settings *) wanted;
	_Atomic(const struct pipeline_settings *) seen;
	_Atomic uint64_t rounds;
	_Atomic uint64_t cpu_ns;
	_Atomic bool is_done;
	uint64_t rounds_checked; /* pipeline_makes_progress() only */
};

struct pipeline {
	struct shards *shards;
	uint32_t count;
	struct worker *workers;
	pthread_t ticker;
	bool has_ticker;
	_Atomic bool is_stopping;
	_Atomic uint64_t drain_until_ns; /* monotonic */
	_Atomic uint64_t ticks;
	uint64_t ticks_checked;
};

static void pass_to_analyzers(void *arg, const struct batch *batch)
{
	struct worker *w = arg;

	shard_observe(w->shard, batch);
}

static void adopt_settings(struct worker *w)
{
	/* Acquire: pairs with the release of pipeline_reload(), so the settings are seen whole. */
	const struct pipeline_settings *wanted =
	    atomic_load_explicit(&w->wanted, memory_order_acquire);

	if (wanted == atomic_load_explicit(&w->seen, memory_order_relaxed)) {
		return;
	}
	classifier_configure(&w->classifier, wanted->classify);
	atomic_store_explicit(&w->shard->config, wanted->analyze, memory_order_relaxed);
	/* Release: all reads of the old settings happened before pipeline_reload() sees this and
	 * lets them go. */
	atomic_store_explicit(&w->seen, wanted, memory_order_release);
}

/* Captures: digest at every tenth of a second that the capture's clock passes up to `time_ns`,
 * which may be any number. */
static void follow_clock(struct worker *w, uint64_t time_ns)
{
	const uint64_t whole_ns = time_ns - time_ns % TICK_NS;

	if (!w->has_clock) {
		w->has_clock = true;
		w->ticked_ns = whole_ns;
	}
	if (time_ns < w->ticked_ns) {
		return;
	}
	if (time_ns - w->ticked_ns > GAP_NS) {
		w->ticked_ns = whole_ns - GAP_NS;
	}
	while (time_ns - w->ticked_ns >= TICK_NS) {
		w->ticked_ns += TICK_NS;
		classify_flush(&w->classifier);
		shards_digest(w->pipeline->shards, w->ticked_ns, w->tick++);
	}
}

static void take_batch(struct worker *w)
{
	const struct datagram_batch *batch = &w->datagrams;

	for (size_t i = 0; i < batch->count; i++) {
		const struct datagram *d = &batch->at[i];

		if (!w->source->is_live) {
			follow_clock(w, d->time_ns);
		}
		classify_datagram(&w->classifier, d->payload, &d->from, d->time_ns,
		                  d->is_truncated);
		if (d->time_ns > w->last_time_ns) {
			w->last_time_ns = d->time_ns;
		}
	}
	classify_flush(&w->classifier);
	if (w->forward != NULL && batch->count > 0) {
		forward_batch(w->forward, batch);
	}
}

/* A failed receive is an operator's business, not the end; it may last, so do not burn a processor
 * with trying. */
static void note_failure(const struct worker *w, int error, int timeout_ms)
{
	static struct log_throttle throttle;

	if (log_due(&throttle, 10)) {
		log_warn("pipeline", "receive failed", "error=\"%s\"", strerror(error));
	}
	if (w->datagrams.count == 0) {
		clock_sleep_ns((uint64_t)timeout_ms * NS_PER_MS);
	}
}

/* One turn: FP_OK, or FP_END when the source is exhausted. */
static enum fp_err worker_round(struct worker *w, int timeout_ms)
{
	enum fp_err err;
	int error;

	adopt_settings(w);
	w->datagrams.count = 0;
	err = w->source->ops->receive(w->source, &w->datagrams, timeout_ms);
	error = errno;
	take_batch(w);
	/* Relaxed: a sign of life, nothing follows from it about other data. */
	atomic_fetch_add_explicit(&w->rounds, 1, memory_order_relaxed);
	if (err == FP_END) {
		return FP_END;
	}
	if (err != FP_OK) {
		note_failure(w, error, timeout_ms);
	}
	return FP_OK;
}

static void note_cpu(struct worker *w)
{
	struct timespec t;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0) {
		atomic_store_explicit(&w->cpu_ns,
		                      (uint64_t)t.tv_sec * NS_PER_SECOND + (uint64_t)t.tv_nsec,
		                      memory_order_relaxed);
	}
}

/* The end of a capture: the numbers as of its last datagram. */
static void finish_capture(struct worker *w)
{
	if (!w->source->is_live && w->last_time_ns != 0) {
		shards_digest(w->pipeline->shards, w->last_time_ns, w->tick++);
	}
	/* Release: whoever sees the flag sees the numbers. */
	atomic_store_explicit(&w->is_done, true, memory_order_release);
}

static bool is_stopping(const struct pipeline *p)
{
	/* Acquire: pairs with the release of pipeline_stop(), so that drain_until_ns is seen
	 * too. */
	return atomic_load_explicit(&p->is_stopping, memory_order_acquire);
}

/* What the kernel had taken before the stop: until there is nothing more, or the time is over. */
static void drain(struct worker *w)
{
	do {
		if (clock_monotonic_ns() >=
		        atomic_load_explicit(&w->pipeline->drain_until_ns, memory_order_relaxed) ||
		    worker_round(w, 0) != FP_OK) {
			return;
		}
	} while (w->datagrams.count > 0);
}

/* A capture is over, its readers are not: a topology or names that come now still give roles. Event
 * time stands still. */
static void linger(struct worker *w)
{
	if (w->source->is_live || w->last_time_ns == 0) {
		return;
	}
	while (!is_stopping(w->pipeline)) {
		clock_sleep_ns(TICK_NS);
		shards_digest(w->pipeline->shards, w->last_time_ns, w->tick++);
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	enum fp_err err = FP_OK;
	uint64_t noted_ns = 0;

	while (err == FP_OK && !is_stopping(w->pipeline)) {
		const uint64_t now_ns = clock_monotonic_ns();

		err = worker_round(w, POLL_MS);
		if (now_ns - noted_ns > NS_PER_SECOND) {
			noted_ns = now_ns;
			note_cpu(w);
		}
	}
	if (err == FP_OK && w->source->is_live) {
		drain(w);
	}
	note_cpu(w);
	finish_capture(w);
	linger(w);
	return NULL;
}

static void *ticker_main(void *arg)
{
	struct pipeline *p = arg;
	uint64_t next_ns = clock_monotonic_ns();

	while (!is_stopping(p)) {
		const uint64_t tick = atomic_load_explicit(&p->ticks, memory_order_relaxed);
		const uint64_t now_ns = clock_monotonic_ns();

		shards_digest(p->shards, clock_realtime_ns(), tick);
		atomic_store_explicit(&p->ticks, tick + 1, memory_order_relaxed);
		next_ns += TICK_NS;
		if (next_ns > now_ns) {
			clock_sleep_ns(next_ns - now_ns);
		} else {
			next_ns = now_ns; /* the machine was suspended or starved: no burst of ticks
			                     afterwards */
		}
	}
	shards_digest(p->shards, clock_realtime_ns(),
	              atomic_load_explicit(&p->ticks, memory_order_relaxed));
	return NULL;
}

static enum fp_err worker_init(struct worker *w, struct pipeline *p, uint32_t i,
                               struct source *source, struct forward *forward,
                               const struct pipeline_settings *settings)
{
	w->pipeline = p;
	w->source = source;
	w->forward = forward;
	w->shard = &p->shards->at[i];
	atomic_init(&w->wanted, settings);
	atomic_init(&w->seen, settings);
	atomic_store_explicit(&w->shard->config, settings->analyze, memory_order_release);
	return classifier_init(&w->classifier, &w->shard->directory, settings->classify,
	                       pass_to_analyzers, w);
}

enum fp_err pipeline_new(struct shards *shards, struct source *const *sources,
                         struct forward *const *forward, uint32_t count,
                         const struct pipeline_settings *settings, struct pipeline **out)
{
	struct pipeline *p = mem_new(1, sizeof *p);
	enum fp_err err = FP_OK;

	*out = NULL;
	if (p == NULL) {
		return FP_NO_MEMORY;
	}
	p->shards = shards;
	p->workers = mem_new(count, sizeof *p->workers);
	if (p->workers == NULL) {
		mem_free(p);
		return FP_NO_MEMORY;
	}
	for (uint32_t i = 0; i < count && err == FP_OK; i++) {
		err = worker_init(&p->workers[i], p, i, sources[i],
		                  forward != NULL ? forward[i] : NULL, settings);
		p->count = i + 1;
	}
	if (err != FP_OK) {
		for (uint32_t i = 0; i < p->count; i++) {
			p->workers[i].source = NULL; /* not taken */
			p->workers[i].forward = NULL;
		}
		pipeline_free(p);
		return err;
	}
	*out = p;
	return FP_OK;
}

static bool has_live_source(const struct pipeline *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->workers[i].source->is_live) {
			return true;
		}
	}
	return false;
}

static bool start_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	pthread_attr_t attributes;
	bool is_ok;

	if (pthread_attr_init(&attributes) != 0) {
		return false;
	}
	is_ok = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
	        pthread_create(thread, &attributes, run, arg) == 0;
	pthread_attr_destroy(&attributes);
	return is_ok;
}

enum fp_err pipeline_start(struct pipeline *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		p->workers[i].is_started =
		    start_thread(&p->workers[i].thread, worker_main, &p->workers[i]);
		if (!p->workers[i].is_started) {
			return FP_SYSTEM;
		}
	}
	if (has_live_source(p)) {
		p->has_ticker = start_thread(&p->ticker, ticker_main, p);
		return p->has_ticker ? FP_OK : FP_SYSTEM;
	}
	return FP_OK;
}

enum fp_err pipeline_run_to_end(struct pipeline *p)
{
	struct worker *w = &p->workers[0];

	if (p->count != 1 || w->source->is_live) {
		return FP_BAD_ARGUMENT;
	}
	while (worker_round(w, POLL_MS) == FP_OK) {
	}
	finish_capture(w);
	return FP_OK;
}

void pipeline_reload(struct pipeline *p, const struct pipeline_settings *settings)
{
	for (uint32_t i = 0; i < p->count; i++) {
		/* Release: see adopt_settings(). */
		atomic_store_explicit(&p->workers[i].wanted, settings, memory_order_release);
	}
	for (uint32_t i = 0; i < p->count; i++) {
		struct worker *w = &p->workers[i];

		while (!atomic_load_explicit(&w->is_done, memory_order_acquire) &&
		       atomic_load_explicit(&w->seen, memory_order_acquire) != settings) {
			clock_sleep_ns(NS_PER_MS);
		}
		if (atomic_load_explicit(&w->is_done, memory_order_acquire)) {
			adopt_settings(w); /* the worker has ended: nobody else touches its shard */
		}
	}
}

void pipeline_stop(struct pipeline *p, uint64_t drain_ns)
{
	atomic_store_explicit(&p->drain_until_ns, clock_monotonic_ns() + drain_ns,
	                      memory_order_relaxed);
	atomic_store_explicit(&p->is_stopping, true, memory_order_release);
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->workers[i].is_started) {
			pthread_join(p->workers[i].thread, NULL);
			p->workers[i].is_started = false;
		}
	}
	if (p->has_ticker) {
		pthread_join(p->ticker, NULL);
		p->has_ticker = false;
	}
}

void pipeline_free(struct pipeline *p)
{
	if (p == NULL) {
		return;
	}
	for (uint32_t i = 0; i < p->count; i++) {
		struct worker *w = &p->workers[i];

		if (w->source != NULL) {
			w->source->ops->close(w->source);
		}
		if (w->forward != NULL) {
			forward_close(w->forward);
		}
		classifier_deinit(&w->classifier);
	}
	mem_free(p->workers);
	mem_free(p);
}

bool pipeline_makes_progress(struct pipeline *p)
{
	const uint64_t ticks = atomic_load_explicit(&p->ticks, memory_order_relaxed);
	bool is_alive = !p->has_ticker || ticks != p->ticks_checked;

	p->ticks_checked = ticks;
	for (uint32_t i = 0; i < p->count; i++) {
		struct worker *w = &p->workers[i];
		const uint64_t rounds = atomic_load_explicit(&w->rounds, memory_order_relaxed);

		if (rounds == w->rounds_checked &&
		    !atomic_load_explicit(&w->is_done, memory_order_relaxed)) {
			is_alive = false;
		}
		w->rounds_checked = rounds;
	}
	return is_alive;
}

bool pipeline_is_done(const struct pipeline *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		/* Acquire: pairs with finish_capture(). */
		if (!atomic_load_explicit(&p->workers[i].is_done, memory_order_acquire)) {
			return false;
		}
	}
	return true;
}

const struct source_stats *pipeline_source_stats(const struct pipeline *p, uint32_t worker)
{
	return &p->workers[worker].source->stats;
}

const struct forward *pipeline_forward(const struct pipeline *p, uint32_t worker)
{
	return p->workers[worker].forward;
}

uint64_t pipeline_worker_cpu_ns(const struct pipeline *p, uint32_t worker)
{
	return atomic_load_explicit(&p->workers[worker].cpu_ns, memory_order_relaxed);
}
