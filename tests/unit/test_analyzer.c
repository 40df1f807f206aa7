/* SPDX-License-Identifier: Apache-2.0 */
/* The frame: memory for entries, the way of a batch, roles at the tick; and what every analyzer's
 * rows must keep to, whoever wrote them. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/traffic.h"
#include "fabricpulse/base/mem.h"

static const struct limits_config small = { .max_agents = 8,
	                                    .max_ports = 100,
	                                    .max_sources = 100,
	                                    .expire_ns = UINT64_C(600000000000),
	                                    .max_sampling_rate = 1u << 26 };

static const struct analyze_config config;

static void open_shards(struct shards *s, uint32_t count)
{
	assert_int_equal(shards_init(s, count, &small), FP_OK);
	for (uint32_t i = 0; i < count; i++) {
		atomic_store(&s->at[i].config, &config);
	}
}

/* ---- rows ---- */

typedef void (*row_check)(const struct analyzer *analyzer, const struct metric_row *row);

static void for_each_row(row_check check)
{
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		for (size_t r = 0; r < analyzers[a]->row_count; r++) {
			check(analyzers[a], &analyzers[a]->rows[r]);
		}
	}
}

static void expect(bool is_true, const struct metric_row *row, const char *what)
{
	if (!is_true) {
		fail_msg("%s: %s", row->name, what);
	}
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void check_name(const struct analyzer *analyzer, const struct metric_row *row)
{
	(void)analyzer;
	expect(strncmp(row->name, "fabricpulse_", strlen("fabricpulse_")) == 0, row, "prefix");
	expect(row->name[strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0', row,
	       "characters");
	expect(ends_in(row->name, "_total") == (row->type == METRIC_COUNTER), row,
	       "counters, and only they, end in _total");
	expect(ends_in(row->name, "_info") == (row->type == METRIC_INFO), row,
	       "infos, and only they, end in _info");
	/* As `promtool check metrics` has it. */
	expect(strstr(row->name, "counter") == NULL && strstr(row->name, "gauge") == NULL &&
	           strstr(row->name, "histogram") == NULL,
	       row, "the name says its type");
	expect(ends_in(row->help, "."), row, "HELP ends in a full stop");
	expect(!islower((unsigned char)row->help[0]) || strncmp(row->help, "sFlow", 5) == 0, row,
	       "HELP begins a sentence");
	expect(strstr(row->help, "  ") == NULL, row, "HELP has two spaces");
}

static void names_and_helps_keep_to_the_rules(void **state)
{
	(void)state;
	for_each_row(check_name);
}

static void check_cell(const struct analyzer *analyzer, const struct metric_row *row)
{
	uint32_t last1 = row->dim1 != NULL ? row->dim1->count - 1 : 0;
	uint32_t last2 = row->dim2 != NULL ? row->dim2->count - 1 : 0;
	size_t end = metric_cell_offset(row, last1, last2) + metric_cell_bytes(row->cell);

	expect(row->scope < SCOPE_SELF, row, "an analyzer knows nothing of the process");
	expect((row->cell == CELL_NONE) == (row->info != NULL || row->series != NULL), row,
	       "a cell or a hook");
	expect((row->type == METRIC_INFO) == (row->info != NULL), row, "infos have their hook");
	expect((row->type == METRIC_HISTOGRAM) == (row->cell == CELL_HISTOGRAM), row,
	       "histograms have their cell");
	expect((row->type == METRIC_HISTOGRAM) == (row->bounds != NULL), row,
	       "histograms have bounds");
	expect(row->dim1 != NULL || (row->dim2 == NULL && row->stride == 0), row,
	       "the second dimension and the stride need a first");
	expect((row->info_labels != NULL) == (row->cell == CELL_NONE), row, "labels of a hook");
	expect(end <= analyzer->entry_bytes[row->scope], row, "the last cell is outside");
	expect(row->offset % sizeof(uint64_t) == 0, row, "the cell is not aligned");
}

static void cells_lie_inside_their_struct(void **state)
{
	(void)state;
	for_each_row(check_cell);
}

static void check_bounds(const struct analyzer *analyzer, const struct metric_row *row)
{
	(void)analyzer;
	if (row->bounds == NULL) {
		return;
	}
	expect(row->bounds->count > 0 && row->bounds->count < HISTOGRAM_BUCKETS_MAX, row,
	       "number of bounds");
	for (uint32_t i = 1; i < row->bounds->count; i++) {
		expect(row->bounds->upper[i - 1] < row->bounds->upper[i], row, "bounds ascend");
	}
}

static void bounds_ascend_and_fit(void **state)
{
	(void)state;
	for_each_row(check_bounds);
}

static unsigned rows_named(const struct analyzer *analyzer, const char *name)
{
	unsigned found = 0;

	for (size_t r = 0; r < analyzer->row_count; r++) {
		found += strcmp(analyzer->rows[r].name, name) == 0;
	}
	return found;
}

static void check_unique(const struct analyzer *analyzer, const struct metric_row *row)
{
	unsigned found = 0;

	(void)analyzer;
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		found += rows_named(analyzers[a], row->name);
	}
	expect(found == 1, row, "defined more than once");
}

static void families_are_defined_once(void **state)
{
	(void)state;
	for_each_row(check_unique);
}

/* "fabricpulse_port_bytes_total" stands beside "fabricpulse_port_packets_total". */
static bool says_samples_of(const struct metric_row *samples, const char *name)
{
	char packets[128];
	const char *bytes = strstr(name, "_bytes_total");

	if (!ends_in(samples->name, "_samples_total")) {
		return false;
	}
	(void)snprintf(packets, sizeof packets, "%.*s_packets_total",
	               bytes != NULL ? (int)(bytes - name) : 0, name);
	return strstr(samples->help, name) != NULL || strstr(samples->help, packets) != NULL;
}

static void check_samples(const struct analyzer *analyzer, const struct metric_row *row)
{
	bool is_beside = strstr(row->help, "estimated from") == NULL;

	for (size_t r = 0; r < analyzer->row_count; r++) {
		is_beside = is_beside || says_samples_of(&analyzer->rows[r], row->name);
	}
	expect(is_beside, row, "no samples beside the estimate");
}

static void every_estimate_has_its_samples_beside_it(void **state)
{
	(void)state;
	for_each_row(check_samples);
}

/* The keys of `labels`, comma-separated. No label value here has a comma or a quote inside. */
static void keys_of(const char *labels, char *out, size_t size)
{
	size_t at = 0;

	for (const char *c = labels; *c != '\0'; c = strchr(c, '"') != NULL ? c : "") {
		size_t key = strcspn(c, "=");

		at +=
		    (size_t)snprintf(out + at, size - at, "%s%.*s", at > 0 ? "," : "", (int)key, c);
		c = strchr(c + key + 2, '"') + 1;
		c += *c == ',' ? 1 : 0;
	}
}

static void check_dimension(const struct metric_dim *dim, const struct metric_row *row)
{
	static char seen[512][128];
	uint32_t count = 0;

	expect(dim->count <= ARRAY_LEN(seen), row, "a dimension this large?");
	for (uint32_t slot = 0; slot < dim->count; slot++) {
		char keys[128] = "";
		struct strbuf out;

		strbuf_init_fixed(&out, seen[count], sizeof seen[count]);
		strbuf_puts(&out, "");
		if (!dim->labels(slot, &out)) {
			expect(out.len == 0, row, "a slot without meaning has labels");
			continue;
		}
		expect(!out.failed, row, "labels are too long");
		keys_of(seen[count], keys, sizeof keys);
		expect(strcmp(keys, dim->label_names) == 0, row, "label names");
		for (uint32_t i = 0; i < count; i++) {
			expect(strcmp(seen[i], seen[count]) != 0, row, "two slots alike");
		}
		count++;
	}
	expect(count > 0, row, "a dimension without slots");
}

static void check_dimensions(const struct analyzer *analyzer, const struct metric_row *row)
{
	(void)analyzer;
	if (row->dim1 != NULL) {
		check_dimension(row->dim1, row);
	}
	if (row->dim2 != NULL) {
		check_dimension(row->dim2, row);
	}
}

static void slots_of_a_dimension_differ(void **state)
{
	(void)state;
	for_each_row(check_dimensions);
}

/* ---- memory ---- */

static void entries_reach_to_the_limits(void **state)
{
	struct shards s;

	(void)state;
	open_shards(&s, 2);
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		const size_t *bytes = analyzers[a]->entry_bytes;
		char *agents = s.at[1].entries[a][SCOPE_AGENT];
		char *ports = s.at[1].entries[a][SCOPE_PORT];

		assert_int_equal(bytes[SCOPE_FABRIC] != 0,
		                 s.at[1].entries[a][SCOPE_FABRIC] != NULL);
		assert_int_equal(bytes[SCOPE_AGENT] != 0, agents != NULL);
		assert_int_equal(bytes[SCOPE_PORT] != 0, ports != NULL);
		if (agents != NULL) {
			agents[small.max_agents * bytes[SCOPE_AGENT] - 1] = 1;
		}
		if (ports != NULL) {
			ports[small.max_ports * bytes[SCOPE_PORT] - 1] = 1;
		}
	}
	assert_int_equal((uintptr_t)&s.at[1] % 64, 0);
	shards_deinit(&s);
}

