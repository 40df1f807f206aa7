/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes and the way through it.
 *
 * Paths are compared segment by segment; there are few routes and no regular expressions.
 * Everything that writes passes one guard: it must be opened by the configuration (or come from
 * this machine), and not from another site's page.
 */
#include <string.h>

#include "request_priv.h"

#define AI           "/app/ai-metrics/scripts/metrics.js"
#define TOPOLOGY_APP "/app/topology/scripts/topology.js"

/* clang-format off: a table */
const struct route routes[] = {
	{ METHOD_GET, "/", handle_index, "this page", false, false },
	{ METHOD_GET, "/metrics", handle_metrics,
	  "all metrics: Prometheus text or OpenMetrics; ?collect[]=group chooses", false, true },
	{ METHOD_GET, "/metrics/interfaces", handle_metrics_interfaces,
	  "the series of each port alone", false, true },
	{ METHOD_GET, "/api/v1/status", handle_api_status,
	  "the collector and how far its numbers can be trusted", false, false },
	{ METHOD_GET, "/api/v1/agents", handle_api_agents, "the agents", false, false },
	{ METHOD_GET, "/api/v1/interfaces", handle_api_interfaces,
	  "the ports; ?agent=ADDRESS-OR-HOST chooses", false, false },
	{ METHOD_GET, "/api/v1/drops", handle_api_drops, "dropped packets by reason", false,
	  false },
	{ METHOD_GET, "/api/v1/topology", handle_api_topology, "links as known and as seen", false,
	  false },
	{ METHOD_GET, "/-/healthy", handle_healthy, "200 while workers and ticker go round", false,
	  false },
	{ METHOD_GET, "/-/ready", handle_ready, "200 once everything is up", false, false },
	{ METHOD_POST, "/-/reload", handle_reload, "load the configuration again", true, false },
	{ METHOD_GET, "/topology/json", handle_topology_get, "the topology as it was posted", false,
	  false },
	{ METHOD_PUT, "/topology/json", handle_topology_put, "replace the topology", true, false },
	{ METHOD_POST, "/topology/json", handle_topology_put, "replace the topology", true, false },
	{ METHOD_GET, AI "/prometheus/txt", handle_ai_metrics, "AI Metrics as sFlow-RT prints them",
	  false, true },
	{ METHOD_GET, AI "/metric/json", handle_ai_metric_all, "the same as one JSON object", false,
	  false },
	{ METHOD_GET, AI "/metric/{name}/json", handle_ai_metric_one, "one of them", false, false },
	{ METHOD_GET, AI "/trend/json", handle_ai_trend,
	  "five minutes of them; ?after=MILLISECONDS", false, false },
	{ METHOD_GET, AI "/period/json", handle_ai_period, "the periodicity view", false, false },
	{ METHOD_GET, "/prometheus/metrics/{agents}/{metrics}/txt", handle_engine_interfaces,
	  "interface metrics as sFlow-RT prints them", false, true },
	{ METHOD_GET, "/prometheus/analyzer/txt", handle_engine_analyzer,
	  "the collector's health as sFlow-RT prints it", false, true },
	{ METHOD_GET, TOPOLOGY_APP "/prometheus/txt", handle_topology_metrics,
	  "the topology's state as sFlow-RT prints it", false, true },
	{ METHOD_GET, TOPOLOGY_APP "/locate/json", handle_topology_locate,
	  "where an address is attached; ?address=", false, false },
	{ METHOD_GET, TOPOLOGY_APP "/{what}/json", handle_topology_app,
	  "topology, status, agents or unknown", false, false },
};
/* clang-format on */
const size_t route_count = sizeof routes / sizeof routes[0];

