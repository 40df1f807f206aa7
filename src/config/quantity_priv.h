/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units as operators write them. Parsers give false, and leave `out` alone, for
 * anything else. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/strbuf.h"

/* Decimal digits without sign, blanks or leading zero, below 2^64. */
bool quantity_u64_parse(const char *text, uint64_t *out);

/* A whole number and a unit in powers of 1024: none or B, K or KiB, M or MiB, G or GiB, T or
 * TiB. */
bool quantity_bytes_parse(const char *text, uint64_t *out);

/* Nanoseconds from whole numbers with units, larger units first: 250ms, 30s, 1h30m. Units: w d h m
 * s ms us. "0" alone needs none. */
bool quantity_duration_parse(const char *text, uint64_t *out);

/* The shortest form that parses to the same value: 32M, 1500, 1h30m, 0s. Durations are cut to
 * microseconds. */
void quantity_bytes_print(uint64_t bytes, struct strbuf *out);
void quantity_duration_print(uint64_t ns, struct strbuf *out);
