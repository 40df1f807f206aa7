/* SPDX-License-Identifier: Apache-2.0 */
/* What is packed is what comes out again, read back by zlib's own reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "../../src/http/request_priv.h"
#include "fabricpulse/base/mem.h"
#include "wire.h"

/* Fails the test unless gzip_bytes() keeps every byte; the packed length. */
static size_t round_trip(const char *in, size_t len)
{
	z_stream z = { 0 };
	size_t packed_len = 0;
	char *packed = gzip_bytes(in, len, &packed_len);
	char *back = malloc(len + 1);

	assert_non_null(packed);
	assert_non_null(back);
	assert_true(packed_len >= 18); /* RFC 1952: header and trailer */
	assert_int_equal((uint8_t)packed[0], 0x1f);
	assert_int_equal((uint8_t)packed[1], 0x8b);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)packed;
	z.avail_in = (uInt)packed_len;
	z.next_out = (Bytef *)back;
	z.avail_out = (uInt)len + 1;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, len);
	assert_memory_equal(back, in, len);
	assert_int_equal(inflateEnd(&z), Z_OK);
	mem_free(packed);
	free(back);
	return packed_len;
}

static void test_nothing_and_little(void **state)
{
	(void)state;
	round_trip("", 0);
	round_trip("a", 1);
	round_trip("\0\0", 2);
}

static void test_text_shrinks(void **state)
{
	char text[100000];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] = "fabricpulse_port_packets_total{agent=\"10.0.0.1\"} 17\n"[i % 51];
	}
	assert_true(round_trip(text, sizeof text) < sizeof text / 20);
}

/* Random bytes do not shrink; the room for them must suffice at every length. */
static void test_what_does_not_shrink(void **state)
{
	static char noise[1 << 18];
	uint64_t random = 3;

	(void)state;
	for (size_t i = 0; i < sizeof noise; i++) {
		noise[i] = (char)wire_random(&random);
	}
	for (size_t len = 1; len <= sizeof noise; len = len * 3 / 2 + 1) {
		assert_true(round_trip(noise, len) >= len);
	}
	round_trip(noise, sizeof noise);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_and_little),
		cmocka_unit_test(test_text_shrinks),
		cmocka_unit_test(test_what_does_not_shrink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