static const char *const allow_names[1u << METHOD_OTHER] = {
	[1u << METHOD_GET] = "GET, HEAD",
	[1u << METHOD_PUT] = "PUT",
	[1u << METHOD_POST] = "POST",
	[1u << METHOD_GET | 1u << METHOD_PUT] = "GET, HEAD, PUT",
	[1u << METHOD_GET | 1u << METHOD_POST] = "GET, HEAD, POST",
	[1u << METHOD_PUT | 1u << METHOD_POST] = "PUT, POST",
	[1u << METHOD_GET | 1u << METHOD_PUT | 1u << METHOD_POST] = "GET, HEAD, PUT, POST",
};

/* One segment, up to "/" or the end. */
static size_t segment_len(const char *at)
{
	return strcspn(at, "/");
}

static bool segment_matches(const char *pattern, size_t pattern_len, const char *path,
                            size_t path_len, char param[][ROUTE_PARAM_SIZE], size_t *params)
{
	if (pattern_len == 0 || pattern[0] != '{') {
		return pattern_len == path_len && memcmp(pattern, path, path_len) == 0;
	}
	if (path_len == 0 || path_len >= ROUTE_PARAM_SIZE || *params == ROUTE_PARAM_MAX) {
		return false;
	}
	memcpy(param[*params], path, path_len);
	param[(*params)++][path_len] = '\0';
	return true;
}

static bool pattern_matches(const char *pattern, const char *path, char param[][ROUTE_PARAM_SIZE])
{
	size_t params = 0;

	for (;;) {
		const size_t pattern_len = segment_len(pattern);
		const size_t path_len = segment_len(path);

		if (!segment_matches(pattern, pattern_len, path, path_len, param, &params)) {
			return false;
		}
		pattern += pattern_len;
		path += path_len;
		if (*pattern == '\0' || *path == '\0') {
			return *pattern == *path;
		}
		pattern++;
		path++;
	}
}

const struct route *route_find(enum method method, const char *path, char param[][ROUTE_PARAM_SIZE],
                               unsigned *status, const char **allow)
{
	unsigned methods = 0;

	for (size_t i = 0; i < route_count; i++) {
		if (!pattern_matches(routes[i].pattern, path, param)) {
			continue;
		}
		if (routes[i].method == method) {
			return &routes[i];
		}
		methods |= 1u << routes[i].method;
	}
	*status = methods != 0 ? 405 : 404;
	*allow = methods != 0 ? allow_names[methods] : NULL;
	return NULL;
}

/* True: go on. Who may write is decided here and nowhere else. */
static bool guard(const struct http_config *config, const struct route *route,
                  const struct request *r, struct answer *a)
{
	const bool is_reload = route->handle == handle_reload;

	if (!route->is_write) {
		return true;
	}
	if (!negotiate_same_origin(r->origin, r->host)) {
		answer_text(a, 403, "A page from another site may not write here.");
		return false;
	}
	if (!r->is_loopback && !(is_reload ? config->allow_reload : config->allow_topology_write)) {
		answer_text(a, 403, "Closed for other machines: set web.%s to open it.",
		            is_reload ? "allow_reload" : "allow_topology_write");
		return false;
	}
	return true;
}

const struct route *route_dispatch(const struct http_app *app, const struct http_config *config,
                                   struct request *r, struct answer *a)
{
	unsigned status = 0;
	const struct route *route = route_find(r->method, r->path, r->param, &status, &a->allow);
	struct shards *shards = app->shards;

	if (route == NULL) {
		answer_text(a, status,
		            status == 404 ? "There is nothing here; / lists what there is."
		                          : "This method is not answered here.");
		return NULL;
	}
	if (!guard(config, route, r, a)) {
		return route;
	}
	a->status = 200;
	if (route->is_write) {
		route->handle(app, r, a);
		return route;
	}
	pthread_rwlock_rdlock(&shards->reload_lock);
	route->handle(app, r, a);
	pthread_rwlock_unlock(&shards->reload_lock);
	if (a->body.failed) {
		answer_text(a, 500, "The answer is too large, or memory is out.");
	}
	return route;
}
