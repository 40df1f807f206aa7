/* SPDX-License-Identifier: Apache-2.0 */
/* gzip in one call by zlib. Level 1: an exposition shrinks sevenfold at any level, and compressing
 * costs six times as much as rendering already. */
#include <limits.h>
#include <zlib.h>

#include "fabricpulse/base/mem.h"
#include "request_priv.h"

#define GZIP_WINDOW (15 + 16) /* 32 KiB, with gzip's header instead of zlib's */
#define GZIP_MEMORY 8

char *gzip_bytes(const char *in, size_t len, size_t *out_len)
{
	z_stream z = { 0 };
	char *out;
	uLong bound;
	int result;

	if (len > UINT_MAX ||
	    deflateInit2(&z, 1, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		return NULL;
	}
	bound = deflateBound(&z, (uLong)len);
	out = bound <= UINT_MAX ? mem_new(bound, 1) : NULL;
	if (out == NULL) {
		deflateEnd(&z);
		return NULL;
	}
	z.next_in = (z_const Bytef *)in;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)bound;
	result = deflate(&z, Z_FINISH);
	*out_len = z.total_out;
	deflateEnd(&z);
	if (result != Z_STREAM_END) {
		mem_free(out);
		return NULL;
	}
	return out;
}
