/* SPDX-License-Identifier: Apache-2.0 */
/* Blocking sockets and a reader of answers that knows as much of HTTP as the tests need: one status
 * line, Content-Length. */
#include "web_peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/base/clock.h"

static struct shards shards;
struct http_app web_app;
struct http *web_server;
bool web_reload_is_good;

static void fill_self(void *arg, struct self_stats *out)
{
	(void)arg;
	memset(out, 0, sizeof *out);
	out->worker_count = 1;
}

static bool reload(void *arg, char *problem, size_t size)
{
	(void)arg;
	memset(problem, 'x', size - 1);
	problem[size - 1] = '\0';
	return web_reload_is_good;
}

static bool yes(void *arg)
{
	(void)arg;
	return true;
}

int web_open(void **state)
{
	static const struct limits_config limits = {
		.max_agents = 4, .max_ports = 4, .max_sources = 4, .expire_ns = NS_PER_SECOND
	};
	static const struct export_config export_config = { .ports_inline_max = 4,
		                                            .ports_max = 4,
		                                            .agents_max = 4 };
	static char prefix[] = "sflow_";
	static const struct compat_config compat = { .prefix = prefix };

	(void)state;
	if (shards_init(&shards, 1, &limits) != FP_OK ||
	    topology_store_new(NULL, NULL, &shards.topology) != FP_OK) {
		return -1;
	}
	web_app = (struct http_app){
		.shards = &shards,
		.topology = shards.topology,
		.export_config = &export_config,
		.compat = &compat,
		.self_fill = fill_self,
		.reload = reload,
		.is_ready = yes,
		.is_healthy = yes,
	};
	return 0;
}

int web_close(void **state)
{
	(void)state;
	topology_store_free(shards.topology);
	shards_deinit(&shards);
	return 0;
}

struct http_config web_config(const char *listen)
{
	struct http_config c = {
		.listen.count = 1,
		.connections = 64,
		.connections_per_address = 64,
		.timeout_ns = 30 * NS_PER_SECOND,
		.body_bytes_max = MIB,
		.buffer_bytes_max = 64 * MIB,
		.gzip = true,
	};

	assert_int_equal(endpoint_parse(listen, &c.listen.at[0]), FP_OK);
	return c;
}

void web_serve(const struct http_config *config)
{
	char problem[256] = "";

	assert_int_equal(http_start(config, &web_app, &web_server, problem, sizeof problem), FP_OK);
}

void web_serve_somewhere(void)
{
	const struct http_config config = web_config("127.0.0.1:0");

	web_serve(&config);
}

int web_end(void **state)
{
	(void)state;
	http_stop(web_server);
	web_server = NULL;
	return 0;
}

uint16_t web_port(size_t address)
{
	struct endpoint at[4];

	assert_true(http_endpoints(web_server, at, 4) > address);
	assert_true(at[address].port != 0);
	return at[address].port;
}

