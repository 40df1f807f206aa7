/* SPDX-License-Identifier: Apache-2.0 */
/* A request and its answer, free of the HTTP library: what handlers and routes work with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/export/metrics.h"
#include "fabricpulse/http/http.h"

enum method {
	METHOD_GET = 0, /* HEAD is a GET whose body the library withholds */
	METHOD_PUT,
	METHOD_POST,
	METHOD_OTHER,
	METHOD_COUNT, /* last */
};

#define QUERY_MAX        64 /* further query arguments are ignored */
#define ROUTE_PARAM_MAX  2
#define ROUTE_PARAM_SIZE 2048

struct query_arg {
	const char *key, *value; /* percent-decoded; value "" where there is none */
};

/* All borrowed for the time of the call. */
struct request {
	enum method method;
	const char *path; /* percent-decoded */
	struct query_arg query[QUERY_MAX];
	size_t query_count;
	struct bytes body;
	const char *accept, *accept_encoding, *origin, *host; /* headers; "" where absent */
	bool is_loopback;                                     /* the client is on this machine */
	char param[ROUTE_PARAM_MAX][ROUTE_PARAM_SIZE];        /* what the pattern's {…} matched */
};

struct answer {
	unsigned status;
	const char *content_type;
	const char *allow; /* header Allow, for 405; NULL otherwise */
	bool is_page;      /* HTML: gets a content security policy */
	struct strbuf body;
};

/* The first query argument of that name, or NULL. */
const char *request_query(const struct request *r, const char *key);

/* Answer with a status and one sentence. */
void answer_text(struct answer *a, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define BODY_BYTES_MAX (UINT64_C(2048) << 20)

/* Pure functions over header text (negotiate.c). */
enum export_format
negotiate_format(const char *accept); /* Prometheus text, or OpenMetrics where it is preferred */
bool negotiate_gzip(const char *accept_encoding);

/* True when `origin` (header Origin, "" absent) names the host that was asked: a page from
 * elsewhere must not write. */
bool negotiate_same_origin(const char *origin, const char *host);

/* Decode percent escapes in place, %00 excepted; the length that remains. */
size_t percent_decode(char *text);

/* gzip (RFC 1952) of `in` at the fastest level; caller releases with mem_free(). NULL: out of
 * memory. */
char *gzip_bytes(const char *in, size_t len, size_t *out_len);

struct route {
	enum method method;
	const char *pattern; /* "/a/{b}/c": {…} matches one segment, not empty */
	void (*handle)(const struct http_app *app, const struct request *r, struct answer *a);
	const char *help; /* for the index page */
	bool is_write;    /* changes something: guarded, and called without the reload lock */
	bool is_scrape;   /* counted as one */
};

extern const struct route routes[];
extern const size_t route_count;

/* The route of a method and a path, filling `param`. NULL: `*status` is 404, or 405 with `*allow`
 * the methods that there are. */
const struct route *route_find(enum method method, const char *path, char param[][ROUTE_PARAM_SIZE],
                               unsigned *status, const char **allow);

/* Find the route, guard it, call its handler under the reload lock. `config` says what may be
 * written. */
const struct route *route_dispatch(const struct http_app *app, const struct http_config *config,
                                   struct request *r, struct answer *a);

/* Handlers, by file. */
#define HANDLER(name)                                                                              \
	void handle_##name(const struct http_app *app, const struct request *r, struct answer *a)
HANDLER(index);
HANDLER(metrics);
HANDLER(metrics_interfaces);
HANDLER(healthy);
HANDLER(ready);
HANDLER(reload);
HANDLER(api_status);
HANDLER(api_agents);
HANDLER(api_interfaces);
HANDLER(api_drops);
HANDLER(api_topology);
HANDLER(ai_metrics);
HANDLER(ai_metric_all);
HANDLER(ai_metric_one);
HANDLER(ai_trend);
HANDLER(ai_period);
HANDLER(engine_interfaces);
HANDLER(engine_analyzer);
HANDLER(topology_get);
HANDLER(topology_put);
HANDLER(topology_app);
HANDLER(topology_locate);
HANDLER(topology_metrics);
