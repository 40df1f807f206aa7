/* SPDX-License-Identifier: Apache-2.0 */
/* Options as rows. Each room declares its own `struct <room>_config` and an array of rows that
 * says, once, an option's key, kind, place, default, range, unit and help. The config room reads
 * YAML by these rows, checks it, prints the commented default file and the manual's option table
 * from them, and turns a few rows into command line flags.
 *
 *     static const struct option_row io_rows[] = {
 *             { "workers", OPTION_U32, offsetof(struct io_config, workers),
 *               "1", 1, 64, "", "…", NULL },
 *     };
 *     const struct option_table io_options = { "sflow", io_rows, ARRAY_LEN(io_rows) };
 *
 * An option's full key is "<section>.<key>". Values that do not fit a kind (maps, lists of maps)
 * have kind OPTION_TREE and a reader that gets the parsed YAML node; it reports every mistake
 * through option_problem().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/err.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Kinds, and the C type at the row's offset. */
enum option_kind {
	OPTION_BOOL = 0,   /* bool */
	OPTION_U32,        /* uint32_t, decimal */
	OPTION_U64,        /* uint64_t, decimal */
	OPTION_I32,        /* int32_t */
	OPTION_BYTES,      /* uint64_t; 32M, 64KiB, 1G: powers of 1024 */
	OPTION_DURATION,   /* uint64_t ns; 1s, 250ms, 5m, 2h, 7d */
	OPTION_DOUBLE,     /* double */
	OPTION_STRING,     /* char *, owned by the config, never NULL */
	OPTION_ENUM,       /* int; `choices` is a NULL-terminated list, value = position */
	OPTION_ENDPOINTS,  /* struct option_endpoints: one "addr:port" or a list of them */
	OPTION_U32_LIST,   /* struct option_u32s: list of numbers in [min, max] */
	OPTION_TREE,       /* whatever `read` fills */
	OPTION_KIND_COUNT, /* last */
};

#define OPTION_LIST_MAX 64

struct option_endpoints {
	size_t count;
	struct endpoint at[OPTION_LIST_MAX];
};

struct option_u32s {
	size_t count;
	uint32_t at[OPTION_LIST_MAX];
};

/* A parsed YAML node; the config room owns the tree, readers borrow it during the call. */
enum option_node_kind {
	OPTION_NODE_SCALAR = 0,
	OPTION_NODE_LIST,
	OPTION_NODE_MAP,
};

struct option_node {
	enum option_node_kind kind;
	const char *text;      /* scalar's text, NUL-terminated; "" otherwise */
	const char *key;       /* this node's key when its parent is a map; "" otherwise */
	unsigned line, column; /* 1-based, of the value */
	const struct option_node *child;   /* first item of a list or a map */
	const struct option_node *sibling; /* next item of the parent */
};

/* Collects mistakes: all of them are shown at once. `problems` is opaque here; the config room
 * prints "file:line:column: key: what was expected". */
struct option_problems;
void option_problem(struct option_problems *problems, const struct option_node *where,
                    const char *key, const char *format, ...) __attribute__((format(printf, 4, 5)));

struct option_row {
	const char *key;
	enum option_kind kind;
	size_t offset;
	const char *fallback;       /* the default, as in the file; "[]", "{}": no items */
	double min, max;            /* of numbers, sizes, durations; base unit: bytes, seconds */
	const char *unit;           /* shown in the help: "bytes", "seconds", "" */
	const char *help;           /* one or two plain sentences */
	const char *const *choices; /* OPTION_ENUM */
	/* OPTION_TREE: reads `node` (NULL: the option is absent, set the default) into `target`.
	 * Takes nothing. */
	void (*read)(const struct option_node *node, void *target,
	             struct option_problems *problems);
	void (*release)(void *target); /* OPTION_TREE: frees what read() allocated; may be NULL */
};

struct option_table {
	const char *section; /* top-level key in the file */
	const struct option_row *rows;
	size_t count;
};
