/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers of datagram streams and of samples: what was lost, late, repeated, and when an
 * agent started anew. */
#pragma once

#include "fabricpulse/classify/batch.h"
#include "fabricpulse/classify/directory.h"

/* Judge a datagram and take it into the stream's state. `lost`: datagrams missing before it. A late
 * one was counted as lost before. */
enum sequence_verdict sequence_of_stream(struct stream_entry *s, uint32_t sequence,
                                         uint32_t uptime_ms, uint32_t *lost);

/* The same for one sample of a data source. */
struct sample_verdict {
	bool is_repeated; /* same number as the one before it */
	bool is_late;     /* behind the newest, inside the window */
	bool is_reset;    /* first of its sequence, or the sequence started anew */
	uint32_t lost;    /* samples missing before it */
};
struct sample_verdict sequence_of_sample(struct source_entry *s, enum sample_sequence which,
                                         uint32_t sequence, uint32_t generation);

/* How far a cumulative "drops" word of the source grew; 0 at the first, at a reset, or when it went
 * backwards. */
uint32_t sequence_drops(struct source_entry *s, enum sample_sequence which, uint32_t drops,
                        bool is_reset);
