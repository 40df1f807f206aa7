/* SPDX-License-Identifier: Apache-2.0 */
/* Momentary values by table.
 *
 * Problem: some eighty fields of a dozen records are shown as they come, each with its own width
 * and its own way to say "unknown". Approach: an analyzer names wire field and gauge; width and
 * meaning are looked up in the table that decoded the record, so they are said once. The search
 * costs a few comparisons a field, a few times a minute.
 */
#include "counters_priv.h"

#include <string.h>

/* The field at this place, or NULL when the record was too short for it. */
static const struct sflow_field *field_at(const struct counter_event *event, size_t wire)
{
	for (uint32_t i = 0; i < event->type->field_count && i < event_fields(event); i++) {
		if (event->type->fields[i].offset == wire) {
			return &event->type->fields[i];
		}
	}
	return NULL;
}

/* A number of any width; only numbers are read as gauges. */
static double field_number(const struct sflow_field *field, const union sflow_value *value)
{
	const char *at = (const char *)value + field->offset;
	union {
		uint32_t u32;
		int32_t i32;
		uint64_t u64;
		float f32;
	} v;

	memcpy(&v, at, field->kind == SFLOW_KIND_u64 ? sizeof v.u64 : sizeof v.u32);
	if (field->kind == SFLOW_KIND_u64) {
		return (double)v.u64;
	}
	if (field->kind == SFLOW_KIND_f32) {
		return (double)v.f32;
	}
	return field->kind == SFLOW_KIND_i32 ? (double)v.i32 : (double)v.u32;
}

void readings_take(const struct reading *readings, size_t count, const struct counter_event *event,
                   void *entry)
{
	if (event->is_late) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct sflow_field *field = field_at(event, readings[i].wire);
		struct gauge *gauge = (void *)((char *)entry + readings[i].gauge);

		if (field == NULL || sflow_field_is_unknown(field, &event->value)) {
			gauge_clear(gauge);
		} else {
			gauge_set(gauge, field_number(field, &event->value));
		}
	}
}

bool record_take(const struct record_row *row, const struct counter_event *event, void *entry,
                 struct delta *out)
{
	if (event_fields(event) < row->fields) {
		return false;
	}
	readings_take(row->readings, row->reading_count, event, entry);
	return row->counters.count != 0 && delta_take(&row->counters, event, entry, out);
}

static bool label_in_out(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "direction", direction_name((enum direction)slot));
}
const struct metric_dim dim_in_out = { 2, label_in_out, "direction" };

static bool label_size_free(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "kind", slot == 0 ? "size" : "free");
}
const struct metric_dim dim_size_free = { 2, label_size_free, "kind" };
