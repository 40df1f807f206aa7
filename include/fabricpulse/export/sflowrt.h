/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's bodies, byte for byte: AI Metrics, engine endpoints and topology application. Pure functions from shards to text;
 * the http room routes to them. */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/compat.h"
#include "fabricpulse/base/strbuf.h"

/* /app/ai-metrics/scripts/metrics.js/prometheus/txt: empty before the first second. */
void sflowrt_print_ai_metrics(const struct shards *s, const struct compat_config *config,
                              struct strbuf *out);
/* …/metric/json and …/metric/{name}/json (FP_NOT_FOUND). */
void sflowrt_print_metric_json(const struct shards *s, struct strbuf *out);
FP_MUST_USE enum fp_err sflowrt_print_one_metric_json(const struct shards *s, const char *name,
                                                      struct strbuf *out);
/* …/trend/json?after=MS and …/period/json */
void sflowrt_print_trend_json(const struct shards *s, uint64_t after_ms, struct strbuf *out);
void sflowrt_print_period_json(const struct shards *s, struct strbuf *out);

/* /prometheus/metrics/{agents}/{metrics}/txt: "ALL" or comma lists. FP_NOT_FOUND: an unknown metric name. */
FP_MUST_USE enum fp_err sflowrt_print_interfaces(const struct shards *s,
                                                 const struct compat_config *config,
                                                 const char *agents, const char *metrics,
                                                 struct strbuf *out);
/* /prometheus/analyzer/txt */
struct self_stats;
void sflowrt_print_analyzer(const struct shards *s, const struct compat_config *config,
                            const struct self_stats *self, struct strbuf *out);

/* /app/topology/scripts/topology.js/… ; `what` is topology, status, agents, unknown. */
FP_MUST_USE enum fp_err sflowrt_print_topology_json(const struct shards *s, const char *what,
                                                    struct strbuf *out);
FP_MUST_USE enum fp_err sflowrt_print_locate_json(const struct shards *s, const char *address,
                                                  struct strbuf *out);
void sflowrt_print_topology_metrics(const struct shards *s, const struct compat_config *config,
                                    struct strbuf *out);
