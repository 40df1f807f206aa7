/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams onto the wire.
 *
 * Counts and lengths stand before what they count, so their places are kept and filled when the
 * sample or the datagram ends. Records come from the table (records.c). Limit: the caller's buffer.
 * Source: sFlow Version 5, section 5.
 */
#include "fabricpulse/decode/encode.h"

static void fill(uint8_t *at, uint32_t v)
{
	struct xdr_out out;

	if (at != NULL) {
		out = xdr_out_of(at, 4);
		xdr_put_u32(&out, v);
	}
}

static void end_sample(struct sflow_writer *w)
{
	if (w->sample_length_at == NULL) {
		return;
	}
	fill(w->record_count_at, w->record_count);
	xdr_end_length(&w->out, w->sample_length_at);
	w->sample_length_at = NULL;
	w->record_count_at = NULL;
}

static void begin_sample(struct sflow_writer *w, uint32_t tag)
{
	end_sample(w);
	w->sample_count++;
	w->record_count = 0;
	xdr_put_u32(&w->out, tag);
	w->sample_length_at = xdr_begin_length(&w->out);
}

void sflow_write_begin(struct sflow_writer *w, uint8_t *buf, size_t size,
                       const struct sflow_datagram *head)
{
	static const size_t address_bytes[] = {
		[ADDR_NONE] = 0,
		[ADDR_IPV4] = 4,
		[ADDR_IPV6] = 16,
	};
	struct xdr_out *x = &w->out;

	*w = (struct sflow_writer){ .out = xdr_out_of(buf, size), .begin = buf };
	xdr_put_u32(x, SFLOW_VERSION);
	xdr_put_u32(x, head->agent.family);
	xdr_put_fixed(x, head->agent.bytes, address_bytes[head->agent.family]);
	xdr_put_u32(x, head->sub_agent);
	xdr_put_u32(x, head->sequence);
	xdr_put_u32(x, head->uptime_ms);
	w->sample_count_at = xdr_begin_length(x);
}

/* ---- the leading fields, in the form that the kind prescribes ---- */

static void put_source(struct xdr_out *x, bool is_expanded, const struct sflow_source *s)
{
	if (is_expanded) {
		xdr_put_u32(x, s->class_);
		xdr_put_u32(x, s->index);
	} else {
		xdr_put_u32(x, s->class_ << 24 | (s->index & 0xffffffu));
	}
}

static void put_interface(struct xdr_out *x, bool is_expanded, const struct sflow_interface *i)
{
	uint32_t format = 0;
	uint32_t value = i->value;

	switch ((enum sflow_interface_kind)i->kind) {
	case SFLOW_IF_UNKNOWN:
		format = i->raw_format;
		value = i->raw_value;
		break;
	case SFLOW_IF_PORT: break;
	case SFLOW_IF_INTERNAL: value = 0x3fffffffu; break;
	case SFLOW_IF_DISCARDED: format = 1; break;
	case SFLOW_IF_MULTIPLE: format = 2; break;
	}
	if (is_expanded) {
		xdr_put_u32(x, format);
		xdr_put_u32(x, value);
	} else {
		xdr_put_u32(x, format << 30 | (value & 0x3fffffffu));
	}
}

static void put_flow(struct xdr_out *x, bool is_expanded, const struct sflow_sample *s)
{
	xdr_put_u32(x, s->sequence);
	put_source(x, is_expanded, &s->source);
	xdr_put_u32(x, s->rate);
	xdr_put_u32(x, s->pool);
	xdr_put_u32(x, s->drops);
	put_interface(x, is_expanded, &s->input);
	put_interface(x, is_expanded, &s->output);
}

static void put_counters(struct xdr_out *x, bool is_expanded, const struct sflow_sample *s)
{
	xdr_put_u32(x, s->sequence);
	put_source(x, is_expanded, &s->source);
}

/* Plain ifIndex values. */
static uint32_t plain_ifindex(const struct sflow_interface *i)
{
	return i->kind == SFLOW_IF_PORT ? i->value : i->raw_value;
}

static void put_discard(struct xdr_out *x, bool is_expanded, const struct sflow_sample *s)
{
	xdr_put_u32(x, s->sequence);
	put_source(x, is_expanded, &s->source);
	xdr_put_u32(x, s->drops);
	xdr_put_u32(x, plain_ifindex(&s->input));
	xdr_put_u32(x, plain_ifindex(&s->output));
	xdr_put_u32(x, s->reason);
}

static const struct {
	uint32_t tag;
	bool is_expanded;
	void (*put)(struct xdr_out *x, bool is_expanded, const struct sflow_sample *s);
} kinds[SFLOW_SAMPLE_KIND_COUNT] = {
	[SFLOW_SAMPLE_FLOW] = { SFLOW_TAG(0, 1), false, put_flow },
	[SFLOW_SAMPLE_COUNTERS] = { SFLOW_TAG(0, 2), false, put_counters },
	[SFLOW_SAMPLE_FLOW_EXPANDED] = { SFLOW_TAG(0, 3), true, put_flow },
	[SFLOW_SAMPLE_COUNTERS_EXPANDED] = { SFLOW_TAG(0, 4), true, put_counters },
	[SFLOW_SAMPLE_DISCARD] = { SFLOW_TAG(0, 5), true, put_discard },
};

void sflow_write_sample(struct sflow_writer *w, const struct sflow_sample *s)
{
	if (kinds[s->kind].put == NULL) {
		return;
	}
	begin_sample(w, kinds[s->kind].tag);
	kinds[s->kind].put(&w->out, kinds[s->kind].is_expanded, s);
	w->record_count_at = xdr_begin_length(&w->out);
}

/* Tag, length, body and pad, as samples and records have them. */
static void put_opaque(struct sflow_writer *w, uint32_t tag, struct bytes body)
{
	xdr_put_u32(&w->out, tag);
	xdr_put_opaque(&w->out, body);
}

void sflow_write_opaque_sample(struct sflow_writer *w, uint32_t tag, struct bytes body)
{
	end_sample(w);
	w->sample_count++;
	put_opaque(w, tag, body);
}

void sflow_write_record(struct sflow_writer *w, enum sflow_record_id id,
                        const union sflow_value *value)
{
	sflow_record_encode(sflow_record_type_of(id), value, &w->out);
	w->record_count++;
}

void sflow_write_opaque_record(struct sflow_writer *w, uint32_t tag, struct bytes body)
{
	put_opaque(w, tag, body);
	w->record_count++;
}

size_t sflow_write_end(struct sflow_writer *w)
{
	end_sample(w);
	fill(w->sample_count_at, w->sample_count);
	return w->out.failed ? 0 : (size_t)(w->out.at - w->begin);
}
