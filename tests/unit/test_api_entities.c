/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/agents and /api/v1/interfaces, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "fabricpulse/analyze/agents.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/analyze/traffic.h"
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

static void assert_has(const char *text, const char *piece)
{
	if (strstr(text, piece) == NULL) {
		fail_msg("missing: %s\nin: %s", piece, text);
	}
}

/* How many items the only list has. */
static int items_of(const char *text, const char *member)
{
	cJSON *tree = cJSON_Parse(text);
	int count;

	assert_non_null(tree);
	count = cJSON_GetArraySize(cJSON_GetObjectItem(tree, member));
	cJSON_Delete(tree);
	return count;
}

static void an_agent_says_how_well_it_reports(void **state)
{
	struct small_fabric *f = *state;
	struct agents_agent *leaf =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_agents, SCOPE_AGENT);
	const char *text;

	counter_add(&leaf->datagrams, UINT64_MAX);
	counter_add(&leaf->lost, 7);
	counter_add(&leaf->verdicts[SEQUENCE_LATE], 2);
	counter_add(&leaf->samples[SFLOW_SAMPLE_FLOW], 3);
	gauge_set(&leaf->rate, 1000);
	atomic_store(&f->shards.at[SMALL_LEAF].directory.agent[0].shows,
	             AGENT_SHOWS_INGRESS | AGENT_SHOWS_EGRESS);
	atomic_store(&f->shards.at[SMALL_LEAF].directory.port[SMALL_SWP1].role, ROLE_CORE);
	api_print_agents(&f->shards, &f->out);
	text = small_fabric_take(f);
	assert_int_equal(items_of(text, "agents"), 2);
	assert_has(text, "{\"agents\":[{\"agent\":\"10.0.0.1\",\"host\":\"leaf1\","
	                 "\"reported_host\":\"leaf1\",\"source\":\"10.0.0.1\",\"is_live\":true,"
	                 "\"first_seen\":\"2023-11-14T22:13:20.000Z\","
	                 "\"last_seen\":\"2023-11-14T22:13:20.000Z\",\"uptime_seconds\":null,"
	                 "\"datagrams\":18446744073709551615,\"bytes\":0,\"datagrams_lost\":5,"
	                 "\"datagrams_late\":2,\"datagrams_repeated\":0,\"restarts\":0,"
	                 "\"samples\":{\"unknown\":0,\"flow_sample\":3,");
	assert_has(text, "\"sampling_rate\":1000,\"faults\":0,\"unknown_records\":0,"
	                 "\"shows\":[\"in\",\"out\"],"
	                 "\"ports\":{\"unknown\":1,\"edge\":0,\"core\":1}}");
}

static void silent_agents_stay_on_the_list(void **state)
{
	struct small_fabric *f = *state;
	const char *text;

	atomic_store(&f->shards.now_ns, SMALL_NOW_NS + 601 * NS_PER_SECOND);
	api_print_agents(&f->shards, &f->out);
	text = small_fabric_take(f);
	assert_int_equal(items_of(text, "agents"), 2);
	assert_null(strstr(text, "\"is_live\":true"));
	assert_has(text, "\"ports\":{\"unknown\":0,\"edge\":0,\"core\":0}");
	api_print_interfaces(&f->shards, NULL, &f->out);
	assert_string_equal(small_fabric_take(f), "{\"interfaces\":[]}");
}

static void a_port_shows_counters_and_samples_apart(void **state)
{
	struct small_fabric *f = *state;
	struct interfaces_port *polled =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_interfaces, SCOPE_PORT);
	struct traffic_port *sampled =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_traffic, SCOPE_PORT);

	opt_counter_add(&polled[SMALL_SWP1].total[IFC_in_octets], UINT64_MAX - 1);
	gauge_set(&polled[SMALL_SWP1].rate[IFC_in_octets], 12.5e9);
	gauge_set(&polled[SMALL_SWP1].speed_bps, 400e9);
	gauge_set(&polled[SMALL_SWP1].oper_up, 0);
	gauge_set(&polled[SMALL_SWP1].last_poll_seconds, 1699999990.25);
	gauge_set(&polled[SMALL_SWP1].interval_seconds, 20);
	counter_add(&sampled[SMALL_SWP1].packets[DIRECTION_IN][TRAFFIC_RDMA], 4000);
	counter_add(&sampled[SMALL_SWP1].bytes[DIRECTION_IN][TRAFFIC_RDMA], 4000000);
	counter_add(&sampled[SMALL_SWP1].samples[DIRECTION_IN][TRAFFIC_RDMA], 4);
	counter_add(&sampled[SMALL_SWP1].bytes[DIRECTION_IN][TRAFFIC_OTHER], 1);
	api_print_interfaces(&f->shards, "leaf1", &f->out);
	assert_has(small_fabric_take(f),
	           "{\"interfaces\":[{\"agent\":\"10.0.0.1\",\"host\":\"leaf1\",\"ifindex\":1,"
	           "\"port\":\"swp1\",\"role\":\"unknown\",\"role_source\":\"none\",\"last_seen\":"
	           "\"2023-11-14T22:13:20.000Z\",\"speed_bps\":400000000000,\"admin_up\":null,"
	           "\"oper_up\":false,\"last_poll\":\"2023-11-14T22:13:10.250Z\","
	           "\"poll_interval_seconds\":20,\"utilization\":{\"in\":0.25,\"out\":null},"
	           "\"rates\":{\"in_octets\":12500000000},"
	           "\"totals\":{\"in_octets\":18446744073709551614},\"sampled\":{\"in\":{"
	           "\"packets\":4000,\"bytes\":4000001,\"samples\":4,\"rdma_bytes\":4000000},");
}

static void ports_of_one_agent_can_be_asked_for(void **state)
{
	struct small_fabric *f = *state;
	static const struct {
		const char *agent;
		int ports;
	} cases[] = { { NULL, 3 },       { "", 3 },       { "leaf1", 2 },
		      { "10.0.0.2", 1 }, { "nobody", 0 }, { "10.0.0", 0 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		api_print_interfaces(&f->shards, cases[i].agent, &f->out);
		assert_int_equal(items_of(small_fabric_take(f), "interfaces"), cases[i].ports);
	}
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(an_agent_says_how_well_it_reports),
		ON_FABRIC(silent_agents_stay_on_the_list),
		ON_FABRIC(a_port_shows_counters_and_samples_apart),
		ON_FABRIC(ports_of_one_agent_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
