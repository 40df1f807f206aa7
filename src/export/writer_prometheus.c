/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text format 0.0.4. An info metric is a gauge there, because the format knows no info.
 *
 * Source: prometheus.io/docs/instrumenting/exposition_formats.
 */
#include <string.h>

#include "writer_priv.h"

static void nothing(struct writer *w)
{
	(void)w;
}

static const char *type_name(enum metric_type type)
{
	switch (type) {
	case METRIC_COUNTER: return "counter";
	case METRIC_HISTOGRAM: return "histogram";
	case METRIC_GAUGE:
	case METRIC_INFO:
	case METRIC_TYPE_COUNT: break;
	}
	return "gauge";
}

static void family(struct writer *w, const struct metric_row *row)
{
	writer_text_help(w->out, (struct text){ row->name, strlen(row->name) }, row->help, false);
	strbuf_puts(w->out, "# TYPE ");
	strbuf_puts(w->out, row->name);
	strbuf_putc(w->out, ' ');
	strbuf_puts(w->out, type_name(row->type));
	strbuf_putc(w->out, '\n');
}

static void histogram(struct writer *w, const struct series *s, const struct histogram_value *value)
{
	writer_name_bounds(w, s->row, strbuf_put_double);
	writer_text_histogram(w, s, value);
}

const struct writer_ops writer_prometheus = {
	.content_type = "text/plain; version=0.0.4; charset=utf-8",
	.labels = writer_text_labels,
	.begin = nothing,
	.family = family,
	.integer = writer_text_integer,
	.real = writer_text_real,
	.histogram = histogram,
	.end = nothing,
};
