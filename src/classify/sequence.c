/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence tracking, O(1) a datagram.
 *
 * A stream keeps its newest number and a bit for each of the 64 numbers up to it:
 *
 *      window   …0 1 1 1 0 1 1      bit i set: number newest - i was seen
 *                        │     └─ newest
 *                        └─ missing: lost, or late should it still come
 *
 * A number ahead moves the window; one inside it is late (bit clear) or a duplicate (bit set); one
 * further back means that the agent started anew, and so does an uptime that fell by more than
 * networks delay a datagram. Numbers are 32 bits and wrap, so all distances are modular.
 *
 * Source: sFlow v5, section 4.2 (sequence numbers), and the errata on instances that share a data
 * source.
 */
#include "sequence_priv.h"

#define REORDER_WINDOW 64u

/* A gap that no outage explains (at 10,000 datagrams/s, half an hour): a stream that started anew
 * at a random number. */
#define GAP_MAX (1u << 24)

/* Samples of one source come more slowly, and instances that share a source interleave their own
 * sequences. */
#define SAMPLE_GAP_MAX (1u << 16)

#define UPTIME_FALL_MS      5000u
#define UPTIME_NEAR_WRAP_MS 600000u

static bool uptime_fell(uint32_t last_ms, uint32_t now_ms)
{
	if (now_ms >= last_ms || last_ms - now_ms <= UPTIME_FALL_MS) {
		return false;
	}
	return last_ms < UINT32_MAX - UPTIME_NEAR_WRAP_MS; /* else it wrapped after 49.7 days */
}

static void stream_start(struct stream_entry *s, uint32_t sequence, uint32_t uptime_ms)
{
	s->is_started = true;
	s->last_sequence = sequence;
	s->last_uptime_ms = uptime_ms;
	s->window = 1;
}

enum sequence_verdict sequence_of_stream(struct stream_entry *s, uint32_t sequence,
                                         uint32_t uptime_ms, uint32_t *lost)
{
	const uint32_t ahead = sequence - s->last_sequence;
	const uint32_t behind = s->last_sequence - sequence;
	const bool is_reboot = s->is_started && uptime_fell(s->last_uptime_ms, uptime_ms);

	*lost = 0;
	if (!s->is_started) {
		stream_start(s, sequence, uptime_ms);
		return SEQUENCE_FIRST;
	}
	if (behind < REORDER_WINDOW && !is_reboot) {
		const uint64_t bit = UINT64_C(1) << behind;

		if ((s->window & bit) != 0) {
			return SEQUENCE_DUPLICATE;
		}
		s->window |= bit;
		return SEQUENCE_LATE;
	}
	if (ahead > GAP_MAX || is_reboot) {
		stream_start(s, sequence, uptime_ms);
		s->generation++;
		return SEQUENCE_RESTART;
	}
	*lost = ahead - 1;
	s->window = ahead < REORDER_WINDOW ? s->window << ahead | 1 : 1;
	s->last_sequence = sequence;
	s->last_uptime_ms = uptime_ms;
	return SEQUENCE_NEXT;
}

static void source_adopt(struct source_entry *s, uint32_t generation)
{
	if (s->generation != generation) {
		s->generation = generation;
		s->started = 0;
	}
}

struct sample_verdict sequence_of_sample(struct source_entry *s, enum sample_sequence which,
                                         uint32_t sequence, uint32_t generation)
{
	const uint32_t ahead = sequence - s->last_sequence[which];
	const uint32_t behind = s->last_sequence[which] - sequence;
	const uint8_t bit = (uint8_t)(1u << which);
	struct sample_verdict verdict = { 0 };

	source_adopt(s, generation);
	if ((s->started & bit) == 0) {
		s->started |= bit;
		verdict.is_reset = true;
	} else if (behind == 0) {
		verdict.is_repeated = true;
		return verdict;
	} else if (behind < REORDER_WINDOW) {
		verdict.is_late = true;
		return verdict;
	} else if (ahead > SAMPLE_GAP_MAX) {
		verdict.is_reset = true;
	} else {
		verdict.lost = ahead - 1;
	}
	s->last_sequence[which] = sequence;
	return verdict;
}

uint32_t sequence_drops(struct source_entry *s, enum sample_sequence which, uint32_t drops,
                        bool is_reset)
{
	const uint32_t grown = drops - s->last_drops[which];

	s->last_drops[which] = drops;
	return is_reset || grown > UINT32_MAX / 2 ? 0 : grown;
}
