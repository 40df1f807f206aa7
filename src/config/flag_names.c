/* SPDX-License-Identifier: Apache-2.0 */
/* The names of flags follow from the rows: "section.key", the section alone where it is itself the
 * value, the key alone where there is no section. Second names are a table of their own, because
 * they belong to a tradition and not to an option.
 */
#include "flag_names_priv.h"

#include <stdio.h>
#include <string.h>

#include "suggest_priv.h"

static const struct option_row common_rows[] = {
	{ .key = "config.file",
	  .kind = OPTION_STRING,
	  .offset = offsetof(struct flags, config_file),
	  .fallback = "",
	  .help =
	      "YAML configuration file. Without it /etc/fabricpulse/fabricpulse.yaml is read if it "
	      "exists." },
	{ .key = "help",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct flags, wants_help),
	  .fallback = "false",
	  .help = "Print this help." },
	{ .key = "version",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct flags, wants_version),
	  .fallback = "false",
	  .help = "Print the version, the compiler and the libraries." },
};
const struct option_table flags_common = { "", common_rows, ARRAY_LEN(common_rows) };

static const struct {
	const char *name;
	const char *alias;
} aliases[] = {
	{ "sflow.listen", "sflow.listen-address" },
	{ "web.listen", "web.listen-address" },
};

const char *flags_alias_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		if (strcmp(aliases[i].name, name) == 0) {
			return aliases[i].alias;
		}
	}
	return NULL;
}

static bool table_each(enum flag_owner owner, const struct option_table *table,
                       bool (*use)(void *arg, const char *name, const struct flag *flag), void *arg)
{
	char name[FLAG_NAME_MAX];

	for (size_t i = 0; i < table->count; i++) {
		struct flag flag = { .owner = owner, .table = table, .row = &table->rows[i] };
		const char *key = flag.row->key;
		bool needs_dot = table->section[0] != '\0' && key[0] != '\0';

		(void)snprintf(name, sizeof name, "%s%s%s", table->section, needs_dot ? "." : "",
		               key);
		if (flag.row->kind != OPTION_TREE && !use(arg, name, &flag)) {
			return false;
		}
	}
	return true;
}

void flag_names_each(const struct flags_spec *spec,
                     bool (*use)(void *arg, const char *name, const struct flag *flag), void *arg)
{
	bool goes_on = table_each(FLAG_COMMON, &flags_common, use, arg);

	if (goes_on && spec->own != NULL) {
		goes_on = table_each(FLAG_OWN, spec->own, use, arg);
	}
	for (size_t i = 0; goes_on && spec->schema != NULL && i < spec->schema->count; i++) {
		goes_on = table_each(FLAG_OPTION, spec->schema->sections[i].table, use, arg);
	}
}

struct search {
	const char *name;
	struct flag found;
};

static bool is_named(void *arg, const char *name, const struct flag *flag)
{
	struct search *search = arg;
	const char *alias = flags_alias_of(name);

	if (strcmp(name, search->name) == 0 ||
	    (alias != NULL && strcmp(alias, search->name) == 0)) {
		search->found = *flag;
		return false;
	}
	return true;
}

struct flag flag_find(const struct flags_spec *spec, const char *name)
{
	struct search search = { .name = name };

	flag_names_each(spec, is_named, &search);
	return search.found;
}

struct nearest {
	struct suggestion suggestion;
	char *out;
};

static void offer(struct nearest *nearest, const char *name)
{
	nearest->suggestion.nearest = NULL;
	suggest_offer(&nearest->suggestion, name);
	if (nearest->suggestion.nearest != NULL) {
		(void)snprintf(nearest->out, FLAG_NAME_MAX, "%s", name);
	}
}

static bool offer_each(void *arg, const char *name, const struct flag *flag)
{
	const char *alias = flags_alias_of(name);

	(void)flag;
	offer(arg, name);
	if (alias != NULL) {
		offer(arg, alias);
	}
	return true;
}

const char *flag_suggest(const struct flags_spec *spec, const char *name,
                         char out[static FLAG_NAME_MAX])
{
	struct nearest nearest = { .suggestion = suggest_for(name), .out = out };

	out[0] = '\0';
	flag_names_each(spec, offer_each, &nearest);
	return out;
}
