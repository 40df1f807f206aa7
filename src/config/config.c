/* SPDX-License-Identifier: Apache-2.0 */
/* The load: defaults, then the file, then flags, each mistake at its place.
 *
 * What the file says is walked once: section by section, key by key, and each key is looked up in
 * the rows. Nothing in here knows an option. Keys that nobody knows are answered with what they
 * were probably meant to be: the nearest key of the section, else the section in which the key
 * exists.
 */
#include "fabricpulse/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/config/option_tree.h"
#include "fabricpulse/config/option_value.h"
#include "fabricpulse/config/yaml_tree.h"
#include "suggest_priv.h"

#define READ_BYTES 65536u

static void *section_place(const struct config_section *section, void *settings)
{
	return (char *)settings + section->offset;
}

/* True when the section is itself the value. */
static bool is_bare(const struct option_table *table)
{
	return table->count == 1 && table->rows[0].key[0] == '\0';
}

const struct option_row *config_find(const struct config_schema *schema, const char *section,
                                     const char *key, size_t *place)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct option_table *table = schema->sections[i].table;

		for (size_t j = 0; strcmp(table->section, section) == 0 && j < table->count; j++) {
			if (strcmp(table->rows[j].key, key) == 0) {
				*place = i;
				return &table->rows[j];
			}
		}
	}
	return NULL;
}

/* --- keys that nobody knows ------------------------------------------------- */

static void unknown_key(const struct config_schema *schema, const char *section,
                        const struct option_node *node, struct option_problems *problems)
{
	struct suggestion near = suggest_for(node->key);
	struct suggestion elsewhere = suggest_for(node->key);
	const struct option_table *owner = NULL;

	for (size_t i = 0; i < schema->count; i++) {
		const struct option_table *table = schema->sections[i].table;
		bool is_here = strcmp(table->section, section) == 0;

		for (size_t j = 0; j < table->count; j++) {
			const char *before = elsewhere.nearest;

			suggest_offer(is_here ? &near : &elsewhere,
			              is_bare(table) ? table->section : table->rows[j].key);
			owner = elsewhere.nearest != before ? table : owner;
		}
	}
	if (near.nearest != NULL && near.distance <= elsewhere.distance) {
		option_problem_key(problems, node, "unknown key; did you mean \"%s\"?",
		                   near.nearest);
	} else if (owner == NULL) {
		option_problem_key(problems, node, "unknown key");
	} else if (is_bare(owner)) {
		option_problem_key(problems, node, "unknown key; \"%s\" is a section of its own",
		                   owner->section);
	} else {
		option_problem_key(problems, node, "unknown key; \"%s\" belongs to section \"%s\"",
		                   elsewhere.nearest, owner->section);
	}
}

/* A key at the top level that is no section: a section misspelt, or a key outside its section, bare
 * ("workers") or with it ("sflow.workers"). */
static void unknown_section(const struct config_schema *schema, const struct option_node *node,
                            struct option_problems *problems)
{
	struct suggestion near = suggest_for(node->key);
	const char *dot = strrchr(node->key, '.');
	const char *key = dot != NULL ? dot + 1 : node->key;
	const char *owner = NULL;

	for (size_t i = 0; i < schema->count; i++) {
		const struct option_table *table = schema->sections[i].table;
		size_t place;

		suggest_offer(&near, table->section);
		if (owner == NULL && key[0] != '\0' &&
		    config_find(schema, table->section, key, &place) != NULL) {
			owner = table->section;
		}
	}
	if (owner != NULL) {
		option_problem_key(problems, node, "unknown key; \"%s\" belongs to section \"%s\"",
		                   key, owner);
	} else if (near.nearest != NULL) {
		option_problem_key(problems, node, "unknown section; did you mean \"%s\"?",
		                   near.nearest);
	} else {
		option_problem_key(problems, node, "unknown section");
	}
}

/* --- from the tree into the structs ------------------------------------------ */

/* What the walk carries along. */
struct load {
	const struct config_schema *schema;
	void *settings;
	struct option_problems *problems;
};

static void apply_key(const struct load *load, const char *section, const struct option_node *node)
{
	size_t place;
	const struct option_row *row = config_find(load->schema, section, node->key, &place);

	if (row == NULL) {
		unknown_key(load->schema, section, node, load->problems);
		return;
	}
	option_value_set(row, node, section_place(&load->schema->sections[place], load->settings),
	                 load->problems);
}

