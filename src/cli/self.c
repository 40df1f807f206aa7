/* SPDX-License-Identifier: Apache-2.0 */
/* What the process knows of itself, gathered when somebody asks.
 *
 * Source: proc(5) for memory and descriptors, getrusage(2) for CPU; names follow Prometheus' own
 * process collector.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon_priv.h"
#include "version.h"

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void fill_memory(struct self_stats *out)
{
	FILE *f = fopen("/proc/self/statm", "re");
	const double page = (double)sysconf(_SC_PAGESIZE);
	unsigned long total = 0;
	unsigned long resident = 0;

	if (f == NULL) {
		return;
	}
	if (fscanf(f, "%lu %lu", &total, &resident) == 2) {
		out->virtual_bytes = (double)total * page;
		out->resident_bytes = (double)resident * page;
	}
	(void)fclose(f); /* read only: nothing can be lost */
}

static size_t count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	if (dir == NULL) {
		return 0;
	}
	for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		count += e->d_name[0] != '.';
	}
	closedir(dir);
	return count;
}

static void fill_process(const struct daemon *d, struct self_stats *out)
{
	struct rusage usage;
	struct rlimit files;

	out->start_time_seconds = d->start_time_seconds;
	if (getrusage(RUSAGE_SELF, &usage) == 0) {
		out->process_cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		out->max_fds = (double)files.rlim_cur;
	}
	out->open_fds = (double)count_entries("/proc/self/fd");
	out->threads = count_entries("/proc/self/task");
	fill_memory(out);
}

static void fill_worker(const struct daemon *d, uint32_t i, struct self_worker *out)
{
	const struct source_stats *s = pipeline_source_stats(d->pipeline, i);
	const struct forward *f = pipeline_forward(d->pipeline, i);
	const size_t targets = f != NULL ? d->forward_targets : 0;

	out->datagrams = counter_get(&s->datagrams);
	out->bytes = counter_get(&s->bytes);
	out->truncated = counter_get(&s->truncated);
	out->kernel_drops = counter_get(&s->kernel_drops);
	out->receive_errors = counter_get(&s->receive_errors);
	out->wakeups = counter_get(&s->wakeups);
	out->receive_buffer_bytes = counter_get(&s->receive_buffer_bytes);
	out->ip_fragments = counter_get(&s->ip_fragments);
	out->not_sflow = counter_get(&s->not_sflow);
	out->cpu_ns = pipeline_worker_cpu_ns(d->pipeline, i);
	for (size_t t = 0; t < targets; t++) {
		const struct forward_stats *stats = forward_stats_of(f, t);

		out->forward_sent += counter_get(&stats->sent);
		out->forward_failed += counter_get(&stats->failed);
	}
}

static void fill_shard(const struct shard *shard, uint64_t now_ns, struct self_stats *out)
{
	const struct directory *dir = &shard->directory;
	const uint32_t agents = table_count(&dir->agents);
	const uint32_t ports = table_count(&dir->ports);

	for (uint32_t i = 0; i < agents; i++) {
		out->agents +=
		    !directory_is_expired(dir, counter_get(&dir->agent[i].last_seen_ns), now_ns);
	}
	for (uint32_t i = 0; i < ports; i++) {
		if (!directory_is_expired(dir, counter_get(&dir->port[i].last_seen_ns), now_ns)) {
			out->ports++;
			/* Relaxed: a role a moment old is good enough for a sum. */
			out->ports_by_role[atomic_load_explicit(&dir->port[i].role,
			                                        memory_order_relaxed)]++;
		}
	}
	out->agents_limit += dir->agents.limit;
	out->ports_limit += dir->ports.limit;
	out->agents_refused += counter_get(&dir->agents.refused);
	out->ports_refused += counter_get(&dir->ports.refused);
	out->sources_refused += counter_get(&dir->sources.refused);
}

void daemon_fill_self(void *arg, struct self_stats *out)
{
	struct daemon *d = arg;
	const uint64_t now_ns = atomic_load_explicit(&d->shards.now_ns, memory_order_relaxed);
	/* Acquire: pairs with start_http(). */
	const struct http *server = atomic_load_explicit(&d->http, memory_order_acquire);
	struct http_stats http = { 0 };

	memset(out, 0, sizeof *out);
	fill_process(d, out);
	out->version = version_text();
	out->revision = version_revision();
	out->compiler = version_compiler();
	out->worker_count = d->workers;
	for (uint32_t i = 0; i < d->workers; i++) {
		fill_worker(d, i, &out->worker[i]);
		fill_shard(&d->shards.at[i], now_ns, out);
	}
	out->reload_success = d->reload_success;
	out->reload_time_seconds = d->reload_time_seconds;
	out->topology_version = topology_store_version(d->topology);
	if (server != NULL) {
		http_stats_get(server, &http);
	}
	memcpy(out->http_requests, http.requests, sizeof out->http_requests);
	out->scrapes = http.scrapes;
	out->scrape_seconds_sum = http.scrape_seconds_sum;
	out->scrape_seconds_last = http.scrape_seconds_last;
}
