/* SPDX-License-Identifier: Apache-2.0 */
/* A counter with and without labels, a gauge in nanoseconds, an info, two histograms: what a writer
 * has to get right. */
#include "rows.h"

#include <math.h>
#include <string.h>

static const uint64_t sizes[] = { 1, 64, 1000000 };
static const uint64_t delays_ns[] = { 50, 500000, 1000000000 };
static const struct histogram_bounds size_bounds = { 3, sizes };
static const struct histogram_bounds delay_bounds = { 3, delays_ns };

static const struct metric_row counter = { .name = "x_things_total",
	                                   .help = "Things \"seen\"\\here,\nand more." };
static const struct metric_row gauge = {
	.name = "x_age_seconds", .help = "Age.", .type = METRIC_GAUGE, .scale = 1e-9
};
static const struct metric_row info = { .name = "x_build_info",
	                                .help = "Build.",
	                                .type = METRIC_INFO };
static const struct metric_row size = {
	.name = "x_size_bytes", .help = "Sizes.", .type = METRIC_HISTOGRAM, .bounds = &size_bounds
};
static const struct metric_row delay = { .name = "x_delay_seconds",
	                                 .help = "Delays.",
	                                 .type = METRIC_HISTOGRAM,
	                                 .bounds = &delay_bounds,
	                                 .scale = 1e-9 };

static void open_row(struct writer *w, const struct metric_row *row)
{
	w->name_len = strlen(row->name);
	w->scaling = scaling_of(row->scale);
	w->ops->family(w, row);
}

/* Labels in the writer's form. */
static struct text labels(const struct writer *w, struct strbuf *storage, const char *pairs)
{
	strbuf_clear(storage);
	w->ops->labels(storage, (struct text){ pairs, strlen(pairs) });
	return (struct text){ storage->at, storage->len };
}

static void write_numbers(struct writer *w, struct strbuf *entity, struct strbuf *slot)
{
	struct series s = { .row = &counter, .entity = { "", 0 }, .slot = { "", 0 } };

	open_row(w, &counter);
	w->ops->integer(w, &s, UINT64_MAX);
	s.slot = labels(w, slot, "kind=\"a\\\"b\\\\c\\nd\"");
	w->ops->integer(w, &s, 0);
	s.entity = labels(w, entity, "agent=\"10.0.0.1\",host=\"\"");
	w->ops->integer(w, &s, 9007199254740993);
	s.slot.len = 0;
	w->ops->integer(w, &s, 7);

	s = (struct series){ .row = &gauge, .entity = { "", 0 }, .slot = { "", 0 } };
	open_row(w, &gauge);
	w->ops->real(w, &s, scaled(&w->scaling, 1234567890123456789.0));
	s.entity = labels(w, entity, "agent=\"10.0.0.1\"");
	w->ops->real(w, &s, INFINITY);

	s = (struct series){ .row = &info, .entity = { "", 0 } };
	s.slot = labels(w, slot, "version=\"1\"");
	open_row(w, &info);
	w->ops->integer(w, &s, 1);
}

static void write_histograms(struct writer *w, struct strbuf *entity, struct strbuf *slot)
{
	const struct histogram_value value = { .buckets = { 1, 0, 2, 3 }, .sum = 4000000123 };
	struct series s = { .row = &size, .entity = { "", 0 }, .slot = { "", 0 } };

	open_row(w, &size);
	w->ops->histogram(w, &s, &value);
	s.entity = labels(w, entity, "agent=\"10.0.0.1\"");
	s.slot = labels(w, slot, "queue=\"1\"");
	w->ops->histogram(w, &s, &value);
	s = (struct series){ .row = &delay, .entity = { "", 0 }, .slot = s.slot };
	open_row(w, &delay);
	w->ops->histogram(w, &s, &value);
}

void rows_write(const struct writer_ops *ops, struct strbuf *out)
{
	struct writer w = { .ops = ops, .out = out };
	struct strbuf entity, slot;

	strbuf_init(&entity, 1024);
	strbuf_init(&slot, 1024);
	ops->begin(&w);
	write_numbers(&w, &entity, &slot);
	write_histograms(&w, &entity, &slot);
	ops->end(&w);
	strbuf_deinit(&entity);
	strbuf_deinit(&slot);
}
