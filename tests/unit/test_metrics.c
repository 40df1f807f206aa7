/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: who appears, under which labels, in which order; what is left out; and that every row
 * of every analyzer is one that can be walked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/self_rows_priv.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/analyze/traffic.h"
#include "fabricpulse/export/metrics.h"
#include "small_fabric.h"

static const struct export_config roomy = { .ports_inline_max = 100,
	                                    .ports_max = 100,
	                                    .agents_max = 100 };

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

/* The exposition of one group; NULL: of all. */
static const char *print_group(struct small_fabric *f, const struct export_config *config,
                               const struct self_stats *self, const char *group)
{
	const struct export_request request = { .format = EXPORT_PROMETHEUS,
		                                .collect = group != NULL ? &group : NULL,
		                                .collect_count = 1 };

	assert_int_equal(export_metrics(&f->shards, config, self, &request, &f->out), FP_OK);
	return small_fabric_take(f);
}

static void assert_has(const char *text, const char *line)
{
	if (strstr(text, line) == NULL) {
		fail_msg("missing: %s\nin:\n%s", line, text);
	}
}

static void assert_has_not(const char *text, const char *piece)
{
	if (strstr(text, piece) != NULL) {
		fail_msg("unexpected: %s\nin:\n%s", piece, text);
	}
}

static size_t count_of(const char *text, const char *piece)
{
	size_t n = 0;

	for (const char *p = strstr(text, piece); p != NULL; p = strstr(p + 1, piece)) {
		n++;
	}
	return n;
}

static void ports_appear_under_their_names(void **state)
{
	struct small_fabric *f = *state;
	struct traffic_port *leaf =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_traffic, SCOPE_PORT);
	struct traffic_port *spine =
	    small_fabric_entries(f, SMALL_SPINE, ANALYZER_traffic, SCOPE_PORT);
	const char *text;

	counter_add(&leaf[SMALL_SWP1].bytes[DIRECTION_IN][TRAFFIC_RDMA], UINT64_MAX);
	counter_add(&leaf[SMALL_ODD_PORT].bytes[DIRECTION_OUT][TRAFFIC_OTHER], 7);
	counter_add(&spine[SMALL_UPLINK].bytes[DIRECTION_IN][TRAFFIC_OTHER], 9);
	text = print_group(f, &roomy, NULL, "traffic");
	assert_has(text,
	           "# HELP fabricpulse_port_bytes_total Bytes on the wire of packets that passed "
	           "the port, estimated from its samples.\n"
	           "# TYPE fabricpulse_port_bytes_total counter\n"
	           "fabricpulse_port_bytes_total{agent=\"10.0.0.1\",host=\"leaf1\",ifindex=\"1\","
	           "port=\"swp1\",direction=\"in\",traffic=\"other\"} 0\n"
	           "fabricpulse_port_bytes_total{agent=\"10.0.0.1\",host=\"leaf1\",ifindex=\"1\","
	           "port=\"swp1\",direction=\"in\",traffic=\"rdma\"} 18446744073709551615\n"
	           "fabricpulse_port_bytes_total{agent=\"10.0.0.1\",host=\"leaf1\",ifindex=\"2\","
	           "port=\"a\\\"b\\\\c\",direction=\"out\",traffic=\"other\"} 7\n"
	           "fabricpulse_port_bytes_total{agent=\"10.0.0.1\",host=\"leaf1\",ifindex=\"2\","
	           "port=\"a\\\"b\\\\c\",direction=\"out\",traffic=\"rdma\"} 0\n"
	           "fabricpulse_port_bytes_total{agent=\"10.0.0.2\",host=\"spine1\","
	           "ifindex=\"49\",port=\"\",direction=\"in\",traffic=\"other\"} 9\n");
}

static void the_fabric_is_the_sum_of_its_shards(void **state)
{
	struct small_fabric *f = *state;

	for (uint32_t i = 0; i < 2; i++) {
		struct traffic_fabric *t =
		    small_fabric_entries(f, i, ANALYZER_traffic, SCOPE_FABRIC);

		counter_add(&t->left_out_samples, 20 + i);
	}
	assert_has(print_group(f, &roomy, NULL, "traffic"),
	           "\nfabricpulse_fabric_left_out_samples_total 41\n");
}

static void absent_counters_and_gauges_leave_no_line(void **state)
{
	struct small_fabric *f = *state;
	struct interfaces_port *port =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_interfaces, SCOPE_PORT);
	const char *text = print_group(f, &roomy, NULL, "interfaces");

	assert_has_not(text, "fabricpulse_interface_errors_total");
	assert_has_not(text, "fabricpulse_interface_speed");
	opt_counter_add(&port[SMALL_SWP1].total[IFC_in_errors], 0);
	gauge_set(&port[SMALL_SWP1].speed_bps, 400e9);
	text = print_group(f, &roomy, NULL, "interfaces");
	assert_has(text, "\nfabricpulse_interface_errors_total{agent=\"10.0.0.1\",host=\"leaf1\","
	                 "ifindex=\"1\",port=\"swp1\",direction=\"in\"} 0\n");
	assert_has(text, "\nfabricpulse_interface_speed_bytes_per_second{agent=\"10.0.0.1\","
	                 "host=\"leaf1\",ifindex=\"1\",port=\"swp1\"} 50000000000\n");
	assert_int_equal(count_of(text, "\nfabricpulse_interface_errors_total{"), 1);
}

