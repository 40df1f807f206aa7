/* SPDX-License-Identifier: Apache-2.0 */
/* One option's value: from a node into its place, and back into text. A row says which kind, where
 * and what range.
 *
 * `config` is the start of the struct that the row's offset refers to.
 */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/base/strbuf.h"

/* Fills the row's place, which holds nothing yet, with the default. A default that its own row
 * refuses is reported as any mistake (the programmer's); the place can be released in any case. */
void option_value_init(const struct option_row *row, void *config,
                       struct option_problems *problems);

/* Replaces the value by what `node` says. A mistake is reported and leaves the value as it was (a
 * tree: as its reader leaves it). */
void option_value_set(const struct option_row *row, const struct option_node *node, void *config,
                      struct option_problems *problems);

/* Frees what the value owns. */
void option_value_release(const struct option_row *row, void *config);

/* Appends what the row accepts, as the end of "expected …": "a number from 1 to 64". */
void option_value_expected(const struct option_row *row, struct strbuf *out);

/* Appends the value as it would be written in the file. A tree prints as its default. */
void option_value_print(const struct option_row *row, const void *config, struct strbuf *out);
