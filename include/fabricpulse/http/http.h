/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP side: a table of routes over libmicrohttpd.
 *
 * Routes are rows (method, path pattern, handler, group, help); the index page and the
 * documentation come from them. Handlers ask export for text and never see live state. A slow or
 * greedy client costs the workers nothing: the server has threads of its own and hard limits. An
 * error answers with its status and one sentence as text/plain.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/option.h"
#include "fabricpulse/export/metrics.h"
#include "fabricpulse/topology/topology.h"

/* Section "web"; defaults and meanings stand in the rows. */
struct http_config {
	struct option_endpoints listen; /* ":8008" */
	uint32_t connections;           /* at once */
	uint32_t connections_per_address;
	uint64_t timeout_ns;
	uint64_t body_bytes_max; /* of a posted topology */
	/* Bodies that arrive and answers that are not read yet, together. */
	uint64_t buffer_bytes_max;
	bool gzip;
	bool allow_topology_write; /* PUT and POST of a topology */
	bool allow_reload;         /* POST /-/reload */
};
extern const struct option_table http_options;

/* What the handlers may use; all borrowed until http_stop(). */
struct http_app {
	struct shards *shards; /* reload_lock guards what reload swaps */
	struct topology_store *topology;
	/* Swapped by reload under shards->reload_lock, held shared during an answer. */
	const struct export_config *export_config;
	const struct compat_config *compat;
	void (*self_fill)(void *arg, struct self_stats *out);
	/* Reload now; false: `problem` says every mistake. Called from a server thread. */
	bool (*reload)(void *arg, char *problem, size_t size);
	bool (*is_ready)(void *arg);   /* serving and workers running */
	bool (*is_healthy)(void *arg); /* workers and ticker make progress */
	void *arg;
};

struct http;

/* Requests answered so far, for self metrics. */
struct http_stats {
	uint64_t requests[6]; /* by status class */
	uint64_t scrapes;
	double scrape_seconds_sum, scrape_seconds_last;
};

/* Start serving. FP_SYSTEM: `problem` says which address and why. `*out` is set before the first
 * request is answered. */
FP_MUST_USE enum fp_err http_start(const struct http_config *config, const struct http_app *app,
                                   struct http **out, char *problem, size_t size);
void http_stats_get(const struct http *h, struct http_stats *out);
/* The addresses really bound (port 0 resolved). */
size_t http_endpoints(const struct http *h, struct endpoint *out, size_t limit);

/* Take no further connection, wait a quarter of a second for answers in progress, close all. NULL
 * is fine. */
void http_stop(struct http *h);
