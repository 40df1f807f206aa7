/* SPDX-License-Identifier: Apache-2.0 */
/* Time: as text, and clocks that run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "fabricpulse/base/clock.h"

static void text_is_rfc3339(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ UINT64_C(1767323045678999999), "2026-01-02T03:04:05.678Z" },
		{ UINT64_C(1709164800000000000), "2024-02-29T00:00:00.000Z" },
		{ UINT64_MAX, "2554-07-21T23:34:33.709Z" },
	};
	char out[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_string_equal(clock_text(rows[i].ns, out), rows[i].text);
	}
}

static void monotonic_runs_while_we_sleep(void **state)
{
	uint64_t before = clock_monotonic_ns();

	(void)state;
	clock_sleep_ns(3 * NS_PER_MS);
	assert_true(clock_monotonic_ns() - before >= 3 * NS_PER_MS);
}

static void realtime_is_the_epochs(void **state)
{
	uint64_t seconds = clock_realtime_ns() / NS_PER_SECOND;
	uint64_t libc = (uint64_t)time(NULL);

	(void)state;
	assert_in_range(libc, seconds > 0 ? seconds - 1 : 0, seconds + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_rfc3339),
		cmocka_unit_test(monotonic_runs_while_we_sleep),
		cmocka_unit_test(realtime_is_the_epochs),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