static void limits_beyond_memory_leave_nothing(void **state)
{
	struct limits_config absurd = small;
	struct shards s;

	(void)state;
	absurd.max_sources = UINT32_MAX;
	assert_int_equal(shards_init(&s, 3, &absurd), FP_NO_MEMORY);
	assert_int_equal(s.count, 0);
	assert_null(s.at);
}

static void the_stated_bytes_grow_with_the_limits(void **state)
{
	struct limits_config more = small;
	uint64_t base = shard_bytes_max(&small), per_port;

	(void)state;
	more.max_ports += 10;
	per_port = (shard_bytes_max(&more) - base) / 10;
	/* A port with its key and up to four slots; its data source is a limit of its own. */
	assert_true(per_port > sizeof(struct traffic_port) + sizeof(struct port_entry));
	assert_true(shard_bytes_per_port() > sizeof(struct traffic_port));
	assert_true(shard_bytes_per_port() <
	            per_port + sizeof(struct source_entry) + sizeof(struct table_key) + 16);
	more = small;
	more.max_agents += 1;
	assert_true(shard_bytes_max(&more) - base > shard_bytes_per_agent());
}

/* ---- batches and ticks ---- */

static void a_batch_passes_through_all_analyzers(void **state)
{
	struct batch *batch = mem_reserve(1, sizeof *batch);
	struct observation *o = &batch->packets[0];
	const struct traffic_port *ports;
	struct shards s;

	(void)state;
	open_shards(&s, 1);
	batch->packet_count = 1;
	o->rate = 20000;
	o->frame_bytes = 100;
	o->at_port = 99;
	o->in_port = o->out_port = OBS_PORT_NONE;
	shard_observe(&s.at[0], batch);
	ports = s.at[0].entries[ANALYZER_traffic][SCOPE_PORT];
	assert_int_equal(counter_get(&ports[99].packets[DIRECTION_IN][TRAFFIC_OTHER]), 20000);
	assert_int_equal(counter_get(&ports[99].bytes[DIRECTION_IN][TRAFFIC_OTHER]), 2000000);
	shards_deinit(&s);
	mem_unreserve(batch, 1, sizeof *batch);
}

