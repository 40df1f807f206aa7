/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's AI Metrics application: the same bodies from our snapshot.
 *
 * Scalars come in the order of COMPAT_SCALARS, which is sFlow-RT's; the two lists of five are label
 * sets in Prometheus and objects in JSON. Label values are escaped, which sFlow-RT forgets.
 */
#include <string.h>

#include "fabricpulse/base/clock.h"
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

static void put_top_json(const struct compat_top *top, uint32_t count, struct strbuf *out)
{
	strbuf_putc(out, '{');
	for (uint32_t i = 0; i < count; i++) {
		strbuf_puts(out, i > 0 ? "," : "");
		sflowrt_put_text(out, top[i].name);
		strbuf_putc(out, ':');
		sflowrt_put_number(out, top[i].value);
	}
	strbuf_putc(out, '}');
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

static void put_member(const struct compat_snapshot *point, size_t member, struct strbuf *out)
{
	if (member == MEMBER_OPERATIONS) {
		put_top_json(point->operations, point->operation_count, out);
	} else if (member == MEMBER_DROPS) {
		put_top_json(point->drops, point->drop_count, out);
	} else {
		sflowrt_put_number(out, point->scalar[member]);
	}
}

void sflowrt_print_metric_json(const struct shards *s, struct strbuf *out)
{
	struct compat_snapshot now;

	compat_snapshot_get(s, &now);
	strbuf_putc(out, '{');
	for (size_t i = 0; i < MEMBER_COUNT && now.is_valid; i++) {
		strbuf_puts(out, i > 0 ? ",\"" : "\"");
		strbuf_puts(out, member_name(i));
		strbuf_puts(out, "\":");
		put_member(&now, i, out);
	}
	strbuf_putc(out, '}');
}

enum fp_err sflowrt_print_one_metric_json(const struct shards *s, const char *name,
                                          struct strbuf *out)
{
	struct compat_snapshot now;

	compat_snapshot_get(s, &now);
	for (size_t i = 0; i < MEMBER_COUNT && now.is_valid; i++) {
		if (strcmp(name, member_name(i)) == 0) {
			put_member(&now, i, out);
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
	strbuf_printf(out, "{\"trend\":{\"maxPoints\":%d,\"trends\":{", COMPAT_HISTORY);
	for (size_t member = 0; member < MEMBER_COUNT; member++) {
		strbuf_puts(out, member > 0 ? ",\"" : "\"");
		strbuf_puts(out, member_name(member));
		strbuf_puts(out, "\":[");
		for (size_t i = 0; i < count; i++) {
			strbuf_puts(out, i > 0 ? "," : "");
			put_member(&points[i], member, out);
		}
		strbuf_putc(out, ']');
	}
	strbuf_puts(out, "},\"times\":[");
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, i > 0 ? "," : "");
		strbuf_put_u64(out, points[i].time_ns / NS_PER_MS);
	}
	strbuf_puts(out, "]}}");
	mem_free(points);
}

static void put_number_member(struct strbuf *out, const char *key, double value)
{
	strbuf_puts(out, key);
	sflowrt_put_number(out, value);
}

static void put_baseline(struct strbuf *out, double mean, double sdev, uint32_t count)
{
	put_number_member(out, "{\"mean\":", mean);
	put_number_member(out, ",\"sdev\":", sdev);
	put_number_member(out, ",\"min\":", mean - SENSITIVITY * sdev);
	put_number_member(out, ",\"max\":", mean + SENSITIVITY * sdev);
	put_number_member(out, ",\"count\":", count);
	strbuf_putc(out, '}');
}

void sflowrt_print_period_json(const struct shards *s, struct strbuf *out)
{
	struct compat_period p;

	compat_period_get(s, &p);
	put_number_member(out, "{\"value\":", p.value);
	put_number_member(out, ",\"period\":", p.period);
	put_number_member(out, ",\"threshold\":", p.threshold);
	strbuf_puts(out, ",\"baselineLoad\":");
	put_baseline(out, p.load_mean, p.load_sdev, p.load_count);
	strbuf_puts(out, ",\"baselinePeriod\":");
	put_baseline(out, p.period_mean, p.period_sdev, p.period_count);
	strbuf_putc(out, '}');
}
