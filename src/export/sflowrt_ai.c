/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's AI Metrics application: the same bodies from our snapshot.
 *
 * Scalars come in the order of COMPAT_SCALARS, which is sFlow-RT's; the two lists of five are label
 * sets in Prometheus and objects in JSON. Label values are escaped, which sFlow-RT forgets.
 */
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "sflowrt_priv.h"

#define SENSITIVITY 2.0 /* of sFlow-RT's baselines, in standard deviations */

static void print_top(const struct compat_config *config, const char *name, const char *key,
                      const struct compat_top *top, uint32_t count, struct strbuf *out)
{
	if (count > 0) {
		sflowrt_put_type(out, config, name, "gauge");
	}
	for (uint32_t i = 0; i < count; i++) {
		sflowrt_put_name(out, config, name);
		strbuf_putc(out, '{');
		strbuf_puts(out, key);
		strbuf_puts(out, "=\"");
		strbuf_put_label(out, top[i].name);
		strbuf_puts(out, "\"} ");
		sflowrt_put_number(out, top[i].value);
		strbuf_putc(out, '\n');
	}
}

void sflowrt_print_ai_metrics(const struct shards *s, const struct compat_config *config,
                              struct strbuf *out)
{
	struct compat_snapshot now;

	compat_snapshot_get(s, &now);
	if (!now.is_valid) {
		return;
	}
	for (size_t i = 0; i < COMPAT_SCALAR_COUNT; i++) {
		char storage[64];
		struct strbuf name;

		strbuf_init_fixed(&name, storage, sizeof storage);
		strbuf_puts(&name, "ai_");
		strbuf_puts(&name, compat_scalar_names[i]);
		sflowrt_put_type(out, config, name.at, "gauge");
		sflowrt_put_name(out, config, name.at);
		strbuf_putc(out, ' ');
		sflowrt_put_number(out, now.scalar[i]);
		strbuf_putc(out, '\n');
	}
	print_top(config, "ai_operations", "name", now.operations, now.operation_count, out);
	print_top(config, "ai_drops", "reason", now.drops, now.drop_count, out);
}

static void put_top_json(struct strbuf *out, const char *key, const struct compat_top *top,
                         uint32_t count)
{
	json_open(out, key, '{');
	for (uint32_t i = 0; i < count; i++) {
		sflowrt_number(out, top[i].name, top[i].value);
	}
	json_close(out, '}');
}

/* Members of a point: the scalars, then the two lists. */
enum { MEMBER_OPERATIONS = COMPAT_SCALAR_COUNT, MEMBER_DROPS, MEMBER_COUNT };

static const char *member_name(size_t member)
{
	if (member == MEMBER_OPERATIONS) {
		return "top-5-operations";
	}
	return member == MEMBER_DROPS ? "top-5-drop-reasons" : compat_scalar_names[member];
}

static void put_member(struct strbuf *out, const char *key, const struct compat_snapshot *point,
                       size_t member)
{
	if (member == MEMBER_OPERATIONS) {
		put_top_json(out, key, point->operations, point->operation_count);
	} else if (member == MEMBER_DROPS) {
		put_top_json(out, key, point->drops, point->drop_count);
	} else {
		sflowrt_number(out, key, point->scalar[member]);
	}
}

void sflowrt_print_metric_json(const struct shards *s, struct strbuf *out)
{
	struct compat_snapshot now;

	compat_snapshot_get(s, &now);
	json_open(out, NULL, '{');
	for (size_t i = 0; i < MEMBER_COUNT && now.is_valid; i++) {
		put_member(out, member_name(i), &now, i);
	}
	json_close(out, '}');
}

enum fp_err sflowrt_print_one_metric_json(const struct shards *s, const char *name,
                                          struct strbuf *out)
{
	struct compat_snapshot now;

	compat_snapshot_get(s, &now);
	for (size_t i = 0; i < MEMBER_COUNT && now.is_valid; i++) {
		if (strcmp(name, member_name(i)) == 0) {
			put_member(out, NULL, &now, i);
			return FP_OK;
		}
	}
	return FP_NOT_FOUND;
}

void sflowrt_print_trend_json(const struct shards *s, uint64_t after_ms, struct strbuf *out)
{
	struct compat_snapshot *points = mem_new(COMPAT_HISTORY, sizeof *points);
	size_t count;

	if (points == NULL) {
		out->failed = true;
		return;
	}
	count = compat_history_get(s, after_ms, points, COMPAT_HISTORY);
	json_open(out, NULL, '{');
	json_open(out, "trend", '{');
	json_u64(out, "maxPoints", COMPAT_HISTORY);
	json_open(out, "trends", '{');
	for (size_t member = 0; member < MEMBER_COUNT; member++) {
		json_open(out, member_name(member), '[');
		for (size_t i = 0; i < count; i++) {
			put_member(out, NULL, &points[i], member);
		}
		json_close(out, ']');
	}
	json_close(out, '}');
	json_open(out, "times", '[');
	for (size_t i = 0; i < count; i++) {
		json_u64(out, NULL, points[i].time_ns / NS_PER_MS);
	}
	strbuf_puts(out, "]}}");
	mem_free(points);
}

static void put_baseline(struct strbuf *out, const char *key, double mean, double sdev,
                         uint32_t count)
{
	json_open(out, key, '{');
	sflowrt_number(out, "mean", mean);
	sflowrt_number(out, "sdev", sdev);
	sflowrt_number(out, "min", mean - SENSITIVITY * sdev);
	sflowrt_number(out, "max", mean + SENSITIVITY * sdev);
	json_u64(out, "count", count);
	json_close(out, '}');
}

void sflowrt_print_period_json(const struct shards *s, struct strbuf *out)
{
	struct compat_period p;

	compat_period_get(s, &p);
	json_open(out, NULL, '{');
	sflowrt_number(out, "value", p.value);
	sflowrt_number(out, "period", p.period);
	sflowrt_number(out, "threshold", p.threshold);
	put_baseline(out, "baselineLoad", p.load_mean, p.load_sdev, p.load_count);
	put_baseline(out, "baselinePeriod", p.period_mean, p.period_sdev, p.period_count);
	json_close(out, '}');
}
