/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/status: exact sums, shares, and a sentence for each reason to doubt. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "fabricpulse/analyze/agents.h"
#include "fabricpulse/analyze/ingest.h"
#include "fabricpulse/analyze/traffic.h"
#include "fabricpulse/export/json.h"
#include "small_fabric.h"

struct status_state {
	struct small_fabric f;
	struct self_stats self;
};

static int setup(void **state)
{
	static struct status_state s;

	memset(&s, 0, sizeof s);
	small_fabric_open(&s.f);
	s.self.version = "1.2.3";
	s.self.worker_count = 2;
	s.self.reload_success = NAN;
	s.self.start_time_seconds = (double)SMALL_NOW_NS / 1e9 + 0.5;
	s.self.agents_limit = 8;
	*state = &s;
	return 0;
}

static int teardown(void **state)
{
	struct status_state *s = *state;

	small_fabric_close(&s->f);
	return 0;
}

/* The body, after a parser has accepted it. */
static const char *print(struct status_state *s)
{
	const char *text;
	cJSON *tree;

	api_print_status(&s->f.shards, &s->self, &s->f.out);
	text = small_fabric_take(&s->f);
	tree = cJSON_Parse(text);
	assert_non_null(tree);
	cJSON_Delete(tree);
	return text;
}

static void assert_has(const char *text, const char *piece)
{
	if (strstr(text, piece) == NULL) {
		fail_msg("missing: %s\nin: %s", piece, text);
	}
}

/* Something came in, so that the fabric has nothing to complain of. */
static struct ingest_fabric *receive(struct status_state *s, uint64_t datagrams)
{
	struct ingest_fabric *in =
	    small_fabric_entries(&s->f, SMALL_LEAF, ANALYZER_ingest, SCOPE_FABRIC);

	counter_add(&in->datagrams, datagrams);
	return in;
}

static void uptime_is_the_wall_clocks(void **state)
{
	struct status_state *s = *state;
	double uptime;
	cJSON *tree;

	s->self.start_time_seconds = (double)clock_realtime_ns() / 1e9 - 100;
	tree = cJSON_Parse(print(s));
	uptime = cJSON_GetNumberValue(cJSON_GetObjectItem(tree, "uptime_seconds"));
	cJSON_Delete(tree);
	assert_true(uptime >= 100 && uptime < 200);
	s->self.start_time_seconds += 1000;
	assert_has(print(s), "\"uptime_seconds\":0,");
}

static void a_healthy_fabric_has_no_warning(void **state)
{
	struct status_state *s = *state;
	const char *text;

	counter_add(&receive(s, UINT64_MAX)->bytes, UINT64_MAX - 1);
	text = print(s);
	assert_ptr_equal(strstr(text, "{\"version\":\"1.2.3\",\"revision\":\"\",\"start_time\":"
	                              "\"2023-11-14T22:13:20.500Z\",\"uptime_seconds\":"),
	                 text);
	assert_has(text, ",\"time\":\"2023-11-14T22:13:20.000Z\","
	                 "\"datagrams\":18446744073709551615,"
	                 "\"bytes\":18446744073709551614,\"samples\":{");
	assert_has(text, "\"agents\":{\"live\":2,\"silent\":0,\"limit\":8,\"refused\":0}");
	assert_has(text, "\"roles\":{\"unknown\":3,\"edge\":0,\"core\":0},"
	                 "\"role_sources\":{\"none\":3,\"topology\":0,");
	assert_has(text, "\"decode_errors\":{}");
	assert_has(text, "\"warnings\":[]}");
}

static void silence_is_explained(void **state)
{
	struct status_state *s = *state;

	assert_has(print(s), "\"warnings\":[\"No sFlow datagram has arrived yet");
	receive(s, 1);
	atomic_store(&s->f.shards.now_ns, SMALL_NOW_NS + 601 * NS_PER_SECOND);
	assert_has(print(s), "\"warnings\":[\"2 agents have not been heard of for more than 600 "
	                     "seconds.\"]");
}

static void each_way_of_loss_has_its_sentence(void **state)
{
	struct status_state *s = *state;
	struct ingest_fabric *in = receive(s, 750);
	struct agents_agent *agent =
	    small_fabric_entries(&s->f, SMALL_SPINE, ANALYZER_agents, SCOPE_AGENT);
	const char *text;

	s->self.worker[1].kernel_drops = 250;
	counter_add(&agent->lost, 255);
	counter_add(&agent->verdicts[SEQUENCE_LATE], 5);
	counter_add(&agent->samples_dropped, 9);
	counter_add(&in->faults[FP_SHORT_RECORD], 3);
	text = print(s);
	assert_has(text, "\"decode_errors\":{\"short_record\":3}");
	assert_has(text, "\"loss\":{\"kernel_drops\":250,\"datagrams_lost\":250,"
	                 "\"datagrams_lost_ratio\":0.25,");
	assert_has(text, "\"The kernel dropped 250 datagrams (25 %)");
	assert_has(text, "\"250 datagrams (25 %) never arrived");
	assert_has(text, "\"Agents dropped 9 samples themselves");
	assert_has(text, "\"3 faults were met in datagrams");
}

static void a_little_loss_is_not_worth_a_sentence(void **state)
{
	struct status_state *s = *state;
	struct agents_agent *agent =
	    small_fabric_entries(&s->f, SMALL_SPINE, ANALYZER_agents, SCOPE_AGENT);
	const char *text;

	receive(s, 100000);
	counter_add(&agent->lost, 1);
	text = print(s);
	assert_has(text, "\"datagrams_lost\":1,");
	assert_has(text, "\"warnings\":[]}");
}

static void shares_say_what_the_fabric_view_rests_on(void **state)
{
	struct status_state *s = *state;
	struct traffic_fabric *t =
	    small_fabric_entries(&s->f, SMALL_LEAF, ANALYZER_traffic, SCOPE_FABRIC);
	const char *text;

	receive(s, 1);
	counter_add(&t->samples[BASIS_EDGE_INGRESS][PACKET_OTHER], 60);
	counter_add(&t->samples[BASIS_UNKNOWN_INGRESS][PACKET_ROCEV2], 30);
	counter_add(&t->samples[BASIS_UNDIRECTED][PACKET_ROCEV2], 30);
	text = print(s);
	assert_has(text, "\"fabric_view\":{\"samples\":120,\"left_out_samples\":0,\"basis\":{"
	                 "\"edge_ingress\":{\"samples\":60,\"share\":0.5},");
	assert_has(text, "\"25 % of the fabric view comes from ports of unknown role");
	assert_has(text, "\"25 % of the fabric view comes from agents that show no direction");
}

static void full_tables_and_failed_reloads_are_said(void **state)
{
	struct status_state *s = *state;
	struct directory *d = &s->f.shards.at[SMALL_LEAF].directory;
	const char *text;

	receive(s, 1);
	for (uint32_t i = 0; i < 10; i++) {
		(void)directory_port(d, 0, 100 + i, SMALL_NOW_NS);
	}
	s->self.reload_success = 0;
	text = print(s);
	assert_has(text, "\"limits.max_ports is reached");
	assert_has(text, "\"The last reload of the configuration failed");
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(uptime_is_the_wall_clocks),
		ON_FABRIC(a_healthy_fabric_has_no_warning),
		ON_FABRIC(silence_is_explained),
		ON_FABRIC(each_way_of_loss_has_its_sentence),
		ON_FABRIC(a_little_loss_is_not_worth_a_sentence),
		ON_FABRIC(shares_say_what_the_fabric_view_rests_on),
		ON_FABRIC(full_tables_and_failed_reloads_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
