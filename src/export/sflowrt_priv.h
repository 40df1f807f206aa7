/* SPDX-License-Identifier: Apache-2.0 */
/* What sFlow-RT's bodies share: names with the operator's prefix, TYPE lines where asked for. */
#pragma once

#include "fabricpulse/export/sflowrt.h"
#include "json_put_priv.h"

static inline void sflowrt_put_name(struct strbuf *out, const struct compat_config *config,
                                    const char *name)
{
	strbuf_puts(out, config->prefix);
	strbuf_puts(out, name);
}

static inline void sflowrt_put_type(struct strbuf *out, const struct compat_config *config,
                                    const char *name, const char *type)
{
	if (config->type_lines) {
		strbuf_puts(out, "# TYPE ");
		sflowrt_put_name(out, config, name);
		strbuf_putc(out, ' ');
		strbuf_puts(out, type);
		strbuf_putc(out, '\n');
	}
}

/* sFlow-RT knows only finite numbers. */
static inline void sflowrt_put_number(struct strbuf *out, double value)
{
	strbuf_put_double(out, isfinite(value) ? value : 0);
}

static inline void sflowrt_number(struct strbuf *out, const char *key, double value)
{
	json_key(out, key);
	sflowrt_put_number(out, value);
}
