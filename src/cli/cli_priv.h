/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: `fabricpulse <command> …`, one file each, a row in commands.c. A command gets its own
 * arguments (argv[0] is its name) and returns the exit code: 0 done, 1 failed at run time, 2 wrong
 * usage or configuration. */
#pragma once

#include <stddef.h>

#include "fabricpulse/base/option.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/config/flags.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

int run_command(int argc, char **argv);
int replay_command(int argc, char **argv);
int decode_command(int argc, char **argv);
int check_command(int argc, char **argv);
int metrics_command(int argc, char **argv);

/* What their command lines may hold. */
extern const struct flags_spec run_spec;
extern const struct flags_spec replay_spec;
extern const struct flags_spec decode_spec;
extern const struct flags_spec check_spec;
extern const struct flags_spec metrics_spec;

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const struct flags_spec *spec;
	const char *help; /* what --help says of it, in a line */
};

extern const struct command commands[];
extern const size_t command_count;

/* What the manual says of commands and options, as man(7) source: the part of it that follows from
 * rows. */
void commands_print_man(struct strbuf *out);
