/* SPDX-License-Identifier: Apache-2.0 */
/* Rows to text. The file and the manual say the same in two notations, so both are made of the same
 * three sentences: what an option means, what it accepts, and how its flag is called.
 */
#include "fabricpulse/config/config_print.h"

#include <string.h>

#include "fabricpulse/config/option_value.h"
#include "flag_names_priv.h"
#include "wrap_priv.h"
#include "yaml_text_priv.h"

#define COMMENT_WIDTH       90u
#define SENTENCES_BYTES_MAX 4096u
#define VALUE_BYTES_MAX     (1u << 16)

static bool is_bare(const struct option_row *row)
{
	return row->key[0] == '\0';
}

/* "sflow.workers"; where the section is itself the value, "forward"; a command's own flag, "speed". */
static void put_name(const struct option_table *table, const struct option_row *row,
                     struct strbuf *out)
{
	strbuf_puts(out, table->section);
	strbuf_puts(out, is_bare(row) || table->section[0] == '\0' ? "" : ".");
	strbuf_puts(out, row->key);
}

/* "Threads that receive. A whole number from 1 to 64." Where the kind says no more than the value
 * shows, only the help. */
static void put_help(const struct option_row *row, struct strbuf *out)
{
	size_t start;

	strbuf_puts(out, row->help);
	if (row->kind == OPTION_BOOL || row->kind == OPTION_STRING ||
	    row->kind == OPTION_ENDPOINTS || row->kind == OPTION_TREE) {
		return;
	}
	strbuf_putc(out, ' ');
	start = out->len;
	option_value_expected(row, out);
	if (!out->failed && out->at[start] >= 'a' && out->at[start] <= 'z') {
		out->at[start] = (char)(out->at[start] - 'a' + 'A');
	}
	if (row->unit != NULL && row->unit[0] != '\0' && row->kind != OPTION_BYTES &&
	    row->kind != OPTION_DURATION) {
		strbuf_printf(out, " (%s)", row->unit);
	}
	strbuf_putc(out, '.');
}

/* The default as it would stand in the file. */
static void put_default(const struct option_row *row, struct strbuf *out)
{
	bool is_text = row->kind == OPTION_STRING || row->kind == OPTION_ENDPOINTS;

	if (is_text && row->fallback[0] != '[') {
		yaml_text_print(row->fallback, out);
	} else {
		strbuf_puts(out, row->fallback);
	}
}

/* The first of the tables that share a section. Only neighbours do. */
static bool begins_section(const struct config_schema *schema, size_t i)
{
	return i == 0 || strcmp(schema->sections[i - 1].table->section,
	                        schema->sections[i].table->section) != 0;
}

/* --- the default file ---------------------------------------------------------- */

static void put_row(const struct option_table *table, const struct option_row *row,
                    struct strbuf *out)
{
	const char *indent = is_bare(row) ? "" : "  ";
	const char *prefix = is_bare(row) ? "# " : "  # ";
	struct strbuf text;

	strbuf_init(&text, SENTENCES_BYTES_MAX);
	put_help(row, &text);
	wrap_text(out, prefix, text.at != NULL ? text.at : "", COMMENT_WIDTH);
	strbuf_deinit(&text);
	strbuf_printf(out, "%s%s: ", indent, is_bare(row) ? table->section : row->key);
	put_default(row, out);
	strbuf_putc(out, '\n');
}

void config_print_yaml(const struct config_schema *schema, struct strbuf *out)
{
	strbuf_puts(out,
	            "# The configuration of fabricpulse: every key, with its default. Delete what "
	            "you do not change.\n"
	            "# Each value but maps can also be given as a flag that wins over this file: "
	            "--sflow.workers=2\n"
	            "# Check it with: fabricpulse check --config.file=FILE\n");
	for (size_t i = 0; i < schema->count; i++) {
		const struct config_section *section = &schema->sections[i];
		const struct option_table *table = section->table;

		strbuf_putc(out, '\n');
		wrap_text(out, "# ", section->about != NULL ? section->about : "", COMMENT_WIDTH);
		if (begins_section(schema, i) && !is_bare(&table->rows[0])) {
			strbuf_printf(out, "%s:\n", table->section);
		}
		for (size_t j = 0; j < table->count; j++) {
			put_row(table, &table->rows[j], out);
		}
	}
}

