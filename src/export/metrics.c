/* SPDX-License-Identifier: Apache-2.0 */
/* The walk from rows to series.
 *
 *     for each group that is wanted          analyzers in order, then the process
 *       for each of its rows                 a family, or a further row of the one before
 *         for each entity of its scope       the fabric, live agents, live ports, the process
 *           for each slot of its dimensions  → one series
 *
 * The outer loop is over rows because a format wants a family in one piece. So what repeats from
 * row to row, the entities' labels, is written before the walk, and what repeats from entity to
 * entity, the slots' labels, once a row. What is left in the innermost loop is to read a cell and
 * to copy three texts and a number. Nothing is locked: cells are single-writer atomics, read
 * relaxed.
 */
#include "fabricpulse/export/metrics.h"

#include <assert.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "self_rows_priv.h"
#include "writer_priv.h"

/* Labels of all slots of one row: 4096 slots of 256 bytes. */
#define SLOT_BYTES_MAX (1u << 20)
/* Labels of one series from an `info` or `series` hook, in the writer's form. */
#define HOOK_BYTES_MAX (16u << 10)

struct slot {
	size_t at;
	uint32_t len;
	bool has_meaning;
};

/* Whose cells are read: one struct, or one a shard that are added up. */
struct subject {
	struct text labels;
	const char *const *bases;
	size_t base_count;
};

struct walk {
	const struct shards *shards;
	const struct export_request *request;
	struct writer writer;
	struct entities entities;
	bool has_self;
	struct self_view self;
	const char **fabric; /* [shards->count], scratch of one row */
	/* The present row. */
	const struct metric_row *row;
	size_t cell_bytes, stride; /* from one slot of dim2, of dim1 to the next */
	uint32_t slots1, slots2;
	struct strbuf slot_labels;
	struct slot *slots; /* [slots_size] */
	size_t slots_size;
	bool needs_family;
	const char *family; /* name of the last one that was opened */
};

static const struct writer_ops *const formats[EXPORT_FORMAT_COUNT] = {
	[EXPORT_PROMETHEUS] = &writer_prometheus,
	[EXPORT_OPENMETRICS] = &writer_openmetrics,
	[EXPORT_JSON] = &writer_json,
};

const char *export_content_type(enum export_format format)
{
	return formats[format]->content_type;
}

static void open_family(struct walk *w)
{
	if (w->needs_family) {
		w->writer.ops->family(&w->writer, w->row);
		w->family = w->row->name;
		w->needs_family = false;
	}
}

static void emit_integer(struct walk *w, const struct series *s, uint64_t value)
{
	open_family(w);
	if (is_scaled(&w->writer.scaling)) {
		w->writer.ops->real(&w->writer, s, scaled(&w->writer.scaling, (double)value));
	} else {
		w->writer.ops->integer(&w->writer, s, value);
	}
}

static void emit_real(struct walk *w, const struct series *s, double value)
{
	if (isnan(value)) {
		return;
	}
	open_family(w);
	w->writer.ops->real(&w->writer, s, scaled(&w->writer.scaling, value));
}

static uint64_t read_counter(const struct subject *subject, size_t offset)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < subject->base_count; i++) {
		sum += counter_get((const void *)(subject->bases[i] + offset));
	}
	return sum;
}

/* False: absent everywhere. */
static bool read_opt_counter(const struct subject *subject, size_t offset, uint64_t *sum)
{
	bool is_present = false;

	*sum = 0;
	for (size_t i = 0; i < subject->base_count; i++) {
		uint64_t value;

		is_present |= opt_counter_get((const void *)(subject->bases[i] + offset), &value);
		*sum += value;
	}
	return is_present;
}

static double read_gauge(const struct subject *subject, size_t offset)
{
	double sum = NAN;

	for (size_t i = 0; i < subject->base_count; i++) {
		const double value = gauge_get((const void *)(subject->bases[i] + offset));

		if (!isnan(value)) {
			sum = isnan(sum) ? value : sum + value;
		}
	}
	return sum;
}

