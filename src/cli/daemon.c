/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing the rooms up and down.
 *
 * Up, in the order of the data flow: shards, topology, sources, pipeline, http. Down in the
 * opposite order, so that nobody is asked for what is gone. A reload touches only what can change
 * while datagrams flow: log, names, topology, analyzers' and export's options. Sockets, workers and
 * limits stay as they were started; a change there is said in the log.
 */
#include "daemon_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/io/pcap.h"

#define STATE_PATH_SIZE 4096
#define DRAIN_NS        (500 * NS_PER_MS)
#define PROBLEMS_BYTES  65536u

static double now_seconds(void)
{
	const uint64_t now_ms = clock_realtime_ns() / NS_PER_MS;

	return (double)now_ms / 1000;
}

static void generation_free(struct generation *g)
{
	if (g != NULL) {
		settings_release(&g->settings);
		mem_free(g);
	}
}

/* NULL: every mistake is in `problem`. */
static struct generation *generation_load(const struct flags *flags, char *problem, size_t size)
{
	struct option_problems *problems = problems_new();
	struct generation *g = mem_new(1, sizeof *g);
	struct strbuf text;

	if (problems == NULL || g == NULL) {
		(void)snprintf(problem, size, "%s\n", fp_err_text(FP_NO_MEMORY));
	} else if (settings_load(flags, &g->settings, problems) == FP_OK) {
		g->pipeline.classify = &g->settings.classify;
		g->pipeline.analyze = &g->settings.analyze;
		problems_free(problems);
		return g;
	} else {
		strbuf_init(&text, PROBLEMS_BYTES);
		problems_print(problems, &text);
		(void)snprintf(problem, size, "%s",
		               text.len > 0 ? text.at : "the configuration is not valid\n");
		strbuf_deinit(&text);
	}
	problems_free(problems);
	mem_free(g);
	return NULL;
}

/* The path of `file` in the state directory; NULL: nothing is kept, or the path is too long. */
static const char *state_path(const struct state_config *config, const char *file, char *out,
                              size_t size)
{
	const char *directory = config->directory;
	int len;

	if (directory[0] == '\0') {
		directory = getenv("STATE_DIRECTORY");
	}
	if (directory == NULL || directory[0] == '\0') {
		return NULL;
	}
	len = snprintf(out, size, "%s/%s", directory, file);
	return len > 0 && (size_t)len < size ? out : NULL;
}

/* The configured topology leaves the settings: the store takes it. */
static struct topology *take_topology(struct generation *g)
{
	struct topology *t = g->settings.topology.configured;

	g->settings.topology.configured = NULL;
	return t;
}

static enum fp_err start_state(struct daemon *d, char *problem, size_t size)
{
	struct settings *s = &d->generation->settings;
	char path[STATE_PATH_SIZE];
	enum fp_err err = shards_init(&d->shards, d->workers, &s->limits);

	if (err == FP_OK) {
		err = topology_store_new(state_path(&s->state, "topology.json", path, sizeof path),
		                         take_topology(d->generation), &d->topology);
	}
	if (err != FP_OK) {
		(void)snprintf(problem, size, "%s\n", fp_err_text(err));
		return err;
	}
	d->shards.names = s->names.overrides;
	d->shards.topology = d->topology;
	return FP_OK;
}

static enum fp_err open_capture(const struct daemon_source *from, struct source **out,
                                char *problem, size_t size)
{
	const struct pcap_options options = {
		.port = from->port,
		.speed = from->speed,
		.is_interface = from->interface[0] != '\0',
	};

	return pcap_source_open(options.is_interface ? from->interface : from->capture, &options,
	                        out, problem, size);
}

static enum fp_err open_forward(const struct settings *s, struct forward **out)
{
	*out = NULL;
	return s->forward.targets.count > 0 ? forward_open(&s->forward.targets, out) : FP_OK;
}

static bool is_capture(const struct daemon_source *from)
{
	return from->capture[0] != '\0' || from->interface[0] != '\0';
}

/* What the pipeline is made of until it has taken it. */
struct intake {
	struct source *sources[UDP_WORKERS_MAX];
	struct forward *forward[UDP_WORKERS_MAX];
};

static void intake_close(struct intake *in, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (in->sources[i] != NULL) {
			in->sources[i]->ops->close(in->sources[i]);
		}
		forward_close(in->forward[i]);
	}
}

/* A target that is ourselves would send every datagram round for ever. Told by the address that was
 * bound, and by loopback; another address of this machine is not known here. */
static bool is_ourselves(const struct endpoint *target, const struct endpoint *bound)
{
	return target->port == bound->port &&
	       (addr_equal(&target->addr, &bound->addr) ||
	        (addr_is_anonymous(&target->addr) && addr_is_anonymous(&bound->addr)));
}

static enum fp_err refuse_loops(const struct daemon *d, char *problem, size_t size)
{
	const struct option_endpoints *targets = &d->generation->settings.forward.targets;
	struct endpoint bound[OPTION_LIST_MAX];
	const size_t count =
	    d->udp != NULL ? udp_group_endpoints(d->udp, bound, ARRAY_LEN(bound)) : 0;
	char text[ENDPOINT_TEXT_SIZE];

