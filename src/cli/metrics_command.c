/* SPDX-License-Identifier: Apache-2.0 */
/* `fabricpulse metrics`: the reference of all metrics, from the rows that they are exported by. */
#include <stdio.h>

#include "cli_priv.h"
#include "command_line_priv.h"
#include "fabricpulse/export/metrics.h"

#define REFERENCE_BYTES_MAX (4u << 20)

struct metrics_flags {
	int format; /* enum reference_format */
};

static const char *const formats[] = { "text", "markdown", "json", NULL };

static const struct option_row rows[] = {
	{ .key = "format",
	  .kind = OPTION_ENUM,
	  .offset = offsetof(struct metrics_flags, format),
	  .fallback = "text",
	  .choices = formats,
	  .help = "How to print the reference." },
};
static const struct option_table own = { "", rows, ARRAY_LEN(rows) };

const struct flags_spec metrics_spec = {
	.usage = "metrics [flags]",
	.about = "Prints the reference of all metrics: name, labels, type and meaning.",
	.own = &own,
};

int metrics_command(int argc, char **argv)
{
	struct metrics_flags wanted;
	struct flags flags;
	struct strbuf out;
	int code;

	if (!command_line_read(argc, argv, &metrics_spec, &wanted, &flags, &code)) {
		return code;
	}
	strbuf_init(&out, REFERENCE_BYTES_MAX);
	export_reference((enum reference_format)wanted.format, &out);
	code = !out.failed && fwrite(out.at, 1, out.len, stdout) == out.len && fflush(stdout) == 0
	           ? EXIT_DONE
	           : EXIT_FAILED;
	strbuf_deinit(&out);
	flags_release(&metrics_spec, &wanted, &flags);
	return code;
}
