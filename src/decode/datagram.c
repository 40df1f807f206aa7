/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams, samples and records: the envelope of sFlow.
 *
 * The five standard samples differ only in their leading fields, and their compact and expanded
 * forms only in how a data source and an interface are spelt. So each is a row (tag, kind, name,
 * form, reader) that fills the same struct, and there is one loop over samples and one over
 * records. Each step cuts a child cursor to the declared length, so that nothing that is wrong
 * inside a sample or record reaches its neighbour.
 *
 * Limits: a sample or record whose length exceeds what is there ends the walk at its level, because
 * the position of what follows is unknown. Announced counts are never trusted; the bytes that are
 * left end the loops.
 *
 * Source: sFlow Version 5, sections 4 and 5, with errata; Dropped Packet Notification Structures
 * (October 2020).
 */
#include "fabricpulse/decode/datagram.h"

#include <stddef.h>

#define ENVELOPE_BYTES 8u /* tag and length, of samples and records alike */

/* Compact: class and format share a word with the value. */
enum sample_form {
	FORM_NONE = 0,
	FORM_COMPACT,
	FORM_EXPANDED,
};

struct sample_type {
	uint32_t tag;
	enum sflow_sample_kind kind;
	enum sample_form form;
	/* NULL: the body is not ours to read. */
	void (*read)(struct sflow_datagram *d, enum sample_form form, struct sflow_sample *out);
};

/* ---- interface and source words ---- */

#define IF_FORMAT_PORT      0u
#define IF_FORMAT_DISCARDED 1u
#define IF_FORMAT_MULTIPLE  2u
#define IF_INTERNAL         0x3fffffffu
#define IF_VALUE_BITS       30u /* compact: format above, value below */
#define IF_VALUE_MASK       0x3fffffffu
#define IF_SMUGGLED_MAX     0xfffu
#define SOURCE_CLASS_LAST   3u

static struct sflow_interface port_of(uint32_t ifindex)
{
	struct sflow_interface i = { .kind = SFLOW_IF_PORT, .value = ifindex };

	if (ifindex == IF_INTERNAL) {
		i = (struct sflow_interface){ .kind = SFLOW_IF_INTERNAL };
	} else if (ifindex == 0 || ifindex == UINT32_MAX) {
		i = (struct sflow_interface){ .kind = SFLOW_IF_UNKNOWN };
	}
	return i;
}

/* Formats 1 and 2 say where a packet went: as an input they mean nothing. Format 3 is undefined. */
static struct sflow_interface interface_of(uint32_t format, uint32_t value, bool is_output)
{
	if (format == IF_FORMAT_PORT) {
		return port_of(value);
	}
	if (is_output && format == IF_FORMAT_DISCARDED) {
		return (struct sflow_interface){ .kind = SFLOW_IF_DISCARDED, .value = value };
	}
	if (is_output && format == IF_FORMAT_MULTIPLE) {
		return (struct sflow_interface){ .kind = SFLOW_IF_MULTIPLE, .value = value };
	}
	return (struct sflow_interface){ .kind = SFLOW_IF_UNKNOWN };
}

static struct sflow_interface read_interface(struct sflow_datagram *d, enum sample_form form,
                                             struct xdr *x, bool is_output)
{
	uint32_t format = form == FORM_EXPANDED ? xdr_u32(x) : 0;
	uint32_t value = xdr_u32(x);
	uint32_t top = value >> IF_VALUE_BITS;
	/* Some agents put the compact word into the value of the expanded form; others have an
	 * ifIndex beyond 2^30. Reasons and port counts are small, such an ifIndex without its top
	 * bits is not. */
	bool is_smuggled = form == FORM_EXPANDED && format == IF_FORMAT_PORT &&
	                   (value & IF_VALUE_MASK) <= IF_SMUGGLED_MAX &&
	                   (top == IF_FORMAT_DISCARDED || top == IF_FORMAT_MULTIPLE);
	struct sflow_interface i;

	if (form == FORM_COMPACT) {
		format = top;
		value &= IF_VALUE_MASK;
	}
	if (is_smuggled) {
		i = interface_of(top, value & IF_VALUE_MASK, is_output);
	} else {
		i = interface_of(format, value, is_output);
	}
	i.raw_format = format;
	i.raw_value = value;
	/* A compact word cannot carry an ifIndex of 30 bits or more: its high bits look like a
	 * format. */
	if (is_smuggled || (format != IF_FORMAT_PORT && i.kind == SFLOW_IF_UNKNOWN)) {
		sflow_fault(d, FP_POLLUTED_INTERFACE);
	}
	return i;
}

static struct sflow_source read_source(struct sflow_datagram *d, enum sample_form form,
                                       struct xdr *x)
{
	struct sflow_source s;

