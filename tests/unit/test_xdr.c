/* SPDX-License-Identifier: Apache-2.0 */
/* The cursors: what they read and write, where they stop, and that they stay stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/xdr.h"

#define XDR(...)                                                                                   \
	xdr_of((struct bytes){ (const uint8_t[]){ __VA_ARGS__ },                                   \
	                       sizeof((const uint8_t[]){ __VA_ARGS__ }) })

static void numbers_are_big_endian(void **state)
{
	struct xdr x = XDR(0, 0, 0, 1, 0xfe, 0xdc, 0xba, 0x98, 1, 2, 3, 4, 5, 6, 7, 8);

	(void)state;
	assert_int_equal(xdr_u32(&x), 1);
	assert_int_equal(xdr_u32(&x), 0xfedcba98u);
	assert_true(xdr_u64(&x) == UINT64_C(0x0102030405060708));
	assert_int_equal(xdr_left(&x), 0);
	assert_false(x.failed);
	assert_int_equal(be16_load((const uint8_t[]){ 0xab, 0xcd }), 0xabcd);
}

static void failure_sticks(void **state)
{
	struct xdr x = XDR(1, 2, 3);

	(void)state;
	assert_int_equal(xdr_u32(&x), 0);
	assert_true(x.failed);
	assert_int_equal(xdr_left(&x), 0);
	assert_null(xdr_take(&x, 1)); /* although a byte was there before */
	assert_true(xdr_u64(&x) == 0);
	assert_int_equal(xdr_opaque(&x).len, 0);
	assert_true(x.failed);
}

static void a_view_of_nothing_can_be_read(void **state)
{
	struct xdr x = xdr_of((struct bytes){ NULL, 0 });

	(void)state;
	assert_non_null(xdr_take(&x, 0));
	assert_false(x.failed);
	assert_int_equal(xdr_u32(&x), 0);
	assert_true(x.failed);
}

static void fixed_consumes_its_pad(void **state)
{
	struct xdr x = XDR(1, 2, 3, 4, 5, 6, 0xff, 0xff, 0, 0, 0, 9);
	uint8_t mac[6];

	(void)state;
	xdr_fixed(&x, mac, sizeof mac);
	assert_memory_equal(mac, ((uint8_t[]){ 1, 2, 3, 4, 5, 6 }), 6);
	assert_int_equal(xdr_u32(&x), 9);
	assert_false(x.failed);
}

static void fixed_zeroes_what_is_not_there(void **state)
{
	struct xdr x = XDR(1, 2, 3, 4, 5, 6, 7);
	uint8_t mac[6] = { 9, 9, 9, 9, 9, 9 };

	(void)state;
	xdr_fixed(&x, mac, sizeof mac); /* a byte of the pad is missing */
	assert_memory_equal(mac, ((uint8_t[6]){ 0 }), 6);
	assert_true(x.failed);
}

static void opaque_borrows_and_skips_its_pad(void **state)
{
	struct xdr x = XDR(0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0, 0, 0, 0, 7);
	struct bytes b = xdr_opaque(&x);

	(void)state;
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.at, "hello", 5);
	assert_int_equal(xdr_u32(&x), 7);
	assert_false(x.failed);
}

static void opaque_may_omit_its_last_pad(void **state)
{
	struct xdr x = XDR(0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0);

	(void)state;
	assert_int_equal(xdr_opaque(&x).len, 5);
	assert_false(x.failed);
	assert_int_equal(xdr_left(&x), 0);
}

/* A length near 2^32 would wrap to a few bytes if the pad were added in 32 bits. */
static void opaque_length_cannot_wrap(void **state)
{
	struct xdr x = XDR(0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4);

	(void)state;
	assert_int_equal(xdr_opaque(&x).len, 0);
	assert_true(x.failed);
	assert_true(xdr_padded(0xffffffffu) == UINT64_C(0x100000000));
}

static void child_cannot_see_beyond_its_length(void **state)
{
	struct xdr x = XDR(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3);
	struct xdr child;

	(void)state;
	assert_true(xdr_cut(&x, 6, &child)); /* and two bytes of pad */
	assert_int_equal(xdr_left(&child), 6);
	assert_int_equal(xdr_u32(&child), 1);
	assert_int_equal(xdr_u32(&child), 0);
	assert_true(child.failed);
	assert_false(x.failed); /* a child's failure is its own */
	assert_int_equal(xdr_u32(&x), 3);
}

