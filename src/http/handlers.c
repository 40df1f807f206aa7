/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers: each asks export for a text and says what kind of text it is. */
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/export/json.h"
#include "fabricpulse/export/sflowrt.h"
#include "request_priv.h"

#define TYPE_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"
#define TYPE_SFLOWRT    "text/plain; version=0.0.4"
#define TYPE_JSON       "application/json"
#define PROBLEM_SIZE    65536

const char *request_query(const struct request *r, const char *key)
{
	for (size_t i = 0; i < r->query_count; i++) {
		if (strcmp(r->query[i].key, key) == 0) {
			return r->query[i].value;
		}
	}
	return NULL;
}

void answer_text(struct answer *a, unsigned status, const char *format, ...)
{
	va_list args;

	a->status = status;
	a->content_type = "text/plain; charset=utf-8";
	strbuf_clear(&a->body);
	va_start(args, format);
	strbuf_vprintf(&a->body, format, args);
	va_end(args);
	strbuf_putc(&a->body, '\n');
}

static void answer_unknown_group(struct answer *a)
{
	answer_text(a, 400, "There is no such group to collect; groups are:");
	for (size_t i = 0; i < ANALYZER_COUNT; i++) {
		strbuf_puts(&a->body, analyzers[i]->name);
		strbuf_putc(&a->body, '\n');
	}
	strbuf_puts(&a->body, "self\n");
}

static void answer_metrics(const struct http_app *app, const struct request *r, struct answer *a,
                           bool only_ports)
{
	const char *groups[QUERY_MAX];
	struct export_request request = { .format = negotiate_format(r->accept),
		                          .only_ports = only_ports };
	struct self_stats self;

	for (size_t i = 0; i < r->query_count; i++) {
		if (strcmp(r->query[i].key, "collect[]") == 0) {
			groups[request.collect_count++] = r->query[i].value;
		}
	}
	request.collect = request.collect_count > 0 ? groups : NULL;
	app->self_fill(app->arg, &self);
	a->content_type = export_content_type(request.format);
	if (export_metrics(app->shards, app->export_config, &self, &request, &a->body) ==
	    FP_BAD_ARGUMENT) {
		answer_unknown_group(a);
	}
}

void handle_metrics(const struct http_app *app, const struct request *r, struct answer *a)
{
	answer_metrics(app, r, a, false);
}

void handle_metrics_interfaces(const struct http_app *app, const struct request *r,
                               struct answer *a)
{
	answer_metrics(app, r, a, true);
}

void handle_healthy(const struct http_app *app, const struct request *r, struct answer *a)
{
	(void)r;
	if (app->is_healthy(app->arg)) {
		answer_text(a, 200, "Healthy.");
	} else {
		answer_text(a, 503, "A worker or the ticker makes no progress.");
	}
}

void handle_ready(const struct http_app *app, const struct request *r, struct answer *a)
{
	(void)r;
	if (app->is_ready(app->arg)) {
		answer_text(a, 200, "Ready.");
	} else {
		answer_text(a, 503, "Not ready yet, or ending.");
	}
}

void handle_reload(const struct http_app *app, const struct request *r, struct answer *a)
{
	char *problem = mem_new(1, PROBLEM_SIZE);

	(void)r;
	if (problem == NULL) {
		answer_text(a, 500, "Out of memory.");
	} else if (app->reload(app->arg, problem, PROBLEM_SIZE)) {
		answer_text(a, 200, "Reloaded.");
	} else {
		answer_text(a, 500, "Not reloaded, the old configuration stays:\n%s", problem);
	}
	mem_free(problem);
}

#define API_HANDLER(name, call)                                                                    \
	void handle_##name(const struct http_app *app, const struct request *r, struct answer *a)  \
	{                                                                                          \
		(void)r;                                                                           \
		a->content_type = TYPE_JSON;                                                       \
		call;                                                                              \
	}
API_HANDLER(api_agents, api_print_agents(app->shards, &a->body))
API_HANDLER(api_interfaces, api_print_interfaces(app->shards, request_query(r, "agent"), &a->body))
API_HANDLER(api_drops, api_print_drops(app->shards, &a->body))
API_HANDLER(api_topology, api_print_topology(app->shards, &a->body))
API_HANDLER(ai_metric_all, sflowrt_print_metric_json(app->shards, &a->body))
API_HANDLER(ai_period, sflowrt_print_period_json(app->shards, &a->body))
#undef API_HANDLER