	if (form == FORM_EXPANDED) {
		s.class_ = xdr_u32(x);
		s.index = xdr_u32(x);
		return s;
	}
	uint32_t word = xdr_u32(x);

	s.class_ = word >> 24;
	s.index = word & 0xffffffu;
	if (s.class_ >
	    SOURCE_CLASS_LAST) { /* an ifIndex of more than 24 bits spills into the class */
		sflow_fault(d, FP_POLLUTED_INTERFACE);
	}
	return s;
}

/* ---- the leading fields of each kind, in wire order ---- */

static void read_flow(struct sflow_datagram *d, enum sample_form form, struct sflow_sample *out)
{
	struct xdr *x = &out->records;

	out->sequence = xdr_u32(x);
	out->source = read_source(d, form, x);
	out->rate = xdr_u32(x);
	out->pool = xdr_u32(x);
	out->drops = xdr_u32(x);
	out->input = read_interface(d, form, x, false);
	out->output = read_interface(d, form, x, true);
	out->record_count = xdr_u32(x);
}

static void read_counters(struct sflow_datagram *d, enum sample_form form, struct sflow_sample *out)
{
	struct xdr *x = &out->records;

	out->sequence = xdr_u32(x);
	out->source = read_source(d, form, x);
	out->record_count = xdr_u32(x);
}

/* Interfaces are plain ifIndex values here, not interface words. */
static void read_discard(struct sflow_datagram *d, enum sample_form form, struct sflow_sample *out)
{
	struct xdr *x = &out->records;

	out->sequence = xdr_u32(x);
	out->source = read_source(d, form, x);
	out->drops = xdr_u32(x);

	uint32_t input = xdr_u32(x);
	uint32_t output = xdr_u32(x);

	out->input = port_of(input);
	out->input.raw_value = input;
	out->output = port_of(output);
	out->output.raw_value = output;
	out->reason = xdr_u32(x);
	out->record_count = xdr_u32(x);
}

/* By frequency: flow samples come first in every lookup. */
static const struct sample_type sample_types[] = {
	{ SFLOW_TAG(0, 1), SFLOW_SAMPLE_FLOW, FORM_COMPACT, read_flow },
	{ SFLOW_TAG(0, 3), SFLOW_SAMPLE_FLOW_EXPANDED, FORM_EXPANDED, read_flow },
	{ SFLOW_TAG(0, 2), SFLOW_SAMPLE_COUNTERS, FORM_COMPACT, read_counters },
	{ SFLOW_TAG(0, 4), SFLOW_SAMPLE_COUNTERS_EXPANDED, FORM_EXPANDED, read_counters },
	{ SFLOW_TAG(0, 5), SFLOW_SAMPLE_DISCARD, FORM_EXPANDED, read_discard },
	{ SFLOW_TAG(4300, 1002), SFLOW_SAMPLE_RTMETRIC, FORM_NONE, NULL },
	{ SFLOW_TAG(4300, 1003), SFLOW_SAMPLE_RTFLOW, FORM_NONE, NULL },
};

static const struct sample_type *sample_type_of(uint32_t tag)
{
	for (size_t i = 0; i < sizeof sample_types / sizeof sample_types[0]; i++) {
		if (sample_types[i].tag == tag) {
			return &sample_types[i];
		}
	}
	return NULL;
}

const char *sflow_sample_kind_name(enum sflow_sample_kind kind)
{
	static const char *const names[SFLOW_SAMPLE_KIND_COUNT] = {
		[SFLOW_SAMPLE_UNKNOWN] = "unknown",
		[SFLOW_SAMPLE_FLOW] = "flow_sample",
		[SFLOW_SAMPLE_COUNTERS] = "counters_sample",
		[SFLOW_SAMPLE_FLOW_EXPANDED] = "flow_sample_expanded",
		[SFLOW_SAMPLE_COUNTERS_EXPANDED] = "counters_sample_expanded",
		[SFLOW_SAMPLE_DISCARD] = "discarded_packet",
		[SFLOW_SAMPLE_RTMETRIC] = "rtmetric",
		[SFLOW_SAMPLE_RTFLOW] = "rtflow",
	};

	return names[kind];
}

/* ---- datagram ---- */

void sflow_fault(struct sflow_datagram *d, enum fp_err fault)
{
	d->has_faults = true;
	if (d->faults[fault] < UINT16_MAX) {
		d->faults[fault]++;
	}
}

static enum fp_err refuse(struct sflow_datagram *d, enum fp_err fault)
{
	sflow_fault(d, fault);
	d->body.at = d->body.end;
	return fault;
}

