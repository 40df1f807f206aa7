/* SPDX-License-Identifier: Apache-2.0 */
/* The process as one more entity with rows, and the groups that collect[] chooses from: analyzers
 * and "self". */
#pragma once

#include "fabricpulse/export/metrics.h"

/* Counters of a worker: X(member of struct self_worker). */
#define SELF_WORKER_COUNTERS(X)                                                                    \
	X(datagrams)                                                                               \
	X(bytes)                                                                                   \
	X(truncated)                                                                               \
	X(kernel_drops)                                                                            \
	X(receive_errors)                                                                          \
	X(wakeups)                                                                                 \
	X(receive_buffer_bytes)                                                                    \
	X(forward_sent)                                                                            \
	X(forward_failed)                                                                          \
	X(cpu_ns)                                                                                  \
	X(ip_fragments)                                                                            \
	X(not_sflow)

/* Rows want an array a metric: the same numbers the other way round. Workers that do not exist are
 * absent. */
struct self_view {
	struct self_stats stats;
#define X(member) struct opt_counter member[SELF_WORKERS_MAX];
	SELF_WORKER_COUNTERS(X)
#undef X
};

/* `view` is zeroed. */
void self_view_fill(struct self_view *view, const struct self_stats *stats);

struct metric_group {
	const char *name;
	const struct metric_row *rows;
	size_t row_count;
};

#define METRIC_GROUP_SELF  ((size_t)ANALYZER_COUNT)
#define METRIC_GROUP_COUNT ((size_t)ANALYZER_COUNT + 1)

extern const struct metric_group self_group;

static inline struct metric_group metric_group_at(size_t i)
{
	if (i == METRIC_GROUP_SELF) {
		return self_group;
	}
	return (struct metric_group){ analyzers[i]->name, analyzers[i]->rows,
		                      analyzers[i]->row_count };
}