static void histograms_are_cumulative_and_scaled(void **state)
{
	struct small_fabric *f = *state;
	struct interfaces_fabric *fabric =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_interfaces, SCOPE_FABRIC);
	const char *text;

	counter_add(&fabric->utilization[ROLE_EDGE][0].buckets[0], 2);
	counter_add(&fabric->utilization[ROLE_EDGE][0].buckets[1], 3);
	counter_add(&fabric->utilization[ROLE_EDGE][0].sum, 123);
	text = print_group(f, &roomy, NULL, "interfaces");
	assert_has(text, "# TYPE fabricpulse_interface_utilization_ratio histogram\n");
	assert_has(text, "\nfabricpulse_interface_utilization_ratio_bucket{role=\"edge\","
	                 "direction=\"in\",le=\"+Inf\"} 5\n"
	                 "fabricpulse_interface_utilization_ratio_sum{role=\"edge\","
	                 "direction=\"in\"} 0.123\n"
	                 "fabricpulse_interface_utilization_ratio_count{role=\"edge\","
	                 "direction=\"in\"} 5\n");
}

static void who_is_silent_leaves_and_returns(void **state)
{
	struct small_fabric *f = *state;
	struct traffic_port *leaf =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_traffic, SCOPE_PORT);
	struct directory *d = &f->shards.at[SMALL_LEAF].directory;
	const uint64_t later_ns = SMALL_NOW_NS + 601 * NS_PER_SECOND;

	counter_add(&leaf[SMALL_SWP1].bytes[DIRECTION_IN][TRAFFIC_RDMA], 5);
	atomic_store(&f->shards.now_ns, later_ns);
	assert_has_not(print_group(f, &roomy, NULL, NULL), "leaf1");
	(void)directory_agent(d, &d->agent[0].addr, &d->agent[0].from, later_ns);
	(void)directory_port(d, 0, 1, later_ns);
	assert_has(print_group(f, &roomy, NULL, "traffic"),
	           "port=\"swp1\",direction=\"in\",traffic=\"rdma\"} 5\n");
}

static void limits_leave_out_the_later_ones(void **state)
{
	struct small_fabric *f = *state;
	const struct export_config tight = { .ports_inline_max = 100,
		                             .ports_max = 1,
		                             .agents_max = 1 };
	const struct self_stats self = { .worker_count = 1 };
	const char *text = print_group(f, &tight, &self, NULL);

	assert_has(text, "fabricpulse_agent_datagrams_total{agent=\"10.0.0.1\",host=\"leaf1\"} 0");
	assert_has_not(text, "spine1");
	assert_has_not(text, "ifindex=\"2\"");
	assert_has(text, "\nfabricpulse_agents_left_out 1\n");
	assert_has(text, "\nfabricpulse_ports_left_out 2\n");
	assert_has(text, "\nfabricpulse_port_series_included 1\n");
}

static void many_ports_move_to_their_own_page(void **state)
{
	struct small_fabric *f = *state;
	struct traffic_port *leaf =
	    small_fabric_entries(f, SMALL_LEAF, ANALYZER_traffic, SCOPE_PORT);
	const struct export_config few = { .ports_inline_max = 2,
		                           .ports_max = 100,
		                           .agents_max = 100 };
	const struct export_request only_ports = { .only_ports = true };
	const struct self_stats self = { .worker_count = 1 };
	const char *text;

	counter_add(&leaf[SMALL_SWP1].bytes[DIRECTION_IN][TRAFFIC_RDMA], 5);
	text = print_group(f, &few, &self, NULL);
	assert_has_not(text, "ifindex=");
	assert_has(text, "\nfabricpulse_port_series_included 0\n");
	assert_int_equal(export_metrics(&f->shards, &few, &self, &only_ports, &f->out), FP_OK);
	text = small_fabric_take(f);
	assert_has(text, "direction=\"in\",traffic=\"rdma\"} 5\n");
	assert_has_not(text, "fabricpulse_datagrams_total");
	assert_has_not(text, "fabricpulse_agent_");
}

static void groups_are_chosen_by_name(void **state)
{
	struct small_fabric *f = *state;
	const char *const both[] = { "ingest", "self" };
	const char *const wrong[] = { "ingest", "nonsense" };
	const struct self_stats self = { .worker_count = 1 };
	struct export_request request = { .collect = both, .collect_count = 2 };
	const char *text;

	assert_int_equal(export_metrics(&f->shards, &roomy, &self, &request, &f->out), FP_OK);
	text = small_fabric_take(f);
	assert_has(text, "\nfabricpulse_datagrams_total 0\n");
	assert_has(text, "\nprocess_open_fds 0\n");
	assert_has_not(text, "fabricpulse_fabric_packets_total");
	request.collect = wrong;
	assert_int_equal(export_metrics(&f->shards, &roomy, &self, &request, &f->out),
	                 FP_BAD_ARGUMENT);
	assert_int_equal(f->out.len, 0);
}

