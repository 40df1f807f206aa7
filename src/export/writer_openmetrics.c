/* SPDX-License-Identifier: Apache-2.0 */
/* OpenMetrics 1.0. What differs from Prometheus' text: families of counters and infos are named
 * without _total and _info, units are said, bounds of buckets are floats in their canonical form,
 * and the end is marked, so that a scraper can tell a whole answer from half of one.
 *
 * Source: OpenMetrics 1.0, sections "Text format" and "Numbers" (canonical bounds as Go's %g: 1.0,
 * 1e+06, 1e-05).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/base/option.h"
#include "writer_priv.h"

static void begin(struct writer *w)
{
	(void)w;
}

static void end(struct writer *w)
{
	strbuf_puts(w->out, "# EOF\n");
}

static const struct {
	const char *name, *suffix;
} types[METRIC_TYPE_COUNT] = {
	[METRIC_COUNTER] = { "counter", "_total" },
	[METRIC_GAUGE] = { "gauge", "" },
	[METRIC_HISTOGRAM] = { "histogram", "" },
	[METRIC_INFO] = { "info", "_info" },
};

static bool ends_with(struct text text, const char *end_)
{
	const size_t len = strlen(end_);

	return text.len > len && memcmp(text.at + text.len - len, end_, len) == 0;
}

/* The row's name without what its type appends. */
static struct text family_name(const struct metric_row *row)
{
	struct text name = { row->name, strlen(row->name) };

	if (ends_with(name, types[row->type].suffix)) {
		name.len -= strlen(types[row->type].suffix);
	}
	return name;
}

static void put_line(struct strbuf *out, const char *what, struct text name, const char *value)
{
	strbuf_puts(out, what);
	strbuf_put(out, name.at, name.len);
	strbuf_putc(out, ' ');
	strbuf_puts(out, value);
	strbuf_putc(out, '\n');
}

/* Infos have no unit; other families have one when their name says so. */
static void put_unit(struct strbuf *out, const struct metric_row *row, struct text name)
{
	static const char *const units[] = { "_seconds", "_bytes",   "_ratio",   "_celsius",
		                             "_volts",   "_amperes", "_watts",   "_joules",
		                             "_hertz",   "_meters",  "_decibels" };

	for (size_t i = 0; i < ARRAY_LEN(units) && row->type != METRIC_INFO; i++) {
		if (ends_with(name, units[i])) {
			put_line(out, "# UNIT ", name, units[i] + 1);
			return;
		}
	}
}

static void family(struct writer *w, const struct metric_row *row)
{
	const struct text name = family_name(row);

	put_line(w->out, "# TYPE ", name, types[row->type].name);
	put_unit(w->out, row, name);
	writer_text_help(w->out, name, row->help, true);
}

/* Digits and exponent as printf's %e writes them, as few as read back. */
static void put_exponential(struct strbuf *out, double bound)
{
	char text[BOUND_TEXT_SIZE];
	int digits = 0;

	do {
		(void)snprintf(text, sizeof text, "%.*e", digits++, bound);
	} while (digits < 17 && strtod(text, NULL) != bound);
	strbuf_puts(out, text);
}

static void put_canonical(struct strbuf *out, double bound)
{
	const double size = fabs(bound);

	if (size != 0 && (size >= 1e6 || size < 1e-4)) {
		put_exponential(out, bound);
		return;
	}
	strbuf_put_double(out, bound);
	if (bound == floor(bound)) {
		strbuf_puts(out, ".0");
	}
}

static void histogram(struct writer *w, const struct series *s, const struct histogram_value *value)
{
	writer_name_bounds(w, s->row, put_canonical);
	writer_text_histogram(w, s, value);
}

const struct writer_ops writer_openmetrics = {
	.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
	.labels = writer_text_labels,
	.begin = begin,
	.family = family,
	.integer = writer_text_integer,
	.real = writer_text_real,
	.histogram = histogram,
	.end = end,
};
