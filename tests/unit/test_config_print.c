/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed from rows: the default file and the manual are current, and the file gives the
 * defaults back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli_priv.h"
#include "demo_schema.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/config/config_print.h"
#include "settings.h"

#define TEXT_BYTES_MAX (1u << 20)

static struct strbuf out;
static struct option_problems *problems;

static int open_print(void **state)
{
	(void)state;
	strbuf_init(&out, TEXT_BYTES_MAX);
	problems = problems_new();
	return problems != NULL ? 0 : -1;
}

static int close_print(void **state)
{
	(void)state;
	strbuf_deinit(&out);
	problems_free(problems);
	return 0;
}

static struct bytes text_of(const struct strbuf *s)
{
	return (struct bytes){ .at = (const uint8_t *)s->at, .len = s->len };
}

/* Fills `file` from the project's file, whose root is FP_ROOT or the present folder. */
static void read_file(const char *name, struct strbuf *file)
{
	const char *root = getenv("FP_ROOT");
	char path[4096];
	char block[4096];
	size_t got;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", root != NULL ? root : ".", name);
	f = fopen(path, "rb");
	if (f == NULL) {
		fail_msg("%s cannot be opened", path);
	}
	strbuf_init(file, TEXT_BYTES_MAX);
	while ((got = fread(block, 1, sizeof block, f)) > 0) {
		strbuf_put(file, block, got);
	}
	(void)fclose(f);
	assert_false(file->failed);
	assert_true(file->len > 0);
}

static void yaml_holds_every_key_and_what_it_accepts(void **state)
{
	const char *section;

	(void)state;
	config_print_yaml(&demo_schema, &out);
	assert_non_null(strstr(out.at, "\n# Where sFlow comes in.\n"
	                               "sflow:\n"
	                               "  # Where datagrams are received.\n"
	                               "  listen: \":6343\"\n"
	                               "  # Threads that receive. A whole number from 1 to 64 "
	                               "(threads).\n"
	                               "  workers: 1\n"));
	assert_non_null(strstr(out.at, "\n\n# Other collectors.\nforward: []\n"));
	assert_non_null(strstr(out.at, "\nnames: {}\n"));
	assert_non_null(strstr(out.at, "\n  prefix: \"\"\n"));
	/* two tables, one section: its key stands once */
	section = strstr(out.at, "\nlimits:\n");
	assert_non_null(section);
	assert_null(strstr(section + 1, "\nlimits:\n"));
	assert_non_null(
	    strstr(section, "\n# And for how long.\n  # When to forget. A duration like "));
}

static void yaml_gives_the_defaults_back(void **state)
{
	struct demo defaults;
	struct demo loaded;
	struct strbuf changes;

	(void)state;
	config_print_yaml(&demo_schema, &out);
	strbuf_init(&changes, TEXT_BYTES_MAX);
	assert_int_equal(config_load(&demo_schema, NULL, NULL, &defaults, problems), FP_OK);
	assert_int_equal(config_load_text(&demo_schema, text_of(&out), NULL, &loaded, problems),
	                 FP_OK);
	assert_int_equal(config_print_changes(&demo_schema, &loaded, &defaults, &changes), 0);
	config_release(&demo_schema, &loaded);
	config_release(&demo_schema, &defaults);
	strbuf_deinit(&changes);
}

static void changes_are_listed(void **state)
{
	static const char yaml[] = "sflow: { workers: 2, listen: [\":1\", \":2\"] }\n"
	                           "forward: [\":3\"]\n"
	                           "web: { gzip: true }\n"
	                           "limits: { expire: 600s, memory: 3M }\n";
	struct bytes text = { .at = (const uint8_t *)yaml, .len = sizeof yaml - 1 };
	struct demo defaults;
	struct demo loaded;

	(void)state;
	assert_int_equal(config_load(&demo_schema, NULL, NULL, &defaults, problems), FP_OK);
	assert_int_equal(config_load_text(&demo_schema, text, NULL, &loaded, problems), FP_OK);
	assert_int_equal(config_print_changes(&demo_schema, &loaded, &defaults, &out), 4);
	assert_string_equal(out.at, "sflow.listen: [\":1\", \":2\"]\n"
	                            "sflow.workers: 2\n"
	                            "forward: \":3\"\n"
	                            "limits.memory: 3M\n");
	config_release(&demo_schema, &loaded);
	config_release(&demo_schema, &defaults);
}

