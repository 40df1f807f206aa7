/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams, samples and records onto the wire: what decoding reads, in the other direction.
 *
 *     struct sflow_writer w;
 *
 *     sflow_write_begin(&w, buf, sizeof buf, &datagram);
 *     sflow_write_sample(&w, &sample);
 *     sflow_write_record(&w, SF_if_counters, &value);
 *     len = sflow_write_end(&w);
 *
 * Counts and lengths are filled in behind: a sample lasts until the next one begins. Fields that a
 * kind of sample does not have are ignored. A buffer that is full fails the writer for good.
 */
#pragma once

#include "fabricpulse/decode/datagram.h"
#include "fabricpulse/decode/records.h"

struct sflow_writer {
	struct xdr_out out;
	uint8_t *begin;
	uint8_t *sample_count_at;
	uint32_t sample_count;
	uint8_t *sample_length_at; /* NULL: no sample is open */
	uint8_t *record_count_at;  /* NULL: the sample takes no records */
	uint32_t record_count;
};

/* Write the header: agent (any family), sub_agent, sequence, uptime_ms of `head`. `buf` is borrowed
 * until sflow_write_end(). */
void sflow_write_begin(struct sflow_writer *w, uint8_t *buf, size_t size,
                       const struct sflow_datagram *head);

/* Begin a sample of a standard kind. Interfaces are written by kind and value, unknown ones by
 * their raw word, so that a decoded sample is written as it was read. */
void sflow_write_sample(struct sflow_writer *w, const struct sflow_sample *s);

/* A sample of any other kind, whole: `tag` and body. */
void sflow_write_opaque_sample(struct sflow_writer *w, uint32_t tag, struct bytes body);

/* A record in the open sample: from its struct, or as tag and body. */
void sflow_write_record(struct sflow_writer *w, enum sflow_record_id id,
                        const union sflow_value *value);
void sflow_write_opaque_record(struct sflow_writer *w, uint32_t tag, struct bytes body);

/* The datagram's length; 0 when the buffer was too small. */
size_t sflow_write_end(struct sflow_writer *w);
