/* SPDX-License-Identifier: Apache-2.0 */
/* AI Metrics: the bodies byte for byte from a snapshot put into the digest by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/compat_priv.h"
#include "fabricpulse/export/sflowrt.h"
#include "small_fabric.h"

static char prefix[] = "sflow_";
static const struct compat_config plain = { .prefix = prefix };
static const struct compat_config typed = { .prefix = prefix, .type_lines = true };

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

/* A second whose scalars show every spelling that JavaScript has. */
static void put_second(struct small_fabric *f, uint64_t time_ns)
{
	static const double values[] = { 0,    1e21,   0.1,  1e-7, 4e22,        -1.5,
		                         1e20, 1 / 3., 1e-6, 100,  NAN,         123456789.25,
		                         7,    8,      9,    10,   11,          12,
		                         13,   14,     15,   16,   17.00000001, 0.5 };
	struct compat_digest *d = f->shards.digest[ANALYZER_compat];
	struct compat_snapshot *s = &d->history[d->history_next];

	_Static_assert(sizeof values / sizeof values[0] == COMPAT_SCALAR_COUNT, "one each");
	memset(s, 0, sizeof *s);
	s->is_valid = true;
	s->time_ns = time_ns;
	memcpy(s->scalar, values, sizeof values);
	s->operation_count = 2;
	s->operations[0] = (struct compat_top){ "RC:RDMA_WRITE_MIDDLE", 1000.5 };
	s->operations[1] = (struct compat_top){ "odd\"na\\me\n", 1 };
	s->drop_count = 1;
	s->drops[0] = (struct compat_top){ "no_buffer_space", 0.0001 };
	d->history_next = (d->history_next + 1) % COMPAT_HISTORY;
	d->history_count++;
}

static void nothing_before_the_first_second(void **state)
{
	struct small_fabric *f = *state;

	sflowrt_print_ai_metrics(&f->shards, &typed, &f->out);
	assert_string_equal(small_fabric_take(f), "");
	sflowrt_print_metric_json(&f->shards, &f->out);
	assert_string_equal(small_fabric_take(f), "{}");
	assert_int_equal(sflowrt_print_one_metric_json(&f->shards, "bps", &f->out), FP_NOT_FOUND);
}

static void the_text_is_byte_for_byte_what_is_known(void **state)
{
	struct small_fabric *f = *state;

	put_second(f, SMALL_NOW_NS);
	sflowrt_print_ai_metrics(&f->shards, &plain, &f->out);
	assert_golden(small_fabric_take(f), "sflowrt_ai_metrics.txt");
	sflowrt_print_ai_metrics(&f->shards, &typed, &f->out);
	assert_golden(small_fabric_take(f), "sflowrt_ai_metrics_typed.txt");
}

static void another_prefix_is_used_everywhere(void **state)
{
	static char other[] = "x_";
	const struct compat_config config = { .prefix = other, .type_lines = true };
	struct small_fabric *f = *state;
	const char *text;

	put_second(f, SMALL_NOW_NS);
	sflowrt_print_ai_metrics(&f->shards, &config, &f->out);
	text = small_fabric_take(f);
	assert_null(strstr(text, "sflow_"));
	assert_non_null(strstr(text, "# TYPE x_ai_operations gauge\nx_ai_operations{name=\"RC:"));
}

static void the_newest_second_is_shown(void **state)
{
	struct small_fabric *f = *state;
	struct compat_digest *d = f->shards.digest[ANALYZER_compat];

	put_second(f, SMALL_NOW_NS);
	put_second(f, SMALL_NOW_NS + NS_PER_SECOND);
	d->history[1].scalar[COMPAT_bps] = 42;
	assert_int_equal(sflowrt_print_one_metric_json(&f->shards, "bps", &f->out), FP_OK);
	assert_string_equal(small_fabric_take(f), "42");
}

static void metrics_are_an_object(void **state)
{
	struct small_fabric *f = *state;

	put_second(f, SMALL_NOW_NS);
	sflowrt_print_metric_json(&f->shards, &f->out);
	assert_golden(small_fabric_take(f), "sflowrt_metric.json");
	assert_int_equal(sflowrt_print_one_metric_json(&f->shards, "top-5-drop-reasons", &f->out),
	                 FP_OK);
	assert_string_equal(small_fabric_take(f), "{\"no_buffer_space\":0.0001}");
	assert_int_equal(sflowrt_print_one_metric_json(&f->shards, "core_q1_bps", &f->out), FP_OK);
	assert_string_equal(small_fabric_take(f), "0.3333333333333333");
	assert_int_equal(sflowrt_print_one_metric_json(&f->shards, "BPS", &f->out), FP_NOT_FOUND);
	assert_int_equal(f->out.len, 0);
}

static void the_trend_keeps_order_and_forgets_what_is_old(void **state)
{
	struct small_fabric *f = *state;
	const char *text;

	put_second(f, SMALL_NOW_NS);
	put_second(f, SMALL_NOW_NS + NS_PER_SECOND);
	sflowrt_print_trend_json(&f->shards, 0, &f->out);
	text = small_fabric_take(f);
	assert_ptr_equal(
	    strstr(text, "{\"trend\":{\"maxPoints\":300,\"trends\":{\"bps\":[0,0],\"rdma_ops\":"
	                 "[1e+21,1e+21],"),
	    text);
	assert_non_null(strstr(text, "\"top-5-drop-reasons\":[{\"no_buffer_space\":0.0001},"
	                             "{\"no_buffer_space\":0.0001}]},"
	                             "\"times\":[1700000000000,1700000001000]}}"));
	sflowrt_print_trend_json(&f->shards, 1700000000000, &f->out);
	assert_non_null(strstr(small_fabric_take(f), "\"times\":[1700000001000]}}"));
}

static void the_period_has_its_baselines(void **state)
{
	struct small_fabric *f = *state;
	struct compat_digest *d = f->shards.digest[ANALYZER_compat];

	d->period = (struct compat_period){ .value = 1000,
		                            .period = 0.5,
		                            .threshold = 900,
		                            .load_mean = 800,
		                            .load_sdev = 100,
		                            .load_count = 20 };
	sflowrt_print_period_json(&f->shards, &f->out);
	assert_string_equal(small_fabric_take(f),
	                    "{\"value\":1000,\"period\":0.5,\"threshold\":900,\"baselineLoad\":"
	                    "{\"mean\":800,\"sdev\":100,\"min\":600,\"max\":1000,\"count\":20},"
	                    "\"baselinePeriod\":"
	                    "{\"mean\":0,\"sdev\":0,\"min\":0,\"max\":0,\"count\":0}}");
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(nothing_before_the_first_second),
		ON_FABRIC(the_text_is_byte_for_byte_what_is_known),
		ON_FABRIC(another_prefix_is_used_everywhere),
		ON_FABRIC(the_newest_second_is_shown),
		ON_FABRIC(metrics_are_an_object),
		ON_FABRIC(the_trend_keeps_order_and_forgets_what_is_old),
		ON_FABRIC(the_period_has_its_baselines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
