/* SPDX-License-Identifier: Apache-2.0 */
/* From metric rows to text: one walk, several writers.
 *
 * The walk goes over the table of analyzers and their rows (analyze/metric.h), then over the rows
 * of the process itself, and hands families and series to a writer. Families come in the order of
 * the table; within a family, entities in the order of their index: the same state gives the same
 * bytes. A family without a series is left out with its header. Agents and ports appear while they
 * are alive: heard of within limits.expire before the last tick.
 *
 * Readers never block a worker: they load single-writer counters, relaxed. Whoever calls while a
 * reload may happen holds shards->reload_lock, shared, until the call returns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/option.h"
#include "fabricpulse/base/strbuf.h"

enum export_format {
	EXPORT_PROMETHEUS = 0, /* text 0.0.4 */
	EXPORT_OPENMETRICS,    /* 1.0.0 */
	EXPORT_JSON,           /* an array of families, 64-bit exact */
	EXPORT_FORMAT_COUNT,   /* last */
};
const char *export_content_type(enum export_format format);

/* How many entities have series of their own; defaults and meanings stand in the rows. */
struct export_config {
	uint32_t ports_inline_max; /* with more live ports, only /metrics/interfaces has theirs */
	uint32_t ports_max;        /* at most so many ports in one answer, the first ones seen */
	uint32_t agents_max;       /* at most so many agents in one answer, the first ones seen */
};
extern const struct option_table export_options; /* section "metrics" */

/* What the process knows of itself; filled by the owner of pipeline, sources and http at scrape
 * time. */
#define SELF_WORKERS_MAX 64
struct self_worker {
	uint64_t datagrams, bytes, truncated, kernel_drops, receive_errors, wakeups,
	    receive_buffer_bytes;
	uint64_t forward_sent, forward_failed;
	uint64_t cpu_ns;
	uint64_t ip_fragments, not_sflow;
};
struct self_stats {
	const char *version, *revision, *compiler; /* static; NULL: not known */
	uint32_t worker_count;
	struct self_worker worker[SELF_WORKERS_MAX];
	double start_time_seconds; /* Unix */
	double process_cpu_seconds;
	double resident_bytes, virtual_bytes;
	double open_fds, max_fds;
	uint64_t threads;
	double reload_success;      /* 1 or 0; NaN before any */
	double reload_time_seconds; /* Unix, of the last good configuration */
	uint64_t http_requests[6];  /* by status class 0xx .. 5xx */
	uint64_t scrapes;
	double scrape_seconds_sum, scrape_seconds_last;
	double topology_version;
	uint64_t ports_by_role[ROLE_COUNT];
	double agents, ports; /* not expired */
	uint64_t agents_limit, ports_limit, agents_refused, ports_refused, sources_refused;
	/* Filled by export_metrics() in its own copy. */
	double port_series_included; /* 1: /metrics has per-port series */
	double agents_left_out;      /* live agents beyond metrics.agents_max */
	double ports_left_out;       /* live ports beyond metrics.ports_max */
};

/* Which part is wanted. */
struct export_request {
	enum export_format format;
	const char *const *collect; /* group names: analyzers' names and "self"; NULL: all */
	size_t collect_count;
	bool only_ports; /* /metrics/interfaces: only series of ports, however many there are */
};

/* Append the exposition. `self` may be NULL (replays): then group "self" is empty.
 * FP_BAD_ARGUMENT: an unknown group, nothing was appended. FP_FULL: `out` failed. FP_NO_MEMORY: no
 * room for the labels. */
FP_MUST_USE enum fp_err export_metrics(const struct shards *shards,
                                       const struct export_config *config,
                                       const struct self_stats *self,
                                       const struct export_request *request, struct strbuf *out);

/* Append the reference: every family with type, labels and help, by group. */
enum reference_format {
	REFERENCE_TEXT = 0,
	REFERENCE_MARKDOWN,
	REFERENCE_JSON,         /* an array of {"name","type","group","scope","labels","help"} */
	REFERENCE_FORMAT_COUNT, /* last */
};
void export_reference(enum reference_format format, struct strbuf *out);