static void apply_section(const struct load *load, const struct option_node *node)
{
	const struct config_section *section = NULL;
	char got[OPTION_GOT_SIZE];

	for (size_t i = 0; i < load->schema->count && section == NULL; i++) {
		if (strcmp(load->schema->sections[i].table->section, node->key) == 0) {
			section = &load->schema->sections[i];
		}
	}
	if (section == NULL) {
		unknown_section(load->schema, node, load->problems);
	} else if (is_bare(section->table)) {
		option_value_set(&section->table->rows[0], node,
		                 section_place(section, load->settings), load->problems);
	} else if (node->kind == OPTION_NODE_MAP) {
		for (const struct option_node *n = node->child; n != NULL; n = n->sibling) {
			apply_key(load, node->key, n);
		}
	} else if (!option_node_is_null(node)) {
		option_problem(load->problems, node, NULL, "expected a map of keys, got %s",
		               option_node_got(node, got));
	}
}

static void apply_document(const struct load *load, const struct option_node *root)
{
	char got[OPTION_GOT_SIZE];

	if (root == NULL || option_node_is_null(root)) {
		return;
	}
	if (root->kind != OPTION_NODE_MAP) {
		option_problem(load->problems, root, NULL, "expected a map of sections, got %s",
		               option_node_got(root, got));
		return;
	}
	for (const struct option_node *n = root->child; n != NULL; n = n->sibling) {
		apply_section(load, n);
	}
}

static void apply_defaults(const struct load *load)
{
	for (size_t i = 0; i < load->schema->count; i++) {
		const struct config_section *section = &load->schema->sections[i];

		for (size_t j = 0; j < section->table->count; j++) {
			option_value_init(&section->table->rows[j],
			                  section_place(section, load->settings), load->problems);
		}
	}
}

void config_release(const struct config_schema *schema, void *settings)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct config_section *section = &schema->sections[i];

		for (size_t j = 0; j < section->table->count; j++) {
			option_value_release(&section->table->rows[j],
			                     section_place(section, settings));
		}
	}
}

enum fp_err config_load_text(const struct config_schema *schema, struct bytes text,
                             const struct option_node *flags, void *out,
                             struct option_problems *problems)
{
	struct load load = { .schema = schema, .settings = out, .problems = problems };
	struct option_tree tree = { .root = NULL };
	size_t before = problems_count(problems);
	enum fp_err err;

	apply_defaults(&load);
	err = yaml_tree_parse(text, &tree, problems);
	apply_document(&load, tree.root);
	apply_document(&load, flags);
	if (problems_count(problems) != before) {
		err = FP_BAD_CONFIG;
		config_release(schema, out);
	}
	option_tree_release(&tree);
	return err;
}

/* --- the file ---------------------------------------------------------------- */

/* Appends what `fd` gives until its end. False: errno says why; a full buffer is no error of the
 * system. */
static bool read_all(int fd, struct strbuf *out)
{
	char *block = mem_new(1, READ_BYTES);
	ssize_t got = block != NULL ? 1 : -1;

	while (got > 0 && !out->failed) {
		got = read(fd, block, READ_BYTES);
		if (got < 0 && errno == EINTR) {
			got = 1;
		} else if (got > 0) {
			strbuf_put(out, block, (size_t)got);
		}
	}
	mem_free(block);
	return got >= 0;
}

/* Fills `out` with the file. False after a report. */
static bool file_read(const char *path, struct strbuf *out, struct option_problems *problems)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_read;
	int error;

	if (fd < 0) {
		option_problem(problems, NULL, NULL, "cannot be opened: %s", strerror(errno));
		return false;
	}
	is_read = read_all(fd, out);
	error = errno;
	(void)close(fd);
	if (!is_read) {
		option_problem(problems, NULL, NULL, "cannot be read: %s", strerror(error));
	} else if (out->failed) {
		option_problem(problems, NULL, NULL, "expected at most %u MiB",
		               CONFIG_FILE_BYTES_MAX >> 20);
	}
	return is_read && !out->failed;
}

enum fp_err config_load(const struct config_schema *schema, const char *path,
                        const struct option_node *flags, void *out,
                        struct option_problems *problems)
{
	struct bytes text = { .at = (const uint8_t *)"", .len = 0 };
	struct strbuf file;
	bool is_read = true;
	enum fp_err err;

	strbuf_init(&file, CONFIG_FILE_BYTES_MAX);
	if (path != NULL) {
		problems_set_file(problems, path);
		is_read = file_read(path, &file, problems);
	}
	if (is_read && file.at != NULL) {
		text = (struct bytes){ .at = (const uint8_t *)file.at, .len = file.len };
	}
	/* Flags are checked even when the file cannot be read: all mistakes at once. */
	err = config_load_text(schema, text, flags, out, problems);
	if (err == FP_OK && !is_read) {
		config_release(schema, out);
		err = FP_BAD_CONFIG;
	}
	strbuf_deinit(&file);
	return err;
}
