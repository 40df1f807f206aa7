/* SPDX-License-Identifier: Apache-2.0 */
/* A web server on this machine over an empty shard, and clients of it with nothing between them and
 * the socket. Whatever fails here ends the test. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/http/http.h"

#define PATIENCE_MS 20000 /* a client that hears nothing for so long is a failure */
#define MIB         (UINT64_C(1) << 20)

/* --- the server ---------------------------------------------------------------- */

extern struct http_app web_app; /* from web_open() on */
extern struct http *web_server; /* NULL: none is running */
extern bool web_reload_is_good; /* what POST /-/reload finds */

/* Group setup and teardown: what the server serves. */
int web_open(void **state);
int web_close(void **state);

/* Roomy limits, on one address ("127.0.0.1:0"). */
struct http_config web_config(const char *listen);
void web_serve(const struct http_config *config);
void web_serve_somewhere(void); /* as web_config("127.0.0.1:0") */
int web_end(void **state);      /* test teardown: stop it, if it runs */

/* The port of the server's address with this position in the list. */
uint16_t web_port(size_t address);

/* Put a topology of about `bytes`: GET /topology/json is as long from then on. */
void web_put_topology(size_t bytes);

/* --- clients ------------------------------------------------------------------- */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

struct client {
	int fd;
	char buf[1 << 16]; /* heard and not yet read */
	size_t len;
};

struct reply {
	int status;      /* 0: the server closed without one */
	size_t body_len; /* announced */
	char body[4096]; /* its beginning */
};

/* A socket, connected; -1: refused. */
int client_connect(const char *host, uint16_t port);
void client_open(struct client *c); /* to the first address of the server */
void client_close(struct client *c);

/* False: the server has closed. */
bool client_say_bytes(const struct client *c, const char *bytes, size_t len);
bool client_say(const struct client *c, const char *text);

/* PUT so many blanks, announced by Content-Length. */
bool client_put(const struct client *c, const char *path, size_t len);

/* The next answer; without its body after HEAD. */
struct reply client_hear(struct client *c, bool has_body);
struct reply client_ask(struct client *c, const char *request);

/* Wait until the server closes, whatever it says before. */
void client_outlast(struct client *c);

/* The status of a request on a connection of its own; -1: refused. */
int client_status(const char *host, uint16_t port, const char *request);

/* Others are served, at once. */
void assert_serves(void);
