/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator: libc's heap for what is small, anonymous mappings for what has a place of its own.
 *
 * Everything here checks the product of count and size, and a request for nothing still gives
 * something, so that NULL always means "refused". Reserved ranges are private anonymous mappings
 * without swap reservation: the kernel hands out zeroed pages at the first touch, so a table may be
 * laid out for its limit while it costs what it holds, rounded up to the kernel's small pages.
 */
#include "fabricpulse/base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE_BLOCK_BYTES (256 * 1024)

/* The bytes of `count` elements, at least one; 0 when no object can be so large. libc checks too,
 * but sanitizers take a product that overflows for a mistake of the program. */
static size_t product(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX) {
		return 0;
	}
	return bytes > 0 ? bytes : 1;
}

void *mem_new(size_t count, size_t size)
{
	size_t bytes = product(count, size);

	return bytes > 0 ? calloc(bytes, 1) : NULL;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	size_t bytes = product(count, size);

	return bytes > 0 ? realloc(old, bytes) : NULL;
}

char *mem_strdup(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

void mem_return_large(void)
{
	/* A fixed threshold: glibc otherwise raises it to the largest block that was ever
	 * released. */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, LARGE_BLOCK_BYTES);
}

void mem_free(void *p)
{
	free(p);
}

/* The same in whole pages. Rounding up cannot wrap: what is rounded is below half of the range. */
static size_t reserve_bytes(size_t count, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (product(count, size) + page - 1) / page * page;
}

void *mem_reserve(size_t count, size_t size)
{
	size_t bytes = reserve_bytes(count, size);
	void *p;

	if (bytes == 0) {
		return NULL;
	}
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	         -1, 0);
	if (p == MAP_FAILED) {
		return NULL;
	}
	/* A huge page would back 2 MiB for one touched entry, and tables promise to cost what they
	 * hold. A kernel without huge pages refuses the advice, which is as good. */
	(void)madvise(p, bytes, MADV_NOHUGEPAGE);
	return p;
}

void mem_unreserve(void *p, size_t count, size_t size)
{
	if (p != NULL) {
		(void)munmap(p, reserve_bytes(count, size));
	}
}
