/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of option nodes and the memory it stands in: what YAML text or a command line is turned
 * into.
 *
 * The document is a map of sections, a section a map of keys. Nodes are appended, never moved or
 * removed; everything goes at once with option_tree_release(). A zeroed tree is an empty one.
 */
#pragma once

#include <stddef.h>

#include "fabricpulse/base/option.h"

#define OPTION_TREE_NODES_MAX 200000u

struct option_tree {
	const struct option_node *root; /* NULL: nothing was written */
	struct tree_chunk *chunks;      /* owned */
	size_t nodes;
};

/* A new scalar node without text and place, appended to `parent` (NULL: it becomes the root). `key`
 * must live as long as the tree. NULL when the limit is reached or memory is out. */
struct option_node *option_tree_add(struct option_tree *tree, struct option_node *parent,
                                    const char *key);

/* The child of the map `parent` with that key (NULL: the root), added with that kind when it is not
 * there. For small maps. NULL as option_tree_add(). */
struct option_node *option_tree_child(struct option_tree *tree, struct option_node *parent,
                                      const char *key, enum option_node_kind kind);

/* A copy of `len` bytes and a NUL that lives as long as the tree; NULL when memory is out. */
const char *option_tree_text(struct option_tree *tree, const char *text, size_t len);

void option_tree_release(struct option_tree *tree);

/* The child of that key; NULL when there is none or `map` is NULL or not a map. */
const struct option_node *option_node_find(const struct option_node *map, const char *key);
