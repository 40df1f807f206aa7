/* SPDX-License-Identifier: Apache-2.0 */
/* Time is uint64_t nanoseconds: since the Unix epoch (realtime, event time) or since boot
 * (monotonic). */
#pragma once

#include <stdint.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS     UINT64_C(1000000)

uint64_t clock_realtime_ns(void);
uint64_t clock_monotonic_ns(void);
void clock_sleep_ns(uint64_t ns); /* returns early on a signal */

/* "2026-01-02T03:04:05.678Z" */
#define CLOCK_TEXT_SIZE 32
const char *clock_text(uint64_t realtime_ns, char out[static CLOCK_TEXT_SIZE]);
