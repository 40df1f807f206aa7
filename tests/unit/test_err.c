/* SPDX-License-Identifier: Apache-2.0 */
/* Every error has a label that can stand in a metric and a sentence; labels are unique. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/err.h"

static void rows_are_whole(void **state)
{
	(void)state;
	for (int i = 0; i < FP_ERR_COUNT; i++) {
		const char *label = fp_err_label((enum fp_err)i);

		assert_non_null(label);
		assert_non_null(fp_err_text((enum fp_err)i));
		assert_true(strlen(label) > 0);
		assert_true(strlen(fp_err_text((enum fp_err)i)) > strlen("error"));
		for (const char *p = label; *p != '\0'; p++) {
			assert_true(islower((unsigned char)*p) || *p == '_');
		}
	}
}

static void labels_are_unique(void **state)
{
	(void)state;
	for (int i = 0; i < FP_ERR_COUNT; i++) {
		for (int k = 0; k < i; k++) {
			assert_string_not_equal(fp_err_label((enum fp_err)i),
			                        fp_err_label((enum fp_err)k));
		}
	}
}

static void wire_faults_come_first(void **state)
{
	(void)state;
	assert_int_equal(FP_OK, 0);
	assert_int_equal(FP_SHORT_HEADER, 1);
	assert_string_equal(fp_err_label(FP_OK), "ok");
	assert_string_equal(fp_err_label(FP_SHORT_HEADER), "short_header");
	assert_string_equal(fp_err_label(FP_BAD_BTH_VERSION), "bad_bth_version");
	assert_int_equal(FP_WIRE_FAULT_END, FP_BAD_BTH_VERSION + 1);
	assert_string_equal(fp_err_label(FP_END), "end");
	assert_int_equal(FP_ERR_COUNT, FP_END + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(labels_are_unique),
		cmocka_unit_test(wire_faults_come_first),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
