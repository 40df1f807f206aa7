/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows say, written down: the commented default file, the manual's tables, and what is in
 * effect. */
#pragma once

#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/config/config.h"
#include "fabricpulse/config/flags.h"

/* A YAML file that holds every key with its default, each with what it means and accepts. Loading
 * it gives the defaults. */
void config_print_yaml(const struct config_schema *schema, struct strbuf *out);

/* The options as man(7) source, section by section. */
void config_print_man(const struct config_schema *schema, struct strbuf *out);

/* A command as man(7) source: its usage, what it does, its own flags. */
void config_print_man_command(const struct flags_spec *spec, struct strbuf *out);

/* The options whose values in `settings` differ from those in `defaults` (both loaded by `schema`),
 * one a line: "sflow.workers: 2". Trees are left out. Returns how many differ. */
size_t config_print_changes(const struct config_schema *schema, const void *settings,
                            const void *defaults, struct strbuf *out);
