/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that Prometheus' text format and OpenMetrics have in common: name{labels} value.
 *
 * This is the inner loop of a scrape: text that does not change from line to line is copied,
 * numbers are written without printf.
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

/* Behind `at`: the end of what was copied there. */
static char *copy(char *at, const char *from, size_t len)
{
	memcpy(at, from, len);
	return at + len;
}

/* name suffix {entity,slot} and a space; braces and comma only where there is something to enclose
 * and to separate. */
static void put_start(const struct writer *w, const struct series *s, struct text suffix)
{
	const size_t punctuation = sizeof "{,} " - 1;
	char *const start = strbuf_room(w->out, w->name_len + suffix.len + s->entity.len +
	                                            s->slot.len + punctuation);
	char *at = start;

	if (start == NULL) {
		return;
	}
	at = copy(at, s->row->name, w->name_len);
	at = copy(at, suffix.at, suffix.len);
	if (s->entity.len + s->slot.len > 0) {
		*at++ = '{';
		at = copy(at, s->entity.at, s->entity.len);
		if (s->entity.len > 0 && s->slot.len > 0) {
			*at++ = ',';
		}
		at = copy(at, s->slot.at, s->slot.len);
		*at++ = '}';
	}
	*at++ = ' ';
	strbuf_advance(w->out, (size_t)(at - start));
}

static const struct text no_suffix = { "", 0 };
static const struct text sum_suffix = { "_sum", 4 };
static const struct text count_suffix = { "_count", 6 };

void writer_text_integer(struct writer *w, const struct series *s, uint64_t value)
{
	put_start(w, s, no_suffix);
	strbuf_put_u64(w->out, value);
	strbuf_putc(w->out, '\n');
}

void writer_text_real(struct writer *w, const struct series *s, double value)
{
	put_start(w, s, no_suffix);
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
	put_start(w, s, sum_suffix);
	if (is_scaled(&w->scaling)) {
		strbuf_put_double(w->out, scaled(&w->scaling, (double)value->sum));
	} else {
		strbuf_put_u64(w->out, value->sum);
	}
	strbuf_putc(w->out, '\n');
	put_start(w, s, count_suffix);
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
