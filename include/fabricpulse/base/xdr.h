/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded cursors over big-endian bytes: the only way in which wire bytes are read or written.
 *
 * A reader never leaves [at, end). A read that does not fit sets `failed`, moves to the end and
 * gives zeros, and so do all reads after it: a decoder is a straight line of reads with one check
 * at its end. A child cursor cut by xdr_cut() can never see beyond its parent. A writer fails in
 * the same sticky way when its buffer is full.
 *
 * Source: RFC 4506 (XDR); 64-bit values have 4-byte alignment as everything else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fabricpulse/base/bytes.h"

struct xdr {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static inline struct xdr xdr_of(struct bytes b)
{
	const uint8_t *at =
	    b.at != NULL ? b.at : (const uint8_t *)""; /* an empty view may have no address */

	return (struct xdr){ .at = at, .end = at + b.len, .failed = false };
}

static inline size_t xdr_left(const struct xdr *x)
{
	return (size_t)(x->end - x->at);
}

/* Bytes that `len` occupies with its pad, in 64 bits so that a length near 2^32 cannot wrap. */
static inline uint64_t xdr_padded(uint64_t len)
{
	return (len + 3u) & ~(uint64_t)3u;
}

/* The next `len` bytes, or NULL (and a failed cursor) when fewer are left. */
static inline const uint8_t *xdr_take(struct xdr *x, uint64_t len)
{
	const uint8_t *at = x->at;

	if (len > xdr_left(x)) {
		x->failed = true;
		x->at = x->end;
		return NULL;
	}
	x->at += len;
	return at;
}

static inline uint16_t be16_load(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t be32_load(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return __builtin_bswap32(
	    v); /* the reference platform is little-endian; asserted in xdr.c */
}

static inline uint64_t be64_load(const uint8_t *p)
{
	return (uint64_t)be32_load(p) << 32 | be32_load(p + 4);
}

static inline uint32_t xdr_u32(struct xdr *x)
{
	const uint8_t *p = xdr_take(x, 4);

	return p != NULL ? be32_load(p) : 0;
}

static inline uint64_t xdr_u64(struct xdr *x)
{
	const uint8_t *p = xdr_take(x, 8);

	return p != NULL ? be64_load(p) : 0;
}

/* Fixed opaque[len]: `len` bytes plus pad are consumed; fills `out`, zeroed when they are not
 * there. */
void xdr_fixed(struct xdr *x, uint8_t *out, size_t len);

/* opaque<> or string<>: a view of the bytes, which borrows the datagram. A final pad that the
 * record omits is no failure (seen on real agents). */
struct bytes xdr_opaque(struct xdr *x);

/* Cut a child of the next `len` bytes and step over them and their pad (or over what is left of the
 * pad). False, with a failed parent and an empty, failed child, when `len` itself does not fit. */
bool xdr_cut(struct xdr *x, uint32_t len, struct xdr *child);

/* Writer over a caller's buffer. */
struct xdr_out {
	uint8_t *at;
	uint8_t *end;
	bool failed;
};

static inline struct xdr_out xdr_out_of(uint8_t *buf, size_t size)
{
	return (struct xdr_out){ .at = buf, .end = buf + size, .failed = false };
}

void xdr_put_u32(struct xdr_out *x, uint32_t v);
void xdr_put_u64(struct xdr_out *x, uint64_t v);
void xdr_put_fixed(struct xdr_out *x, const uint8_t *bytes, size_t len); /* with zero pad */
void xdr_put_opaque(struct xdr_out *x, struct bytes b); /* length, bytes, zero pad */

/* Reserve a length word now (NULL when full) and fill it with the number of bytes written since by
 * xdr_end_length(). */
uint8_t *xdr_begin_length(struct xdr_out *x);
void xdr_end_length(struct xdr_out *x, uint8_t *begin);
