/* SPDX-License-Identifier: Apache-2.0 */
/* `fabricpulse check`: is this configuration good, and what does it change?
 *
 * It loads the settings exactly as the daemon would, so there is no second opinion. A good
 * configuration is answered with "ok", the options that differ from the defaults and the memory
 * that the limits allow, a bad one with every mistake and exit code 2. With --print the rows
 * themselves are printed: the default file, and the manual's commands and options, which are made
 * in this way.
 */
#include <stdio.h>

#include "cli_priv.h"
#include "command_line_priv.h"
#include "fabricpulse/config/config_print.h"

#define TEXT_BYTES_MAX (1u << 20)
#define MIB            (UINT64_C(1) << 20)

enum print_choice {
	PRINT_SUMMARY = 0,
	PRINT_YAML,
	PRINT_MAN,
};

struct check_flags {
	int print; /* enum print_choice */
};

static const char *const print_names[] = { "summary", "yaml", "man", NULL };

static const struct option_row check_rows[] = {
	{ .key = "print",
	  .kind = OPTION_ENUM,
	  .offset = offsetof(struct check_flags, print),
	  .fallback = "summary",
	  .help =
	      "What to print: what the configuration changes, or, of the program and not of the "
	      "configuration, the commented default file or the manual's commands and options.",
	  .choices = print_names },
};
static const struct option_table check_table = { "", check_rows, ARRAY_LEN(check_rows) };

const struct flags_spec check_spec = {
	.usage = "check [flags]",
	.about = "Checks the configuration as the daemon would read it. Prints \"ok\", what "
	         "differs from the defaults and the memory that the limits allow, or every "
	         "mistake; exit code 2 when there is one.",
	.own = &check_table,
	.schema = &settings_schema,
};

static int print_text(struct strbuf *text)
{
	bool is_whole = !text->failed && text->at != NULL;

	if (is_whole) {
		is_whole = fputs(text->at, stdout) != EOF && fflush(stdout) == 0;
	}
	strbuf_deinit(text);
	return is_whole ? EXIT_DONE : EXIT_FAILED;
}

static int print_rows(enum print_choice choice)
{
	struct strbuf text;

	strbuf_init(&text, TEXT_BYTES_MAX);
	if (choice == PRINT_YAML) {
		config_print_yaml(&settings_schema, &text);
	} else {
		commands_print_man(&text);
	}
	return print_text(&text);
}

/* What the limits can cost, for whoever sizes a machine: only what was seen is paid for. */
static void put_memory(const struct settings *settings, struct strbuf *out)
{
	const struct limits_config *limits = &settings->limits;
	const uint32_t workers = settings->udp.workers;

	strbuf_printf(
	    out,
	    "memory: at most %llu MiB in %u worker%s, each of up to %u agents (%llu bytes "
	    "each) and %u ports (%llu bytes each)\n",
	    (unsigned long long)((shard_bytes_max(limits) * workers + MIB - 1) / MIB), workers,
	    workers == 1 ? "" : "s", limits->max_agents,
	    (unsigned long long)shard_bytes_per_agent(), limits->max_ports,
	    (unsigned long long)shard_bytes_per_port());
}

/* "ok", and one line for each option that is not as it would be without file and flags. */
static void put_summary(const struct flags *flags, const struct settings *settings,
                        const struct settings *defaults, struct strbuf *out)
{
	const char *file = settings_file(flags);
	struct strbuf changes;
	size_t count;

	strbuf_init(&changes, TEXT_BYTES_MAX);
	count = config_print_changes(&settings_schema, settings, defaults, &changes);
	strbuf_printf(out, "ok: %s; options that differ from their defaults: %zu\n",
	              file != NULL ? file : "no configuration file", count);
	strbuf_puts(out, changes.at != NULL ? changes.at : "");
	out->failed = out->failed || changes.failed;
	strbuf_deinit(&changes);
	put_memory(settings, out);
}

static int print_summary(const struct flags *flags)
{
	struct option_problems *problems = problems_new();
	struct settings settings;
	struct settings defaults;
	struct strbuf text;

	if (problems == NULL ||
	    config_load(&settings_schema, NULL, NULL, &defaults, problems) != FP_OK) {
		problems_free(problems);
		return EXIT_FAILED;
	}
	problems_free(problems);
	if (!command_line_settings(flags, &settings)) {
		settings_release(&defaults);
		return EXIT_USAGE;
	}
	strbuf_init(&text, TEXT_BYTES_MAX);
	put_summary(flags, &settings, &defaults, &text);
	settings_release(&settings);
	settings_release(&defaults);
	return print_text(&text);
}

int check_command(int argc, char **argv)
{
	struct check_flags own;
	struct flags flags;
	int code;

	if (!command_line_read(argc, argv, &check_spec, &own, &flags, &code)) {
		return code;
	}
	code = own.print == PRINT_SUMMARY ? print_summary(&flags)
	                                  : print_rows((enum print_choice)own.print);
	flags_release(&check_spec, &own, &flags);
	return code;
}
