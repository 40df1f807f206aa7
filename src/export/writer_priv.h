/* SPDX-License-Identifier: Apache-2.0 */
/* What makes an output format: seven functions. The walk (metrics.c) calls them in this order:
 *
 *     begin, { family, { integer | real | histogram }... }..., end
 *
 * A family is opened with its first series, so that an empty one leaves no trace. Labels come in
 * the writer's own form: the walk hands every label text once to `labels` and keeps what it gave.
 */
#pragma once

#include <math.h>

#include "entities_priv.h"
#include "fabricpulse/export/metrics.h"

/* printed = stored x factor / divisor: thousandths and nanoseconds are divided, because 0.001 and
 * 1e-9 are no doubles while 1000 and 1e9 are. */
struct scaling {
	double factor, divisor;
};

static inline struct scaling scaling_of(double scale)
{
	const double inverse = scale > 0 && scale < 1 ? round(1 / scale) : 0;

	if (scale == 0) {
		return (struct scaling){ 1, 1 };
	}
	if (inverse > 0 && fabs(inverse * scale - 1) < 1e-12) {
		return (struct scaling){ 1, inverse };
	}
	return (struct scaling){ scale, 1 };
}

static inline double scaled(const struct scaling *s, double value)
{
	return value * s->factor / s->divisor;
}

static inline bool is_scaled(const struct scaling *s)
{
	return s->factor != 1 || s->divisor != 1;
}

/* One series of a row: labels of the entity and of the slot, either may be empty. */
struct series {
	const struct metric_row *row;
	struct text entity, slot;
};

struct histogram_value {
	uint64_t buckets[HISTOGRAM_BUCKETS_MAX]; /* not cumulative */
	uint64_t sum;
};

#define BOUND_TEXT_SIZE 32

struct writer {
	const struct writer_ops *ops;
	struct strbuf *out;
	/* Of the present row; the walk sets them before its first series. */
	size_t name_len;
	struct scaling scaling;
	const struct metric_row *bounds_of; /* the row that `bounds` was written for */
	char bounds[HISTOGRAM_BUCKETS_MAX][BOUND_TEXT_SIZE];
	bool has_family, has_series; /* for formats with separators */
};

struct writer_ops {
	const char *content_type;
	label_form labels;
	void (*begin)(struct writer *w);
	void (*family)(struct writer *w, const struct metric_row *row);
	void (*integer)(struct writer *w, const struct series *s, uint64_t value);
	void (*real)(struct writer *w, const struct series *s, double value); /* never NaN */
	void (*histogram)(struct writer *w, const struct series *s,
	                  const struct histogram_value *value);
	void (*end)(struct writer *w);
};

extern const struct writer_ops writer_prometheus;
extern const struct writer_ops writer_openmetrics;
extern const struct writer_ops writer_json;

/* The names of the row's bounds, written by `put` once a row; the one behind the last is "+Inf". */
void writer_name_bounds(struct writer *w, const struct metric_row *row,
                        void (*put)(struct strbuf *out, double bound));

/* What the two text formats share. */
void writer_text_labels(struct strbuf *out, struct text pairs);
void writer_text_integer(struct writer *w, const struct series *s, uint64_t value);
void writer_text_real(struct writer *w, const struct series *s, double value);
/* Cumulative buckets with the names in w->bounds, then sum and count. */
void writer_text_histogram(struct writer *w, const struct series *s,
                           const struct histogram_value *value);
/* "# HELP name text": backslash, line feed and (where asked) quotes escaped. */
void writer_text_help(struct strbuf *out, struct text name, const char *help, bool escapes_quotes);
