/* SPDX-License-Identifier: Apache-2.0 */
/* The page at /: what this is, how it is doing, and every path, from the table of routes. No
 * script, nothing from elsewhere. */
#include "request_priv.h"

#ifndef FP_VERSION
#define FP_VERSION "unversioned"
#endif

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n<title>fabricpulse</title>\n<style>\n"
    ":root{color-scheme:light "
    "dark;--ink:#1c2530;--soft:#5b6875;--line:#dde3e9;--link:#0b63b8;--ground:#fbfcfd}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#93a1af;--line:#2a343e;--link:#6cb4ff;"
    "--ground:#12181f}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:3rem auto;padding:0 "
    "1.25rem;color:var(--ink);"
    "background:var(--ground)}\n"
    "h1{font-size:1.6rem;margin:0}p{color:var(--soft);margin:.35rem 0 1.6rem}\n"
    "table{border-collapse:collapse;width:100%}td{padding:.45rem .6rem .45rem 0;border-top:1px "
    "solid var(--line);"
    "vertical-align:top}\n"
    "td:last-child{color:var(--soft)}code,a{font-family:ui-monospace,monospace;font-size:.9rem;"
    "color:var(--link);"
    "text-decoration:none;overflow-wrap:anywhere}a:hover{text-decoration:underline}\n"
    "</style>\n</head>\n<body>\n<h1>fabricpulse</h1>\n<p>";

static uint64_t sum_datagrams(const struct self_stats *self)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < self->worker_count; i++) {
		sum += self->worker[i].datagrams;
	}
	return sum;
}

static void put_state(const struct self_stats *self, struct strbuf *out)
{
	const uint64_t datagrams = sum_datagrams(self);

	strbuf_puts(out, "Version " FP_VERSION ". ");
	if (datagrams == 0) {
		strbuf_puts(out, "No datagram yet: point your switches' sFlow at this machine.");
		return;
	}
	strbuf_put_u64(out, datagrams);
	strbuf_puts(out, " datagrams from ");
	strbuf_put_double(out, self->agents);
	strbuf_puts(out, self->agents == 1 ? " agent, " : " agents, ");
	strbuf_put_double(out, self->ports);
	strbuf_puts(out, self->ports == 1 ? " port." : " ports.");
}

static bool has_parameter(const char *pattern)
{
	while (*pattern != '\0' && *pattern != '{') {
		pattern++;
	}
	return *pattern == '{';
}

static void put_route(const struct route *route, struct strbuf *out)
{
	static const char *const verbs[METHOD_COUNT] = { "", "PUT ", "POST ", "" };

	strbuf_puts(out, "<tr><td>");
	if (route->method == METHOD_GET && !has_parameter(route->pattern)) {
		strbuf_printf(out, "<a href=\"%s\">%s</a>", route->pattern, route->pattern);
	} else {
		strbuf_printf(out, "<code>%s%s</code>", verbs[route->method], route->pattern);
	}
	strbuf_printf(out, "</td><td>%s</td></tr>\n", route->help);
}

void handle_index(const struct http_app *app, const struct request *r, struct answer *a)
{
	struct self_stats self;

	(void)r;
	app->self_fill(app->arg, &self);
	a->content_type = "text/html; charset=utf-8";
	a->is_page = true;
	strbuf_puts(&a->body, page_head);
	put_state(&self, &a->body);
	strbuf_puts(&a->body, "</p>\n<table>\n");
	for (size_t i = 1; i < route_count; i++) {
		put_route(&routes[i], &a->body);
	}
	strbuf_puts(&a->body, "</table>\n</body>\n</html>\n");
}
