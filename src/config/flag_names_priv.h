/* SPDX-License-Identifier: Apache-2.0 */
/* Which flags there are: names to rows. */
#pragma once

#include "fabricpulse/config/flags.h"

/* Whose flag it is. */
enum flag_owner {
	FLAG_COMMON = 0, /* every command's: struct flags */
	FLAG_OWN,        /* the command's: its own struct */
	FLAG_OPTION,     /* an option of the schema */
	FLAG_OWNER_COUNT,
};

struct flag {
	enum flag_owner owner;
	const struct option_table *table;
	const struct option_row *row; /* NULL: no such flag */
};

#define FLAG_NAME_MAX 128u

/* Flags that every command has. */
extern const struct option_table flags_common;

/* The second name of an option as Prometheus people know it; NULL: none. `name` is
 * "section.key". */
const char *flags_alias_of(const char *name);

/* Calls `use` for each flag of the spec with its name without dashes; ends early when that gives
 * false. */
void flag_names_each(const struct flags_spec *spec,
                     bool (*use)(void *arg, const char *name, const struct flag *flag), void *arg);

/* The flag with that name or second name. */
struct flag flag_find(const struct flags_spec *spec, const char *name);

/* The nearest name, in `out`; "" when none is near. */
const char *flag_suggest(const struct flags_spec *spec, const char *name,
                         char out[static FLAG_NAME_MAX]);
