/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that Prometheus' text format and OpenMetrics have in common: name{labels} value.
 *
 * This is the inner loop of a scrape: text that does not change from line to line is copied, numbers
 * are written without printf.
 *
 * Source: Prometheus exposition format 0.0.4; OpenMetrics 1.0.
 */
#include <string.h>

#include "writer_priv.h"

void writer_text_labels(struct strbuf *out, struct text pairs)
{
	strbuf_put(out, pairs.at, pairs.len);
}

static void put_text(struct strbuf *out, struct text text)
{
	strbuf_put(out, text.at, text.len);
}

/* "{entity,slot}", or nothing. */
static void put_braced(struct strbuf *out, const struct series *s)
{
	if (s->entity.len == 0 && s->slot.len == 0) {
		return;
	}
	strbuf_putc(out, '{');
	put_text(out, s->entity);
	if (s->entity.len > 0 && s->slot.len > 0) {
		strbuf_putc(out, ',');
	}
	put_text(out, s->slot);
	strbuf_putc(out, '}');
}

static void put_start(const struct writer *w, const struct series *s, const char *suffix)
{
	strbuf_put(w->out, s->row->name, w->name_len);
	strbuf_puts(w->out, suffix);
	put_braced(w->out, s);
	strbuf_putc(w->out, ' ');
}

void writer_text_integer(struct writer *w, const struct series *s, uint64_t value)
{
	put_start(w, s, "");
	strbuf_put_u64(w->out, value);
	strbuf_putc(w->out, '\n');
}

void writer_text_real(struct writer *w, const struct series *s, double value)
{
	put_start(w, s, "");
	strbuf_put_double(w->out, value);
	strbuf_putc(w->out, '\n');
}

static void put_bucket(const struct writer *w, const struct series *s, const char *bound,
                       uint64_t cumulative)
{
	struct strbuf *out = w->out;

	strbuf_put(out, s->row->name, w->name_len);
	strbuf_puts(out, "_bucket{");
	put_text(out, s->entity);
	if (s->entity.len > 0) {
		strbuf_putc(out, ',');
	}
	put_text(out, s->slot);
	strbuf_puts(out, s->slot.len > 0 ? ",le=\"" : "le=\"");
	strbuf_puts(out, bound);
	strbuf_puts(out, "\"} ");
	strbuf_put_u64(out, cumulative);
	strbuf_putc(out, '\n');
}

void writer_text_histogram(struct writer *w, const struct series *s,
                           const struct histogram_value *value)
{
	uint64_t cumulative = 0;

	for (uint32_t i = 0; i <= s->row->bounds->count; i++) {
		cumulative += value->buckets[i];
		put_bucket(w, s, w->bounds[i], cumulative);
	}
	put_start(w, s, "_sum");
	if (is_scaled(&w->scaling)) {
		strbuf_put_double(w->out, scaled(&w->scaling, (double)value->sum));
	} else {
		strbuf_put_u64(w->out, value->sum);
	}
	strbuf_putc(w->out, '\n');
	put_start(w, s, "_count");
	strbuf_put_u64(w->out, cumulative);
	strbuf_putc(w->out, '\n');
}

void writer_text_help(struct strbuf *out, struct text name, const char *help, bool escapes_quotes)
{
	strbuf_puts(out, "# HELP ");
	put_text(out, name);
	strbuf_putc(out, ' ');
	for (const char *p = help; *p != '\0'; p++) {
		if (*p == '\n') {
			strbuf_puts(out, "\\n");
			continue;
		}
		if (*p == '\\' || (*p == '"' && escapes_quotes)) {
			strbuf_putc(out, '\\');
		}
		strbuf_putc(out, *p);
	}
	strbuf_putc(out, '\n');
}

void writer_name_bounds(struct writer *w, const struct metric_row *row,
                        void (*put)(struct strbuf *out, double bound))
{
	struct strbuf text;

	if (w->bounds_of == row) {
		return;
	}
	for (uint32_t i = 0; i < row->bounds->count; i++) {
		strbuf_init_fixed(&text, w->bounds[i], sizeof w->bounds[i]);
		put(&text, scaled(&w->scaling, (double)row->bounds->upper[i]));
	}
	memcpy(w->bounds[row->bounds->count], "+Inf", sizeof "+Inf");
	w->bounds_of = row;
}
