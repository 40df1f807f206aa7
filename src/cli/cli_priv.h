/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: `fabricpulse <command> …`, one file each. A command gets its own arguments (argv[0]
 * is its name) and returns the exit code: 0 done, 1 failed at run time, 2 wrong usage or
 * configuration. */
#pragma once

#include "fabricpulse/base/option.h"
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
