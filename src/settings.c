/* SPDX-License-Identifier: Apache-2.0 */
/* Composition: which rooms have options, in the order of the default file. */
#include "settings.h"

#include <unistd.h>

static const struct option_row state_rows[] = {
	{ .key = "directory",
	  .kind = OPTION_STRING,
	  .offset = offsetof(struct state_config, directory),
	  .fallback = "",
	  .help = "Where a posted topology is kept over a restart. Empty takes the directory that "
	          "systemd gives the service; without one nothing is kept." },
};
static const struct option_table state_options = { "state", state_rows, ARRAY_LEN(state_rows) };

#define AT(member) offsetof(struct settings, member)
static const struct config_section sections[] = {
	{ &udp_options, AT(udp), "Where sFlow comes in." },
	{ &forward_options, AT(forward), NULL },
	{ &http_options, AT(http), "The HTTP server: metrics, API and pages." },
	{ &export_options, AT(export), "What is exported." },
	{ &names_options, AT(names), NULL },
	{ &topology_options, AT(topology), NULL },
	{ &classify_options, AT(classify), "How RDMA packets are recognised." },
	{ &analyze_options, AT(analyze), "How samples are read." },
	{ &compat_options, AT(analyze.compat), "Series and paths as sFlow-RT has them." },
	{ &limits_options, AT(limits), "What memory is spent on; it is bounded by these." },
	{ &state_options, AT(state), "What survives a restart." },
	{ &log_options, AT(log), "The log, on standard error." },
};
#undef AT

const struct config_schema settings_schema = { sections, ARRAY_LEN(sections) };

const char *settings_file(const struct flags *flags)
{
	if (flags->config_file[0] != '\0') {
		return flags->config_file;
	}
	return access(SETTINGS_DEFAULT_FILE, F_OK) == 0 ? SETTINGS_DEFAULT_FILE : NULL;
}

enum fp_err settings_load(const struct flags *flags, struct settings *out,
                          struct option_problems *problems)
{
	struct settings fresh;
	enum fp_err err = config_load(&settings_schema, settings_file(flags), flags->options.root,
	                              &fresh, problems);

	if (err == FP_OK) {
		*out = fresh;
	}
	return err;
}

void settings_release(struct settings *settings)
{
	config_release(&settings_schema, settings);
}
