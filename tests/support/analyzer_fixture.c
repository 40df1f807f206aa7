/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest shard on which an analyzer can stand. */
#include "analyzer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/mem.h"

static const size_t fixture_counts[SCOPE_COUNT] = {
	[SCOPE_FABRIC] = 1, [SCOPE_AGENT] = FIXTURE_AGENTS, [SCOPE_PORT] = FIXTURE_PORTS
};

void fixture_reserve(struct fixture *f, const struct analyzer *analyzer, enum analyzer_id id)
{
	for (unsigned scope = 0; scope < SCOPE_COUNT; scope++) {
		if (analyzer->entry_bytes[scope] != 0) {
			f->shard.entries[id][scope] =
			    mem_reserve(fixture_counts[scope], analyzer->entry_bytes[scope]);
			assert_non_null(f->shard.entries[id][scope]);
			f->entry_bytes[id][scope] = analyzer->entry_bytes[scope];
		}
	}
}

void fixture_open(struct fixture *f, const struct analyzer *analyzer, enum analyzer_id id)
{
	const struct limits_config limits = { .max_agents = FIXTURE_AGENTS,
		                              .max_ports = FIXTURE_PORTS,
		                              .max_sources = FIXTURE_PORTS,
		                              .expire_ns = 600 * NS_PER_SECOND };
	const struct addr agent = { .bytes = { 10, 0, 0, 1 }, .family = ADDR_IPV4 };
	const struct endpoint from = { .addr = agent, .port = 6343 };

	memset(f, 0, sizeof *f);
	f->analyzer = analyzer;
	f->id = id;
	f->batch = mem_reserve(1, sizeof *f->batch); /* aligned: observations fill cache lines */
	assert_non_null(f->batch);
	assert_int_equal(directory_init(&f->shard.directory, &limits), FP_OK);
	assert_int_equal(directory_agent(&f->shard.directory, &agent, &from, 1), 0);
	fixture_reserve(f, analyzer, id);
	atomic_store(&f->shard.config, &f->config);
	f->shards.at = &f->shard;
	f->shards.count = 1;
	if (analyzer->digest_bytes != 0) {
		f->shards.digest[id] = mem_reserve(1, analyzer->digest_bytes);
		assert_non_null(f->shards.digest[id]);
	}
	if (analyzer->digest_init != NULL) {
		assert_int_equal(analyzer->digest_init(f->shards.digest[id]), FP_OK);
	}
}

static void release_entries(struct fixture *f)
{
	for (unsigned id = 0; id < ANALYZER_COUNT; id++) {
		for (unsigned scope = 0; scope < SCOPE_COUNT; scope++) {
			mem_unreserve(f->shard.entries[id][scope], fixture_counts[scope],
			              f->entry_bytes[id][scope]);
		}
	}
}

void fixture_close(struct fixture *f)
{
	if (f->analyzer->digest_deinit != NULL) {
		f->analyzer->digest_deinit(f->shards.digest[f->id]);
	}
	if (f->analyzer->digest_bytes != 0) {
		mem_unreserve(f->shards.digest[f->id], 1, f->analyzer->digest_bytes);
	}
	release_entries(f);
	directory_deinit(&f->shard.directory);
	mem_unreserve(f->batch, 1, sizeof *f->batch);
}

uint32_t fixture_port(struct fixture *f, enum port_role role)
{
	uint32_t count = table_count(&f->shard.directory.ports);
	uint32_t port = directory_port(&f->shard.directory, 0, count + 1, 1);

	assert_int_equal(port, count);
	atomic_store(&f->shard.directory.port[port].role, (uint8_t)role);
	return port;
}

struct counter_event *fixture_counters(struct fixture *f, enum sflow_record_id record,
                                       uint32_t port, uint64_t time_ns)
{
	struct counter_event *e = &f->batch->counters[f->batch->counter_count++];
	uint32_t fields;

	assert_true(f->batch->counter_count <= BATCH_COUNTERS);
	memset(e, 0, sizeof *e);
	e->type = sflow_record_type_of(record);
	e->port = port;
	e->time_ns = time_ns;
	e->uptime_ms = (uint32_t)(time_ns / NS_PER_MS);
	fields = e->type->field_count;
	memcpy(&e->value, &fields, sizeof fields); /* the first member of every record */
	f->batch->now_ns = time_ns;
	return e;
}

struct observation *fixture_packet(struct fixture *f, uint32_t port, uint64_t time_ns)
{
	struct observation *o = &f->batch->packets[f->batch->packet_count++];

	assert_true(f->batch->packet_count <= BATCH_PACKETS);
	memset(o, 0, sizeof *o);
	o->time_ns = time_ns;
	o->at_port = port;
	o->in_port = port;
	o->out_port = OBS_PORT_NONE;
	o->rate = 1;
	o->direction = DIRECTION_IN;
	if (port != OBS_PORT_NONE) {
		o->role = atomic_load(&f->shard.directory.port[port].role);
	}
	f->batch->now_ns = time_ns;
	return o;
}

struct datagram_event *fixture_datagram(struct fixture *f, uint64_t time_ns)
{
	struct datagram_event *d = &f->batch->datagrams[f->batch->datagram_count++];

	assert_true(f->batch->datagram_count <= BATCH_DATAGRAMS);
	memset(d, 0, sizeof *d);
	d->time_ns = time_ns;
	f->batch->now_ns = time_ns;
	return d;
}

struct discard_event *fixture_discard(struct fixture *f, uint32_t reason, uint64_t time_ns)
{
	struct discard_event *d = &f->batch->discards[f->batch->discard_count++];

	assert_true(f->batch->discard_count <= BATCH_DISCARDS);
	memset(d, 0, sizeof *d);
	d->time_ns = time_ns;
	d->reason = reason;
	d->in_port = OBS_PORT_NONE;
	d->out_port = OBS_PORT_NONE;
	f->batch->now_ns = time_ns;
	return d;
}

void fixture_feed(struct fixture *f)
{
	f->analyzer->observe(&f->shard, f->batch);
	f->batch->datagram_count = 0;
	f->batch->packet_count = 0;
	f->batch->discard_count = 0;
	f->batch->counter_count = 0;
}

void fixture_digest(struct fixture *f, uint64_t now_ns)
{
	f->analyzer->digest(&f->shards, now_ns, f->tick++);
}

void fixture_see_ports(struct fixture *f, uint64_t now_ns)
{
	for (uint32_t i = 0; i < table_count(&f->shard.directory.ports); i++) {
		counter_set(&f->shard.directory.port[i].last_seen_ns, now_ns);
	}
}

void *fixture_entries(struct fixture *f, enum scope scope)
{
	return f->shard.entries[f->id][scope];
}

uint64_t total_of(const struct opt_counter *c)
{
	uint64_t value;

	return opt_counter_get(c, &value) ? value : UINT64_MAX;
}
