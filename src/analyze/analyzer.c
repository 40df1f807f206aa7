/* SPDX-License-Identifier: Apache-2.0 */
/* The frame that analyzers hang in: memory for their entries, the way of a batch, the tick.
 *
 * Each shard reserves, for each analyzer, one array an entity: address space for the configured
 * limit, memory only for what is touched (base/mem.h). So an analyzer indexes its array with the
 * directory's dense index and never asks for room. Workers only ever run shard_observe(); the
 * ticker alone runs shards_digest(), so neither needs a lock against the other.
 */
#include "fabricpulse/analyze/analyzer.h"

#include <assert.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/option.h"

const struct analyzer *const analyzers[ANALYZER_COUNT] = {
#define ANALYZER(name) [ANALYZER_##name] = &analyzer_##name,
#include "fabricpulse/analyze/analyzers.def"
};

static const struct option_row analyze_rows[] = {
	{ .key = "pfc_swap",
	  .kind = OPTION_BOOL,
	  .offset = offsetof(struct analyze_config, pfc_swap),
	  .fallback = "false",
	  .unit = "",
	  .help = "Agents report PFC requests and indications the wrong way round (some SONiC "
	          "releases): swap them." },
};

const struct option_table analyze_options = { "analyze", analyze_rows, ARRAY_LEN(analyze_rows) };

/* Entities of a scope that a shard holds at most. */
static size_t scope_limit(const struct limits_config *limits, enum scope scope)
{
	switch (scope) {
	case SCOPE_FABRIC: return 1;
	case SCOPE_AGENT: return limits->max_agents;
	case SCOPE_PORT: return limits->max_ports;
	case SCOPE_SELF:
	case SCOPE_COUNT: break;
	}
	return 0;
}

static enum fp_err entries_init(struct shard *s, const struct limits_config *limits)
{
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		for (enum scope scope = SCOPE_FABRIC; scope < SCOPE_SELF; scope++) {
			size_t size = analyzers[a]->entry_bytes[scope];

			if (size == 0) {
				continue;
			}
			s->entries[a][scope] = mem_reserve(scope_limit(limits, scope), size);
			if (s->entries[a][scope] == NULL) {
				return FP_NO_MEMORY;
			}
		}
	}
	return FP_OK;
}

static void entries_deinit(struct shard *s)
{
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		for (enum scope scope = SCOPE_FABRIC; scope < SCOPE_SELF; scope++) {
			mem_unreserve(s->entries[a][scope],
			              scope_limit(&s->directory.limits, scope),
			              analyzers[a]->entry_bytes[scope]);
		}
	}
}

enum fp_err shard_init(struct shard *s, const struct limits_config *limits)
{
	enum fp_err err;

	memset(s, 0, sizeof *s);
	err = directory_init(&s->directory, limits);
	if (err != FP_OK) {
		return err;
	}
	err = entries_init(s, limits);
	if (err != FP_OK) {
		shard_deinit(s);
	}
	return err;
}

void shard_deinit(struct shard *s)
{
	entries_deinit(s);
	directory_deinit(&s->directory);
	memset(s, 0, sizeof *s);
}

void shard_observe(struct shard *s, const struct batch *batch)
{
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		if (analyzers[a]->observe != NULL) {
			analyzers[a]->observe(s, batch);
		}
	}
}

static enum fp_err digests_init(struct shards *s)
{
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		enum fp_err err = FP_OK;

		if (analyzers[a]->digest_bytes == 0) {
			continue;
		}
		s->digest[a] = mem_new(1, analyzers[a]->digest_bytes);
		if (s->digest[a] == NULL) {
			return FP_NO_MEMORY;
		}
		if (analyzers[a]->digest_init != NULL) {
			err = analyzers[a]->digest_init(s->digest[a]);
		}
		if (err != FP_OK) { /* it released what it took: its digest_deinit() must not run */
			mem_free(s->digest[a]);
			s->digest[a] = NULL;
			return err;
		}
	}
	return FP_OK;
}

static void digests_deinit(struct shards *s)
{
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		if (s->digest[a] != NULL && analyzers[a]->digest_deinit != NULL) {
			analyzers[a]->digest_deinit(s->digest[a]);
		}
		mem_free(s->digest[a]);
	}
}

/* The first `ready` of `reserved` shards were made. */
static void shards_release(struct shards *s, uint32_t ready, uint32_t reserved)
{
	digests_deinit(s);
	for (uint32_t i = 0; i < ready; i++) {
		shard_deinit(&s->at[i]);
	}
	mem_unreserve(s->at, reserved, sizeof *s->at);
	(void)pthread_rwlock_destroy(&s->reload_lock);
	memset(s, 0, sizeof *s);
}

enum fp_err shards_init(struct shards *s, uint32_t count, const struct limits_config *limits)
{
	enum fp_err err = FP_OK;
	uint32_t ready = 0;

