/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of /api/v1/…: status, agents, interfaces, drops, topology.
 *
 * One JSON value each, appended to `out`; a body fails by `out->failed` alone, also when memory for
 * it is out. 64-bit numbers are printed exactly. Times are RFC 3339 text, durations seconds, sizes
 * bytes; null is "not known". Lists stream, in the order of first sight. Whoever calls while a
 * reload may happen holds shards->reload_lock, shared.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/export/metrics.h"

/* Can I trust the numbers? What came in, what was lost on which way, who speaks, what roles are
 * known and from whom, by which rules the fabric view was made ("basis", with the share of samples
 * of each), and "warnings": a sentence for each thing that makes numbers worse than they look, with
 * what to do about it. "time" is event time, that of the last tick; "uptime_seconds" the wall
 * clock's. "datagrams_lost" is what sequence numbers miss, less what came late; counts are since
 * the start. */
void api_print_status(const struct shards *s, const struct self_stats *self, struct strbuf *out);

/* All agents, silent ones too ("is_live": false):
 * {"agents":[{"agent","host","reported_host","source",
 * "is_live","first_seen","last_seen","uptime_seconds","datagrams","bytes","datagrams_lost",
 * "datagrams_late","datagrams_repeated","restarts","samples":{type:n},"samples_lost",
 * "samples_dropped_by_agent","sampling_rate","shows":["in",…],"faults","unknown_records",
 * "ports":{role:n}}]}. */
void api_print_agents(const struct shards *s, struct strbuf *out);

/* Live ports: {"interfaces":[{"agent","host","ifindex","port","role","role_source","last_seen",
 * "speed_bps","admin_up","oper_up","last_poll","poll_interval_seconds","rates":{…},"utilization":{…},
 * "totals":{…},"sampled":{…}}]}. rates (per second over the last poll interval), utilization (0 to
 * 1) and totals (since first heard) come from the port's counters, sampled from its flow samples.
 * `agent` (may be NULL or ""): only this agent's, by address or hostname. */
void api_print_interfaces(const struct shards *s, const char *agent, struct strbuf *out);

/* {"packets","notices","suppressed","bytes","reasons":[{"reason","notices","rdma_notices",
 * "estimate","share"}],"interface_discards":{"in","out"}}: reasons by falling count. A notice is
 * one dropped packet; "estimate" adds its share of those that agents withheld, for which no reason
 * is known. */
void api_print_drops(const struct shards *s, struct strbuf *out);

/* {"version","document":{…} or null,"links":[{"link","state":"up|down|unmonitored",
 * "ends":[{"node","port","agent","ifindex"},…]}],"nodes":[{"node","agent","state":"flows|noflows|
 * unmonitored"}],"unknown_agents":[…]}. */
void api_print_topology(const struct shards *s, struct strbuf *out);
