/* SPDX-License-Identifier: Apache-2.0 */
/* The records that hold lists of lists: AS paths, adapters, lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/records.h"
#include "wire.h"

/* The body is kept until the next call: views borrow it. */
static enum fp_err decode(enum sflow_record_id id, const char *hex, union sflow_value *value)
{
	static uint8_t *exact;
	uint8_t buf[512];
	size_t len = wire_hex(hex, buf, sizeof buf);

	free(exact);
	exact = wire_exact(buf, len);
	return sflow_record_decode(sflow_record_type_of(id),
	                           (struct bytes){ .at = exact, .len = len }, value);
}

#define GATEWAY "00000001 0a000001 0000fde8 00000001 00000002 "

static void an_as_path_is_walked_segment_by_segment(void **state)
{
	struct sf_as_segment segment;
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_extended_gateway,
	                        GATEWAY "00000002"
	                                "00000002 00000003 00000064 00000065 00000066"
	                                "00000001 00000001 00000067"
	                                "00000002 fde80001 fde80002 00000064",
	                        &v),
	                 FP_OK);
	assert_int_equal(v.extended_gateway.as, 65000);
	assert_int_equal(v.extended_gateway.src_as, 1);
	assert_int_equal(v.extended_gateway.src_peer_as, 2);
	assert_int_equal(v.extended_gateway.dst_as_path.segment_count, 2);
	assert_int_equal(v.extended_gateway.communities.count, 2);
	assert_int_equal(sf_u32s_get(&v.extended_gateway.communities, 1), 0xfde80002);
	assert_int_equal(v.extended_gateway.localpref, 100);
	assert_true(sf_as_path_next(&v.extended_gateway.dst_as_path, &segment));
	assert_int_equal(segment.type, 2);
	assert_int_equal(segment.as.count, 3);
	assert_int_equal(sf_u32s_get(&segment.as, 2), 102);
	assert_true(sf_as_path_next(&v.extended_gateway.dst_as_path, &segment));
	assert_int_equal(segment.type, 1);
	assert_int_equal(sf_u32s_get(&segment.as, 0), 103);
	assert_false(sf_as_path_next(&v.extended_gateway.dst_as_path, &segment));
	assert_false(sf_as_path_next(&v.extended_gateway.dst_as_path, &segment));
}

static void quirk_empty_as_paths_and_segments(void **state)
{
	struct sf_as_segment segment;
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_extended_gateway, GATEWAY "00000000 00000000 00000007", &v),
	                 FP_OK);
	assert_int_equal(v.extended_gateway.localpref, 7);
	assert_false(sf_as_path_next(&v.extended_gateway.dst_as_path, &segment));
	assert_int_equal(
	    decode(SF_extended_gateway, GATEWAY "00000001 00000002 00000000 00000000 00000007", &v),
	    FP_OK);
	assert_true(sf_as_path_next(&v.extended_gateway.dst_as_path, &segment));
	assert_int_equal(segment.as.count, 0);
	assert_int_equal(v.extended_gateway.localpref, 7);
}

static void quirk_list_counts_beyond_the_record(void **state)
{
	static const struct {
		enum sflow_record_id id;
		const char *hex;
	} cases[] = {
		{ SF_extended_gateway, GATEWAY "00000003 00000002 00000000 00000000 00000007" },
		{ SF_extended_gateway, GATEWAY "ffffffff 00000002 00000000 00000000 00000007" },
		{ SF_extended_gateway, GATEWAY "00000001 00000002 40000000 00000000 00000007" },
		{ SF_extended_gateway, GATEWAY "00000001 00000002 ffffffff 00000000 00000007" },
		{ SF_host_adapters, "00000002 00000001 00000001 020000000001 0000" },
		{ SF_host_adapters, "00000001 00000001 20000000 020000000001 0000" },
		{ SF_host_adapters, "ffffffff 00000001 00000001 020000000001 0000" },
		{ SF_sfp, "00000001 00000004 00000ce4 00009c40 00000001 00000001 00000002" },
		{ SF_sfp, "00000001 00000004 00000ce4 00009c40 06666667" },
	};
	union sflow_value v;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(decode(cases[i].id, cases[i].hex, &v), FP_BAD_RECORD);
	}
}

