/* SPDX-License-Identifier: Apache-2.0 */
/* See rewrite.h. */
#include "rewrite.h"

#include "fabricpulse/decode/encode.h"

static void rewrite_record(struct sflow_writer *w, const struct sflow_record *r)
{
	const struct sflow_record_type *type = sflow_record_find(r->space, r->tag);
	union sflow_value value;

	if (type != NULL && sflow_record_decode(type, r->body, &value) == FP_OK) {
		sflow_write_record(w, type->id, &value);
	} else {
		sflow_write_opaque_record(w, r->tag, r->body);
	}
}

size_t rewrite(struct bytes payload, uint8_t *out, size_t size)
{
	struct sflow_writer w;
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;

	if (sflow_datagram_open(payload, &d) != FP_OK) {
		return 0;
	}
	sflow_write_begin(&w, out, size, &d);
	while (sflow_sample_next(&d, &s)) {
		if (s.kind == SFLOW_SAMPLE_UNKNOWN || s.kind == SFLOW_SAMPLE_RTMETRIC ||
		    s.kind == SFLOW_SAMPLE_RTFLOW) {
			sflow_write_opaque_sample(&w, s.tag, s.body);
			continue;
		}
		sflow_write_sample(&w, &s);
		while (sflow_record_next(&d, &s, &r)) {
			rewrite_record(&w, &r);
		}
	}
	return sflow_write_end(&w);
}
