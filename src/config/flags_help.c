/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints: the command's flags first, then every option of the configuration, as its
 * rows have it. */
#include "flag_names_priv.h"

#include <string.h>

#include "wrap_priv.h"

#define HELP_WIDTH 90u

static const char *const headings[FLAG_OWNER_COUNT] = {
	[FLAG_COMMON] = "Flags of every command:",
	[FLAG_OWN] = "Flags of this command:",
	[FLAG_OPTION] = "Options of the configuration (also in the file):",
};

struct help {
	struct strbuf *out;
	enum flag_owner owner; /* whose flags are printed now */
	bool has_heading;
};

static bool help_flag(void *arg, const char *name, const struct flag *flag)
{
	struct help *help = arg;
	const char *alias = flags_alias_of(name);

	if (flag->owner != help->owner) {
		return true;
	}
	if (!help->has_heading) {
		strbuf_printf(help->out, "\n%s\n", headings[flag->owner]);
		help->has_heading = true;
	}
	strbuf_printf(help->out, "  --%s", name);
	if (flag->row->kind != OPTION_BOOL || strcmp(flag->row->fallback, "false") != 0) {
		strbuf_printf(help->out, "=%s", flag->row->fallback);
	}
	if (alias != NULL) {
		strbuf_printf(help->out, " (or --%s)", alias);
	}
	strbuf_putc(help->out, '\n');
	wrap_text(help->out, "        ", flag->row->help, HELP_WIDTH);
	for (size_t i = 0; flag->row->choices != NULL && flag->row->choices[i] != NULL; i++) {
		strbuf_printf(help->out, "%s%s", i == 0 ? "        One of: " : ", ",
		              flag->row->choices[i]);
	}
	strbuf_puts(help->out, flag->row->choices != NULL ? "\n" : "");
	return true;
}

void flags_print_help(const struct flags_spec *spec, struct strbuf *out)
{
	static const enum flag_owner order[] = { FLAG_OWN, FLAG_COMMON, FLAG_OPTION };

	strbuf_printf(out, "usage: fabricpulse %s\n\n", spec->usage);
	wrap_text(out, "", spec->about, HELP_WIDTH);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct help help = { .out = out, .owner = order[i] };

		flag_names_each(spec, help_flag, &help);
	}
}
