/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes and texts in chunks.
 *
 * A configuration may name a hundred thousand ports, so nodes come out of large chunks and not one
 * by one from the heap, and each list or map remembers its last child, so that appending costs the
 * same however long it is. Readers see only the public part of a node.
 *
 *     chunk ─> chunk ─> NULL       each: [ node | text | node | node | … free … ]
 */
#include "fabricpulse/config/option_tree.h"

#include <string.h>

#include "fabricpulse/base/mem.h"

#define CHUNK_BYTES 16384u

struct tree_chunk {
	struct tree_chunk *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct tree_node {
	struct option_node node; /* first: a pointer to it is a pointer to the whole */
	struct tree_node *last;  /* youngest child */
};

static void *tree_alloc(struct option_tree *tree, size_t len)
{
	struct tree_chunk *chunk = tree->chunks;
	size_t aligned =
	    (len + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
	void *at;

	if (chunk == NULL || chunk->size - chunk->used < aligned) {
		size_t size = aligned > CHUNK_BYTES ? aligned : CHUNK_BYTES;

		chunk = mem_new(1, sizeof *chunk + size);
		if (chunk == NULL) {
			return NULL;
		}
		chunk->size = size;
		chunk->next = tree->chunks;
		tree->chunks = chunk;
	}
	at = chunk->bytes + chunk->used;
	chunk->used += aligned;
	return at;
}

struct option_node *option_tree_add(struct option_tree *tree, struct option_node *parent,
                                    const char *key)
{
	struct tree_node *above = (struct tree_node *)parent;
	struct tree_node *added;

	if (tree->nodes >= OPTION_TREE_NODES_MAX) {
		return NULL;
	}
	added = tree_alloc(tree, sizeof *added);
	if (added == NULL) {
		return NULL;
	}
	tree->nodes++;
	added->node = (struct option_node){ .text = "", .key = key, .parent = parent };
	if (above == NULL) {
		tree->root = &added->node;
		return &added->node;
	}
	if (above->last == NULL) {
		above->node.child = &added->node;
	} else {
		above->last->node.sibling = &added->node;
	}
	above->last = added;
	return &added->node;
}

struct option_node *option_tree_child(struct option_tree *tree, struct option_node *parent,
                                      const char *key, enum option_node_kind kind)
{
	/* All nodes of a tree were made in this file, writable; const is how readers see them. */
	struct option_node *child =
	    (struct option_node *)(parent == NULL ? tree->root : option_node_find(parent, key));

	if (child == NULL) {
		child = option_tree_add(tree, parent, key);
		if (child != NULL) {
			child->kind = kind;
		}
	}
	return child;
}

const char *option_tree_text(struct option_tree *tree, const char *text, size_t len)
{
	char *copy = tree_alloc(tree, len + 1);

	if (copy != NULL) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

void option_tree_release(struct option_tree *tree)
{
	while (tree->chunks != NULL) {
		struct tree_chunk *next = tree->chunks->next;

		mem_free(tree->chunks);
		tree->chunks = next;
	}
	*tree = (struct option_tree){ .root = NULL };
}

const struct option_node *option_node_find(const struct option_node *map, const char *key)
{
	if (map == NULL || map->kind != OPTION_NODE_MAP) {
		return NULL;
	}
	for (const struct option_node *n = map->child; n != NULL; n = n->sibling) {
		if (strcmp(n->key, key) == 0) {
			return n;
		}
	}
	return NULL;
}
