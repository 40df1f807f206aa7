/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of /api/v1/…: status, agents, interfaces, topology, drops. 64-bit numbers are printed exactly, lists stream into the
 * buffer. Times are RFC 3339 text, durations seconds, sizes bytes. */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/export/metrics.h"

void api_print_status(const struct shards *s, const struct self_stats *self, struct strbuf *out);
void api_print_agents(const struct shards *s, struct strbuf *out);
/* `agent` (may be NULL): only this agent's address or hostname. */
void api_print_interfaces(const struct shards *s, const char *agent, struct strbuf *out);
void api_print_drops(const struct shards *s, struct strbuf *out);
void api_print_topology(const struct shards *s, struct strbuf *out);
