/* SPDX-License-Identifier: Apache-2.0 */
/* The server: libmicrohttpd behind one file.
 *
 * One library daemon a listen address, each with a few threads of its own. A request is gathered
 * whole (headers, then a body up to its limit), dispatched once, and its answer queued after the
 * first callback: queueing in the first callback makes the library close keep-alive connections. A
 * body that is refused, or that nobody asked for, is read to its end and thrown away, because a
 * client that is still sending would not see the answer otherwise. Answers are handed over, not
 * copied.
 *
 * The library polls instead of using epoll, whose edges it misses: data and the end of a stream
 * that come together leave a connection open until its time-out (0.9.75).
 *
 * What clients make us hold (bodies on their way in, answers on their way out) is counted together
 * and limited, so that many clients which send or read slowly cost no more than web.buffer_limit
 * and the answer that is being made.
 */
#include "fabricpulse/http/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/mem.h"
#include "listen_priv.h"
#include "request_priv.h"

#define THREADS_PER_ADDRESS 2
#define GZIP_MIN_BYTES      1024
#define STOP_WAIT_MS        250

/* Answers up to this length are always given: that the daemon is healthy, above all. */
#define SMALL_ANSWER_BYTES 65536

struct http {
	struct http_config config;
	const struct http_app *app;
	struct MHD_Daemon *daemons[OPTION_LIST_MAX];
	struct endpoint endpoints[OPTION_LIST_MAX];
	MHD_socket quiesced[OPTION_LIST_MAX]; /* while stopping: listen sockets, ours again */
	size_t count;
	/* Several server threads write these: real atomic additions, relaxed, since nothing is read
	 * behind them. */
	_Atomic uint64_t requests[6];
	_Atomic uint64_t scrapes, scrape_ns_sum, scrape_ns_last;
	_Atomic uint64_t in_progress;
	_Atomic uint64_t held_bytes; /* bodies that arrive and answers that are not read yet */
};

/* One request, from its headers to the last byte of its answer. */
struct exchange {
	struct http *http;
	struct strbuf body;
	bool wants_body;
	unsigned refusal;    /* status that the body has earned; 0: none */
	uint64_t held_bytes; /* its part of http.held_bytes */
};

static void hold(struct exchange *e, size_t bytes)
{
	e->held_bytes += bytes;
	atomic_fetch_add_explicit(&e->http->held_bytes, bytes, memory_order_relaxed);
}

static void let_go(struct exchange *e)
{
	atomic_fetch_sub_explicit(&e->http->held_bytes, e->held_bytes, memory_order_relaxed);
	e->held_bytes = 0;
}

static bool holds_too_much(const struct http *h)
{
	return atomic_load_explicit(&h->held_bytes, memory_order_relaxed) >=
	       h->config.buffer_bytes_max;
}

/* Let the body go, and whatever else it holds. */
static void drop_body(struct exchange *e)
{
	strbuf_deinit(&e->body);
	let_go(e);
}

/* A piece of the body. */
static void gather(struct exchange *e, const char *piece, size_t len)
{
	if (!e->wants_body || e->refusal != 0) {
		return;
	}
	strbuf_put(&e->body, piece, len);
	hold(e, len);
	if (e->body.failed) {
		e->refusal = 413;
	} else if (holds_too_much(e->http)) {
		e->refusal = 503;
	}
	if (e->refusal != 0) {
		drop_body(e);
	}
}

static enum method method_of(const char *text)
{
	if (strcmp(text, MHD_HTTP_METHOD_GET) == 0 || strcmp(text, MHD_HTTP_METHOD_HEAD) == 0) {
		return METHOD_GET;
	}
	if (strcmp(text, MHD_HTTP_METHOD_PUT) == 0) {
		return METHOD_PUT;
	}
	return strcmp(text, MHD_HTTP_METHOD_POST) == 0 ? METHOD_POST : METHOD_OTHER;
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value != NULL ? value : "";
}

static enum MHD_Result take_query(void *arg, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
	struct request *r = arg;

	(void)kind;
	if (r->query_count < QUERY_MAX) {
		r->query[r->query_count++] = (struct query_arg){ key, value != NULL ? value : "" };
	}
	return MHD_YES;
}

static bool is_loopback(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct addr from;

	if (info == NULL || info->client_addr == NULL) {
		return false;
	}
	from = endpoint_of_sockaddr(info->client_addr).addr;
	return (from.family == ADDR_IPV4 && from.bytes[0] == 127) ||
	       (from.family == ADDR_IPV6 && addr_is_anonymous(&from));
}

