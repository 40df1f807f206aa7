/* SPDX-License-Identifier: Apache-2.0 */
/* What the analyzers of counter records share, besides the differences (analyze/delta.h): momentary
 * values, and who speaks for an agent. */
#pragma once

#include "fabricpulse/analyze/delta.h"
#include "fabricpulse/analyze/metric.h"

/* direction="in|out": counters know their direction, so there is no third slot. */
extern const struct metric_dim dim_in_out;

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

/* The entity whose record an agent's entry holds. Switches of several line cards report some
 * records once a card; their counters must not be mixed, so the one that speaks first keeps its
 * place until it is silent for SPEAKER_SILENCE_NS. */
#define SPEAKER_SILENCE_NS (UINT64_C(300) * 1000000000)

struct speaker {
	struct sflow_source source;
	uint64_t heard_ns; /* 0: nobody yet */
};

/* True when the event's entity holds the place. When it takes it over from another one, `base`
 * (may be NULL) is emptied. */
bool speaker_accepts(struct speaker *s, const struct counter_event *event, struct delta_base *base);
