/* SPDX-License-Identifier: Apache-2.0 */
/* Command line flags as Prometheus people type them: rows too.
 *
 *     fabricpulse replay --speed=10 --config.file=lab.yaml --log.level debug capture.pcap
 *
 * Every option of the schema but trees is a flag `--<section>.<key>` and wins over the file; a few
 * have a second name as Prometheus spells it. A command adds flags of its own (a table whose
 * section is ""), and every command has --config.file, --help and --version. `--name=value` and
 * `--name value` are the same; a switch (OPTION_BOOL) takes a value only behind "=". Repeated list
 * flags append, other flags may be given once. `--` ends the flags; what is no flag is an operand.
 */
#pragma once

#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/config/config.h"
#include "fabricpulse/config/option_tree.h"

/* What a command line may hold. */
struct flags_spec {
	const char *usage;                  /* "replay [flags] FILE..." */
	const char *about;                  /* a sentence or two, for --help */
	const struct option_table *own;     /* the command's own flags, section ""; NULL: none */
	const struct config_schema *schema; /* options that are flags; NULL: none */
	size_t operands_max;                /* how many operands are taken */
};

struct flags {
	char *config_file;  /* owned; "": not named */
	bool wants_help;    /* --help, -h */
	bool wants_version; /* --version */
	char **operands;    /* owned array of borrowed arguments */
	size_t operand_count;
	struct option_tree options; /* values of schema options, for config_load() */
};

/* Reads argv[1] to argv[argc - 1], which must live as long as `out`. Fills `out`, and the command's
 * own struct at `own` (NULL when the spec has no own flags) with defaults and what was given.
 * FP_BAD_CONFIG: all mistakes were added to `problems`, nothing is owned, except that `wants_help`
 * and `wants_version` hold what was asked for. The values of schema options are checked when they
 * are loaded. */
FP_MUST_USE enum fp_err flags_parse(int argc, char *const *argv, const struct flags_spec *spec,
                                    void *own, struct flags *out, struct option_problems *problems);

/* Releases what flags_parse() filled, the command's own struct included. */
void flags_release(const struct flags_spec *spec, void *own, struct flags *flags);

/* What --help prints. */
void flags_print_help(const struct flags_spec *spec, struct strbuf *out);
