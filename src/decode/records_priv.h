/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of field: one reader and one writer each. Padding and byte order live here and nowhere
 * else.
 *
 * Readers are sticky like the cursor below them. They count the fields that were wholly there,
 * which is how a short form is told from a short record, and they tell bytes that are missing
 * (short) from a count, length or type that cannot be (bad). */
#pragma once

#include "fabricpulse/decode/records.h"

struct record_reader {
	struct xdr x;
	uint32_t fields;   /* read whole */
	bool is_bad;       /* a count, length or type that the layout forbids */
	bool has_required; /* everything before the optional tail was there */
};

struct record_writer {
	struct xdr_out *x;
	uint32_t fields_left; /* those of an optional tail that is not wanted are not written */
};

/* ---- reading ---- */

static inline void record_tail_begins(struct record_reader *r)
{
	r->has_required = !r->x.failed;
}

/* Close a field: it counts when the cursor could give all of it. */
static inline void record_field_done(struct record_reader *r)
{
	r->fields += !r->x.failed;
}

static inline void record_refuse(struct record_reader *r)
{
	r->is_bad = r->is_bad || !r->x.failed;
	r->x.failed = true;
	r->x.at = r->x.end;
}

/* `count` elements of `size` bytes; a count that the body cannot hold is bad, not short. Never NULL
 * on success. */
static inline const uint8_t *record_take_counted(struct record_reader *r, uint32_t count,
                                                 uint32_t size)
{
	if (r->x.failed || (uint64_t)count * size > xdr_left(&r->x)) {
		record_refuse(r);
		return NULL;
	}
	return xdr_take(&r->x, (uint64_t)count * size);
}

static inline void record_get_u32(struct record_reader *r, uint32_t *out)
{
	*out = xdr_u32(&r->x);
	record_field_done(r);
}

static inline void record_get_i32(struct record_reader *r, int32_t *out)
{
	*out = (int32_t)xdr_u32(&r->x);
	record_field_done(r);
}

static inline void record_get_u64(struct record_reader *r, uint64_t *out)
{
	*out = xdr_u64(&r->x);
	record_field_done(r);
}

static inline void record_get_f32(struct record_reader *r, float *out)
{
	uint32_t bits = xdr_u32(&r->x);

	memcpy(out, &bits, sizeof *out);
	record_field_done(r);
}

static inline void record_get_mac(struct record_reader *r, struct mac *out)
{
	xdr_fixed(&r->x, out->bytes, sizeof out->bytes);
	record_field_done(r);
}

static inline void record_get_ipv4(struct record_reader *r, struct addr *out)
{
	*out = (struct addr){ .family = ADDR_IPV4 };
	xdr_fixed(&r->x, out->bytes, 4);
	record_field_done(r);
}

static inline void record_get_ipv6(struct record_reader *r, struct addr *out)
{
	*out = (struct addr){ .family = ADDR_IPV6 };
	xdr_fixed(&r->x, out->bytes, 16);
	record_field_done(r);
}

static inline void record_get_address(struct record_reader *r, struct addr *out)
{
	uint32_t type = xdr_u32(&r->x);

	*out = (struct addr){ .family = type };
	if (type == ADDR_IPV4) {
		xdr_fixed(&r->x, out->bytes, 4);
	} else if (type == ADDR_IPV6) {
		xdr_fixed(&r->x, out->bytes, 16);
	} else if (type != ADDR_NONE) {
		out->family = ADDR_NONE;
		record_refuse(r);
	}
	record_field_done(r);
}

static inline void record_get_uuid(struct record_reader *r, struct sf_uuid *out)
{
	xdr_fixed(&r->x, out->bytes, sizeof out->bytes);
	record_field_done(r);
}

static inline void record_get_octets4(struct record_reader *r, struct sf_octets4 *out)
{
	xdr_fixed(&r->x, out->bytes, sizeof out->bytes);
	record_field_done(r);
}

static inline void record_get_opaque(struct record_reader *r, struct bytes *out)
{
	bool has_length = xdr_left(&r->x) >= 4;

	*out = xdr_opaque(&r->x);
	r->is_bad = r->is_bad || (has_length && r->x.failed);
	record_field_done(r);
}