	for (size_t t = 0; t < targets->count; t++) {
		for (size_t i = 0; i < count; i++) {
			if (is_ourselves(&targets->at[t], &bound[i])) {
				(void)snprintf(problem, size, "forward: %s is this daemon itself\n",
				               endpoint_text(&targets->at[t], text));
				return FP_BAD_CONFIG;
			}
		}
	}
	return FP_OK;
}

static enum fp_err intake_open(struct daemon *d, const struct daemon_source *from,
                               struct intake *in, char *problem, size_t size)
{
	const struct settings *s = &d->generation->settings;
	enum fp_err err;

	if (is_capture(from)) {
		err = open_capture(from, &in->sources[0], problem, size);
	} else {
		err = udp_group_open(&s->udp, &d->udp, problem, size);
		for (uint32_t i = 0; err == FP_OK && i < d->workers; i++) {
			in->sources[i] = udp_group_source(d->udp, i);
		}
	}
	if (err == FP_OK) {
		err = refuse_loops(d, problem, size);
	}
	for (uint32_t i = 0; err == FP_OK && i < d->workers; i++) {
		err = open_forward(s, &in->forward[i]);
		if (err != FP_OK) {
			(void)snprintf(problem, size, "forward: %s\n", fp_err_text(err));
		}
	}
	return err;
}

static enum fp_err start_pipeline(struct daemon *d, const struct daemon_source *from, char *problem,
                                  size_t size)
{
	struct intake in = { .sources = { NULL } };
	enum fp_err err = intake_open(d, from, &in, problem, size);

	if (err == FP_OK) {
		err = pipeline_new(&d->shards, in.sources, in.forward, d->workers,
		                   &d->generation->pipeline, &d->pipeline);
		if (err != FP_OK) {
			(void)snprintf(problem, size, "%s\n", fp_err_text(err));
		}
	}
	if (err != FP_OK) {
		intake_close(&in, d->workers);
		return err;
	}
	err = pipeline_start(d->pipeline);
	if (err != FP_OK) {
		(void)snprintf(problem, size, "cannot start threads\n");
	}
	return err;
}

static bool app_reload(void *arg, char *problem, size_t size)
{
	return daemon_reload(arg, problem, size);
}

/* Relaxed: flags for people; nothing is read behind them. */
static bool app_is_ready(void *arg)
{
	const struct daemon *d = arg;

	return atomic_load_explicit(&d->is_ready, memory_order_relaxed);
}

static bool app_is_healthy(void *arg)
{
	const struct daemon *d = arg;

	return atomic_load_explicit(&d->is_healthy, memory_order_relaxed);
}

static enum fp_err start_http(struct daemon *d, char *problem, size_t size)
{
	const struct settings *s = &d->generation->settings;
	struct http *http;
	enum fp_err err;

	d->app = (struct http_app){
		.shards = &d->shards,
		.topology = d->topology,
		.export_config = &s->export,
		.compat = &s->analyze.compat,
		.self_fill = daemon_fill_self,
		.reload = app_reload,
		.is_ready = app_is_ready,
		.is_healthy = app_is_healthy,
		.arg = d,
	};
	err = http_start(&s->http, &d->app, &http, problem, size);
	/* Release: a server thread that sees it sees it whole. */
	atomic_store_explicit(&d->http, http, memory_order_release);
	return err;
}

static void take_down(struct daemon *d)
{
	http_stop(d->http);
	if (d->pipeline != NULL) {
		pipeline_stop(d->pipeline, DRAIN_NS);
	}
	pipeline_free(d->pipeline);
	udp_group_close(d->udp);
	topology_store_free(d->topology);
	if (d->shards.at != NULL) {
		shards_deinit(&d->shards);
	}
	generation_free(d->generation);
	pthread_mutex_destroy(&d->reload_mutex);
}

enum fp_err daemon_start(struct daemon *d, const struct flags *flags,
                         const struct daemon_source *from, char *problem, size_t size)
{
	enum fp_err err;

	memset(d, 0, sizeof *d);
	d->flags = flags;
	d->reload_success = NAN;
	d->start_time_seconds = now_seconds();
	d->reload_time_seconds = d->start_time_seconds;
	d->generation = generation_load(flags, problem, size);
	if (d->generation == NULL) {
		return FP_BAD_CONFIG;
	}
	pthread_mutex_init(&d->reload_mutex, NULL);
	log_config_apply(&d->generation->settings.log);
	d->forward_targets = d->generation->settings.forward.targets.count;
	d->workers = is_capture(from) ? 1 : d->generation->settings.udp.workers;
	err = start_state(d, problem, size);
	if (err == FP_OK) {
		err = start_pipeline(d, from, problem, size);
	}
	if (err == FP_OK) {
		err = start_http(d, problem, size);
	}
	if (err != FP_OK) {
		take_down(d);
		return err;
	}
	atomic_store_explicit(&d->is_healthy, true, memory_order_relaxed);
	atomic_store_explicit(&d->is_ready, true, memory_order_relaxed);
	return FP_OK;
}

