/* SPDX-License-Identifier: Apache-2.0 */
/* Where the rooms meet at run time: sources, workers, the ticker.
 *
 * A worker owns one source and one shard. Its loop is the way of a datagram: receive a batch,
 * classify it, pass the events through all analyzers, send the datagrams on to other collectors.
 * Live, a ticker thread digests ten times a second; for a capture the worker calls the digest
 * itself whenever the capture's clock passes a tenth of a second, so that a replay gives the same
 * numbers every time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/classify/classify.h"
#include "fabricpulse/io/forward.h"
#include "fabricpulse/io/source.h"

struct pipeline;

/* What can change while it runs. Borrowed until the next pipeline_reload() or pipeline_free(). */
struct pipeline_settings {
	const struct classify_config *classify;
	const struct analyze_config *analyze;
};

/* One worker for each source. Takes the sources; `forward` (count entries, each may be NULL) too.
 * Shards are borrowed and must have `count` of them. On failure nothing is taken. */
FP_MUST_USE enum fp_err pipeline_new(struct shards *shards, struct source *const *sources,
                                     struct forward *const *forward, uint32_t count,
                                     const struct pipeline_settings *settings,
                                     struct pipeline **out);

/* Start the worker threads and, when a source is live, the ticker. */
FP_MUST_USE enum fp_err pipeline_start(struct pipeline *p);

/* Run the only source to its end in the calling thread (replays). */
FP_MUST_USE enum fp_err pipeline_run_to_end(struct pipeline *p);

/* Use other settings from the next batch on. Returns when no worker uses the old ones any more. */
void pipeline_reload(struct pipeline *p, const struct pipeline_settings *settings);

/* Take what the kernel still holds (at most `drain_ns`), digest a last time, end the threads. */
void pipeline_stop(struct pipeline *p, uint64_t drain_ns);
void pipeline_free(struct pipeline *p); /* closes sources and forwards; NULL is fine */

/* True while every worker and the ticker have gone round since the last call (or have nothing left
 * to read). */
bool pipeline_makes_progress(struct pipeline *p);

/* All captures were read to their end. */
bool pipeline_is_done(const struct pipeline *p);

const struct source_stats *pipeline_source_stats(const struct pipeline *p, uint32_t worker);
const struct forward *pipeline_forward(const struct pipeline *p, uint32_t worker);
uint64_t pipeline_worker_cpu_ns(const struct pipeline *p, uint32_t worker);
