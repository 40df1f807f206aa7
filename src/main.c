/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments to command. Without one, the daemon runs. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_priv.h"
#include "fabricpulse/base/mem.h"

static void print_help(void)
{
	printf("fabricpulse: telemetry of AI training fabrics, from sFlow to Prometheus\n\n"
	       "usage: fabricpulse [command] [flags]\n\ncommands:\n");
	for (size_t i = 0; i < command_count; i++) {
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	}
	printf("\n`fabricpulse <command> --help` lists the command's flags.\n");
}

int main(int argc, char **argv)
{
	mem_return_large();
	if (argc < 2 || argv[1][0] == '-') {
		if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
			print_help();
			return EXIT_DONE;
		}
		return run_command(argc, argv);
	}
	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	(void)fprintf(stderr, "fabricpulse: \"%s\" is no command; see fabricpulse --help\n",
	              argv[1]);
	return EXIT_USAGE;
}