void handle_api_status(const struct http_app *app, const struct request *r, struct answer *a)
{
	struct self_stats self;

	(void)r;
	app->self_fill(app->arg, &self);
	a->content_type = TYPE_JSON;
	api_print_status(app->shards, &self, &a->body);
}

void handle_ai_metrics(const struct http_app *app, const struct request *r, struct answer *a)
{
	(void)r;
	a->content_type = TYPE_SFLOWRT;
	sflowrt_print_ai_metrics(app->shards, app->compat, &a->body);
}

void handle_ai_metric_one(const struct http_app *app, const struct request *r, struct answer *a)
{
	a->content_type = TYPE_JSON;
	if (sflowrt_print_one_metric_json(app->shards, r->param[0], &a->body) != FP_OK) {
		answer_text(a, 404, "There is no metric of that name.");
	}
}

void handle_ai_trend(const struct http_app *app, const struct request *r, struct answer *a)
{
	const char *after = request_query(r, "after");
	char *end = NULL;
	unsigned long long after_ms = 0;

	if (after != NULL && after[0] != '\0') {
		after_ms = strtoull(after, &end, 10);
		if (*end != '\0' || after[0] == '-') {
			answer_text(a, 400, "after: expected milliseconds since 1970.");
			return;
		}
	}
	a->content_type = TYPE_JSON;
	sflowrt_print_trend_json(app->shards, after_ms, &a->body);
}

void handle_engine_interfaces(const struct http_app *app, const struct request *r, struct answer *a)
{
	a->content_type = TYPE_SFLOWRT;
	if (sflowrt_print_interfaces(app->shards, app->compat, r->param[0], r->param[1],
	                             &a->body) == FP_NOT_FOUND) {
		answer_text(a, 404, "There is no interface metric of that name.");
	}
}

void handle_engine_analyzer(const struct http_app *app, const struct request *r, struct answer *a)
{
	struct self_stats self;

	(void)r;
	app->self_fill(app->arg, &self);
	a->content_type = TYPE_SFLOWRT;
	sflowrt_print_analyzer(app->shards, app->compat, &self, &a->body);
}

static void print_topology(const struct topology *t, uint32_t version, void *arg)
{
	topology_print_json(t, version, arg);
}

void handle_topology_get(const struct http_app *app, const struct request *r, struct answer *a)
{
	(void)r;
	a->content_type = TYPE_JSON;
	topology_store_read(app->topology, print_topology, &a->body);
}

void handle_topology_put(const struct http_app *app, const struct request *r, struct answer *a)
{
	char problem[4096] = "";

	switch ((int)topology_store_put(app->topology, r->body, problem, sizeof problem)) {
	case FP_OK: a->status = 204; break;
	case FP_SYSTEM: answer_text(a, 200, "%s", problem); break;
	case FP_NO_MEMORY: answer_text(a, 500, "%s", problem); break;
	default: answer_text(a, 400, "%s", problem); break;
	}
}

void handle_topology_app(const struct http_app *app, const struct request *r, struct answer *a)
{
	a->content_type = TYPE_JSON;
	if (sflowrt_print_topology_json(app->shards, r->param[0], &a->body) == FP_NOT_FOUND) {
		answer_text(a, 404, "Expected topology, status, agents or unknown.");
	}
}

void handle_topology_locate(const struct http_app *app, const struct request *r, struct answer *a)
{
	const char *address = request_query(r, "address");

	a->content_type = TYPE_JSON;
	if (address == NULL) {
		answer_text(a, 400, "address: expected ?address=IP-OR-MAC.");
	} else if (sflowrt_print_locate_json(app->shards, address, &a->body) != FP_OK) {
		answer_text(a, 400, "address: expected an IP or MAC address.");
	}
}

void handle_topology_metrics(const struct http_app *app, const struct request *r, struct answer *a)
{
	(void)r;
	a->content_type = TYPE_SFLOWRT;
	if (sflowrt_print_topology_metrics(app->shards, app->compat, &a->body) != FP_OK) {
		answer_text(a, 500, "Out of memory.");
	}
}
