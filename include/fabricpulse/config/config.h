/* SPDX-License-Identifier: Apache-2.0 */
/* From a YAML file and flags to the structs of the rooms.
 *
 * A schema lists the option tables of all rooms and where in one struct each room's config lies. A
 * load gives every option its default, then what the file says, then what flags say. It is all or
 * nothing: on any mistake everything is released again and the caller keeps what it had, so a
 * reload fills a second struct beside the first one.
 *
 * Several tables may share a section, as neighbours in the schema. A table whose only row has the
 * key "" is a section that is itself the value.
 */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/config/problems.h"

#define CONFIG_FILE_BYTES_MAX (16u << 20)

struct config_section {
	const struct option_table *table;
	size_t offset; /* of the room's config in the struct that is filled */
	/* One sentence for the file and the manual; NULL where the only row says it. */
	const char *about;
};

struct config_schema {
	const struct config_section *sections;
	size_t count;
};

/* Fills the struct at `out`, whatever it held before. `path`: the YAML file; NULL: none, which is
 * no mistake. `flags`: values that win over the file's, a tree as of the file, whose keys are known
 * to exist; may be NULL. Shape of the file: 16 MiB at most, limits of config/yaml_tree.h.
 * FP_BAD_CONFIG: all mistakes were added to `problems`; nothing at `out` is owned any more.
 * Otherwise release with config_release(). */
FP_MUST_USE enum fp_err config_load(const struct config_schema *schema, const char *path,
                                    const struct option_node *flags, void *out,
                                    struct option_problems *problems);

/* The same from text in memory; `text` borrows until return. */
FP_MUST_USE enum fp_err config_load_text(const struct config_schema *schema, struct bytes text,
                                         const struct option_node *flags, void *out,
                                         struct option_problems *problems);

void config_release(const struct config_schema *schema, void *settings);

/* The row with that section and key, and its place in `schema`; NULL when there is none. */
const struct option_row *config_find(const struct config_schema *schema, const char *section,
                                     const char *key, size_t *place);
