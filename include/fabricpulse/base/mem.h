/* SPDX-License-Identifier: Apache-2.0 */
/* The only allocator. Everything it gives is zeroed. Not for the hot path: workers get their memory
 * before they start.
 */
#pragma once

#include <stddef.h>

/* Let large blocks go back to the system as soon as they are released, instead of being kept for
 * the next answer: an exposition is tens of megabytes once a minute. Call it once, before threads
 * start. */
void mem_return_large(void);

/* `count` zeroed elements, or NULL when memory is out or the product overflows. Release with
 * mem_free(). */
void *mem_new(size_t count, size_t size);

/* Grow or shrink; new bytes are NOT zeroed. NULL leaves `old` as it was. */
void *mem_resize(void *old, size_t count, size_t size);

char *mem_strdup(const char *text); /* NULL when memory is out or `text` is NULL */

void mem_free(void *p);

/* Address space for `count` zeroed elements, backed by memory only where it is touched: the way in
 * which tables get a fixed place and a hard limit without paying for the limit. Whole pages, page
 * aligned. NULL when refused. */
void *mem_reserve(size_t count, size_t size);
void mem_unreserve(void *p, size_t count, size_t size);