int client_connect(const char *host, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const bool is_v6 = strchr(host, ':') != NULL;
	const int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result;

	assert_true(fd >= 0);
	assert_int_equal(is_v6 ? inet_pton(AF_INET6, host, &v6.sin6_addr)
	                       : inet_pton(AF_INET, host, &v4.sin_addr),
	                 1);
	result = is_v6 ? connect(fd, (struct sockaddr *)&v6, sizeof v6)
	               : connect(fd, (struct sockaddr *)&v4, sizeof v4);
	if (result != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void client_open(struct client *c)
{
	c->len = 0;
	c->fd = client_connect("127.0.0.1", web_port(0));
	assert_true(c->fd >= 0);
}

void client_close(struct client *c)
{
	close(c->fd);
}

bool client_say_bytes(const struct client *c, const char *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0) {
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool client_say(const struct client *c, const char *text)
{
	return client_say_bytes(c, text, strlen(text));
}

/* More bytes into the buffer; false at the end of the stream. */
static bool listen_on(struct client *c)
{
	struct pollfd wait = { .fd = c->fd, .events = POLLIN };
	ssize_t n;

	assert_true(c->len < sizeof c->buf - 1);
	if (poll(&wait, 1, PATIENCE_MS) <= 0) {
		fail_msg("the server is silent");
	}
	n = recv(c->fd, c->buf + c->len, sizeof c->buf - 1 - c->len, 0);
	if (n <= 0) {
		return false;
	}
	c->len += (size_t)n;
	c->buf[c->len] = '\0';
	return true;
}

static void forget(struct client *c, size_t len)
{
	memmove(c->buf, c->buf + len, c->len - len + 1);
	c->len -= len;
}

/* Take `len` bytes of body, keep the beginning. */
static void read_body(struct client *c, struct reply *r)
{
	size_t left = r->body_len;
	size_t kept = 0;

	while (left > 0) {
		size_t piece = c->len < left ? c->len : left;
		size_t keep = sizeof r->body - 1 - kept < piece ? sizeof r->body - 1 - kept : piece;

		memcpy(r->body + kept, c->buf, keep);
		kept += keep;
		left -= piece;
		forget(c, piece);
		if (left > 0 && !listen_on(c)) {
			fail_msg("the answer broke off");
		}
	}
	r->body[kept] = '\0';
}

struct reply client_hear(struct client *c, bool has_body)
{
	struct reply r = { 0 };
	char head[4096] = "";
	char *end_of_head;
	const char *length;

	c->buf[c->len] = '\0';
	while ((end_of_head = strstr(c->buf, "\r\n\r\n")) == NULL) {
		if (!listen_on(c)) {
			return r;
		}
	}
	assert_true((size_t)(end_of_head - c->buf) < sizeof head);
	memcpy(head, c->buf, (size_t)(end_of_head - c->buf) + 2);
	forget(c, (size_t)(end_of_head - c->buf) + 4);
	assert_int_equal(sscanf(head, "HTTP/1.%*c %d", &r.status), 1);
	if (r.status == 100) {
		return client_hear(c, has_body);
	}
	length = strcasestr(head, "\r\nContent-Length: ");
	r.body_len = length != NULL ? strtoul(length + 18, NULL, 10) : 0;
	if (has_body) {
		read_body(c, &r);
	}
	return r;
}

struct reply client_ask(struct client *c, const char *request)
{
	assert_true(client_say(c, request));
	return client_hear(c, strncmp(request, "HEAD", 4) != 0);
}

bool client_put(const struct client *c, const char *path, size_t len)
{
	static char body[4 * MIB];
	char head[256];

	assert_true(len <= sizeof body);
	memset(body, ' ', len);
	(void)snprintf(head, sizeof head,
	               "PUT %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", path, len);
	return client_say(c, head) && client_say_bytes(c, body, len);
}

void web_put_topology(size_t bytes)
{
	struct strbuf text;
	struct client c;
	char head[256];

	strbuf_init(&text, 64 * MIB);
	strbuf_puts(&text, "{\"links\":{");
	for (unsigned i = 0; text.len < bytes; i++) {
		strbuf_printf(&text,
		              "%s\"L%u\":{\"node1\":\"a\",\"port1\":\"%u\",\"node2\":\"b\","
		              "\"port2\":\"%u\"}",
		              i > 0 ? "," : "", i, i, i);
	}
	strbuf_puts(&text, "}}");
	(void)snprintf(head, sizeof head,
	               "PUT /topology/json HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
	               text.len);
	client_open(&c);
	assert_true(client_say(&c, head) && client_say_bytes(&c, text.at, text.len));
	assert_int_equal(client_hear(&c, true).status, 204);
	client_close(&c);
	strbuf_deinit(&text);
}

void client_outlast(struct client *c)
{
	while (listen_on(c)) {
		c->len = 0;
	}
}

int client_status(const char *host, uint16_t port, const char *request)
{
	struct client c = { .fd = client_connect(host, port) };
	int status;

	if (c.fd < 0) {
		return -1;
	}
	status = client_ask(&c, request).status;
	client_close(&c);
	return status;
}

void assert_serves(void)
{
	assert_int_equal(client_status("127.0.0.1", web_port(0), GET("/-/ready")), 200);
}