/* False: the type is not known, so neither is the position of what follows. */
static bool read_agent(struct xdr *x, struct addr *out)
{
	uint32_t type = xdr_u32(x);

	switch (type) {
	case ADDR_NONE: break;
	case ADDR_IPV4: xdr_fixed(x, out->bytes, 4); break;
	case ADDR_IPV6: xdr_fixed(x, out->bytes, 16); break;
	default: return false;
	}
	out->family = type;
	return true;
}

enum fp_err sflow_datagram_open(struct bytes payload, struct sflow_datagram *out)
{
	struct xdr *x = &out->body;

	*out = (struct sflow_datagram){ .body = xdr_of(payload) };
	out->version = xdr_u32(x);
	if (x->failed) {
		return refuse(out, FP_SHORT_HEADER);
	}
	if (out->version != SFLOW_VERSION) {
		return refuse(out, FP_BAD_VERSION);
	}
	if (!read_agent(x, &out->agent)) {
		return refuse(out, FP_BAD_ADDRESS_TYPE);
	}
	out->sub_agent = xdr_u32(x);
	out->sequence = xdr_u32(x);
	out->uptime_ms = xdr_u32(x);
	out->sample_count = xdr_u32(x);
	if (x->failed) {
		return refuse(out, FP_SHORT_HEADER);
	}
	return FP_OK;
}

/* ---- the two loops ---- */

/* A level of nesting: where it is read from, how many envelopes it announces, and what its faults
 * are called. */
struct level {
	struct xdr *from;
	uint32_t announced;
	uint32_t *done;
	enum fp_err missing, overrun, trailing;
};

/* The walk is over: whatever is left is noted once and never looked at again. */
static bool finish(struct sflow_datagram *d, const struct level *l)
{
	if (xdr_left(l->from) > 0) {
		sflow_fault(d, l->trailing);
	}
	l->from->at = l->from->end;
	return false;
}

/* Cut the next envelope; `child` then holds its body. The level moves on by the rounded length,
 * whatever becomes of the body. */
static bool next_envelope(struct sflow_datagram *d, const struct level *l, uint32_t *tag,
                          uint32_t *length, struct xdr *child)
{
	if (*l->done >= l->announced) {
		return finish(d, l);
	}
	if (xdr_left(l->from) < ENVELOPE_BYTES) {
		sflow_fault(d, l->missing);
		*l->done = l->announced;
		return finish(d, l);
	}
	*tag = xdr_u32(l->from);
	*length = xdr_u32(l->from);
	if (!xdr_cut(l->from, *length, child)) {
		sflow_fault(d, l->overrun);
		*l->done = l->announced;
		return false;
	}
	(*l->done)++;
	return true;
}

bool sflow_sample_next(struct sflow_datagram *d, struct sflow_sample *out)
{
	const struct level samples = {
		.from = &d->body,
		.announced = d->sample_count,
		.done = &d->samples_read,
		.missing = FP_SAMPLE_MISSING,
		.overrun = FP_SAMPLE_OVERRUN,
		.trailing = FP_TRAILING_DATAGRAM_BYTES,
	};
	const struct sample_type *type;

	*out = (struct sflow_sample){ .kind = SFLOW_SAMPLE_UNKNOWN };
	if (!next_envelope(d, &samples, &out->tag, &out->length, &out->records)) {
		return false;
	}
	out->body = (struct bytes){ .at = out->records.at, .len = xdr_left(&out->records) };
	type = sample_type_of(out->tag);
	if (type != NULL) {
		out->kind = type->kind;
	}
	if (type == NULL || type->read == NULL) {
		out->records.at = out->records.end; /* no records that we could tell apart */
		return true;
	}
	type->read(d, type->form, out);
	if (out->records.failed) {
		sflow_fault(d, FP_SHORT_SAMPLE);
		*out = (struct sflow_sample){ .tag = out->tag,
			                      .length = out->length,
			                      .body = out->body };
	}
	return true;
}

bool sflow_record_next(struct sflow_datagram *d, struct sflow_sample *s, struct sflow_record *out)
{
	const struct level records = {
		.from = &s->records,
		.announced = s->record_count,
		.done = &s->records_read,
		.missing = FP_RECORD_MISSING,
		.overrun = FP_RECORD_OVERRUN,
		.trailing = FP_TRAILING_SAMPLE_BYTES,
	};
	struct xdr body;

	*out = (struct sflow_record){ .space = SFLOW_SPACE_FLOW };
	if (!next_envelope(d, &records, &out->tag, &out->length, &body)) {
		return false;
	}
	if (sflow_sample_is_counters(s)) {
		out->space = SFLOW_SPACE_COUNTER;
	}
	out->body = (struct bytes){ .at = body.at, .len = xdr_left(&body) };
	return true;
}
