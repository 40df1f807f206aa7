/* SPDX-License-Identifier: Apache-2.0 */
/* The options of section "metrics": how many entities have series of their own. */
#include "fabricpulse/base/option.h"
#include "fabricpulse/export/metrics.h"

static const struct option_row rows[] = {
	{ .key = "ports_inline_max",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct export_config, ports_inline_max),
	  .fallback = "4096",
	  .help = "With more live ports than this, /metrics leaves out the series of each port; "
	          "/metrics/interfaces has them always." },
	{ .key = "ports_max",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct export_config, ports_max),
	  .fallback = "131072",
	  .min = 1,
	  .max = 16777216,
	  .help =
	      "Most ports that have series of their own in one answer; ports beyond are counted "
	      "as left out." },
	{ .key = "agents_max",
	  .kind = OPTION_U32,
	  .offset = offsetof(struct export_config, agents_max),
	  .fallback = "4096",
	  .min = 1,
	  .max = 1048576,
	  .help = "Most agents that have series of their own in one answer; agents beyond are "
	          "counted as left out." },
};

const struct option_table export_options = { "metrics", rows, ARRAY_LEN(rows) };