static bool same_endpoints(const struct option_endpoints *a, const struct option_endpoints *b)
{
	return a->count == b->count && memcmp(a->at, b->at, a->count * sizeof a->at[0]) == 0;
}

static bool same_limits(const struct limits_config *a, const struct limits_config *b)
{
	return a->max_agents == b->max_agents && a->max_ports == b->max_ports &&
	       a->max_sources == b->max_sources && a->expire_ns == b->expire_ns &&
	       a->max_sampling_rate == b->max_sampling_rate &&
	       a->drop_repeated_samples == b->drop_repeated_samples;
}

static bool same_web(const struct http_config *a, const struct http_config *b)
{
	return same_endpoints(&a->listen, &b->listen) && a->connections == b->connections &&
	       a->connections_per_address == b->connections_per_address &&
	       a->timeout_ns == b->timeout_ns && a->body_bytes_max == b->body_bytes_max &&
	       a->buffer_bytes_max == b->buffer_bytes_max && a->gzip == b->gzip &&
	       a->allow_topology_write == b->allow_topology_write &&
	       a->allow_reload == b->allow_reload;
}

/* What cannot change without a restart is said, not silently ignored. */
static void say_what_waits(const struct settings *was, const struct settings *is)
{
	const struct {
		const char *section;
		bool is_same;
	} fixed[] = {
		{ "sflow", same_endpoints(&was->udp.listen, &is->udp.listen) &&
		               was->udp.workers == is->udp.workers &&
		               was->udp.receive_buffer_bytes == is->udp.receive_buffer_bytes &&
		               was->udp.coalesce_ns == is->udp.coalesce_ns &&
		               was->udp.datagram_bytes == is->udp.datagram_bytes },
		{ "forward", same_endpoints(&was->forward.targets, &is->forward.targets) },
		{ "limits", same_limits(&was->limits, &is->limits) },
		{ "web", same_web(&was->http, &is->http) },
		{ "state", strcmp(was->state.directory, is->state.directory) == 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		if (!fixed[i].is_same) {
			log_warn("config", "a change takes effect at the next start", "section=%s",
			         fixed[i].section);
		}
	}
}

static void adopt(struct daemon *d, struct generation *fresh)
{
	struct generation *old = d->generation;

	log_config_apply(&fresh->settings.log);
	topology_store_configure(d->topology, take_topology(fresh));
	pthread_rwlock_wrlock(&d->shards.reload_lock);
	d->shards.names = fresh->settings.names.overrides;
	d->app.export_config = &fresh->settings.export;
	d->app.compat = &fresh->settings.analyze.compat;
	d->generation = fresh;
	d->reload_success = 1;
	d->reload_time_seconds = now_seconds();
	pthread_rwlock_unlock(&d->shards.reload_lock);
	pipeline_reload(d->pipeline, &fresh->pipeline);
	say_what_waits(&old->settings, &fresh->settings);
	generation_free(old);
}

/* A line a mistake: what an operator fixes one by one is read one by one. */
static void log_problems(const char *problem)
{
	while (*problem != '\0') {
		const size_t length = strcspn(problem, "\n");

		log_error("config", "mistake", "problem=\"%.*s\"", (int)length, problem);
		problem += length + (problem[length] == '\n');
	}
}

bool daemon_reload(struct daemon *d, char *problem, size_t size)
{
	struct generation *fresh;

	pthread_mutex_lock(&d->reload_mutex);
	fresh = generation_load(d->flags, problem, size);
	if (fresh != NULL) {
		adopt(d, fresh);
		log_info("config", "reloaded", "");
	} else {
		pthread_rwlock_wrlock(&d->shards.reload_lock);
		d->reload_success = 0;
		pthread_rwlock_unlock(&d->shards.reload_lock);
		log_error("config", "reload failed; the old configuration stays", "");
		log_problems(problem);
	}
	pthread_mutex_unlock(&d->reload_mutex);
	return fresh != NULL;
}

static void log_summary(struct daemon *d)
{
	struct self_stats self;
	struct self_worker sum = { 0 };

	daemon_fill_self(d, &self);
	for (uint32_t i = 0; i < self.worker_count; i++) {
		sum.datagrams += self.worker[i].datagrams;
		sum.bytes += self.worker[i].bytes;
		sum.kernel_drops += self.worker[i].kernel_drops;
	}
	log_info(
	    "main", "stopped",
	    "datagrams=%llu bytes=%llu kernel_drops=%llu agents=%.0f ports=%.0f cpu_seconds=%.3f",
	    (unsigned long long)sum.datagrams, (unsigned long long)sum.bytes,
	    (unsigned long long)sum.kernel_drops, self.agents, self.ports,
	    self.process_cpu_seconds);
}

void daemon_stop(struct daemon *d)
{
	atomic_store_explicit(&d->is_ready, false, memory_order_relaxed);
	http_stop(d->http);
	d->http = NULL;
	pipeline_stop(d->pipeline, DRAIN_NS);
	log_summary(d);
	take_down(d);
}
