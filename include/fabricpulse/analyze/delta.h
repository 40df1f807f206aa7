/* SPDX-License-Identifier: Apache-2.0 */
/* From polls of cumulative counters to true counters: what a record has added since its last poll.
 *
 * A device's counter has a width, wraps, is set to zero when the device restarts, and may be
 * missing. What we export must only grow. So a poll gives differences, modular by width, and only
 * those are added up:
 *
 *   - the first poll, and the first after a reset, only sets the base;
 *   - a poll that is late (older than the newest) is ignored;
 *   - all ones is "not available": the counter gives nothing in this poll and keeps its base;
 *   - a counter that went backwards (by less than half of its range) was reset although nobody said
 *     so. Of a record with 64-bit counters those decide for the whole record, and a 32-bit counter
 *     that went backwards alone loses only its own difference; in a record of 32-bit counters each
 *     decides for all.
 *
 * A 32-bit counter that gains 2^31 or more between two polls cannot be told from a reset and gains
 * nothing.
 *
 * Source: sFlow v5, counters_sample and "unknown" counter values.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/classify/batch.h"

#define DELTA_FIELDS_MAX 16

/* One counter of a record. */
struct delta_field {
	size_t wire;   /* offset in the record's struct: uint32_t or uint64_t */
	uint32_t bits; /* 32 or 64 */
	size_t total;  /* offset in the analyzer's entry: struct opt_counter */
};

/* The last poll of one record of one entity: worker only. */
struct delta_base {
	uint64_t time_ns; /* 0: no poll yet */
	uint32_t uptime_ms;
	uint32_t known;  /* bit i: last[i] is a base */
	uint32_t recent; /* bit i: last[i] is from the last poll, not from an earlier one */
};

/* A record's counters, and where its base lies in the analyzer's entry. */
struct delta_record {
	const struct delta_field *fields;
	uint32_t count; /* at most DELTA_FIELDS_MAX */
	size_t base;    /* offset of struct delta_base */
	size_t last;    /* offset of uint64_t[count] */
};

/* What one poll gives. */
struct delta {
	bool is_reset;        /* a reset lies before this poll: nothing is valid */
	uint64_t interval_ns; /* since the last poll; 0: not known, or none before */
	uint32_t present;     /* bit i: the counter is available in this poll */
	uint32_t valid;       /* bit i: by[i] holds */
	uint32_t rated;       /* bit i: by[i] spans exactly the interval */
	uint64_t by[DELTA_FIELDS_MAX];
};

/* Fills `out` with what the poll in `event` adds and makes it the base of the next. False, nothing
 * touched but `out` zeroed: the poll is late.
 * The interval is that of the agent's uptime, free of the network's jitter, where it agrees with
 * event time within 20 %; else that of event time. */
bool delta_take(const struct delta_record *record, const struct counter_event *event, void *entry,
                struct delta *out);

/* Forget what a poll gave: the caller knows that a reset lies before it. */
void delta_reject(struct delta *d);

/* Add what is valid to the entry's totals; a counter that is available is present from then on,
 * with 0 if need be. */
void delta_add(const struct delta_record *record, const struct delta *d, void *entry);

/* by[i] a second; NaN where that is not known. */
double delta_rate(const struct delta *d, uint32_t i);

static inline bool delta_is_valid(const struct delta *d, uint32_t i)
{
	return (d->valid >> i & 1u) != 0;
}

/* The entity whose records an agent's entry holds: worker only. Switches of several line cards
 * report some records once a card; their counters must not be mixed, so the one that speaks first
 * keeps its place until it is silent for SPEAKER_SILENCE_NS. */
#define SPEAKER_SILENCE_NS (UINT64_C(300) * 1000000000)

struct speaker {
	struct sflow_source source;
	uint64_t heard_ns; /* 0: nobody yet */
};

/* True when the event's entity holds the place. When it takes it over from another one, the `count`
 * bases are emptied. */
bool speaker_accepts(struct speaker *s, const struct counter_event *event, struct delta_base *bases,
                     size_t count);
