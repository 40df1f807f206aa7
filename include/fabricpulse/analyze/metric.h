/* SPDX-License-Identifier: Apache-2.0 */
/* A metric as a row: name, type, help, and where its value lies in the struct that the analyzer
 * keeps for an entity.
 *
 * Rows are data: the exposition, the reference (`fabricpulse metrics`), the name lint and the
 * dashboards' tests all come from them. A row names a scope (the entity that is walked), a cell
 * (what lies at the offset), and up to two dimensions (the member is then an array [dim1] or
 * [dim1][dim2] of cells, and each slot adds the dimension's labels):
 *
 *     { .name = "fabricpulse_port_packets_total",
 *       .help = "Packets that passed the port, estimated from samples.",
 *       .scope = SCOPE_PORT, METRIC_FIELD(traffic_port, packets[0][0]),
 *       .dim1 = &dim_direction, .dim2 = &dim_traffic, .is_sparse = true },
 *
 * Sums wrap at 2^64, which Prometheus takes for a restart, as it should.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/counter.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/classify/batch.h"

/* Entities. Labels of a scope: fabric none; agent {agent, host}; port {agent, host, ifindex,
 * port}. */
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
	CELL_GAUGE,       /* struct gauge: NaN absent; of the fabric scope: summed over shards where
	                     present */
	CELL_HISTOGRAM,   /* struct histogram */
	CELL_U64,         /* uint64_t, scope self only */
	CELL_F64,         /* double, scope self only; NaN absent */
	CELL_NONE,        /* rows with `info` or `series` */
};

/* Bytes of one cell; 0 for CELL_NONE. */
size_t metric_cell_bytes(enum metric_cell cell);

/* A dimension: `count` slots. `labels` appends `key="value"` pairs without braces, comma-separated;
 * false, with nothing appended: the slot has no meaning and is left out. */
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

struct shards;

/* Takes one series: `labels` are pairs without braces, comma-separated, "" for none; borrowed. */
typedef void (*metric_emit)(void *arg, const char *labels, uint64_t value);

struct metric_row {
	const char *name; /* family, with unit and _total: "fabricpulse_bytes_total" */
	const char *help; /* a sentence that an operator understands */
	enum metric_type type;
	enum scope scope;
	enum metric_cell cell;
	size_t offset; /* of the first cell, in the analyzer's struct of that scope */
	const struct metric_dim *dim1, *dim2;
	size_t stride; /* bytes from one slot of dim1 to the next; 0: cells lie side by side */
	const struct histogram_bounds *bounds;
	double scale; /* printed value = stored value x scale; 0 means 1 */
	/* Slots of dim1 in which everything is 0 are left out, with all of their dim2: for large
	 * dimensions, and for directions that an entity never shows. A row without dimensions is
	 * one slot. */
	bool is_sparse;
	/* METRIC_INFO: appends label pairs from the entity (pointer to the analyzer's struct);
	 * false: no series. */
	bool (*info)(const void *entity, struct strbuf *out);
	/* The few families whose labels come from state and not from a dimension (scope fabric):
	 * calls `emit` once for each series, already summed over shards. NULL: an ordinary row. */
	void (*series)(const struct shards *shards, metric_emit emit, void *arg);
	/* Label names of `info` and `series`, for the reference: "space,enterprise,format". */
	const char *info_labels;
};

/* Cell and offset of a row from the member itself, so that a row cannot lie about its type. For
 * arrays name the first cell: METRIC_FIELD(traffic_fabric, packets[0][0]). Formatted by hand:
 * clang-format 14 does not know _Generic. */
/* clang-format off */
#define METRIC_FIELD(entity, field)                                                                \
	.cell = _Generic(((struct entity *)NULL)->field,                                           \
		struct counter: CELL_COUNTER, struct opt_counter: CELL_OPT_COUNTER,                \
		struct gauge: CELL_GAUGE, struct histogram: CELL_HISTOGRAM,                        \
		uint64_t: CELL_U64, double: CELL_F64),                                             \
	.offset = offsetof(struct entity, field)
/* clang-format on */

/* Where the cell of a pair of slots lies in the struct; slots of dimensions that a row does not
 * have are 0. */
size_t metric_cell_offset(const struct metric_row *row, uint32_t slot1, uint32_t slot2);

/* Dimensions that several analyzers share. */
extern const struct metric_dim dim_direction;      /* direction="in|out|unknown" */
extern const struct metric_dim dim_role;           /* role="unknown|edge|core" */
extern const struct metric_dim dim_role_direction; /* role="…",direction="…" */
extern const struct metric_dim dim_basis;          /* basis="edge_ingress|…"; NONE has no label */
extern const struct metric_dim dim_traffic;        /* traffic="other|rdma" */
extern const struct metric_dim dim_opcode;         /* transport="RC",operation="…" (256) */
extern const struct metric_dim dim_drop_reason;    /* reason="…" (DROP_REASON_SLOTS) */
extern const struct metric_dim dim_ecn;            /* ecn="not_ect|ect1|ect0|ce" */
extern const struct metric_dim dim_fault;          /* reason="…": wire faults */
extern const struct metric_dim dim_sample_kind;    /* type="flow_sample|…" */

/* For labels(): appends `key="name"`; false when `name` is NULL. `name` needs no escaping. */
bool metric_label(struct strbuf *out, const char *key, const char *name);

/* ECN codepoints as on the wire: "not_ect", "ect1", "ect0", "ce". */
#define ECN_COUNT 4u
extern const char *const metric_ecn_names[ECN_COUNT];

#define METRIC_ROLE_DIRECTIONS (ROLE_COUNT * DIRECTION_COUNT)

/* Slot of dim_role_direction, from enum port_role and enum direction. */
static inline uint32_t metric_role_direction(uint32_t role, uint32_t direction)
{
	return role * DIRECTION_COUNT + direction;
}

/* Slots of dim_traffic: RoCE and native InfiniBand, or anything else. */
enum metric_traffic {
	TRAFFIC_OTHER = 0,
	TRAFFIC_RDMA,
	TRAFFIC_COUNT, /* last */
};
extern const uint8_t metric_traffic_of[]; /* by enum packet_payload */
