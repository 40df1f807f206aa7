/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's interface metrics and the analyzer's own, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/analyze/ingest.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/export/metrics.h"
#include "fabricpulse/export/sflowrt.h"
#include "small_fabric.h"

static char prefix[] = "sflow_";
static const struct compat_config plain = { .prefix = prefix };
static const struct compat_config typed = { .prefix = prefix, .type_lines = true };

#define REFERENCE                                                                                  \
	"ifinoctets,ifoutoctets,ifspeed,ifinutilization,ifoututilization,ifinerrors,ifouterrors,"  \
	"ifindiscards,ifoutdiscards"

/* swp1 reports everything, the uplink only its speed and octets, the odd port has never
 * reported. */
static int setup(void **state)
{
	static struct small_fabric f;
	struct interfaces_port *swp1, *uplink;

	small_fabric_open(&f);
	swp1 = small_fabric_entries(&f, SMALL_LEAF, ANALYZER_interfaces, SCOPE_PORT);
	swp1 = &swp1[SMALL_SWP1];
	uplink = small_fabric_entries(&f, SMALL_SPINE, ANALYZER_interfaces, SCOPE_PORT);
	opt_counter_add(&swp1->polls, 2);
	for (size_t i = 0; i < IFC_COUNT; i++) {
		gauge_set(&swp1->rate[i], (double)i + 0.5);
	}
	gauge_set(&swp1->rate[IFC_in_octets], 12.5e9);
	gauge_set(&swp1->speed_bps, 400e9);
	gauge_set(&swp1->admin_up, 1);
	gauge_set(&swp1->oper_up, 0);
	gauge_set(&swp1->type, 6);
	gauge_set(&swp1->direction, 1);
	opt_counter_add(&uplink->polls, 1);
	gauge_set(&uplink->speed_bps, 800e9);
	gauge_set(&uplink->rate[IFC_out_octets], 1);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	small_fabric_close(*state);
	return 0;
}

static const char *print(struct small_fabric *f, const struct compat_config *config,
                         const char *agents, const char *metrics)
{
	assert_int_equal(sflowrt_print_interfaces(&f->shards, config, agents, metrics, &f->out),
	                 FP_OK);
	return small_fabric_take(f);
}

static void the_reference_scrape_is_byte_for_byte(void **state)
{
	struct small_fabric *f = *state;

	assert_golden(print(f, &plain, "ALL", REFERENCE), "sflowrt_interfaces.txt");
	assert_golden(print(f, &typed, "ALL", "ALL"), "sflowrt_interfaces_all.txt");
}

static void agents_are_chosen_by_address_or_name(void **state)
{
	struct small_fabric *f = *state;
	const char *leaf = "sflow_ifspeed{agent=\"10.0.0.1\",datasource=\"1\",host=\"leaf1\","
	                   "ifname=\"swp1\"} 400000000000\n";
	const char *spine = "sflow_ifspeed{agent=\"10.0.0.2\",datasource=\"49\",host=\"spine1\","
	                    "ifname=\"\"} 800000000000\n";

	assert_string_equal(print(f, &plain, "10.0.0.1", "ifspeed"), leaf);
	assert_string_equal(print(f, &plain, "10.0.0.9,spine1,", "ifspeed"), spine);
	assert_string_equal(print(f, &plain, "10.0.0", "ifspeed"), "");
	assert_string_equal(print(f, &plain, "", "ifspeed"), "");
}

static void names_that_nobody_knows_give_nothing(void **state)
{
	struct small_fabric *f = *state;

	assert_string_equal(print(f, &plain, "10.0.0.2", "cpu_load,ifindex,if"),
	                    "sflow_ifindex{agent=\"10.0.0.2\",datasource=\"49\",host=\"spine1\","
	                    "ifname=\"\"} 49\n");
	assert_int_equal(sflowrt_print_interfaces(&f->shards, &plain, "ALL", "cpu_load", &f->out),
	                 FP_NOT_FOUND);
	assert_int_equal(sflowrt_print_interfaces(&f->shards, &plain, "ALL", "", &f->out),
	                 FP_NOT_FOUND);
}

static void a_sum_of_packets_needs_all_its_parts(void **state)
{
	struct small_fabric *f = *state;
	struct interfaces_port *swp1 =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_interfaces, SCOPE_PORT);

	assert_non_null(strstr(print(f, &plain, "ALL", "ifinpkts"), "} 13.5\n"));
	gauge_clear(&swp1->rate[IFC_in_broadcast]);
	assert_string_equal(print(f, &plain, "ALL", "ifinpkts"), "");
}

static void the_analyzer_speaks_of_itself(void **state)
{
	struct small_fabric *f = *state;
	struct ingest_fabric *in = small_fabric_entries(f, 1, ANALYZER_ingest, SCOPE_FABRIC);
	struct self_stats self = { .worker_count = 1, .resident_bytes = 1048576 };

	counter_add(&in->datagrams, 10);
	counter_add(&in->bytes, 14000);
	counter_add(&in->unattributed, 2);
	self.worker[0].kernel_drops = 3;
	self.start_time_seconds = (double)clock_realtime_ns() / 1e9 + 1000;
	sflowrt_print_analyzer(&f->shards, &plain, &self, &f->out);
	assert_string_equal(small_fabric_take(f), "sflow_analyzer_received_bytes 14000\n"
	                                          "sflow_analyzer_received_datagrams 10\n"
	                                          "sflow_analyzer_discarded_datagrams 5\n"
	                                          "sflow_analyzer_agent_count 2\n"
	                                          "sflow_analyzer_cpu_load_process 0\n"
	                                          "sflow_analyzer_heap_used_bytes 1048576\n");
	self.start_time_seconds -= 2000;
	self.process_cpu_seconds = 1e9;
	sflowrt_print_analyzer(&f->shards, &typed, &self, &f->out);
	assert_non_null(strstr(small_fabric_take(f),
	                       "# TYPE sflow_analyzer_cpu_load_process gauge\n"
	                       "sflow_analyzer_cpu_load_process 1\n"));
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(the_reference_scrape_is_byte_for_byte),
		ON_FABRIC(agents_are_chosen_by_address_or_name),
		ON_FABRIC(names_that_nobody_knows_give_nothing),
		ON_FABRIC(a_sum_of_packets_needs_all_its_parts),
		ON_FABRIC(the_analyzer_speaks_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
