/* SPDX-License-Identifier: Apache-2.0 */
/* How the log is configured (section "log"). */
#pragma once

#include "fabricpulse/base/log.h"
#include "fabricpulse/base/option.h"

struct log_config {
	int level;  /* enum log_level */
	int format; /* enum log_choice */
};

/* log.format in the file: "auto" is the journal's format when standard error is the journal, else
 * logfmt. */
enum log_choice {
	LOG_CHOICE_AUTO = 0,
	LOG_CHOICE_LOGFMT,
	LOG_CHOICE_JSON,
	LOG_CHOICE_JOURNAL,
};

extern const struct option_table log_options;

/* Makes the log be as configured, from the next line on. */
void log_config_apply(const struct log_config *config);
