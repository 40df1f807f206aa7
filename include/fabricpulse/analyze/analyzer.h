/* SPDX-License-Identifier: Apache-2.0 */
/* Analyzers: small rooms with the same doors. This is the extension point of fabricpulse.
 *
 * An analyzer says how many bytes it keeps for the fabric, for an agent and for a port; each shard
 * reserves them. Its observe() walks a batch on the worker that owns the shard and adds to its own
 * entries with single-writer counters. What needs time or more than one shard is done in digest()
 * on the ticker. Its metric rows say how the entries are shown. Whole batches go from one analyzer
 * to the next, so each loop is small, hot and testable alone.
 *
 * To add one: write src/analyze/<name>.c with `const struct analyzer analyzer_<name>`, its header
 * with the structs, and one line in analyzers.def.
 */
#pragma once

#include <pthread.h>

#include "fabricpulse/analyze/metric.h"
#include "fabricpulse/classify/batch.h"
#include "fabricpulse/classify/directory.h"
#include "fabricpulse/topology/names.h"

enum analyzer_id {
#define ANALYZER(name) ANALYZER_##name,
#include "fabricpulse/analyze/analyzers.def"
	ANALYZER_COUNT, /* last */
};

struct shard;
struct shards;

/* Options of the compat analyzer and of sFlow-RT's paths (section "sflow_rt"). */
struct compat_config {
	char *prefix;      /* "sflow_" */
	bool type_lines;   /* "# TYPE" lines */
	int32_t trim_dscp; /* -1: off */
	bool raw_credits;  /* AETH credit codes instead of credits */
};
extern const struct option_table compat_options;

/* Options of all analyzers (section "analyze"). */
struct analyze_config {
	bool pfc_swap; /* agents report PFC requests and indications the wrong way round */
	struct compat_config compat;
};
extern const struct option_table analyze_options;

struct analyzer {
	const char *name;                /* also its collect[] group */
	size_t entry_bytes[SCOPE_COUNT]; /* of its struct for a scope; 0: it keeps nothing there */
	void (*observe)(struct shard *shard, const struct batch *batch); /* worker; NULL: none */
	size_t digest_bytes; /* of its digest state, zeroed, one for all shards; 0: none */
	/* Before workers start; may be NULL. One that fails releases what it took. */
	enum fp_err (*digest_init)(void *digest);
	void (*digest_deinit)(void *digest); /* may be NULL */
	/* Ticker, ten times a second of event time; `tick` counts from 0. */
	void (*digest)(const struct shards *shards, uint64_t now_ns, uint64_t tick);
	const struct metric_row *rows;
	size_t row_count;
};

#define ANALYZER(name) extern const struct analyzer analyzer_##name;
#include "fabricpulse/analyze/analyzers.def"

extern const struct analyzer *const analyzers[ANALYZER_COUNT];

#define TICKS_PER_SECOND 10u

/* One worker's share of all state, on cache lines of its own: static, or from shards_init(). */
struct shard {
	_Alignas(64) struct directory directory;
	/* Typed by the analyzer: `struct traffic_port *` …; NULL where it keeps nothing. */
	void *entries[ANALYZER_COUNT][SCOPE_COUNT];
	/* NULL until whoever runs the shard sets it, before the first batch. Swapped by reload
	 * (release), loaded once a batch by the worker (acquire: it sees the struct whole); whoever
	 * swaps frees the old one only after every worker has begun a new batch. */
	_Atomic(const struct analyze_config *) config;
	uint32_t roles_version; /* ticker: names_version of the directory that roles stand for */
};

/* FP_NO_MEMORY leaves nothing to release. */
FP_MUST_USE enum fp_err shard_init(struct shard *s, const struct limits_config *limits);
void shard_deinit(struct shard *s);
/* Worker: all analyzers, in order of the table. */
void shard_observe(struct shard *s, const struct batch *batch);

/* All shards, and what digests made of them. */
struct shards {
	struct shard *at;
	uint32_t count;
	void *digest[ANALYZER_COUNT];
	_Atomic uint64_t now_ns; /* event time of the last tick; readers take "now" from here */
	/* Names given by the operator and limits of what is shown; swapped at reload under
	 * `reload_lock`, which readers hold (shared) during one answer and the ticker during one
	 * tick. Workers never take it. */
	pthread_rwlock_t reload_lock;
	const struct names *names;       /* may be NULL */
	struct topology_store *topology; /* may be NULL; borrowed */
	/* Ticker: what roles were assigned by. */
	uint32_t topology_version;
	uint32_t names_serial;
};

/* FP_NO_MEMORY leaves nothing to release. */
FP_MUST_USE enum fp_err shards_init(struct shards *s, uint32_t count,
                                    const struct limits_config *limits);
void shards_deinit(struct shards *s);
/* Ticker: roles where topology or names changed, then every digest, then `now_ns` is published. */
void shards_digest(struct shards *s, uint64_t now_ns, uint64_t tick);

/* Bytes that `limits` can cost at most, for one shard: stated in `fabricpulse check` and the
 * README. */
uint64_t shard_bytes_max(const struct limits_config *limits);
/* Bytes that one agent and one port take once seen, pages aside. */
uint64_t shard_bytes_per_agent(void);
uint64_t shard_bytes_per_port(void);
