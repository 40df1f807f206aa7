/* SPDX-License-Identifier: Apache-2.0 */
/* The same walk as JSON, streamed: integers stay exact, which a tree of doubles would not keep.
 *
 *     [{"name":"fabricpulse_bytes_total","type":"counter","help":"…","series":[
 *        {"labels":{"role":"edge"},"value":18446744073709551615}, …]},
 *      {"name":"…","type":"histogram","help":"…","series":[
 *        {"labels":{},"buckets":{"64":1,"+Inf":3},"sum":4711,"count":3}]}]
 *
 * Buckets are cumulative, as everywhere outside. Infinite values, which JSON cannot say, are null.
 */
#include <string.h>

#include "writer_priv.h"

/* a="b",c="d" becomes "a":"b","c":"d". Escapes of label values are escapes of JSON too; control
 * characters, which only JSON escapes, are not in names and are left out. */
static void labels(struct strbuf *out, struct text pairs)
{
	const char *p = pairs.at;
	const char *const end = pairs.at + pairs.len;

	while (p < end) {
		const char *equals = memchr(p, '=', (size_t)(end - p));

		if (equals == NULL) {
			return;
		}
		strbuf_putc(out, '"');
		strbuf_put(out, p, (size_t)(equals - p));
		strbuf_puts(out, "\":\"");
		for (p = equals + 2; p < end && *p != '"'; p++) {
			if (*p == '\\' && p + 1 < end) {
				strbuf_putc(out, *p++);
			}
			if ((unsigned char)*p >= 0x20) {
				strbuf_putc(out, *p);
			}
		}
		strbuf_putc(out, '"');
		p++;
		if (p < end) {
			strbuf_putc(out, *p++);
		}
	}
}

static const char *const type_names[METRIC_TYPE_COUNT] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
	[METRIC_INFO] = "info",
};

static void begin(struct writer *w)
{
	strbuf_putc(w->out, '[');
}

static void end(struct writer *w)
{
	strbuf_puts(w->out, w->has_family ? "]}\n]\n" : "]\n");
}

static void family(struct writer *w, const struct metric_row *row)
{
	strbuf_puts(w->out, w->has_family ? "]},\n{\"name\":\"" : "{\"name\":\"");
	strbuf_puts(w->out, row->name);
	strbuf_puts(w->out, "\",\"type\":\"");
	strbuf_puts(w->out, type_names[row->type]);
	strbuf_puts(w->out, "\",\"help\":");
	strbuf_put_json(w->out, (struct bytes){ (const uint8_t *)row->help, strlen(row->help) });
	strbuf_puts(w->out, ",\"series\":[");
	w->has_family = true;
	w->has_series = false;
}

static void put_start(struct writer *w, const struct series *s, const char *member)
{
	strbuf_puts(w->out, w->has_series ? ",\n{\"labels\":{" : "\n{\"labels\":{");
	strbuf_put(w->out, s->entity.at, s->entity.len);
	if (s->entity.len > 0 && s->slot.len > 0) {
		strbuf_putc(w->out, ',');
	}
	strbuf_put(w->out, s->slot.at, s->slot.len);
	strbuf_puts(w->out, "},\"");
	strbuf_puts(w->out, member);
	strbuf_puts(w->out, "\":");
	w->has_series = true;
}

static void integer(struct writer *w, const struct series *s, uint64_t value)
{
	put_start(w, s, "value");
	strbuf_put_u64(w->out, value);
	strbuf_putc(w->out, '}');
}

static void put_number(struct strbuf *out, double value)
{
	if (isfinite(value)) {
		strbuf_put_double(out, value);
	} else {
		strbuf_puts(out, "null");
	}
}

static void real(struct writer *w, const struct series *s, double value)
{
	put_start(w, s, "value");
	put_number(w->out, value);
	strbuf_putc(w->out, '}');
}

static void histogram(struct writer *w, const struct series *s, const struct histogram_value *value)
{
	uint64_t cumulative = 0;

	writer_name_bounds(w, s->row, strbuf_put_double);
	put_start(w, s, "buckets");
	for (uint32_t i = 0; i <= s->row->bounds->count; i++) {
		cumulative += value->buckets[i];
		strbuf_puts(w->out, i > 0 ? ",\"" : "{\"");
		strbuf_puts(w->out, w->bounds[i]);
		strbuf_puts(w->out, "\":");
		strbuf_put_u64(w->out, cumulative);
	}
	strbuf_puts(w->out, "},\"sum\":");
	if (is_scaled(&w->scaling)) {
		put_number(w->out, scaled(&w->scaling, (double)value->sum));
	} else {
		strbuf_put_u64(w->out, value->sum);
	}
	strbuf_puts(w->out, ",\"count\":");
	strbuf_put_u64(w->out, cumulative);
	strbuf_putc(w->out, '}');
}

const struct writer_ops writer_json = {
	.content_type = "application/json",
	.labels = labels,
	.begin = begin,
	.family = family,
	.integer = integer,
	.real = real,
	.histogram = histogram,
	.end = end,
};