static void a_full_buffer_is_said(void **state)
{
	struct small_fabric *f = *state;
	const struct export_request request = { .format = EXPORT_JSON };
	struct strbuf small;

	strbuf_init(&small, 1000);
	assert_int_equal(export_metrics(&f->shards, &roomy, NULL, &request, &small), FP_FULL);
	strbuf_deinit(&small);
}

static void the_same_state_gives_the_same_bytes(void **state)
{
	struct small_fabric *f = *state;
	char *first = strdup(print_group(f, &roomy, NULL, NULL));

	assert_non_null(first);
	assert_string_equal(first, print_group(f, &roomy, NULL, NULL));
	free(first);
}

/* --- every row of every group ----------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* As `promtool check metrics` wants it: a name does not say its type. */
static bool says_its_type(const char *name)
{
	static const char *const types[] = { "_counter", "_gauge", "_histogram", "_summary" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strstr(name, types[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static void assert_row_is_sound(const struct metric_row *row, size_t entry_bytes)
{
	const size_t cells = (size_t)(row->dim1 != NULL ? row->dim1->count : 1u) *
	                     (row->dim2 != NULL ? row->dim2->count : 1u);

	print_message("%s\n", row->name);
	assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
	                 strlen(row->name));
	assert_false(says_its_type(row->name));
	assert_true(strlen(row->help) > 10 && ends_with(row->help, "."));
	assert_int_equal(row->type == METRIC_COUNTER, ends_with(row->name, "_total"));
	assert_int_equal(row->type == METRIC_INFO, ends_with(row->name, "_info"));
	assert_int_equal(row->type == METRIC_HISTOGRAM, row->cell == CELL_HISTOGRAM);
	assert_int_equal(row->type == METRIC_HISTOGRAM, row->bounds != NULL);
	assert_int_equal(row->cell == CELL_NONE, row->info != NULL || row->series != NULL);
	assert_true(row->offset + cells * metric_cell_bytes(row->cell) <= entry_bytes);
	assert_true(row->series == NULL || row->scope == SCOPE_FABRIC);
	if (row->bounds != NULL) {
		assert_in_range(row->bounds->count, 1, HISTOGRAM_BUCKETS_MAX - 1);
		for (uint32_t i = 1; i < row->bounds->count; i++) {
			assert_true(row->bounds->upper[i] > row->bounds->upper[i - 1]);
		}
	}
}

static size_t entry_bytes(size_t group, enum scope scope)
{
	return group == METRIC_GROUP_SELF ? sizeof(struct self_view)
	                                  : analyzers[group]->entry_bytes[scope];
}

static void every_row_can_be_walked(void **state)
{
	const char *names[1024];
	size_t count = 0;

	(void)state;
	for (size_t g = 0; g < METRIC_GROUP_COUNT; g++) {
		const struct metric_group group = metric_group_at(g);

		for (size_t r = 0; r < group.row_count; r++) {
			const struct metric_row *row = &group.rows[r];

			assert_int_equal(g == METRIC_GROUP_SELF, row->scope == SCOPE_SELF);
			assert_row_is_sound(
			    row, row->cell == CELL_NONE ? SIZE_MAX : entry_bytes(g, row->scope));
			if (count > 0 && strcmp(names[count - 1], row->name) == 0) {
				continue; /* a further row of the same family */
			}
			for (size_t i = 0; i < count; i++) {
				assert_string_not_equal(names[i], row->name);
			}
			assert_true(count < 1024);
			names[count++] = row->name;
		}
	}
	assert_true(count > 100);
}

static void content_types_say_the_version(void **state)
{
	(void)state;
	assert_string_equal(export_content_type(EXPORT_PROMETHEUS),
	                    "text/plain; version=0.0.4; charset=utf-8");
	assert_string_equal(export_content_type(EXPORT_OPENMETRICS),
	                    "application/openmetrics-text; version=1.0.0; charset=utf-8");
	assert_string_equal(export_content_type(EXPORT_JSON), "application/json");
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(ports_appear_under_their_names),
		ON_FABRIC(the_fabric_is_the_sum_of_its_shards),
		ON_FABRIC(absent_counters_and_gauges_leave_no_line),
		ON_FABRIC(histograms_are_cumulative_and_scaled),
		ON_FABRIC(who_is_silent_leaves_and_returns),
		ON_FABRIC(limits_leave_out_the_later_ones),
		ON_FABRIC(many_ports_move_to_their_own_page),
		ON_FABRIC(groups_are_chosen_by_name),
		ON_FABRIC(a_full_buffer_is_said),
		ON_FABRIC(the_same_state_gives_the_same_bytes),
		cmocka_unit_test(every_row_can_be_walked),
		cmocka_unit_test(content_types_say_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
