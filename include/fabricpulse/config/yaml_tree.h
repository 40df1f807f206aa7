/* SPDX-License-Identifier: Apache-2.0 */
/* YAML text to a tree of option nodes.
 *
 * One document of maps, lists and scalars. What a configuration does not need is refused with its
 * place: anchors and aliases, tags other than those of the core schema, a second document, keys
 * that are not text, the same key twice in a map. Bounded: depth 16, 200,000 nodes
 * (OPTION_TREE_NODES_MAX). The text is UTF-8, with or without a byte order mark.
 *
 * Source: YAML 1.1 as libyaml reads it; lines end at \n, \r\n, \r, NEL, LS or PS.
 */
#pragma once

#include "fabricpulse/base/bytes.h"
#include "fabricpulse/config/option_tree.h"
#include "fabricpulse/config/problems.h"

#define YAML_DEPTH_MAX 16

/* Fills `tree` (which must be empty); its root is NULL for an empty document. FP_BAD_CONFIG: each
 * mistake was added to `problems`, and the tree holds what was accepted; nothing (root NULL) after
 * a syntax error, an exceeded limit or when memory is out. Release the tree in any case. */
FP_MUST_USE enum fp_err yaml_tree_parse(struct bytes text, struct option_tree *tree,
                                        struct option_problems *problems);