static void the_manual_is_safe_for_troff(void **state)
{
	(void)state;
	config_print_man(&demo_schema, &out);
	assert_non_null(strstr(out.at, ".SS sflow\nWhere sFlow comes in.\n"
	                               ".TP\n\\fB\\-\\-sflow.listen=\":6343\"\\fR\n"));
	assert_non_null(strstr(out.at, " Also \\-\\-web.listen\\-address.\n"));
	assert_non_null(strstr(out.at, "What stands before \\- each \\- line: \\e or nothing.\n"));
	assert_non_null(strstr(out.at, ".TP\n\\fBnames={}\\fR\nNames. In the file only.\n"));
}

static void the_manual_names_a_commands_own_flags(void **state)
{
	static const struct option_row rows[] = {
		{ .key = "speed", .kind = OPTION_STRING, .fallback = "1", .help = "How fast." },
	};
	static const struct option_table own = { "", rows, ARRAY_LEN(rows) };
	static const struct flags_spec spec = { .usage = "play [flags] FILE...",
		                                .about = "Plays.",
		                                .own = &own };

	(void)state;
	config_print_man_command(&spec, &out);
	assert_string_equal(out.at, ".SS fabricpulse play [flags] FILE...\nPlays.\n"
	                            ".TP\n\\fB\\-\\-speed=\"1\"\\fR\nHow fast.\n");
}

/* The rest is about the daemon's own options. */

static void the_default_file_is_current(void **state)
{
	struct strbuf file;

	(void)state;
	config_print_yaml(&settings_schema, &out);
	read_file("configs/fabricpulse.yaml", &file);
	if (strcmp(file.at, out.at) != 0) {
		fail_msg("configs/fabricpulse.yaml is not what the rows say; make it with: "
		         "fabricpulse check --print=yaml >configs/fabricpulse.yaml");
	}
	strbuf_deinit(&file);
}

static void the_default_file_gives_the_defaults(void **state)
{
	const struct addr nobody = { .family = ADDR_NONE };
	struct settings defaults;
	struct settings loaded;
	struct strbuf file;

	(void)state;
	read_file("configs/fabricpulse.yaml", &file);
	assert_int_equal(config_load(&settings_schema, NULL, NULL, &defaults, problems), FP_OK);
	assert_int_equal(
	    config_load_text(&settings_schema, text_of(&file), NULL, &loaded, problems), FP_OK);
	assert_int_equal(config_print_changes(&settings_schema, &loaded, &defaults, &out), 0);
	assert_null(names_host(loaded.names.overrides, &nobody));
	assert_true(loaded.topology.configured == NULL ||
	            topology_link_count(loaded.topology.configured) == 0);
	config_release(&settings_schema, &loaded);
	config_release(&settings_schema, &defaults);
	strbuf_deinit(&file);
}

static void the_manual_is_current(void **state)
{
	struct strbuf file;

	(void)state;
	commands_print_man(&out);
	read_file("configs/man/fabricpulse.1", &file);
	if (strstr(file.at, out.at) == NULL) {
		fail_msg("configs/man/fabricpulse.1 does not hold what the rows say; make it "
		         "with: tests/tools/config_docs.sh");
	}
	strbuf_deinit(&file);
}

/* What a reader sees is whole sentences, and what a kind needs is there. */
static bool is_well_formed(const struct option_row *row)
{
	size_t len = row->help != NULL ? strlen(row->help) : 0;

	return len > 0 && row->help[len - 1] == '.' && row->fallback != NULL &&
	       strspn(row->key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(row->key) &&
	       (row->kind == OPTION_ENUM) == (row->choices != NULL) &&
	       (row->kind == OPTION_TREE) == (row->read != NULL);
}

static void check_rows(const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];
		size_t place;

		if (!is_well_formed(row)) {
			fail_msg("%s.%s is not well formed", table->section, row->key);
		}
		assert_ptr_equal(config_find(&settings_schema, table->section, row->key, &place),
		                 row);
	}
}

static void every_row_is_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_schema.count; i++) {
		const struct config_section *section = &settings_schema.sections[i];

		assert_true(section->about == NULL ||
		            section->about[strlen(section->about) - 1] == '.');
		check_rows(section->table);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_print, close_print)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(yaml_holds_every_key_and_what_it_accepts),
		CASE(yaml_gives_the_defaults_back),
		CASE(changes_are_listed),
		CASE(the_manual_is_safe_for_troff),
		CASE(the_manual_names_a_commands_own_flags),
		CASE(the_default_file_is_current),
		CASE(the_default_file_gives_the_defaults),
		CASE(the_manual_is_current),
		CASE(every_row_is_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
