/* SPDX-License-Identifier: Apache-2.0 */
/* Options as rows. Each room declares its own `struct <room>_config` and an array of rows that
 * says, once, an option's key, kind, place, default, range, unit and help. The config room reads
 * YAML by these rows, checks it, prints the commented default file and the manual's option table
 * from them, and makes a flag `--<section>.<key>` of each row but trees.
 *
 *     static const struct option_row io_rows[] = {
 *             { .key = "workers",
 *               .kind = OPTION_U32,
 *               .offset = offsetof(struct io_config, workers),
 *               .fallback = "1",
 *               .min = 1,
 *               .max = 64,
 *               .help = "Threads that receive." },
 *     };
 *     const struct option_table io_options = { "sflow", io_rows, ARRAY_LEN(io_rows) };
 *
 * An option's full key is "<section>.<key>". A table whose only row has the key "" makes the
 * section itself the value (`forward: [10.0.0.9:6343]`); its full key is "<section>". Values that
 * do not fit a kind (maps, lists of maps) have kind OPTION_TREE and a reader that gets the parsed
 * YAML node; it reports every mistake through option_problem().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/err.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Kinds, and the C type at the row's offset. */
enum option_kind {
	OPTION_BOOL = 0,   /* bool; true, false, yes, no, on, off */
	OPTION_U32,        /* uint32_t, decimal */
	OPTION_U64,        /* uint64_t, decimal */
	OPTION_I32,        /* int32_t */
	OPTION_BYTES,      /* uint64_t; 32M, 64KiB, 1G: powers of 1024 */
	OPTION_DURATION,   /* uint64_t ns; 1s, 250ms, 5m, 1h30m, 7d */
	OPTION_DOUBLE,     /* double, finite */
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
	unsigned line, column; /* 1-based, of the value; 0: it came from a flag */
	const struct option_node *child;   /* first item of a list or a map */
	const struct option_node *sibling; /* next item of the parent */
	const struct option_node *parent;  /* NULL: the document itself */
	unsigned key_line, key_column;     /* 1-based, of the key; those of the value in a list */
	bool is_quoted;                    /* a scalar in quotes is text, whatever it looks like */
};

/* True for nothing at all after the key, "~" and "null". Sections, lists and trees take it as
 * absent. */
static inline bool option_node_is_null(const struct option_node *node)
{
	return node->kind == OPTION_NODE_SCALAR && !node->is_quoted &&
	       (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
	        strcmp(node->text, "null") == 0);
}

/* Collects mistakes: all of them are shown at once. `problems` is opaque here; the config room
 * prints "file:line:column: key: what was expected". `where` borrows; NULL: the file as a whole.
 * `key` is the full key as the operator would name it; NULL: the path of `where`
 * ("names.10.0.0.1.ports", "forward[2]"). The sentence names what was expected and has no full
 * stop. */
struct option_problems;
void option_problem(struct option_problems *problems, const struct option_node *where,
                    const char *key, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a key that must not be there: at the place of the key, not of its value. */
void option_problem_key(struct option_problems *problems, const struct option_node *where,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What stands at `node`, for the end of a sentence: `"many"`, `a list`, `a map`, `nothing`. Fills
 * `out`, returns it. */
#define OPTION_GOT_SIZE 72
const char *option_node_got(const struct option_node *node, char out[static OPTION_GOT_SIZE]);

struct option_row {
	const char *key;
	enum option_kind kind;
	size_t offset;
	/* The default, written as in the file; "[]" and "{}" for empty lists and trees. */
	const char *fallback;
	/* Both included. For numbers and list items; for sizes and durations in the file's base
	 * unit (bytes, seconds); for ENDPOINTS how many. 0, 0: whatever the type holds. */
	double min, max;
	const char *unit;           /* shown in the help: "bytes", "seconds", ""; may be NULL */
	const char *help;           /* one or two plain sentences */
	const char *const *choices; /* OPTION_ENUM */
	/* OPTION_TREE: reads `node` (NULL: the option is absent, set the default) into `target`,
	 * which is the address at the offset. Takes nothing. What it leaves can be released, also
	 * after mistakes. */
	void (*read)(const struct option_node *node, void *target,
	             struct option_problems *problems);
	void (*release)(void *target); /* OPTION_TREE: frees what read() allocated; may be NULL */
};

struct option_table {
	const char *section; /* top-level key in the file */
	const struct option_row *rows;
	size_t count;
};