/* Returns the number of observations. */
static uint64_t read_histogram(const struct subject *subject, size_t offset,
                               struct histogram_value *out)
{
	uint64_t count = 0;

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < subject->base_count; i++) {
		const struct histogram *h = (const void *)(subject->bases[i] + offset);

		for (size_t b = 0; b < HISTOGRAM_BUCKETS_MAX; b++) {
			out->buckets[b] += counter_get(&h->buckets[b]);
		}
		out->sum += counter_get(&h->sum);
	}
	for (size_t b = 0; b < HISTOGRAM_BUCKETS_MAX; b++) {
		count += out->buckets[b];
	}
	return count;
}

static void emit_cell(struct walk *w, const struct subject *subject, size_t offset,
                      const struct series *s)
{
	struct histogram_value histogram;
	uint64_t integer;
	double real;

	switch (w->row->cell) {
	case CELL_COUNTER: emit_integer(w, s, read_counter(subject, offset)); break;
	case CELL_OPT_COUNTER:
		if (read_opt_counter(subject, offset, &integer)) {
			emit_integer(w, s, integer);
		}
		break;
	case CELL_GAUGE: emit_real(w, s, read_gauge(subject, offset)); break;
	case CELL_HISTOGRAM:
		(void)read_histogram(subject, offset, &histogram);
		open_family(w);
		w->writer.ops->histogram(&w->writer, s, &histogram);
		break;
	case CELL_U64:
		memcpy(&integer, subject->bases[0] + offset, sizeof integer);
		emit_integer(w, s, integer);
		break;
	case CELL_F64:
		memcpy(&real, subject->bases[0] + offset, sizeof real);
		emit_real(w, s, real);
		break;
	case CELL_NONE: break;
	}
}

static bool cell_is_zero(const struct walk *w, const struct subject *subject, size_t offset)
{
	struct histogram_value histogram;
	uint64_t integer;
	double real;

	switch (w->row->cell) {
	case CELL_COUNTER: return read_counter(subject, offset) == 0;
	case CELL_OPT_COUNTER:
		(void)read_opt_counter(subject, offset, &integer);
		return integer == 0;
	case CELL_GAUGE: real = read_gauge(subject, offset); return isnan(real) || real == 0;
	case CELL_HISTOGRAM: return read_histogram(subject, offset, &histogram) == 0;
	case CELL_U64:
		memcpy(&integer, subject->bases[0] + offset, sizeof integer);
		return integer == 0;
	case CELL_F64:
		memcpy(&real, subject->bases[0] + offset, sizeof real);
		return isnan(real) || real == 0;
	case CELL_NONE: break;
	}
	return true;
}

/* All cells of one slot of dim1, the first of which lies at `offset`. */
static bool slots_are_zero(const struct walk *w, const struct subject *subject, size_t offset)
{
	for (uint32_t j = 0; j < w->slots2; j++) {
		if (!cell_is_zero(w, subject, offset + j * w->cell_bytes)) {
			return false;
		}
	}
	return true;
}

static void walk_subject(struct walk *w, const struct subject *subject)
{
	struct series s = { .row = w->row, .entity = subject->labels };

	for (uint32_t i = 0; i < w->slots1; i++) {
		const size_t offset = w->row->offset + i * w->stride;

		if (w->row->is_sparse && slots_are_zero(w, subject, offset)) {
			continue;
		}
		for (uint32_t j = 0; j < w->slots2; j++) {
			const struct slot *slot = &w->slots[i * w->slots2 + j];

			if (slot->has_meaning) {
				s.slot = (struct text){ w->slot_labels.at + slot->at, slot->len };
				emit_cell(w, subject, offset + j * w->cell_bytes, &s);
			}
		}
	}
}

/* The pairs of one slot of both dimensions; false: it has no meaning. */
static bool put_slot_pairs(const struct metric_row *row, uint32_t i, uint32_t j, struct strbuf *out)
{
	if (row->dim1 != NULL && !row->dim1->labels(i, out)) {
		return false;
	}
	if (row->dim2 != NULL) {
		strbuf_putc(out, ',');
		return row->dim2->labels(j, out);
	}
	return true;
}

/* Labels of all slots of the row. */
static enum fp_err prepare_slots(struct walk *w)
{
	const size_t count = (size_t)w->slots1 * w->slots2;
	char storage[1024];
	struct strbuf pairs;

