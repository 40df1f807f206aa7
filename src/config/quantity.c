/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and durations by two tables of units, read and printed from the same rows.
 *
 * Durations follow Prometheus: whole numbers, units in falling order, each at most once. Sizes are
 * powers of 1024 whatever the suffix's spelling; "KB" and "MB" are refused, because people disagree
 * about what they mean.
 */
#include "quantity_priv.h"

#include <stddef.h>
#include <string.h>

#include "fabricpulse/base/clock.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* Each size twice, as people write it; the first is printed. */
static const struct unit sizes[] = {
	{ "T", UINT64_C(1) << 40 },
	{ "TiB", UINT64_C(1) << 40 },
	{ "G", UINT64_C(1) << 30 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "M", UINT64_C(1) << 20 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "K", UINT64_C(1) << 10 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "", 1 },
	{ "B", 1 },
};

static const struct unit durations[] = {
	{ "w", 604800 * NS_PER_SECOND }, { "d", 86400 * NS_PER_SECOND },
	{ "h", 3600 * NS_PER_SECOND },   { "m", 60 * NS_PER_SECOND },
	{ "s", NS_PER_SECOND },          { "ms", NS_PER_MS },
	{ "us", NS_PER_MS / 1000 },
};

#define SIZES     (sizeof sizes / sizeof sizes[0])
#define DURATIONS (sizeof durations / sizeof durations[0])

/* Reads digits at `*text` and steps over them. */
static bool digits_parse(const char **text, uint64_t *out)
{
	const char *p = *text;
	uint64_t value = 0;

	if (p[0] < '0' || p[0] > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9')) {
		return false;
	}
	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value)) {
			return false;
		}
	}
	*text = p;
	*out = value;
	return true;
}

bool quantity_u64_parse(const char *text, uint64_t *out)
{
	uint64_t value;

	if (!digits_parse(&text, &value) || *text != '\0') {
		return false;
	}
	*out = value;
	return true;
}

bool quantity_bytes_parse(const char *text, uint64_t *out)
{
	uint64_t value;

	if (!digits_parse(&text, &value)) {
		return false;
	}
	for (size_t i = 0; i < SIZES; i++) {
		if (strcmp(text, sizes[i].name) == 0 &&
		    !__builtin_mul_overflow(value, sizes[i].factor, &value)) {
			*out = value;
			return true;
		}
	}
	return false;
}

/* The first unit at or behind `from` whose name is the letters at `text`; DURATIONS when there is
 * none. */
static size_t duration_unit(const char *text, size_t len, size_t from)
{
	for (size_t i = from; i < DURATIONS; i++) {
		if (strlen(durations[i].name) == len && memcmp(durations[i].name, text, len) == 0) {
			return i;
		}
	}
	return DURATIONS;
}

bool quantity_duration_parse(const char *text, uint64_t *out)
{
	uint64_t sum = 0;
	size_t next = 0;

	if (strcmp(text, "0") == 0) {
		*out = 0;
		return true;
	}
	do {
		uint64_t value;
		size_t letters;
		size_t unit;

		if (!digits_parse(&text, &value)) {
			return false;
		}
		letters = strspn(text, "wdhmsu");
		unit = duration_unit(text, letters, next);
		if (unit == DURATIONS ||
		    __builtin_mul_overflow(value, durations[unit].factor, &value) ||
		    __builtin_add_overflow(sum, value, &sum)) {
			return false;
		}
		text += letters;
		next = unit + 1;
	} while (*text != '\0');
	*out = sum;
	return true;
}

void quantity_bytes_print(uint64_t bytes, struct strbuf *out)
{
	size_t unit = 0;

	while (bytes % sizes[unit].factor != 0 || (bytes == 0 && sizes[unit].factor > 1)) {
		unit++;
	}
	strbuf_put_u64(out, bytes / sizes[unit].factor);
	strbuf_puts(out, sizes[unit].name);
}

void quantity_duration_print(uint64_t ns, struct strbuf *out)
{
	size_t before = out->len;

	for (size_t i = 0; i < DURATIONS; i++) {
		if (ns >= durations[i].factor) {
			strbuf_put_u64(out, ns / durations[i].factor);
			strbuf_puts(out, durations[i].name);
			ns %= durations[i].factor;
		}
	}
	if (out->len == before) {
		strbuf_puts(out, "0s");
	}
}
