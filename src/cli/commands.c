/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands: main.c picks from it, and the manual lists it. */
#include "cli_priv.h"
#include "fabricpulse/config/config_print.h"
#include "settings.h"

const struct command commands[] = {
	{ "run", run_command, &run_spec,
	  "collect sFlow and serve metrics (what happens without a command)" },
	{ "replay", replay_command, &replay_spec,
	  "run captures through the whole pipeline and print the metrics" },
	{ "decode", decode_command, &decode_spec,
	  "show every sample of a capture, or of live sFlow" },
	{ "check", check_command, &check_spec, "check the configuration" },
	{ "metrics", metrics_command, &metrics_spec, "list all metrics" },
};
const size_t command_count = ARRAY_LEN(commands);

void commands_print_man(struct strbuf *out)
{
	strbuf_puts(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < command_count; i++) {
		config_print_man_command(commands[i].spec, out);
	}
	strbuf_puts(out, ".SH OPTIONS\n");
	config_print_man(&settings_schema, out);
}
