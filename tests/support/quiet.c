/* SPDX-License-Identifier: Apache-2.0 */
/* See quiet.h. */
#include "quiet.h"

#include <stddef.h>

#include "fabricpulse/base/log.h"

static void no_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

int quiet(void **state)
{
	(void)state;
	log_redirect(no_line, NULL);
	return 0;
}