static inline void record_get_string(struct record_reader *r, struct bytes *out)
{
	record_get_opaque(r, out);
}

static inline void record_get_u32s(struct record_reader *r, struct sf_u32s *out)
{
	uint32_t count = xdr_u32(&r->x);

	out->at = record_take_counted(r, count, 4);
	out->count = out->at != NULL ? count : 0;
	record_field_done(r);
}

static inline void record_get_i32s(struct record_reader *r, struct sf_u32s *out)
{
	record_get_u32s(r, out);
}

/* ---- writing ---- */

static inline bool record_wants(struct record_writer *w)
{
	if (w->fields_left == 0) {
		return false;
	}
	w->fields_left--;
	return true;
}

static inline void record_put_u32(struct record_writer *w, const uint32_t *v)
{
	if (record_wants(w)) {
		xdr_put_u32(w->x, *v);
	}
}

static inline void record_put_i32(struct record_writer *w, const int32_t *v)
{
	if (record_wants(w)) {
		xdr_put_u32(w->x, (uint32_t)*v);
	}
}

static inline void record_put_u64(struct record_writer *w, const uint64_t *v)
{
	if (record_wants(w)) {
		xdr_put_u64(w->x, *v);
	}
}

static inline void record_put_f32(struct record_writer *w, const float *v)
{
	uint32_t bits;

	if (record_wants(w)) {
		memcpy(&bits, v, sizeof bits);
		xdr_put_u32(w->x, bits);
	}
}

static inline void record_put_mac(struct record_writer *w, const struct mac *v)
{
	if (record_wants(w)) {
		xdr_put_fixed(w->x, v->bytes, sizeof v->bytes);
	}
}

static inline void record_put_ipv4(struct record_writer *w, const struct addr *v)
{
	if (record_wants(w)) {
		xdr_put_fixed(w->x, v->bytes, 4);
	}
}

static inline void record_put_ipv6(struct record_writer *w, const struct addr *v)
{
	if (record_wants(w)) {
		xdr_put_fixed(w->x, v->bytes, 16);
	}
}

static inline void record_put_address(struct record_writer *w, const struct addr *v)
{
	if (record_wants(w)) {
		xdr_put_u32(w->x, v->family);
		xdr_put_fixed(w->x, v->bytes,
		              v->family == ADDR_IPV4   ? 4
		              : v->family == ADDR_IPV6 ? 16
		                                       : 0);
	}
}

static inline void record_put_uuid(struct record_writer *w, const struct sf_uuid *v)
{
	if (record_wants(w)) {
		xdr_put_fixed(w->x, v->bytes, sizeof v->bytes);
	}
}

static inline void record_put_octets4(struct record_writer *w, const struct sf_octets4 *v)
{
	if (record_wants(w)) {
		xdr_put_fixed(w->x, v->bytes, sizeof v->bytes);
	}
}

static inline void record_put_opaque(struct record_writer *w, const struct bytes *v)
{
	if (record_wants(w)) {
		xdr_put_opaque(w->x, *v);
	}
}

static inline void record_put_string(struct record_writer *w, const struct bytes *v)
{
	record_put_opaque(w, v);
}

/* A count and elements that are already in wire form. */
static inline void record_put_counted(struct record_writer *w, uint32_t count, struct bytes raw)
{
	if (record_wants(w)) {
		xdr_put_u32(w->x, count);
		xdr_put_fixed(w->x, raw.at, raw.len);
	}
}

static inline void record_put_u32s(struct record_writer *w, const struct sf_u32s *v)
{
	record_put_counted(w, v->count, (struct bytes){ .at = v->at, .len = 4 * (size_t)v->count });
}

static inline void record_put_i32s(struct record_writer *w, const struct sf_u32s *v)
{
	record_put_u32s(w, v);
}

/* ---- irregular parts: records_irregular.c ---- */

void record_get_as_path(struct record_reader *r, struct sf_as_path *out);
void record_get_adapters(struct record_reader *r, struct sf_adapters *out);
void record_get_lanes(struct record_reader *r, struct sf_lanes *out);
void record_put_as_path(struct record_writer *w, const struct sf_as_path *v);
void record_put_adapters(struct record_writer *w, const struct sf_adapters *v);
void record_put_lanes(struct record_writer *w, const struct sf_lanes *v);