static void cut_may_end_inside_the_pad(void **state)
{
	struct xdr x = XDR(1, 2, 3, 4, 5, 6);
	struct xdr child;

	(void)state;
	assert_true(xdr_cut(&x, 5, &child));
	assert_int_equal(xdr_left(&child), 5);
	assert_int_equal(xdr_left(&x), 0);
	assert_false(x.failed);
}

static void cut_fails_with_its_parent(void **state)
{
	struct xdr x = XDR(1, 2, 3, 4);
	struct xdr child = x;

	(void)state;
	assert_false(xdr_cut(&x, 5, &child));
	assert_true(x.failed);
	assert_true(child.failed);
	assert_int_equal(xdr_left(&child), 0);
	assert_false(xdr_cut(&x, 0, &child)); /* nothing comes out of a failed cursor */
}

static void writer_pads_and_measures(void **state)
{
	uint8_t buf[64];
	struct xdr_out out = xdr_out_of(buf, sizeof buf);
	uint8_t *begin;
	struct xdr in;
	struct xdr child;
	uint8_t mac[6];

	(void)state;
	memset(buf, 0xee, sizeof buf);
	begin = xdr_begin_length(&out);
	xdr_put_u64(&out, UINT64_C(0xfedcba9876543210));
	xdr_put_fixed(&out, (const uint8_t[]){ 1, 2, 3, 4, 5, 6 }, 6);
	xdr_put_opaque(&out, (struct bytes){ (const uint8_t *)"abc", 3 });
	xdr_put_opaque(&out, (struct bytes){ NULL, 0 });
	xdr_end_length(&out, begin);
	xdr_put_u32(&out, 42);
	assert_false(out.failed);
	assert_int_equal(out.at - buf, 4 + 8 + 8 + 8 + 4 + 4);

	in = xdr_of((struct bytes){ buf, (size_t)(out.at - buf) });
	assert_true(xdr_cut(&in, xdr_u32(&in), &child));
	assert_true(xdr_u64(&child) == UINT64_C(0xfedcba9876543210));
	assert_memory_equal(child.at + 6, ((uint8_t[]){ 0, 0 }), 2);
	xdr_fixed(&child, mac, sizeof mac);
	assert_memory_equal(mac, ((uint8_t[]){ 1, 2, 3, 4, 5, 6 }), 6);
	assert_int_equal(child.at[7], 0); /* the pad of "abc" */
	assert_int_equal(xdr_opaque(&child).len, 3);
	assert_int_equal(xdr_opaque(&child).len, 0);
	assert_int_equal(xdr_left(&child), 0);
	assert_int_equal(xdr_u32(&in), 42);
}

/* At each size that is too small the writer fails, stays inside, and accepts nothing later. */
static void writer_stays_inside(void **state)
{
	(void)state;
	for (size_t size = 0; size < 24; size++) {
		uint8_t buf[32];
		struct xdr_out out = xdr_out_of(buf, size);
		uint8_t *begin;

		memset(buf, 0xee, sizeof buf);
		begin = xdr_begin_length(&out);
		xdr_put_u64(&out, 1);
		xdr_put_u32(&out, 2);
		xdr_put_opaque(&out, (struct bytes){ (const uint8_t *)"x", 1 });
		xdr_end_length(&out, begin);
		xdr_put_u32(&out, 3);
		assert_true(out.failed);
		assert_ptr_equal(out.at, buf + size);
		for (size_t i = size; i < sizeof buf; i++) {
			assert_int_equal(buf[i], 0xee);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_big_endian),
		cmocka_unit_test(failure_sticks),
		cmocka_unit_test(a_view_of_nothing_can_be_read),
		cmocka_unit_test(fixed_consumes_its_pad),
		cmocka_unit_test(fixed_zeroes_what_is_not_there),
		cmocka_unit_test(opaque_borrows_and_skips_its_pad),
		cmocka_unit_test(opaque_may_omit_its_last_pad),
		cmocka_unit_test(opaque_length_cannot_wrap),
		cmocka_unit_test(child_cannot_see_beyond_its_length),
		cmocka_unit_test(cut_may_end_inside_the_pad),
		cmocka_unit_test(cut_fails_with_its_parent),
		cmocka_unit_test(writer_pads_and_measures),
		cmocka_unit_test(writer_stays_inside),
	};

	return cmocka_run_group_tests_name("xdr", tests, NULL, NULL);
}
