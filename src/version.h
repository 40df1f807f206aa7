/* SPDX-License-Identifier: Apache-2.0 */
/* Which fabricpulse this is. Static strings. */
#pragma once

#include "fabricpulse/base/strbuf.h"

const char *version_text(void); /* "0.1.0" */
const char *
version_revision(void); /* the commit, "unknown" when it was not built from a repository */
const char *version_compiler(void); /* "gcc 12.2.0" */

/* What --version prints: name, version, revision, compiler, and the libraries as they are loaded
 * now. */
void version_print(struct strbuf *out);