static void count_request(struct http *h, unsigned status)
{
	atomic_fetch_add_explicit(&h->requests[status / 100 < 6 ? status / 100 : 5], 1,
	                          memory_order_relaxed);
}

static void count_scrape(struct http *h, uint64_t started_ns)
{
	const uint64_t took_ns = clock_monotonic_ns() - started_ns;

	atomic_fetch_add_explicit(&h->scrapes, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->scrape_ns_sum, took_ns, memory_order_relaxed);
	atomic_store_explicit(&h->scrape_ns_last, took_ns, memory_order_relaxed);
}

static void put_headers(struct MHD_Response *response, const struct answer *a, bool is_gzip)
{
	const struct {
		const char *name, *value;
	} headers[] = {
		{ MHD_HTTP_HEADER_CONTENT_TYPE, a->content_type },
		{ MHD_HTTP_HEADER_CONTENT_ENCODING, is_gzip ? "gzip" : NULL },
		{ MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding" },
		{ MHD_HTTP_HEADER_ALLOW, a->allow },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Content-Security-Policy",
		  a->is_page
		      ? "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
		      : NULL },
		{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
	};

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		if (headers[i].value != NULL) {
			(void)MHD_add_response_header(response, headers[i].name, headers[i].value);
		}
	}
}

/* Gives the answer's body away, packed where that was asked for; NULL: it has none. */
static char *take_body(struct answer *a, bool wants_gzip, size_t *len, bool *is_gzip)
{
	char *body;
	char *packed = NULL;

	*len = a->body.len;
	body = strbuf_take(&a->body);
	if (body != NULL && wants_gzip && *len >= GZIP_MIN_BYTES) {
		packed = gzip_bytes(body, *len, len);
	}
	*is_gzip = packed != NULL;
	if (packed != NULL) {
		mem_free(body);
	}
	return packed != NULL ? packed : body;
}

static enum MHD_Result send_answer(struct exchange *e, struct MHD_Connection *connection,
                                   struct answer *a, bool wants_gzip)
{
	struct MHD_Response *response;
	size_t len;
	bool is_gzip;
	char *body = take_body(a, wants_gzip, &len, &is_gzip);
	enum MHD_Result result;

	if (body != NULL) {
		hold(e, len);
		response = MHD_create_response_from_buffer_with_free_callback(len, body, mem_free);
	} else {
		response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	}
	if (response == NULL) {
		mem_free(body);
		return MHD_NO;
	}
	put_headers(response, a, is_gzip);
	result = MHD_queue_response(connection, a->status, response);
	MHD_destroy_response(response);
	return result;
}

static void answer_refusal(struct answer *a, unsigned status)
{
	answer_text(a, status,
	            status == 413
	                ? "The body is larger than web.body_limit allows."
	                : "Other clients have not read their answers yet: web.buffer_limit.");
}

