/* SPDX-License-Identifier: Apache-2.0 */
/* All rooms' configurations in one struct, and the schema that fills it. Adding a room's options is
 * one member here and one row in settings.c; file, flags, checks, default file and manual
 * follow. */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/classify/classify.h"
#include "fabricpulse/config/config.h"
#include "fabricpulse/config/flags.h"
#include "fabricpulse/config/log_options.h"
#include "fabricpulse/export/metrics.h"
#include "fabricpulse/http/http.h"
#include "fabricpulse/io/forward.h"
#include "fabricpulse/io/udp.h"
#include "fabricpulse/topology/names.h"
#include "fabricpulse/topology/topology.h"

/* Section "state": what survives a restart. */
struct state_config {
	char *directory; /* "": systemd's STATE_DIRECTORY, else nothing is kept */
};

struct settings {
	struct udp_config udp;
	struct forward_config forward;
	struct http_config http;
	struct export_config export;
	struct names_config names;
	struct topology_config topology;
	struct classify_config classify;
	struct analyze_config analyze;
	struct limits_config limits;
	struct state_config state;
	struct log_config log;
};

#define SETTINGS_DEFAULT_FILE "/etc/fabricpulse/fabricpulse.yaml"

extern const struct config_schema settings_schema;

/* The file that `flags` name; else the default one when it exists; else NULL. Borrows `flags`. */
const char *settings_file(const struct flags *flags);

/* Fills `out` from the file and the flags. FP_BAD_CONFIG: mistakes were added to `problems` and
 * `out` is untouched, so a reload loads into a second struct, swaps and releases the first. */
FP_MUST_USE enum fp_err settings_load(const struct flags *flags, struct settings *out,
                                      struct option_problems *problems);

void settings_release(struct settings *settings);
