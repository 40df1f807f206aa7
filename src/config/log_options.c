/* SPDX-License-Identifier: Apache-2.0 */
/* The log's two options, and finding out who listens.
 *
 * systemd tells a service in JOURNAL_STREAM which device and inode the stream to the journal has.
 * The variable is inherited by every child, so it counts only when standard error still is that
 * stream.
 *
 * Source: systemd.exec(5), JOURNAL_STREAM.
 */
#include "fabricpulse/config/log_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const level_names[] = { [LOG_LEVEL_DEBUG] = "debug",
	                                   [LOG_LEVEL_INFO] = "info",
	                                   [LOG_LEVEL_WARN] = "warn",
	                                   [LOG_LEVEL_ERROR] = "error",
	                                   [LOG_LEVEL_COUNT] = NULL };

static const char *const format_names[] = { [LOG_CHOICE_AUTO] = "auto",
	                                    [LOG_CHOICE_LOGFMT] = "logfmt",
	                                    [LOG_CHOICE_JSON] = "json",
	                                    [LOG_CHOICE_JOURNAL] = "journal",
	                                    NULL };

static const struct option_row log_rows[] = {
	{ .key = "level",
	  .kind = OPTION_ENUM,
	  .offset = offsetof(struct log_config, level),
	  .fallback = "info",
	  .help = "The least severe lines to write.",
	  .choices = level_names },
	{ .key = "format",
	  .kind = OPTION_ENUM,
	  .offset = offsetof(struct log_config, format),
	  .fallback = "auto",
	  .help = "How a line looks; auto is journal when standard error is the systemd journal, "
	          "otherwise logfmt.",
	  .choices = format_names },
};
const struct option_table log_options = { "log", log_rows, ARRAY_LEN(log_rows) };

static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat status;
	char expected[64];

	if (stream == NULL || fstat(STDERR_FILENO, &status) != 0) {
		return false;
	}
	(void)snprintf(expected, sizeof expected, "%ju:%ju", (uintmax_t)status.st_dev,
	               (uintmax_t)status.st_ino);
	return strcmp(stream, expected) == 0;
}

void log_config_apply(const struct log_config *config)
{
	enum log_format format = LOG_FORMAT_LOGFMT;

	if (config->format == LOG_CHOICE_JSON) {
		format = LOG_FORMAT_JSON;
	} else if (config->format == LOG_CHOICE_JOURNAL ||
	           (config->format == LOG_CHOICE_AUTO && stderr_is_journal())) {
		format = LOG_FORMAT_JOURNAL;
	}
	log_setup((enum log_level)config->level, format);
}