	if (count > w->slots_size) {
		struct slot *grown = mem_resize(w->slots, count, sizeof *grown);

		if (grown == NULL) {
			return FP_NO_MEMORY;
		}
		w->slots = grown;
		w->slots_size = count;
	}
	strbuf_clear(&w->slot_labels);
	strbuf_puts(&w->slot_labels, ""); /* so that it has an address */
	strbuf_init_fixed(&pairs, storage, sizeof storage);
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = &w->slots[i];

		strbuf_clear(&pairs);
		slot->at = w->slot_labels.len;
		slot->has_meaning = put_slot_pairs(w->row, (uint32_t)(i / w->slots2),
		                                   (uint32_t)(i % w->slots2), &pairs);
		assert(!pairs.failed); /* texts come from tables of ours */
		if (slot->has_meaning) {
			w->writer.ops->labels(&w->slot_labels,
			                      (struct text){ pairs.at, pairs.len });
		}
		slot->len = (uint32_t)(w->slot_labels.len - slot->at);
	}
	return w->slot_labels.failed ? FP_NO_MEMORY : FP_OK;
}

static void begin_row(struct walk *w, const struct metric_row *row)
{
	w->row = row;
	w->cell_bytes = metric_cell_bytes(row->cell);
	w->stride = metric_cell_offset(row, 1, 0) - row->offset;
	w->slots1 = row->dim1 != NULL ? row->dim1->count : 1;
	w->slots2 = row->dim2 != NULL ? row->dim2->count : 1;
	w->writer.name_len = strlen(row->name);
	w->writer.scaling = scaling_of(row->scale);
	w->needs_family = w->family == NULL || strcmp(w->family, row->name) != 0;
}

static void walk_entities(struct walk *w, const struct entity_list *list, size_t group,
                          void (*visit)(struct walk *w, const struct subject *subject))
{
	for (uint32_t i = 0; i < list->count; i++) {
		const char *base =
		    entity_entry(&list->at[i], (enum analyzer_id)group, w->row->scope);
		const struct subject subject = { entity_labels(&w->entities, &list->at[i]), &base,
			                         1 };

		visit(w, &subject);
	}
}

/* All entities of the row's scope. */
static void walk_scope(struct walk *w, size_t group,
                       void (*visit)(struct walk *w, const struct subject *subject))
{
	const char *self = (const char *)&w->self;

	switch (w->row->scope) {
	case SCOPE_FABRIC:
		for (uint32_t i = 0; i < w->shards->count; i++) {
			w->fabric[i] = w->shards->at[i].entries[group][SCOPE_FABRIC];
		}
		visit(w, &(struct subject){ { "", 0 }, w->fabric, w->shards->count });
		break;
	case SCOPE_AGENT: walk_entities(w, &w->entities.agents, group, visit); break;
	case SCOPE_PORT: walk_entities(w, &w->entities.ports, group, visit); break;
	case SCOPE_SELF: visit(w, &(struct subject){ { "", 0 }, &self, 1 }); break;
	case SCOPE_COUNT: break;
	}
}

/* One series from labels that a hook gave. */
static void emit_hooked(struct walk *w, struct text entity, struct text pairs, uint64_t value)
{
	struct series s = { .row = w->row, .entity = entity };
	struct strbuf text;

	strbuf_init(&text, HOOK_BYTES_MAX);
	strbuf_puts(&text, ""); /* so that it has an address */
	w->writer.ops->labels(&text, pairs);
	s.slot = (struct text){ text.at, text.len };
	if (!text.failed) {
		emit_integer(w, &s, value);
	}
	strbuf_deinit(&text);
}

static void walk_info(struct walk *w, const struct subject *subject)
{
	struct strbuf pairs;

	strbuf_init(&pairs, HOOK_BYTES_MAX);
	if (w->row->info(subject->bases[0], &pairs) && !pairs.failed) {
		emit_hooked(w, subject->labels, (struct text){ pairs.at, pairs.len }, 1);
	}
	strbuf_deinit(&pairs);
}

static void take_series(void *arg, const char *labels, uint64_t value)
{
	emit_hooked(arg, (struct text){ "", 0 }, (struct text){ labels, strlen(labels) }, value);
}