static void adapters_are_walked_one_by_one(void **state)
{
	struct sf_adapter adapter;
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_host_adapters,
	                        "00000003"
	                        "00000001 00000000"
	                        "00000002 00000002 020000000001 0000 020000000002 0000"
	                        "00000003 00000001 020000000003 0000",
	                        &v),
	                 FP_OK);
	assert_int_equal(v.host_adapters.adapters.adapter_count, 3);
	assert_true(sf_adapters_next(&v.host_adapters.adapters, &adapter));
	assert_int_equal(adapter.ifindex, 1);
	assert_int_equal(adapter.mac_count, 0);
	assert_true(sf_adapters_next(&v.host_adapters.adapters, &adapter));
	assert_int_equal(adapter.mac_count, 2);
	assert_int_equal(adapter.macs[8 + 5], 2);
	assert_true(sf_adapters_next(&v.host_adapters.adapters, &adapter));
	assert_int_equal(adapter.ifindex, 3);
	assert_false(sf_adapters_next(&v.host_adapters.adapters, &adapter));
}

static void lanes_are_walked_one_by_one(void **state)
{
	struct sf_lane lane;
	union sflow_value v;

	(void)state;
	/* 4 lanes, two of them with power data (a breakout) */
	assert_int_equal(decode(SF_sfp,
	                        "00000031 00000004 00000ce4 fffffc18 00000002"
	                        "00000001 00001b58 000003e8 00000064 000007d0 0000051e"
	                        "000001f4 00000032 000007d1 0000051f"
	                        "00000002 00001b59 000003e9 00000065 000007d2 00000520"
	                        "000001f5 00000033 000007d3 00000521",
	                        &v),
	                 FP_OK);
	assert_int_equal(v.sfp.module_num_lanes, 4);
	assert_int_equal(v.sfp.module_supply_voltage, 3300);
	assert_int_equal(v.sfp.module_temperature, -1000);
	assert_true(sf_lanes_next(&v.sfp.lanes, &lane));
	assert_int_equal(lane.index, 1);
	assert_int_equal(lane.tx_bias_ua, 7000);
	assert_int_equal(lane.tx_power_uw, 1000);
	assert_int_equal(lane.tx_power_min_uw, 100);
	assert_int_equal(lane.tx_power_max_uw, 2000);
	assert_int_equal(lane.tx_wavelength_nm, 1310);
	assert_int_equal(lane.rx_power_uw, 500);
	assert_int_equal(lane.rx_power_min_uw, 50);
	assert_int_equal(lane.rx_power_max_uw, 2001);
	assert_int_equal(lane.rx_wavelength_nm, 1311);
	assert_true(sf_lanes_next(&v.sfp.lanes, &lane));
	assert_int_equal(lane.index, 2);
	assert_int_equal(lane.rx_wavelength_nm, 1313);
	assert_false(sf_lanes_next(&v.sfp.lanes, &lane));
	assert_int_equal(decode(SF_sfp, "00000031 00000004 00000ce4 00009c40 00000000", &v), FP_OK);
	assert_false(sf_lanes_next(&v.sfp.lanes, &lane));
}

/* An iterator over bytes that nobody checked stops where they end. */
static void an_unchecked_view_ends_early(void **state)
{
	uint8_t *exact = wire_exact((const uint8_t[]){ 0, 0, 0, 1, 0, 0, 0, 9, 1, 2 }, 10);
	struct sf_adapters list = { .adapter_count = 5, .raw = { .at = exact, .len = 10 } };
	struct sf_adapter adapter;

	(void)state;
	assert_false(sf_adapters_next(&list, &adapter));
	assert_int_equal(list.adapter_count, 0);
	free(exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_as_path_is_walked_segment_by_segment),
		cmocka_unit_test(quirk_empty_as_paths_and_segments),
		cmocka_unit_test(quirk_list_counts_beyond_the_record),
		cmocka_unit_test(adapters_are_walked_one_by_one),
		cmocka_unit_test(lanes_are_walked_one_by_one),
		cmocka_unit_test(an_unchecked_view_ends_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