static void a_tick_publishes_its_time(void **state)
{
	struct shards s;

	(void)state;
	open_shards(&s, 2);
	shards_digest(&s, 1234567890, 0);
	assert_int_equal(atomic_load(&s.now_ns), 1234567890);
	shards_deinit(&s);
}

static const char topology_json[] =
    "{\"links\":{\"L1\":{\"node1\":\"10.0.0.1\",\"port1\":\"2\","
    "\"node2\":\"10.0.0.2\",\"port2\":\"1\"}},"
    "\"nodes\":{\"10.0.0.1\":{\"agent\":\"10.0.0.1\",\"ports\":{\"2\":{\"ifindex\":\"2\"}}},"
    "\"10.0.0.2\":{\"agent\":\"10.0.0.2\",\"ports\":{\"1\":{\"ifindex\":\"1\"}}}}}";

static uint8_t role_of(const struct shards *s, uint32_t port)
{
	return atomic_load(&s->at[0].directory.port[port].role);
}

static void roles_follow_topology_and_new_ports(void **state)
{
	const struct addr address = { .bytes = { 10, 0, 0, 1 }, .family = ADDR_IPV4 };
	const struct endpoint from = { address, 6343 };
	const struct bytes json = { (const uint8_t *)topology_json, sizeof topology_json - 1 };
	uint32_t agent, edge, core;
	char problem[256] = "";
	struct shards s;

	(void)state;
	open_shards(&s, 1);
	assert_int_equal(topology_store_new(NULL, NULL, &s.topology), FP_OK);
	agent = directory_agent(&s.at[0].directory, &address, &from, 1);
	edge = directory_port(&s.at[0].directory, agent, 1, 1);
	shards_digest(&s, 1, 0);
	assert_int_equal(role_of(&s, edge), ROLE_UNKNOWN);

	assert_int_equal(topology_store_put(s.topology, json, problem, sizeof problem), FP_OK);
	shards_digest(&s, 2, 1);
	assert_int_equal(role_of(&s, edge), ROLE_EDGE);

	core = directory_port(&s.at[0].directory, agent, 2, 1); /* comes after the topology */
	assert_int_equal(role_of(&s, core), ROLE_UNKNOWN);
	shards_digest(&s, 3, 2);
	assert_int_equal(role_of(&s, core), ROLE_CORE);

	/* Nothing changed: nothing is written. */
	atomic_store(&s.at[0].directory.port[core].role, (uint8_t)ROLE_UNKNOWN);
	shards_digest(&s, 4, 3);
	assert_int_equal(role_of(&s, core), ROLE_UNKNOWN);
	topology_store_free(s.topology);
	shards_deinit(&s);
}

