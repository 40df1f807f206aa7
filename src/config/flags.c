/* SPDX-License-Identifier: Apache-2.0 */
/* The command line becomes trees of the same shape as the file's, so that one loader checks and
 * stores both.
 *
 *     --sflow.workers=2 --forward=10.0.0.9:6343
 *     { sflow: { workers: 2 }, forward: [10.0.0.9:6343] }
 *
 * There is one tree an owner: flags that every command has, the command's own, and options of the
 * schema. The first two are loaded at once, the third is kept for the configuration, also for each
 * reload. Nodes that came from flags have line 0, by which mistakes are shown as "--sflow.workers:
 * ...".
 */
#include "fabricpulse/config/flags.h"

#include <string.h>

#include "fabricpulse/base/mem.h"
#include "flag_names_priv.h"

struct parse {
	const struct flags_spec *spec;
	struct flags *flags;
	struct option_problems *problems;
	struct option_tree trees[FLAG_OWNER_COUNT];
	int argc;
	char *const *argv;
	int next; /* argument to look at */
};

static bool is_list(const struct option_row *row)
{
	return row->kind == OPTION_ENDPOINTS || row->kind == OPTION_U32_LIST;
}

/* A mistake about a flag, shown with its name. `name` is as it was typed, without dashes. */
static void complain(struct parse *p, const char *name, const char *sentence)
{
	struct option_node node = { .text = "", .key = name };

	option_problem(p->problems, &node, name, "%s", sentence);
}

static void complain_unknown(struct parse *p, const char *name)
{
	struct option_node node = { .text = "", .key = name };
	char near[FLAG_NAME_MAX];

	if (flag_suggest(p->spec, name, near)[0] != '\0') {
		option_problem(p->problems, &node, name, "unknown flag; did you mean --%s?", near);
	} else {
		complain(p, name, "unknown flag");
	}
}

/* Where the value of a flag goes: a map for its section, except where the section is itself the
 * value. Keys are those of rows: they stay. */
static struct option_node *holder_of(struct option_tree *tree, const struct flag *flag)
{
	struct option_node *root = option_tree_child(tree, NULL, "", OPTION_NODE_MAP);

	return root == NULL || flag->row->key[0] == '\0'
	           ? root
	           : option_tree_child(tree, root, flag->table->section, OPTION_NODE_MAP);
}

static bool value_add(struct option_tree *tree, const struct flag *flag, const char *text)
{
	struct option_node *holder = holder_of(tree, flag);
	const char *key = flag->row->key[0] != '\0' ? flag->row->key : flag->table->section;
	struct option_node *node = NULL;

	if (holder != NULL && is_list(flag->row)) {
		holder = option_tree_child(tree, holder, key, OPTION_NODE_LIST);
		key = "";
	}
	if (holder != NULL) {
		node = option_tree_add(tree, holder, key);
	}
	if (node == NULL) {
		return false;
	}
	node->text = text;
	node->is_quoted = true;
	return true;
}

static bool is_given(const struct option_tree *tree, const struct flag *flag)
{
	const char *key = flag->row->key;
	const struct option_node *section = option_node_find(tree->root, flag->table->section);

	return (key[0] != '\0' ? option_node_find(section, key) : section) != NULL;
}

/* The value behind "=", or the next argument, or "true" for a switch. NULL: it is missing. */
static const char *value_of(struct parse *p, const struct flag *flag, const char *equals)
{
	if (equals != NULL) {
		return equals + 1;
	}
	if (flag->row->kind == OPTION_BOOL) {
		return "true";
	}
	return p->next < p->argc ? p->argv[p->next++] : NULL;
}

/* `text` is "name" or "name=value". */
static void on_flag(struct parse *p, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[FLAG_NAME_MAX];
	size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
	struct flag flag = { .row = NULL };
	const char *value;

	if (len >= sizeof name) {
		complain(p, text, "unknown flag");
		return;
	}
	memcpy(name, text, len);
	name[len] = '\0';
	flag = flag_find(p->spec, name);
	if (flag.row == NULL) {
		complain_unknown(p, name);
		return;
	}
	value = value_of(p, &flag, equals);
	if (value == NULL) {
		complain(p, name, "expected a value");
	} else if (!is_list(flag.row) && is_given(&p->trees[flag.owner], &flag)) {
		complain(p, name, "given more than once");
	} else if (!value_add(&p->trees[flag.owner], &flag, value)) {
		complain(p, name, "out of memory");
	}
}

static void on_operand(struct parse *p, char *text)
{
	if (p->flags->operand_count == p->spec->operands_max) {
		option_problem(p->problems, NULL, NULL, "unexpected argument \"%s\"", text);
		return;
	}
	p->flags->operands[p->flags->operand_count++] = text;
}

static void walk(struct parse *p)
{
	bool flags_over = false;

	while (p->next < p->argc) {
		char *text = p->argv[p->next++];

		if (flags_over || text[0] != '-' || text[1] == '\0') {
			on_operand(p, text);
		} else if (strcmp(text, "--") == 0) {
			flags_over = true;
		} else if (strcmp(text, "-h") == 0) {
			on_flag(p, "help");
		} else if (text[1] == '-') {
			on_flag(p, text + 2);
		} else {
			option_problem(p->problems, NULL, NULL, "unknown flag \"%s\"", text);
		}
	}
}

static const struct config_section common_section = { .table = &flags_common };
static const struct config_schema common_schema = { &common_section, 1 };

/* The command's own flags as a schema, so that the loader of configurations fills its struct. */
static struct config_schema schema_of_own(const struct flags_spec *spec,
                                          struct config_section *section)
{
	*section = (struct config_section){ .table = spec->own };
	return (struct config_schema){ section, spec->own != NULL ? 1 : 0 };
}

static enum fp_err fill(struct parse *p, void *own)
{
	struct config_section own_section;
	struct config_schema own_schema = schema_of_own(p->spec, &own_section);
	enum fp_err own_err =
	    config_load(&own_schema, NULL, p->trees[FLAG_OWN].root, own, p->problems);
	enum fp_err common_err =
	    config_load(&common_schema, NULL, p->trees[FLAG_COMMON].root, p->flags, p->problems);

	return own_err != FP_OK ? own_err : common_err;
}

void flags_release(const struct flags_spec *spec, void *own, struct flags *flags)
{
	struct config_section own_section;
	struct config_schema own_schema = schema_of_own(spec, &own_section);

	config_release(&own_schema, own);
	config_release(&common_schema, flags);
	option_tree_release(&flags->options);
	mem_free(flags->operands);
	flags->operands = NULL;
	flags->operand_count = 0;
}

enum fp_err flags_parse(int argc, char *const *argv, const struct flags_spec *spec, void *own,
                        struct flags *out, struct option_problems *problems)
{
	struct parse p = { .spec = spec,
		           .flags = out,
		           .problems = problems,
		           .argc = argc,
		           .argv = argv,
		           .next = 1 };
	size_t before = problems_count(problems);
	enum fp_err err;

	*out = (struct flags){ .operands = mem_new((size_t)argc, sizeof(char *)) };
	if (out->operands == NULL) {
		return FP_NO_MEMORY;
	}
	walk(&p);
	err = fill(&p, own);
	option_tree_release(&p.trees[FLAG_COMMON]);
	option_tree_release(&p.trees[FLAG_OWN]);
	out->options = p.trees[FLAG_OPTION];
	if (problems_count(problems) != before) {
		flags_release(spec, own, out);
		return FP_BAD_CONFIG;
	}
	return err;
}
