/* SPDX-License-Identifier: Apache-2.0 */
/* A metric as a row: name, type, help, and where its value lies in the struct that the analyzer keeps for an entity.
 *
 * Rows are data: the exposition, the reference (`fabricpulse metrics`), the name lint and the dashboards' tests all come
 * from them. A row names a scope (the entity that is walked), a cell (what lies at the offset), and up to two dimensions
 * (the member is then an array [dim1] or [dim1][dim2] of cells, and each slot adds the dimension's labels).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/counter.h"
#include "fabricpulse/base/strbuf.h"

/* Entities. Labels of a scope: fabric none; agent {agent, host}; port {agent, host, ifindex, port}. */
enum scope {
	SCOPE_FABRIC = 0, /* one a shard; readers add the shards up */
	SCOPE_AGENT,      /* dense index of directory.agents */
	SCOPE_PORT,       /* dense index of directory.ports */
	SCOPE_SELF,       /* the process: one struct, filled at scrape time */
	SCOPE_COUNT,      /* last */
};

enum metric_type {
	METRIC_COUNTER = 0,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
	METRIC_INFO,       /* value 1, labels say it: `info` prints them */
	METRIC_TYPE_COUNT, /* last */
};

enum metric_cell {
	CELL_COUNTER = 0, /* struct counter */
	CELL_OPT_COUNTER, /* struct opt_counter: absent until reported */
	CELL_GAUGE, /* struct gauge: NaN absent; gauges of the fabric scope are summed over shards where present */
	CELL_HISTOGRAM, /* struct histogram */
	CELL_U64,       /* uint64_t, scope self only */
	CELL_F64,       /* double, scope self only; NaN absent */
	CELL_NONE,      /* METRIC_INFO */
};

/* A dimension: `count` slots. `labels` appends `key="value"` pairs without braces, comma-separated; false: the slot has no
 * meaning and is left out. */
struct metric_dim {
	uint32_t count;
	bool (*labels)(uint32_t slot, struct strbuf *out);
	const char *label_names; /* for the reference: "transport,operation" */
};

#define HISTOGRAM_BUCKETS_MAX 24

/* Upper bounds, ascending, in the value's own unit (bytes, ns); +Inf follows. */
struct histogram_bounds {
	uint32_t count; /* at most HISTOGRAM_BUCKETS_MAX - 1 */
	const uint64_t *upper;
};

/* Buckets are not cumulative here (one addition an observation); the writer adds them up. */
struct histogram {
	struct counter buckets[HISTOGRAM_BUCKETS_MAX];
	struct counter sum; /* in the value's own unit, weighted */
};

/* Writer: `weight` observations of `value`. */
void histogram_add(struct histogram *h, const struct histogram_bounds *bounds, uint64_t value,
                   uint64_t weight);

struct metric_row {
	const char *name; /* family, with unit and _total: "fabricpulse_bytes_total" */
	const char *help; /* a sentence that an operator understands */
	enum metric_type type;
	enum scope scope;
	enum metric_cell cell;
	size_t offset; /* in the analyzer's struct of that scope */
	const struct metric_dim *dim1, *dim2;
	const struct histogram_bounds *bounds;
	double scale;   /* printed value = stored value x scale; 0 means 1 */
	bool is_sparse; /* slots whose value is 0 are left out (large dimensions) */
	/* METRIC_INFO: appends label pairs from the entity (pointer to the analyzer's struct); false: no series. */
	bool (*info)(const void *entity, struct strbuf *out);
	const char *info_labels; /* for the reference */
};

/* Dimensions that several analyzers share. */
extern const struct metric_dim dim_direction;   /* direction="in|out|unknown" */
extern const struct metric_dim dim_role;        /* role="unknown|edge|core" */
extern const struct metric_dim dim_basis;       /* basis="edge_ingress|…" */
extern const struct metric_dim dim_opcode;      /* transport="RC",operation="…" (256) */
extern const struct metric_dim dim_drop_reason; /* reason="…" (DROP_REASON_SLOTS) */
extern const struct metric_dim dim_ecn;         /* ecn="not_ect|ect1|ect0|ce" */
extern const struct metric_dim dim_fault;       /* reason="…": wire faults */
extern const struct metric_dim dim_sample_kind; /* type="flow_sample|…" */
