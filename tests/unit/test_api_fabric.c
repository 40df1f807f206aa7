/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/drops and /api/v1/topology. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/analyze/drops.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/export/json.h"
#include "small_fabric.h"

static int setup(void **state)
{
	static struct small_fabric f;

	small_fabric_open(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	small_fabric_close(*state);
	return 0;
}

static void no_drops_are_said(void **state)
{
	struct small_fabric *f = *state;

	api_print_drops(&f->shards, &f->out);
	assert_string_equal(small_fabric_take(f),
	                    "{\"packets\":0,\"notices\":0,\"suppressed\":0,\"bytes\":0,"
	                    "\"reasons\":[],\"interface_discards\":{\"in\":0,\"out\":0}}");
}

/* 3 + 1 notices in two shards, 4 withheld: each notice stands for two packets. */
static void reasons_come_by_falling_count(void **state)
{
	struct small_fabric *f = *state;
	struct drops_fabric *leaf =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_drops, SCOPE_FABRIC);
	struct drops_fabric *spine =
	    small_fabric_entries(f, SMALL_SPINE, ANALYZER_drops, SCOPE_FABRIC);
	struct interfaces_fabric *polled =
	    small_fabric_entries(f, SMALL_SPINE, ANALYZER_interfaces, SCOPE_FABRIC);

	counter_add(&leaf->notices[drop_reason_slot(258)], 1); /* acl */
	counter_add(&leaf->notices[drop_reason_slot(260)], 1); /* red */
	counter_add(&spine->notices[drop_reason_slot(260)], 2);
	counter_add(&spine->rdma_notices[drop_reason_slot(260)], 2);
	counter_add(&leaf->packets, 2);
	counter_add(&spine->packets, 6);
	counter_add(&spine->suppressed, 4);
	counter_add(&polled->discards[ROLE_CORE][1], UINT64_MAX);
	api_print_drops(&f->shards, &f->out);
	assert_string_equal(
	    small_fabric_take(f),
	    "{\"packets\":8,\"notices\":4,\"suppressed\":4,\"bytes\":0,\"reasons\":["
	    "{\"reason\":\"red\",\"notices\":3,\"rdma_notices\":2,\"estimate\":6,"
	    "\"share\":0.75},"
	    "{\"reason\":\"acl\",\"notices\":1,\"rdma_notices\":0,\"estimate\":2,"
	    "\"share\":0.25}],"
	    "\"interface_discards\":{\"in\":0,\"out\":18446744073709551615}}");
}

static void without_a_topology_everybody_is_unknown(void **state)
{
	struct small_fabric *f = *state;

	api_print_topology(&f->shards, &f->out);
	assert_string_equal(small_fabric_take(f),
	                    "{\"version\":0,\"document\":null,\"links\":[],\"nodes\":[],"
	                    "\"unknown_agents\":[\"10.0.0.1\",\"10.0.0.2\"]}");
}

static void ends_show_what_is_alive_or_what_was_written(void **state)
{
	static const char document[] =
	    "{\"links\":{\"L1\":{\"node1\":\"leaf1\",\"port1\":\"swp1\",\"node2\":\"far\","
	    "\"port2\":\"p\"}},\"nodes\":{\"far\":{\"agent\":\"10.9.9.9\",\"ports\":{\"p\":{"
	    "\"ifindex\":\"7\"}}}}}";
	const struct bytes json = { (const uint8_t *)document, sizeof document - 1 };
	struct small_fabric *f = *state;
	char problem[256];
	const char *text;

	assert_int_equal(topology_store_new(NULL, NULL, &f->shards.topology), FP_OK);
	assert_int_equal(topology_store_put(f->shards.topology, json, problem, sizeof problem),
	                 FP_OK);
	api_print_topology(&f->shards, &f->out);
	text = small_fabric_take(f);
	assert_non_null(strstr(
	    text, ",\"links\":[{\"link\":\"L1\",\"state\":\"unmonitored\",\"ends\":["
	          "{\"node\":\"leaf1\",\"port\":\"swp1\",\"agent\":\"10.0.0.1\",\"ifindex\":1},"
	          "{\"node\":\"far\",\"port\":\"p\",\"agent\":\"10.9.9.9\",\"ifindex\":7}]}]"));
	assert_non_null(
	    strstr(text, "{\"node\":\"leaf1\",\"agent\":\"10.0.0.1\",\"state\":\"noflows\"}"));
	assert_non_null(
	    strstr(text, "{\"node\":\"far\",\"agent\":\"10.9.9.9\",\"state\":\"unmonitored\"}"));
	assert_non_null(strstr(text, "\"unknown_agents\":[\"10.0.0.2\"]}"));
	topology_store_free(f->shards.topology);
	f->shards.topology = NULL;
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(no_drops_are_said),
		ON_FABRIC(reasons_come_by_falling_count),
		ON_FABRIC(without_a_topology_everybody_is_unknown),
		ON_FABRIC(ends_show_what_is_alive_or_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
