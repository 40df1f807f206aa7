/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the XDR cursors that are too long to be inline.
 *
 * Both directions keep one rule: after a failure the position is the end, so nothing that follows
 * can succeed, and the caller looks at `failed` once. Lengths from the wire are 32 bits wide and
 * are padded in 64 bits, so no sum wraps. Source: RFC 4506, sections 4.9 (fixed opaque), 4.10
 * (variable opaque) and 4.11 (string).
 */
#include "fabricpulse/base/xdr.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "be32_load swaps without asking");

void xdr_fixed(struct xdr *x, uint8_t *out, size_t len)
{
	const uint8_t *p = xdr_take(x, xdr_padded(len));

	if (p == NULL) {
		memset(out, 0, len);
		return;
	}
	memcpy(out, p, len);
}

/* Steps over the pad that follows `len` bytes, or over what is there of it. */
static void skip_pad(struct xdr *x, uint64_t len)
{
	uint64_t pad = xdr_padded(len) - len;
	size_t left = xdr_left(x);

	x->at += pad < left ? pad : left;
}

struct bytes xdr_opaque(struct xdr *x)
{
	uint32_t len = xdr_u32(x);
	const uint8_t *p = xdr_take(x, len);

	if (p == NULL) {
		return (struct bytes){ .at = x->end, .len = 0 };
	}
	skip_pad(x, len);
	return (struct bytes){ .at = p, .len = len };
}

bool xdr_cut(struct xdr *x, uint32_t len, struct xdr *child)
{
	const uint8_t *p = xdr_take(x, len);

	if (p == NULL || x->failed) {
		*child = (struct xdr){ .at = x->end, .end = x->end, .failed = true };
		return false;
	}
	*child = (struct xdr){ .at = p, .end = p + len, .failed = false };
	skip_pad(x, len);
	return true;
}

/* Room for `len` bytes, or NULL and a failed writer. */
static uint8_t *out_take(struct xdr_out *x, uint64_t len)
{
	uint8_t *at = x->at;

	if (len > (size_t)(x->end - x->at)) {
		x->failed = true;
		x->at = x->end;
		return NULL;
	}
	x->at += len;
	return at;
}

static void be32_store(uint8_t *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, sizeof v);
}

void xdr_put_u32(struct xdr_out *x, uint32_t v)
{
	uint8_t *p = out_take(x, sizeof v);

	if (p != NULL) {
		be32_store(p, v);
	}
}

/* In one piece, so that a writer which is nearly full does not keep half a number. */
void xdr_put_u64(struct xdr_out *x, uint64_t v)
{
	uint8_t *p = out_take(x, sizeof v);

	if (p != NULL) {
		be32_store(p, (uint32_t)(v >> 32));
		be32_store(p + 4, (uint32_t)v);
	}
}

void xdr_put_fixed(struct xdr_out *x, const uint8_t *bytes, size_t len)
{
	uint64_t padded = xdr_padded(len);
	uint8_t *p = out_take(x, padded);

	if (p == NULL || len == 0) {
		return;
	}
	memcpy(p, bytes, len);
	memset(p + len, 0, (size_t)(padded - len));
}

void xdr_put_opaque(struct xdr_out *x, struct bytes b)
{
	if (b.len > UINT32_MAX) {
		x->failed = true;
		x->at = x->end;
		return;
	}
	xdr_put_u32(x, (uint32_t)b.len);
	xdr_put_fixed(x, b.at, b.len);
}

uint8_t *xdr_begin_length(struct xdr_out *x)
{
	return out_take(x, 4);
}

void xdr_end_length(struct xdr_out *x, uint8_t *begin)
{
	if (x->failed) {
		return;
	}
	be32_store(begin, (uint32_t)(x->at - begin - 4));
}
