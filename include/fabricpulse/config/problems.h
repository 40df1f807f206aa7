/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's mistakes, collected so that all of them are shown at once, in the order of the
 * file.
 *
 *     fabricpulse.yaml:12:5: sflow.workres: unknown key; did you mean "workers"?
 *     --log.level: expected one of debug, info, warn, error, got "loud"
 *
 * Mistakes are added through option_problem() of base/option.h. At most PROBLEMS_SHOWN_MAX are
 * kept; the rest are counted and their number is printed.
 */
#pragma once

#include <stddef.h>

#include "fabricpulse/base/option.h"
#include "fabricpulse/base/strbuf.h"

#define PROBLEMS_SHOWN_MAX 200

struct problem {
	unsigned line, column; /* 1-based; 0: about the file as a whole, or about a flag */
	bool is_flag;
	char *text; /* one printable line: "key: sentence"; owned by the collection */
};

/* NULL when memory is out. */
struct option_problems *problems_new(void);
void problems_free(struct option_problems *p); /* NULL is fine */

/* The name that stands before the line numbers; copied. */
void problems_set_file(struct option_problems *p, const char *path);

/* All mistakes, also those that are not kept. */
size_t problems_count(const struct option_problems *p);

/* The kept mistakes, sorted by line, column, then order of arrival. Borrows until the next
 * mistake. */
const struct problem *problems_sorted(struct option_problems *p, size_t *count);

/* One line a mistake, each ended by a newline. */
void problems_print(struct option_problems *p, struct strbuf *out);
