/* SPDX-License-Identifier: Apache-2.0 */
/* How every command begins: its flags, then the configuration, and what is said when one of them is
 * wrong.
 *
 *     struct flags flags;
 *     struct settings settings;
 *     int code;
 *
 *     if (!command_line_read(argc, argv, &spec, &own, &flags, &code)) {
 *             return code;
 *     }
 *     if (command_line_settings(&flags, &settings)) { … settings_release(&settings); }
 *     flags_release(&spec, &own, &flags);
 */
#pragma once

#include "settings.h"

/* True: go on with `flags` (and the command's own flags at `own`), to be released with
 * flags_release(). False: nothing is owned, and return `*code`: help or version was printed, or the
 * mistakes were, to standard error. */
FP_MUST_USE bool command_line_read(int argc, char **argv, const struct flags_spec *spec, void *own,
                                   struct flags *flags, int *code);

/* True: `out` holds the settings, to be released with settings_release(). False: the mistakes were
 * printed to standard error; the command ends with EXIT_USAGE. */
FP_MUST_USE bool command_line_settings(const struct flags *flags, struct settings *out);
