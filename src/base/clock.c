/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's clocks in nanoseconds, and time as text (RFC 3339, UTC, milliseconds).
 *
 * 64 bits of nanoseconds since 1970 reach to the year 2554. Event time comes with the datagrams;
 * whoever reads a clock here wants the present: log lines, timeouts, the age of what is shown.
 */
#include "fabricpulse/base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

static uint64_t clock_read(clockid_t id)
{
	struct timespec ts;
	int rc = clock_gettime(id, &ts);

	assert(rc == 0); /* both clocks exist on every Linux */
	(void)rc;
	return (uint64_t)ts.tv_sec * NS_PER_SECOND + (uint64_t)ts.tv_nsec;
}

uint64_t clock_realtime_ns(void)
{
	return clock_read(CLOCK_REALTIME);
}

uint64_t clock_monotonic_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

void clock_sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / NS_PER_SECOND),
		.tv_nsec = (long)(ns % NS_PER_SECOND),
	};

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

const char *clock_text(uint64_t realtime_ns, char out[static CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(realtime_ns / NS_PER_SECOND);
	unsigned ms = (unsigned)(realtime_ns / NS_PER_MS % 1000);
	struct tm tm = { 0 };
	size_t len;

	(void)gmtime_r(&seconds, &tm);
	len = strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out + len, CLOCK_TEXT_SIZE - len, ".%03uZ", ms);
	return out;
}
