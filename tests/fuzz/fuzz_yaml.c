/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration file, read by the daemon's own tables.
 *
 * Whatever comes in, the load ends in one of two ways: settings that can be printed and, loaded
 * again from what was printed, are the same; or mistakes, each with a place inside the text, and
 * nothing owned. What an earlier load gave is never touched.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/config/config_print.h"
#include "fabricpulse/config/option_value.h"
#include "settings.h"

#define TEXT_BYTES_MAX (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Loaded once; the first is beside every load that fails, the second is what it must still be. */
static struct settings defaults;
static struct settings pristine;

/* Unlike assert(), in every build. */
static void require(int condition)
{
	if (!condition) {
		abort();
	}
}

static void load_defaults(void)
{
	struct option_problems *problems = problems_new();

	require(problems != NULL &&
	        config_load(&settings_schema, NULL, NULL, &defaults, problems) == FP_OK &&
	        config_load(&settings_schema, NULL, NULL, &pristine, problems) == FP_OK);
	problems_free(problems);
}

/* Lines as YAML 1.1 counts them, generously: \r\n as two. */
static unsigned lines_of(struct bytes text)
{
	unsigned lines = 1;

	for (size_t i = 0; i < text.len; i++) {
		bool is_nel = i > 0 && text.at[i - 1] == 0xc2 && text.at[i] == 0x85;
		bool is_separator = i > 1 && text.at[i - 2] == 0xe2 && text.at[i - 1] == 0x80 &&
		                    (text.at[i] == 0xa8 || text.at[i] == 0xa9);

		lines += text.at[i] == '\n' || text.at[i] == '\r' || is_nel || is_separator;
	}
	return lines;
}

static void check_problems(struct option_problems *problems, struct bytes text)
{
	unsigned lines = lines_of(text);
	size_t count;
	const struct problem *at = problems_sorted(problems, &count);

	require(count > 0);
	for (size_t i = 0; i < count; i++) {
		require(at[i].line >= 1 && at[i].line <= lines && at[i].column >= 1);
		require(!at[i].is_flag && at[i].text[0] != '\0' &&
		        strchr(at[i].text, '\n') == NULL);
	}
}

/* Every value but trees as a file, in the way in which a row prints it. */
static void print_values(const struct settings *settings, struct strbuf *out)
{
	for (size_t i = 0; i < settings_schema.count; i++) {
		const struct config_section *section = &settings_schema.sections[i];
		const char *config = (const char *)settings + section->offset;
		bool is_bare = section->table->rows[0].key[0] == '\0';

		strbuf_printf(out, "%s:%s", section->table->section, is_bare ? " " : "\n");
		for (size_t j = 0; j < section->table->count; j++) {
			const struct option_row *row = &section->table->rows[j];

			if (!is_bare) {
				strbuf_printf(out, "  %s: ", row->key);
			}
			option_value_print(row, config, out);
			strbuf_putc(out, '\n');
		}
	}
}

/* What is printed of good settings and loaded again is the same settings. */
static void check_round_trip(const struct settings *settings, struct option_problems *problems)
{
	struct settings again;
	struct strbuf file;
	struct strbuf changes;
	struct bytes text;

	strbuf_init(&file, TEXT_BYTES_MAX);
	strbuf_init(&changes, TEXT_BYTES_MAX);
	print_values(settings, &file);
	require(!file.failed);
	text = (struct bytes){ .at = (const uint8_t *)file.at, .len = file.len };
	require(config_load_text(&settings_schema, text, NULL, &again, problems) == FP_OK);
	require(config_print_changes(&settings_schema, settings, &again, &changes) == 0);
	config_release(&settings_schema, &again);
	strbuf_deinit(&file);
	strbuf_deinit(&changes);
}

static void check_defaults(void)
{
	struct strbuf changes;

	strbuf_init(&changes, TEXT_BYTES_MAX);
	require(config_print_changes(&settings_schema, &defaults, &pristine, &changes) == 0);
	strbuf_deinit(&changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { .at = data, .len = size };
	struct option_problems *problems = problems_new();
	struct settings settings;

	if (defaults.state.directory == NULL) {
		load_defaults();
	}
	require(problems != NULL);
	if (config_load_text(&settings_schema, text, NULL, &settings, problems) == FP_OK) {
		require(problems_count(problems) == 0);
		check_round_trip(&settings, problems);
		config_release(&settings_schema, &settings);
	} else {
		check_problems(problems, text);
		require(settings.state.directory == NULL);
		check_defaults();
	}
	problems_free(problems);
	return 0;
}
