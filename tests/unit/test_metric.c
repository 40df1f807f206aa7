/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms, where cells lie, and the labels of the shared dimensions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/analyze/metric.h"
#include "fabricpulse/base/option.h"

static const uint64_t upper[] = { 0, 10, 20, 50, 100 };
static const struct histogram_bounds bounds = { ARRAY_LEN(upper), upper };

/* The definition, spelt out: the first bucket whose bound is not below the value. */
static uint32_t bucket_by_hand(uint64_t value)
{
	uint32_t i = 0;

	while (i < ARRAY_LEN(upper) && value > upper[i]) {
		i++;
	}
	return i;
}

static void every_value_falls_into_its_bucket(void **state)
{
	(void)state;
	for (uint64_t value = 0; value <= 101; value++) {
		struct histogram h;

		memset(&h, 0, sizeof h);
		histogram_add(&h, &bounds, value, 1);
		for (uint32_t b = 0; b < HISTOGRAM_BUCKETS_MAX; b++) {
			assert_int_equal(counter_get(&h.buckets[b]),
			                 b == bucket_by_hand(value) ? 1 : 0);
		}
		assert_int_equal(counter_get(&h.sum), value);
	}
}

static void any_number_of_bounds_works(void **state)
{
	(void)state;
	for (uint32_t count = 0; count <= ARRAY_LEN(upper); count++) {
		const struct histogram_bounds some = { count, upper };
		struct histogram h;

		memset(&h, 0, sizeof h);
		histogram_add(&h, &some, UINT64_MAX, 1);
		assert_int_equal(counter_get(&h.buckets[count]), 1);
	}
}

static void weights_multiply(void **state)
{
	struct histogram h;

	(void)state;
	memset(&h, 0, sizeof h);
	histogram_add(&h, &bounds, 15, 20000);
	histogram_add(&h, &bounds, 20, 3);
	assert_int_equal(counter_get(&h.buckets[2]), 20003);
	assert_int_equal(counter_get(&h.sum), 15 * 20000 + 60);
}

struct pair {
	struct counter in, out[4];
};

struct entity {
	struct gauge one;
	struct counter line[2];
	struct counter square[3][4];
	struct pair pairs[3];
	struct histogram sizes[3];
};

static void cells_lie_where_the_array_has_them(void **state)
{
	static struct entity e;
	const struct metric_row one = { METRIC_FIELD(entity, one) };
	const struct metric_row line = { METRIC_FIELD(entity, line[0]), .dim1 = &dim_traffic };
	const struct metric_row square = { METRIC_FIELD(entity, square[0][0]),
		                           .dim1 = &dim_direction, .dim2 = &dim_ecn };
	const struct metric_row in = { METRIC_FIELD(entity, pairs[0].in), .dim1 = &dim_direction,
		                       .stride = sizeof(struct pair) };
	const struct metric_row out = { METRIC_FIELD(entity, pairs[0].out[0]),
		                        .dim1 = &dim_direction, .dim2 = &dim_ecn,
		                        .stride = sizeof(struct pair) };
	const struct metric_row sizes = { METRIC_FIELD(entity, sizes[0]), .dim1 = &dim_direction };
	const char *base = (const char *)&e;

	(void)state;
	assert_int_equal(one.cell, CELL_GAUGE);
	assert_int_equal(line.cell, CELL_COUNTER);
	assert_int_equal(sizes.cell, CELL_HISTOGRAM);
	assert_ptr_equal(base + metric_cell_offset(&one, 0, 0), &e.one);
	assert_ptr_equal(base + metric_cell_offset(&line, 1, 0), &e.line[1]);
	assert_ptr_equal(base + metric_cell_offset(&square, 2, 3), &e.square[2][3]);
	assert_ptr_equal(base + metric_cell_offset(&in, 2, 0), &e.pairs[2].in);
	assert_ptr_equal(base + metric_cell_offset(&out, 1, 2), &e.pairs[1].out[2]);
	assert_ptr_equal(base + metric_cell_offset(&sizes, 2, 0), &e.sizes[2]);
}

static void assert_labels(const struct metric_dim *dim, uint32_t slot, const char *expected)
{
	char storage[128];
	struct strbuf out;

	strbuf_init_fixed(&out, storage, sizeof storage);
	strbuf_puts(&out, "");
	assert_true(slot < dim->count);
	if (expected == NULL) {
		assert_false(dim->labels(slot, &out));
		assert_int_equal(out.len, 0);
	} else {
		assert_true(dim->labels(slot, &out));
		assert_string_equal(out.at, expected);
	}
}

static void slots_have_the_labels_of_what_they_count(void **state)
{
	(void)state;
	assert_labels(&dim_direction, DIRECTION_IN, "direction=\"in\"");
	assert_labels(&dim_role, ROLE_CORE, "role=\"core\"");
	assert_labels(&dim_role_direction, metric_role_direction(ROLE_EDGE, DIRECTION_OUT),
	              "role=\"edge\",direction=\"out\"");
	assert_labels(&dim_basis, BASIS_EDGE_INGRESS, "basis=\"edge_ingress\"");
	assert_labels(&dim_basis, BASIS_NONE, NULL);
	assert_labels(&dim_traffic, metric_traffic_of[PACKET_ROCEV1], "traffic=\"rdma\"");
	assert_labels(&dim_traffic, metric_traffic_of[PACKET_UET], "traffic=\"other\"");
	assert_labels(&dim_opcode, 0x0a, "transport=\"RC\",operation=\"RDMA_WRITE_ONLY\"");
	assert_labels(&dim_opcode, 0x81, "transport=\"CNP\",operation=\"CNP\"");
	assert_labels(&dim_opcode, 0x9f, "transport=\"unknown\",operation=\"0x9F\"");
	assert_labels(&dim_drop_reason, 259, "reason=\"no_buffer_space\"");
	assert_labels(&dim_drop_reason, DROP_REASON_OTHER, "reason=\"other\"");
	assert_labels(&dim_drop_reason, 100, NULL);
	assert_labels(&dim_ecn, 3, "ecn=\"ce\"");
	assert_labels(&dim_ecn, 1, "ecn=\"ect1\"");
	assert_labels(&dim_fault, FP_SHORT_RECORD, "reason=\"short_record\"");
	assert_labels(&dim_fault, FP_OK, NULL);
	assert_labels(&dim_sample_kind, SFLOW_SAMPLE_FLOW, "type=\"flow_sample\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_falls_into_its_bucket),
		cmocka_unit_test(any_number_of_bounds_works),
		cmocka_unit_test(weights_multiply),
		cmocka_unit_test(cells_lie_where_the_array_has_them),
		cmocka_unit_test(slots_have_the_labels_of_what_they_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
