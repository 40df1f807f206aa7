/* SPDX-License-Identifier: Apache-2.0 */
/* Modular differences of counters, for every analyzer that polls.
 *
 * Problem: counters come with two widths, wrap, vanish for a poll and restart without notice, and a
 * wrong difference of a 64-bit counter is as large as all traffic of a century. Approach: a table
 * says where each counter lies on the wire and in the entry; one loop takes the differences, one
 * rule decides whether the device has restarted. Limits: a reset of a 32-bit counter from the upper
 * half of its range looks like a wrap; where the record has 64-bit counters those give it away.
 */
#include "fabricpulse/analyze/delta.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "fabricpulse/base/clock.h"

static uint64_t width_mask(const struct delta_field *f)
{
	return f->bits == 64 ? UINT64_MAX : UINT32_MAX;
}

static uint64_t wire_value(const struct delta_field *f, const struct counter_event *event)
{
	const char *at = (const char *)&event->value + f->wire;
	uint64_t wide;
	uint32_t narrow;

	if (f->bits == 64) {
		memcpy(&wide, at, sizeof wide);
		return wide;
	}
	memcpy(&narrow, at, sizeof narrow);
	return narrow;
}

/* Arrival times carry the network's and the batching agent's jitter; uptime does not, but some
 * agents stamp it elsewhere or put other things there. */
static uint64_t poll_interval_ns(const struct delta_base *base, const struct counter_event *event)
{
	uint64_t by_uptime_ns = (uint32_t)(event->uptime_ms - base->uptime_ms) * NS_PER_MS;
	uint64_t by_time_ns, apart_ns;

	if (base->time_ns == 0 || event->time_ns <= base->time_ns) {
		return 0;
	}
	by_time_ns = event->time_ns - base->time_ns;
	apart_ns =
	    by_uptime_ns > by_time_ns ? by_uptime_ns - by_time_ns : by_time_ns - by_uptime_ns;
	return apart_ns <= by_time_ns / 5 ? by_uptime_ns : by_time_ns;
}

/* Which counters went backwards: bits, those of 64-bit counters apart. */
struct backwards {
	uint32_t wide, narrow;
	bool has_wide; /* a 64-bit counter could be compared */
};

static void take_fields(const struct delta_record *record, const struct counter_event *event,
                        struct delta_base *base, uint64_t *last, struct delta *out,
                        struct backwards *back)
{
	for (uint32_t i = 0; i < record->count; i++) {
		const struct delta_field *f = &record->fields[i];
		uint64_t mask = width_mask(f);
		uint64_t value = wire_value(f, event);
		uint32_t bit = 1u << i;

		if (value == mask) {
			continue;
		}
		out->present |= bit;
		if ((base->known & bit) != 0) {
			out->valid |= bit;
			out->by[i] = (value - last[i]) & mask;
			back->has_wide = back->has_wide || f->bits == 64;
			if (out->by[i] > mask / 2 && f->bits == 64) {
				back->wide |= bit;
			} else if (out->by[i] > mask / 2) {
				back->narrow |= bit;
			}
		}
		last[i] = value;
	}
	out->rated = out->valid & base->recent;
	base->known |= out->present;
	base->recent = out->present;
}

void delta_reject(struct delta *d)
{
	d->is_reset = true;
	d->valid = 0;
	d->rated = 0;
}

bool delta_take(const struct delta_record *record, const struct counter_event *event, void *entry,
                struct delta *out)
{
	struct delta_base *base = (void *)((char *)entry + record->base);
	uint64_t *last = (void *)((char *)entry + record->last);
	struct backwards back = { 0 };

	assert(record->count <= DELTA_FIELDS_MAX);
	memset(out, 0, sizeof *out);
	if (event->is_late) {
		return false;
	}
	if (event->is_reset) {
		base->known = 0;
		base->recent = 0;
		out->is_reset = base->time_ns != 0;
	} else {
		out->interval_ns = poll_interval_ns(base, event);
	}
	take_fields(record, event, base, last, out, &back);
	if (back.wide != 0 || (back.narrow != 0 && !back.has_wide)) {
		delta_reject(out);
	}
	out->valid &= ~back.narrow;
	out->rated &= ~back.narrow;
	base->time_ns = event->time_ns;
	base->uptime_ms = event->uptime_ms;
	return true;
}

void delta_add(const struct delta_record *record, const struct delta *d, void *entry)
{
	for (uint32_t i = 0; i < record->count; i++) {
		struct opt_counter *total = (void *)((char *)entry + record->fields[i].total);

		if ((d->present >> i & 1u) != 0) {
			opt_counter_add(total, delta_is_valid(d, i) ? d->by[i] : 0);
		}
	}
}

double delta_rate(const struct delta *d, uint32_t i)
{
	if ((d->rated >> i & 1u) == 0 || d->interval_ns == 0) {
		return (double)NAN;
	}
	return (double)d->by[i] * (double)NS_PER_SECOND / (double)d->interval_ns;
}

bool speaker_accepts(struct speaker *s, const struct counter_event *event, struct delta_base *bases,
                     size_t count)
{
	bool is_same =
	    s->source.class_ == event->source.class_ && s->source.index == event->source.index;

	if (s->heard_ns != 0 && !is_same && event->time_ns < s->heard_ns + SPEAKER_SILENCE_NS) {
		return false;
	}
	if (s->heard_ns != 0 && !is_same) {
		memset(bases, 0, count * sizeof *bases);
	}
	s->source = event->source;
	if (event->time_ns > s->heard_ns) {
		s->heard_ns = event->time_ns;
	}
	return true;
}