/* --- the manual ------------------------------------------------------------------ */

/* Text for troff: backslashes doubled, hyphens as typed, no control line by accident. */
static void put_troff(const char *text, struct strbuf *out)
{
	if (text[0] == '.' || text[0] == '\'') {
		strbuf_puts(out, "\\&");
	}
	for (; *text != '\0'; text++) {
		if (*text == '\\') {
			strbuf_puts(out, "\\e");
		} else if (*text == '-') {
			strbuf_puts(out, "\\-");
		} else {
			strbuf_putc(out, *text);
		}
	}
}

static void put_man_row(const struct option_table *table, const struct option_row *row,
                        struct strbuf *out)
{
	struct strbuf text;
	const char *alias;

	strbuf_init(&text, SENTENCES_BYTES_MAX);
	put_name(table, row, &text);
	alias = flags_alias_of(text.at != NULL ? text.at : "");
	strbuf_puts(&text, "=");
	put_default(row, &text);
	strbuf_puts(out, row->kind == OPTION_TREE ? ".TP\n\\fB" : ".TP\n\\fB\\-\\-");
	put_troff(text.at != NULL ? text.at : "", out);
	strbuf_puts(out, "\\fR\n");
	strbuf_clear(&text);
	put_help(row, &text);
	if (alias != NULL) {
		strbuf_printf(&text, " Also --%s.", alias);
	}
	if (row->kind == OPTION_TREE) {
		strbuf_puts(&text, " In the file only.");
	}
	put_troff(text.at != NULL ? text.at : "", out);
	strbuf_putc(out, '\n');
	strbuf_deinit(&text);
}

void config_print_man(const struct config_schema *schema, struct strbuf *out)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct config_section *section = &schema->sections[i];

		if (begins_section(schema, i)) {
			strbuf_printf(out, ".SS %s\n", section->table->section);
		} else {
			strbuf_puts(out, ".PP\n");
		}
		if (section->about != NULL) {
			put_troff(section->about, out);
			strbuf_putc(out, '\n');
		}
		for (size_t j = 0; j < section->table->count; j++) {
			put_man_row(section->table, &section->table->rows[j], out);
		}
	}
}

void config_print_man_command(const struct flags_spec *spec, struct strbuf *out)
{
	strbuf_puts(out, ".SS fabricpulse ");
	put_troff(spec->usage, out);
	strbuf_putc(out, '\n');
	put_troff(spec->about, out);
	strbuf_putc(out, '\n');
	for (size_t i = 0; spec->own != NULL && i < spec->own->count; i++) {
		put_man_row(spec->own, &spec->own->rows[i], out);
	}
}

/* --- what is in effect ------------------------------------------------------------- */

size_t config_print_changes(const struct config_schema *schema, const void *settings,
                            const void *defaults, struct strbuf *out)
{
	size_t changes = 0;
	struct strbuf value;
	struct strbuf usual;

	strbuf_init(&value, VALUE_BYTES_MAX);
	strbuf_init(&usual, VALUE_BYTES_MAX);
	for (size_t i = 0; i < schema->count; i++) {
		const struct option_table *table = schema->sections[i].table;
		size_t offset = schema->sections[i].offset;

		for (size_t j = 0; j < table->count; j++) {
			const struct option_row *row = &table->rows[j];

			strbuf_clear(&value);
			strbuf_clear(&usual);
			option_value_print(row, (const char *)settings + offset, &value);
			option_value_print(row, (const char *)defaults + offset, &usual);
			if (row->kind != OPTION_TREE && strcmp(value.at, usual.at) != 0) {
				put_name(table, row, out);
				strbuf_printf(out, ": %s\n", value.at);
				changes++;
			}
		}
	}
	strbuf_deinit(&value);
	strbuf_deinit(&usual);
	return changes;
}
