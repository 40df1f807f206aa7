/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's half of sFlow-RT's view: summaries of many values, and copies of what the digest
 * published.
 *
 * Quartiles: what sFlow-RT itself computes is not published. Here a quantile lies at position
 * q x (n - 1) of the sorted values, between two of them by linear interpolation (definition 7 of
 * Hyndman and Fan 1996), so that the same numbers come out of PromQL's quantile().
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compat_priv.h"
#include "fabricpulse/base/clock.h"

static int compare_doubles(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double q)
{
	double position = q * (double)(count - 1);
	size_t below = (size_t)position;
	double part = position - (double)below;

	if (below + 1 >= count) {
		return sorted[count - 1];
	}
	return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

struct five_numbers five_numbers_of(double *values, size_t count)
{
	if (count == 0) {
		return (struct five_numbers){ 0 };
	}
	qsort(values, count, sizeof *values, compare_doubles);
	return (struct five_numbers){ .min = values[0],
		                      .q1 = quantile(values, count, 0.25),
		                      .median = quantile(values, count, 0.5),
		                      .q3 = quantile(values, count, 0.75),
		                      .max = values[count - 1] };
}

static bool comes_before(const struct compat_top *entry, const char *name, double value)
{
	return entry->value > value || (entry->value == value && strcmp(entry->name, name) < 0);
}

void top_put(struct compat_top top[static COMPAT_TOP], uint32_t *count, const char *name,
             double value)
{
	size_t length = strnlen(name, COMPAT_NAME_SIZE - 1);
	uint32_t at = *count;

	while (at > 0 && !comes_before(&top[at - 1], name, value)) {
		if (at < COMPAT_TOP) {
			top[at] = top[at - 1];
		}
		at--;
	}
	if (at == COMPAT_TOP) {
		return;
	}
	*count += *count < COMPAT_TOP ? 1 : 0;
	memset(&top[at], 0, sizeof top[at]);
	memcpy(top[at].name, name, length);
	top[at].value = value;
}

/* The digest locked, or NULL before there is one. The lock protects what is pointed to, which is
 * why a const view of the shards may take it. */
static struct compat_digest *digest_lock(const struct shards *shards)
{
	struct compat_digest *d = shards->digest[ANALYZER_compat];

	if (d != NULL) {
		(void)pthread_mutex_lock(&d->lock);
	}
	return d;
}

void compat_snapshot_get(const struct shards *shards, struct compat_snapshot *out)
{
	struct compat_digest *d = digest_lock(shards);

	memset(out, 0, sizeof *out);
	if (d == NULL) {
		return;
	}
	if (d->history_count > 0) {
		*out = d->history[(d->history_next + COMPAT_HISTORY - 1) % COMPAT_HISTORY];
	}
	(void)pthread_mutex_unlock(&d->lock);
}

size_t compat_history_get(const struct shards *shards, uint64_t after_ms,
                          struct compat_snapshot *out, size_t limit)
{
	struct compat_digest *d = digest_lock(shards);
	size_t copied = 0;

	if (d == NULL) {
		return 0;
	}
	for (uint32_t i = 0; i < d->history_count && copied < limit; i++) {
		uint32_t oldest = d->history_next + COMPAT_HISTORY - d->history_count;
		const struct compat_snapshot *s = &d->history[(oldest + i) % COMPAT_HISTORY];

		if (s->time_ns / NS_PER_MS > after_ms) {
			out[copied++] = *s;
		}
	}
	(void)pthread_mutex_unlock(&d->lock);
	return copied;
}

void compat_period_get(const struct shards *shards, struct compat_period *out)
{
	struct compat_digest *d = digest_lock(shards);

	memset(out, 0, sizeof *out);
	if (d != NULL) {
		*out = d->period;
		(void)pthread_mutex_unlock(&d->lock);
	}
}