/* "names: { 10.0.0.1: <name> }", read as the configuration would be. */
static void name_agent(struct names_config *names, const char *name)
{
	const struct option_node child = { .kind = OPTION_NODE_SCALAR,
		                           .key = "10.0.0.1",
		                           .text = name };
	const struct option_node map = {
		.kind = OPTION_NODE_MAP, .key = "names", .text = "", .child = &child
	};

	names_options.rows[0].read(&map, &names->overrides, NULL);
	assert_non_null(names->overrides);
}

static void roles_follow_the_operators_names(void **state)
{
	static const char by_name[] = "{\"links\":{\"L1\":{\"node1\":\"leaf1\",\"port1\":\"swp1\","
	                              "\"node2\":\"spine1\",\"port2\":\"swp1\"}}}";
	const struct addr address = { .bytes = { 10, 0, 0, 1 }, .family = ADDR_IPV4 };
	const struct endpoint from = { address, 6343 };
	const struct bytes json = { (const uint8_t *)by_name, sizeof by_name - 1 };
	const char *const given[] = { "leaf1", "elsewhere", "leaf1" };
	struct names_config names = { NULL };
	char problem[256] = "";
	struct shards s;
	uint32_t port;

	(void)state;
	open_shards(&s, 1);
	assert_int_equal(topology_store_new(NULL, NULL, &s.topology), FP_OK);
	assert_int_equal(topology_store_put(s.topology, json, problem, sizeof problem), FP_OK);
	port = directory_port(&s.at[0].directory,
	                      directory_agent(&s.at[0].directory, &address, &from, 1), 1, 1);
	directory_name_port(&s.at[0].directory, port, (struct bytes){ (const uint8_t *)"swp1", 4 });
	shards_digest(&s, 1, 0);
	assert_int_equal(role_of(&s, port), ROLE_UNKNOWN);
	/* A reload releases the old names before the next tick: the new ones may lie there. */
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		names_options.rows[0].release(&names.overrides);
		name_agent(&names, given[i]);
		s.names = names.overrides;
		shards_digest(&s, 2 + i, 1 + i);
		assert_int_equal(role_of(&s, port), i == 1 ? ROLE_UNKNOWN : ROLE_CORE);
	}
	s.names = NULL;
	shards_digest(&s, 9, 9);
	assert_int_equal(role_of(&s, port), ROLE_UNKNOWN);
	names_options.rows[0].release(&names.overrides);
	topology_store_free(s.topology);
	shards_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_helps_keep_to_the_rules),
		cmocka_unit_test(cells_lie_inside_their_struct),
		cmocka_unit_test(bounds_ascend_and_fit),
		cmocka_unit_test(families_are_defined_once),
		cmocka_unit_test(every_estimate_has_its_samples_beside_it),
		cmocka_unit_test(slots_of_a_dimension_differ),
		cmocka_unit_test(entries_reach_to_the_limits),
		cmocka_unit_test(limits_beyond_memory_leave_nothing),
		cmocka_unit_test(the_stated_bytes_grow_with_the_limits),
		cmocka_unit_test(a_batch_passes_through_all_analyzers),
		cmocka_unit_test(a_tick_publishes_its_time),
		cmocka_unit_test(roles_follow_topology_and_new_ports),
		cmocka_unit_test(roles_follow_the_operators_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
