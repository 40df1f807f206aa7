/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's bodies, byte for byte: AI Metrics, engine endpoints and topology application. Pure
 * functions from shards to text; the http room routes to them.
 *
 * Numbers are spelt as JavaScript spells them. Where sFlow-RT itself could not be asked, the choice
 * made here is marked [unverified] below. Whoever calls while a reload may happen holds
 * shards->reload_lock, shared. A function without a result fails by `out->failed` alone.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/compat.h"
#include "fabricpulse/base/strbuf.h"

struct self_stats;

/* --- AI Metrics: /app/ai-metrics/scripts/metrics.js/… ----------------------------------------- */

/* prometheus/txt: 24 scalars in their fixed order, then top operations and drop reasons. Empty
 * before the first second. */
void sflowrt_print_ai_metrics(const struct shards *s, const struct compat_config *config,
                              struct strbuf *out);

/* metric/json: {"bps":…, …,"top-5-operations":{name:number},"top-5-drop-reasons":{…}}; {} before
 * the first second. */
void sflowrt_print_metric_json(const struct shards *s, struct strbuf *out);
/* metric/{name}/json: the value of that member alone. FP_NOT_FOUND: no such member, or no second
 * has passed. */
FP_MUST_USE enum fp_err sflowrt_print_one_metric_json(const struct shards *s, const char *name,
                                                      struct strbuf *out);

/* trend/json?after=MS: {"trend":{"maxPoints":300,"trends":{name:[…]},"times":[Unix ms…]}}, oldest
 * first; only points newer than `after_ms` (0: all). */
void sflowrt_print_trend_json(const struct shards *s, uint64_t after_ms, struct strbuf *out);

/* period/json: {"value","period","threshold","baselineLoad":{"mean","sdev","min","max","count"},
 * "baselinePeriod":{…}}. A baseline's min and max are mean -/+ 2 sdev, sFlow-RT's sensitivity of 2.
 * Members of the baselines are [unverified]. */
void sflowrt_print_period_json(const struct shards *s, struct strbuf *out);

/* --- Engine ----------------------------------------------------------------------------------- */

/* /prometheus/metrics/{agents}/{metrics}/txt: interface counters as gauges, metric after metric:
 *
 *     sflow_ifinoctets{agent="10.0.0.1",datasource="49",host="leaf1",ifname="swp1"} 12500
 *
 * `agents`: "ALL", or addresses and hostnames separated by commas; who is not known gives nothing.
 * `metrics`: "ALL", or names separated by commas. Rates are per second over the last poll interval,
 * octets in bytes, utilisation in percent (octets x 800 / ifspeed). datasource is the ifIndex.
 * A metric that a port does not report gives no line; neither does a name that is not known, as
 * sFlow-RT does for metrics that nobody reports. FP_NOT_FOUND: none of the names is known.
 * FP_NO_MEMORY.
 * [unverified]: ifadminstatus and ifoperstatus, which sFlow-RT's own JSON gives as "up" and "down",
 * are 1 and 2 as in SNMP; ifname, which is text, is 1 with its name in the label; empty labels
 * where names are not known (Prometheus takes them for absent ones). */
FP_MUST_USE enum fp_err sflowrt_print_interfaces(const struct shards *s,
                                                 const struct compat_config *config,
                                                 const char *agents, const char *metrics,
                                                 struct strbuf *out);

/* /prometheus/analyzer/txt: what the analyzer says of itself. Discarded are datagrams that the
 * kernel dropped and those that nobody could be credited with. CPU load is 0 to 1 of all
 * processors, mean since the start; heap is resident memory [unverified]. */
void sflowrt_print_analyzer(const struct shards *s, const struct compat_config *config,
                            const struct self_stats *self, struct strbuf *out);

/* --- Topology application: /app/topology/scripts/topology.js/… -------------------------------- */

/* `what`/json. FP_NOT_FOUND: none of these; FP_NO_MEMORY.
 *
 *   topology   the document that was set, with "version"
 *   version    the version alone
 *   status     {"version":n,
 *               "links":{"total","monitored","up","down","details":{"unmonitored":[name…],"down":[…]}},
 *               "nodes":{"total","monitored","flows","noflows",
 *                        "details":{"unmonitored":[name…],"noflows":[…]}}}; "metrics" is the same
 *   agents     {node:{"agent":address,"hostname":…,"flows":bool}}: nodes whose agent is alive
 *   unknown    {address:{"hostname":…,"flows":bool}}: live agents that are no node
 *
 * A link is monitored when both ends are live ports whose states are polled, and up when all four
 * states are. Shapes of agents and unknown are [unverified]. */
FP_MUST_USE enum fp_err sflowrt_print_topology_json(const struct shards *s, const char *what,
                                                    struct strbuf *out);

/* locate/json?address=: always the empty list: which port an address was seen on is not kept.
 * FP_BAD_ARGUMENT: no address. */
FP_MUST_USE enum fp_err sflowrt_print_locate_json(const struct shards *s, const char *address,
                                                  struct strbuf *out);

/* prometheus/txt: topology_links{status}, topology_nodes{status}, and over all link ends
 * topology_traffic_bps (8 x octets out, so that each direction counts once), _speed (ifspeed), _pps
 * (packets out), _discards and _errors (in and out, per second) [unverified sums]. FP_NO_MEMORY. */
FP_MUST_USE enum fp_err sflowrt_print_topology_metrics(const struct shards *s,
                                                       const struct compat_config *config,
                                                       struct strbuf *out);
