/* SPDX-License-Identifier: Apache-2.0 */
/* What the analyzers of counter records share, besides the differences (analyze/delta.h): momentary
 * values. */
#pragma once

#include "fabricpulse/analyze/delta.h"
#include "fabricpulse/analyze/metric.h"

/* direction="in|out": counters know their direction, so there is no third slot. */
extern const struct metric_dim dim_in_out;
/* kind="size|free" of memories and disks. */
extern const struct metric_dim dim_size_free;

/* A momentary value of a record, and where it is shown. Kind and "unknown" come from the record's
 * own table. */
struct reading {
	size_t wire;  /* offset in the record's struct */
	size_t gauge; /* offset in the analyzer's entry: struct gauge */
};

/* Show the readings of a poll; one that is unknown, or that the record is too short for, becomes
 * absent. A late poll changes nothing. */
void readings_take(const struct reading *readings, size_t count, const struct counter_event *event,
                   void *entry);

/* How many fields of its record an event carries: the first member of every record. */
static inline uint32_t event_fields(const struct counter_event *event)
{
	return event->value.if_counters.fields;
}

/* What is taken from one record. A record with a short form has a row for what may be missing. */
struct record_row {
	enum sflow_record_id id;
	uint32_t fields; /* that the event must carry for this row */
	const struct reading *readings;
	size_t reading_count;
	struct delta_record counters; /* count 0: none */
};

/* Take the event's readings and the difference of its counters. False: no difference to add (late,
 * too short, or a row without counters). */
bool record_take(const struct record_row *row, const struct counter_event *event, void *entry,
                 struct delta *out);
