/* SPDX-License-Identifier: Apache-2.0 */
/* One analyzer on one shard, fed by hand: events go into a batch, feed() shows it to the analyzer
 * and empties it.
 *
 * Agents and ports are made in order: fixture_port() gives 0, 1, 2 …; agent 0 always exists.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

struct fixture {
	const struct analyzer *analyzer;
	enum analyzer_id id;
	struct shard shard;
	struct shards shards;
	struct batch *batch;
	struct analyze_config config;
	uint64_t tick;
	size_t entry_bytes[ANALYZER_COUNT][SCOPE_COUNT];
};

#define FIXTURE_AGENTS 4u
#define FIXTURE_PORTS  64u

/* `id` is the analyzer's place in the table. Fails the test when memory is out. */
void fixture_open(struct fixture *f, const struct analyzer *analyzer, enum analyzer_id id);
void fixture_close(struct fixture *f);

/* A further port of agent 0 with this role. */
uint32_t fixture_port(struct fixture *f, enum port_role role);

/* Room for another analyzer's entries, for one that reads them. */
void fixture_reserve(struct fixture *f, const struct analyzer *analyzer, enum analyzer_id id);

/* A zeroed event at the end of the batch, every field of the record present. */
struct counter_event *fixture_counters(struct fixture *f, enum sflow_record_id record,
                                       uint32_t port, uint64_t time_ns);
struct datagram_event *fixture_datagram(struct fixture *f, uint64_t time_ns);
struct observation *fixture_packet(struct fixture *f, uint32_t port, uint64_t time_ns);
struct discard_event *fixture_discard(struct fixture *f, uint32_t reason, uint64_t time_ns);
void fixture_feed(struct fixture *f);

/* The ticker's call. */
void fixture_digest(struct fixture *f, uint64_t now_ns);
/* All ports were heard of at `now_ns`. */
void fixture_see_ports(struct fixture *f, uint64_t now_ns);

/* The analyzer's first entry of a scope. */
void *fixture_entries(struct fixture *f, enum scope scope);

/* Totals for assertions: the value, or UINT64_MAX where it is absent. */
uint64_t total_of(const struct opt_counter *c);