	memset(s, 0, sizeof *s);
	if (pthread_rwlock_init(&s->reload_lock, NULL) != 0) {
		return FP_NO_MEMORY;
	}
	/* Reserved, which is page aligned, because shards lie on cache lines of their own. */
	s->at = mem_reserve(count, sizeof *s->at);
	if (s->at == NULL) {
		err = FP_NO_MEMORY;
	}
	while (err == FP_OK && ready < count) {
		err = shard_init(&s->at[ready], limits);
		ready += err == FP_OK ? 1 : 0;
	}
	if (err == FP_OK) {
		err = digests_init(s);
	}
	if (err != FP_OK) {
		shards_release(s, ready, count);
		return err;
	}
	s->count = count;
	return FP_OK;
}

void shards_deinit(struct shards *s)
{
	shards_release(s, s->count, s->count);
}

static void assign_roles(const struct topology *t, uint32_t version, void *arg)
{
	struct shards *s = arg;
	uint32_t serial = names_serial(s->names);
	bool is_everything = version != s->topology_version || serial != s->names_serial;

	for (uint32_t i = 0; i < s->count; i++) {
		/* Acquire, and before the walk: a name or port that the walk does not see yet
		 * raises the version beyond this one, so that the next tick walks again. */
		uint32_t names =
		    atomic_load_explicit(&s->at[i].directory.names_version, memory_order_acquire);

		if (is_everything || names != s->at[i].roles_version) {
			directory_assign_roles(&s->at[i].directory, t, s->names);
			s->at[i].roles_version = names;
		}
	}
	s->topology_version = version;
	s->names_serial = serial;
}

/* The store is asked under its lock, so only when there is something to do. */
static void update_roles(struct shards *s)
{
	uint32_t version = s->topology != NULL ? topology_store_version(s->topology) : 0;
	bool is_due = version != s->topology_version || names_serial(s->names) != s->names_serial;

	for (uint32_t i = 0; i < s->count && !is_due; i++) {
		/* Relaxed: only a hint that something changed; assign_roles() looks again. */
		is_due = atomic_load_explicit(&s->at[i].directory.names_version,
		                              memory_order_relaxed) != s->at[i].roles_version;
	}
	if (is_due && s->topology != NULL) {
		topology_store_read(s->topology, assign_roles, s);
	} else if (is_due) {
		assign_roles(NULL, 0, s);
	}
}

void shards_digest(struct shards *s, uint64_t now_ns, uint64_t tick)
{
	/* Shared: readers may go on; only a reload, which swaps names and topology, has to wait. It
	 * fails only where the lock is not one, or is held by this thread for writing. */
	int failed = pthread_rwlock_rdlock(&s->reload_lock);

	assert(failed == 0);
	(void)failed;
	update_roles(s);
	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		if (analyzers[a]->digest != NULL) {
			analyzers[a]->digest(s, now_ns, tick);
		}
	}
	/* Release: who reads this time also sees what the digests made of it. */
	atomic_store_explicit(&s->now_ns, now_ns, memory_order_release);
	(void)pthread_rwlock_unlock(&s->reload_lock);
}

/* A table's key with the slots that it takes on average: three, since the number of slots is the
 * power of two from twice to four times the limit. */
#define TABLE_BYTES_PER_KEY (sizeof(struct table_key) + 3 * sizeof(uint32_t))

static uint64_t table_bytes_max(uint64_t limit)
{
	return limit * (sizeof(struct table_key) + 4 * sizeof(uint32_t));
}

static uint64_t analyzer_bytes(enum scope scope)
{
	uint64_t bytes = 0;

	for (size_t a = 0; a < ANALYZER_COUNT; a++) {
		bytes += analyzers[a]->entry_bytes[scope];
	}
	return bytes;
}

uint64_t shard_bytes_max(const struct limits_config *limits)
{
	uint64_t agents = limits->max_agents, ports = limits->max_ports;
	uint64_t streams = agents * STREAMS_PER_AGENT, sources = limits->max_sources;

	return sizeof(struct shard) + analyzer_bytes(SCOPE_FABRIC) +
	       agents * (analyzer_bytes(SCOPE_AGENT) + sizeof(struct agent_entry)) +
	       ports * (analyzer_bytes(SCOPE_PORT) + sizeof(struct port_entry)) +
	       streams * sizeof(struct stream_entry) + sources * sizeof(struct source_entry) +
	       table_bytes_max(agents + ports + streams + sources + DIRECTORY_TAGS_MAX);
}

uint64_t shard_bytes_per_agent(void)
{
	return analyzer_bytes(SCOPE_AGENT) + sizeof(struct agent_entry) +
	       sizeof(struct stream_entry) + 2 * TABLE_BYTES_PER_KEY;
}

uint64_t shard_bytes_per_port(void)
{
	return analyzer_bytes(SCOPE_PORT) + sizeof(struct port_entry) +
	       sizeof(struct source_entry) + 2 * TABLE_BYTES_PER_KEY;
}