static enum fp_err walk_row(struct walk *w, size_t group, const struct metric_row *row)
{
	enum fp_err err;

	if (w->request->only_ports && row->scope != SCOPE_PORT) {
		return FP_OK;
	}
	begin_row(w, row);
	if (row->series != NULL) {
		row->series(w->shards, take_series, w);
		return FP_OK;
	}
	if (row->info != NULL) {
		walk_scope(w, group, walk_info);
		return FP_OK;
	}
	err = prepare_slots(w);
	if (err == FP_OK) {
		walk_scope(w, group, walk_subject);
	}
	return err;
}

static bool is_wanted(const struct export_request *request, const char *group)
{
	bool is_named = request->collect == NULL;

	for (size_t i = 0; i < request->collect_count && !is_named; i++) {
		is_named = strcmp(request->collect[i], group) == 0;
	}
	return is_named;
}

static bool group_exists(const char *name)
{
	for (size_t i = 0; i < METRIC_GROUP_COUNT; i++) {
		if (strcmp(metric_group_at(i).name, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool request_is_valid(const struct export_request *request)
{
	for (size_t i = 0; request->collect != NULL && i < request->collect_count; i++) {
		if (!group_exists(request->collect[i])) {
			return false;
		}
	}
	return true;
}

/* Whom the answer speaks of, and what the process says about those that it leaves out. */
static enum fp_err gather(struct walk *w, const struct export_config *config,
                          const struct self_stats *self)
{
	const uint32_t ports = entities_live_ports(w->shards);
	const uint32_t agents = entities_live_agents(w->shards);
	const bool has_ports = w->request->only_ports || ports <= config->ports_inline_max;
	const struct entity_limits limits = {
		.agents_max = w->request->only_ports ? 0 : config->agents_max,
		.ports_max = has_ports ? config->ports_max : 0,
		.form = w->writer.ops->labels,
	};

	if (self != NULL) {
		self_view_fill(&w->self, self);
		w->self.stats.port_series_included = ports <= config->ports_inline_max ? 1 : 0;
		w->self.stats.ports_left_out =
		    ports > config->ports_max ? ports - config->ports_max : 0;
		w->self.stats.agents_left_out =
		    agents > config->agents_max ? agents - config->agents_max : 0;
		w->has_self = true;
	}
	return entities_init(&w->entities, w->shards, &limits);
}

static enum fp_err walk_groups(struct walk *w)
{
	enum fp_err err = FP_OK;

	w->writer.ops->begin(&w->writer);
	for (size_t g = 0; g < METRIC_GROUP_COUNT && err == FP_OK; g++) {
		const struct metric_group group = metric_group_at(g);

		if (!is_wanted(w->request, group.name) ||
		    (g == METRIC_GROUP_SELF && !w->has_self)) {
			continue;
		}
		for (size_t r = 0; r < group.row_count && err == FP_OK; r++) {
			err = walk_row(w, g, &group.rows[r]);
		}
	}
	w->writer.ops->end(&w->writer);
	return err;
}

enum fp_err export_metrics(const struct shards *shards, const struct export_config *config,
                           const struct self_stats *self, const struct export_request *request,
                           struct strbuf *out)
{
	struct walk *w;
	enum fp_err err;

	if (!request_is_valid(request)) {
		return FP_BAD_ARGUMENT;
	}
	w = mem_new(1, sizeof *w);
	if (w == NULL) {
		return FP_NO_MEMORY;
	}
	w->shards = shards;
	w->request = request;
	w->writer.ops = formats[request->format];
	w->writer.out = out;
	strbuf_init(&w->slot_labels, SLOT_BYTES_MAX);
	w->fabric = mem_new(shards->count, sizeof *w->fabric);
	err = w->fabric == NULL ? FP_NO_MEMORY : gather(w, config, self);
	if (err == FP_OK) {
		err = walk_groups(w);
		entities_deinit(&w->entities);
	}
	mem_free(w->fabric);
	mem_free(w->slots);
	strbuf_deinit(&w->slot_labels);
	mem_free(w);
	return err == FP_OK && out->failed ? FP_FULL : err;
}