static enum MHD_Result answer_exchange(struct exchange *e, struct MHD_Connection *connection,
                                       const char *url, const char *method)
{
	struct http *h = e->http;
	const uint64_t started_ns = clock_monotonic_ns();
	struct request r = {
		.method = method_of(method),
		.path = url,
		.body = { (const uint8_t *)e->body.at, e->body.len },
		.accept = header_of(connection, MHD_HTTP_HEADER_ACCEPT),
		.accept_encoding = header_of(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
		.origin = header_of(connection, MHD_HTTP_HEADER_ORIGIN),
		.host = header_of(connection, MHD_HTTP_HEADER_HOST),
		.is_loopback = is_loopback(connection),
	};
	struct answer a = { .content_type = "text/plain; charset=utf-8" };
	const struct route *route = NULL;

	strbuf_init(&a.body, BODY_BYTES_MAX);
	(void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query, &r);
	if (e->refusal != 0) {
		answer_refusal(&a, e->refusal);
	} else {
		route = route_dispatch(h->app, &h->config, &r, &a);
	}
	drop_body(e);
	if (a.body.len > SMALL_ANSWER_BYTES && holds_too_much(h)) {
		answer_refusal(&a, 503);
	}
	count_request(h, a.status);
	if (route != NULL && route->is_scrape) {
		count_scrape(h, started_ns);
	}
	return send_answer(e, connection, &a, h->config.gzip && negotiate_gzip(r.accept_encoding));
}

static struct exchange *exchange_new(struct http *h, const char *url, const char *method)
{
	char param[ROUTE_PARAM_MAX][ROUTE_PARAM_SIZE];
	const char *allow;
	unsigned status;
	const struct route *route = route_find(method_of(method), url, param, &status, &allow);
	struct exchange *e = mem_new(1, sizeof *e);

	if (e == NULL) {
		return NULL;
	}
	e->http = h;
	e->wants_body = route != NULL && route->is_write;
	strbuf_init(&e->body, h->config.body_bytes_max);
	atomic_fetch_add_explicit(&h->in_progress, 1, memory_order_relaxed);
	return e;
}

/* NOLINTNEXTLINE(readability-function-size): the library says what it takes */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **state)
{
	struct exchange *e = *state;

	(void)version;
	if (e == NULL) {
		*state = exchange_new(arg, url, method);
		return *state != NULL ? MHD_YES : MHD_NO;
	}
	if (*upload_len > 0) {
		gather(e, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	return answer_exchange(e, connection, url, method);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
	struct http *h = arg;
	struct exchange *e = *state;

	(void)connection;
	(void)code;
	if (e != NULL) {
		drop_body(e);
		mem_free(e);
		*state = NULL;
		atomic_fetch_sub_explicit(&h->in_progress, 1, memory_order_relaxed);
	}
}

static size_t on_unescape(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg;
	(void)connection;
	return percent_decode(text);
}

static enum fp_err start_on(struct http *h, const struct endpoint *at, char *problem, size_t size)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct MHD_Daemon *daemon;
	int fd = listen_open(at, &h->endpoints[h->count]);

	if (fd < 0) {
		(void)snprintf(problem, size, "web.listen %s: %s\n", endpoint_text(at, text),
		               strerror(errno));
		return FP_SYSTEM;
	}
	daemon = MHD_start_daemon(
	    MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
	    (unsigned)THREADS_PER_ADDRESS, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)h->config.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    (unsigned)h->config.connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)(h->config.timeout_ns / NS_PER_SECOND), MHD_OPTION_NOTIFY_COMPLETED,
	    on_completed, h, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
	if (daemon == NULL) {
		close(fd);
		(void)snprintf(problem, size, "web.listen %s: the HTTP library did not start\n",
		               endpoint_text(at, text));
		return FP_SYSTEM;
	}
	h->daemons[h->count++] = daemon;
	return FP_OK;
}

enum fp_err http_start(const struct http_config *config, const struct http_app *app,
                       struct http **out, char *problem, size_t size)
{
	struct http *h = mem_new(1, sizeof *h);
	enum fp_err err = FP_OK;

	*out = NULL;
	if (h == NULL) {
		(void)snprintf(problem, size, "%s\n", fp_err_text(FP_NO_MEMORY));
		return FP_NO_MEMORY;
	}
	h->config = *config;
	h->app = app;
	*out = h; /* before the first request: who answers may ask for it */
	for (size_t i = 0; i < config->listen.count && err == FP_OK; i++) {
		err = start_on(h, &config->listen.at[i], problem, size);
	}
	if (err != FP_OK) {
		http_stop(h);
		*out = NULL;
	}
	return err;
}

void http_stats_get(const struct http *h, struct http_stats *out)
{
	for (size_t i = 0; i < ARRAY_LEN(out->requests); i++) {
		out->requests[i] = atomic_load_explicit(&h->requests[i], memory_order_relaxed);
	}
	out->scrapes = atomic_load_explicit(&h->scrapes, memory_order_relaxed);
	out->scrape_seconds_sum =
	    (double)atomic_load_explicit(&h->scrape_ns_sum, memory_order_relaxed) / 1e9;
	out->scrape_seconds_last =
	    (double)atomic_load_explicit(&h->scrape_ns_last, memory_order_relaxed) / 1e9;
}

size_t http_endpoints(const struct http *h, struct endpoint *out, size_t limit)
{
	const size_t count = h->count < limit ? h->count : limit;

	memcpy(out, h->endpoints, count * sizeof *out);
	return count;
}

void http_stop(struct http *h)
{
	if (h == NULL) {
		return;
	}
	for (size_t i = 0; i < h->count; i++) {
		h->quiesced[i] = MHD_quiesce_daemon(h->daemons[i]);
	}
	for (unsigned waited = 0; waited < STOP_WAIT_MS &&
	                          atomic_load_explicit(&h->in_progress, memory_order_relaxed) > 0;
	     waited += 10) {
		clock_sleep_ns(10 * NS_PER_MS);
	}
	for (size_t i = 0; i < h->count; i++) {
		MHD_stop_daemon(h->daemons[i]);
		if (h->quiesced[i] != MHD_INVALID_SOCKET) {
			close(h->quiesced[i]); /* not before: the library's threads may still use
			                           it */
		}
	}
	mem_free(h);
}
