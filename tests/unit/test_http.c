/* SPDX-License-Identifier: Apache-2.0 */
/* The server as clients meet it, over real sockets: kept connections, odd requests, bodies, broken
 * ones, addresses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "fabricpulse/http/http.h"
#include "udp_peer.h"
#include "web_peer.h"

/* --- ordinary clients ---------------------------------------------------------- */

static void test_a_connection_serves_many_requests(void **state)
{
	struct client c;
	struct http_stats stats;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	for (unsigned i = 0; i < 300; i++) {
		struct reply r = client_ask(&c, GET("/-/ready"));

		assert_int_equal(r.status, 200);
		assert_string_equal(r.body, "Ready.\n");
		assert_int_equal(client_ask(&c, GET("/metrics?collect[]=ingest")).status, 200);
		assert_int_equal(client_ask(&c, GET("/nothing")).status, 404);
	}
	client_close(&c);
	http_stats_get(web_server, &stats);
	assert_int_equal(stats.requests[2], 600);
	assert_int_equal(stats.requests[4], 300);
	assert_int_equal(stats.scrapes, 300);
	assert_true(stats.scrape_seconds_sum > 0 &&
	            stats.scrape_seconds_last <= stats.scrape_seconds_sum);
}

static void test_head_is_get_without_its_body(void **state)
{
	struct client c;
	struct reply get, head;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	get = client_ask(&c, GET("/metrics?collect[]=ingest"));
	head = client_ask(&c, "HEAD /metrics?collect[]=ingest HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(head.status, 200);
	assert_int_equal(head.body_len, get.body_len);
	assert_true(get.body_len > 100);
	assert_int_equal(client_ask(&c, GET("/-/ready")).status, 200); /* in step */
	client_close(&c);
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
	struct client c;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(client_say(&c, GET("/-/ready") GET("/nothing") GET("/")));
	}
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(client_hear(&c, true).status, 200);
		assert_int_equal(client_hear(&c, true).status, 404);
		assert_non_null(strstr(client_hear(&c, true).body, "<!doctype html>"));
	}
	client_close(&c);
}

static void test_old_clients_and_closing_ones(void **state)
{
	struct client c;
	char rest;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	assert_int_equal(client_ask(&c, "GET /-/ready HTTP/1.0\r\n\r\n").status, 200);
	assert_int_equal(recv(c.fd, &rest, 1, 0), 0);
	client_close(&c);
	client_open(&c);
	assert_int_equal(
	    client_ask(&c, "GET /-/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status,
	    200);
	assert_int_equal(recv(c.fd, &rest, 1, 0), 0);
	client_close(&c);
}

static void test_percent_decoding(void **state)
{
	static const struct {
		const char *request;
		int status;
	} rows[] = {
		{ GET("/%2d/%72eady"), 200 },
		{ GET("/%2D/ready"), 200 },
		{ GET("/metrics?collect%5B%5D=ingest"), 200 },
		{ GET("/metrics?collect%5B%5D=ing%65st&collect[]=self"), 200 },
		{ GET("/metrics?collect[]=nope"), 400 },
		{ GET("/metrics?collect[]"), 400 }, /* an empty name is no group */
		{ GET("/metrics?&&==&x=&=y&collect[]=ingest"), 200 },
		{ GET("/%zz"), 404 },
		{ GET("/%"), 404 },
		{ GET("/%2"), 404 },
		{ GET("/metrics%3fcollect[]=ingest"), 404 },
		{ GET("/-/ready%00"), 404 },
		{ GET("/-/ready%00/more"), 404 },
		{ GET("/..%2f-/ready"), 404 },
	};
	struct client c;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const int status = client_ask(&c, rows[i].request).status;

		if (status != rows[i].status) {
			fail_msg("%.40s: %d", rows[i].request, status);
		}
	}
	client_close(&c);
}

static void test_a_failed_reload_says_why(void **state)
{
	struct client c;
	struct reply r;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	r = client_ask(&c, "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(r.status, 500);
	assert_true(r.body_len > 60000);
	web_reload_is_good = true;
	r = client_ask(&c, "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(r.status, 200);
	client_close(&c);
}

/* --- bodies -------------------------------------------------------------------- */

#define SMALL_TOPOLOGY "{\"links\":{}}"

static void test_a_chunked_body_is_put_together(void **state)
{
	struct client c;
	struct reply r;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	r = client_ask(
	    &c, "PUT /topology/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	        "1\r\n{\r\n8\r\n\"links\":\r\n3\r\n{}}\r\n0\r\n\r\n");
	assert_int_equal(r.status, 204);
	assert_int_equal(r.body_len, 0);
	r = client_ask(&c, GET("/topology/json"));
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body, "\"links\""));
	client_close(&c);
}

static bool put_chunked(struct client *c, size_t chunks)
{
	static const char chunk[] = "400\r\n%1024s\r\n";
	char text[1100];

	(void)snprintf(text, sizeof text, chunk, "");
	assert_true(client_say(
	    c, "PUT /topology/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
	for (size_t i = 0; i < chunks; i++) {
		if (!client_say(c, text)) {
			return false;
		}
	}
	return client_say(c, "0\r\n\r\n");
}

static void test_a_body_has_a_limit(void **state)
{
	struct client c;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	assert_true(client_put(&c, "/topology/json", MIB));
	assert_int_equal(client_hear(&c, true).status, 400); /* read whole, and no topology */
	assert_true(client_put(&c, "/topology/json", MIB + 1));
	assert_int_equal(client_hear(&c, true).status, 413);
	assert_true(client_put(&c, "/topology/json", 4 * MIB));
	assert_int_equal(client_hear(&c, true).status, 413);
	assert_true(put_chunked(&c, 1024));
	assert_int_equal(client_hear(&c, true).status, 400);
	assert_true(put_chunked(&c, 1025));
	assert_int_equal(client_hear(&c, true).status, 413);
	assert_int_equal(client_ask(&c, GET("/-/ready")).status, 200);
	client_close(&c);
}

static void test_a_body_that_nobody_wants_is_not_kept(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client c;

	(void)state;
	config.buffer_bytes_max = MIB; /* keeping it would be refused as too much */
	web_serve(&config);
	client_open(&c);
	assert_true(client_put(&c, "/metrics", 4 * MIB));
	assert_int_equal(client_hear(&c, true).status, 405);
	assert_true(client_put(&c, "/nothing", 4 * MIB));
	assert_int_equal(client_hear(&c, true).status, 404);
	client_close(&c);
}

/* --- broken requests ----------------------------------------------------------- */

static void test_broken_requests_get_an_error_or_nothing(void **state)
{
	static const char *const requests[] = {
		"GARBAGE\r\n\r\n",
		"GET\r\n\r\n",
		"GET  \r\n\r\n",
		"GET /-/ready HTTP/9.9\r\n\r\n",
		"GET /-/ready HTTP/1.1 HTTP/1.1\r\n\r\n",
		"GET /-/ready JUNK\r\nHost: x\r\n\r\n",
		"GET /-/ready HTTP/1.1\r\nno colon here\r\nHost: x\r\n\r\n",
		"GET /-/ready HTTP/1.1\r\n: no name\r\nHost: x\r\n\r\n",
		"GET /-/ready HTTP/1.1\r\n folded before any\r\n\r\n",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"99999999999999999999\r\n\r\n",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nContent-Length: 4x\r\n\r\nabcd",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"zz\r\n",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"fffffffffffffffff\r\n",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"1\r\nab\r\n0\r\n\r\n",
		"\x16\x03\x01\x02\x01\x01", /* TLS */
		"\xff\xfe\xfd\xfc\r\n\r\n",
		"\r\n\r\n\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	};

	(void)state;
	web_serve_somewhere();
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct client c;
		struct reply r;

		client_open(&c);
		(void)client_say(&c, requests[i]);
		shutdown(c.fd, SHUT_WR);
		r = client_hear(&c, true);
		/* A header that says nothing may be passed over; what it says must not. */
		if (r.status >= 200 && r.status < 300 &&
		    strncmp(requests[i], "GET /-/ready", 12) != 0) {
			fail_msg("%s: %d", requests[i], r.status);
		}
		client_close(&c);
	}
	assert_serves();
}

static void test_random_bytes_do_no_harm(void **state)
{
	uint64_t random = 7;

	(void)state;
	web_serve_somewhere();
	for (unsigned i = 0; i < 200; i++) {
		struct client c;
		char bytes[512];

		for (size_t k = 0; k < sizeof bytes; k++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (char)(random >> 56);
			if (bytes[k] == ' ' || (k > 0 && k % 40 == 0)) {
				bytes[k] = "\r\n :/%"[random >> 40 & 3];
			}
		}
		client_open(&c);
		(void)client_say(&c, i % 2 == 0 ? "GET /" : "");
		(void)client_say_bytes(&c, bytes, sizeof bytes);
		(void)client_say(&c, "\r\n\r\n");
		shutdown(c.fd, SHUT_WR);
		client_outlast(&c);
		client_close(&c);
	}
	assert_serves();
}

static void test_what_is_too_long_is_refused(void **state)
{
	static char text[200000];
	struct client c;
	struct reply r;

	(void)state;
	web_serve_somewhere();
	memset(text, 'a', sizeof text);
	client_open(&c); /* a path */
	(void)client_say(&c, "GET /");
	(void)client_say_bytes(&c, text, sizeof text);
	(void)client_say(&c, " HTTP/1.1\r\nHost: x\r\n\r\n");
	r = client_hear(&c, false);
	assert_true(r.status == 414 || r.status == 0);
	client_close(&c);
	client_open(&c); /* a header */
	(void)client_say(&c, "GET /-/ready HTTP/1.1\r\nHost: x\r\nX: ");
	(void)client_say_bytes(&c, text, sizeof text);
	r = client_hear(&c, false);
	assert_true(r.status == 431 || r.status == 413 || r.status == 0);
	client_close(&c);
	client_open(&c); /* many headers */
	(void)client_say(&c, "GET /-/ready HTTP/1.1\r\nHost: x\r\n");
	for (unsigned i = 0; i < 20000 && client_say(&c, "a: b\r\n"); i++) {
	}
	r = client_hear(&c, false);
	assert_true(r.status == 431 || r.status == 413 || r.status == 0);
	client_close(&c);
	assert_serves();
}

static void test_a_long_path_that_fits_is_answered(void **state)
{
	static char request[8192];
	struct client c;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	for (size_t len = 2000; len < 8000; len += 500) {
		(void)snprintf(request, sizeof request,
		               "GET /prometheus/metrics/%0*d/ifinoctets/txt HTTP/1.1\r\n"
		               "Host: x\r\n\r\n",
		               (int)len, 0);
		assert_int_equal(client_ask(&c, request).status, len < 2048 ? 200 : 404);
	}
	client_close(&c);
}

/* --- addresses ----------------------------------------------------------------- */

static void test_every_address_is_both_families(void **state)
{
	const struct http_config config = web_config(":0");
	struct client c;

	(void)state;
	if (!peer_has_ipv6()) {
		skip();
	}
	web_serve(&config);
	assert_int_equal(client_status("127.0.0.1", web_port(0), GET("/-/ready")), 200);
	assert_int_equal(client_status("::1", web_port(0), GET("/-/ready")), 200);
	/* Mapped into IPv6, this machine is still this machine. */
	web_reload_is_good = true;
	client_open(&c);
	assert_int_equal(
	    client_ask(&c, "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
	        .status,
	    200);
	client_close(&c);
}

static void test_one_family_is_only_that(void **state)
{
	const struct http_config v4 = web_config("127.0.0.1:0");
	const struct http_config v6 = web_config("[::]:0");

	(void)state;
	if (!peer_has_ipv6()) {
		skip();
	}
	web_serve(&v4);
	assert_int_equal(client_status("127.0.0.1", web_port(0), GET("/-/ready")), 200);
	assert_int_equal(client_status("::1", web_port(0), GET("/-/ready")), -1);
	(void)web_end(state);
	web_serve(&v6);
	assert_int_equal(client_status("::1", web_port(0), GET("/-/ready")), 200);
	assert_int_equal(client_status("127.0.0.1", web_port(0), GET("/-/ready")), -1);
}

static void test_several_addresses(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");

	(void)state;
	config.listen.at[1] = config.listen.at[0];
	config.listen.count = 2;
	web_serve(&config);
	assert_true(web_port(0) != web_port(1));
	assert_int_equal(client_status("127.0.0.1", web_port(0), GET("/-/ready")), 200);
	assert_int_equal(client_status("127.0.0.1", web_port(1), GET("/-/ready")), 200);
}

static void test_an_address_in_use_is_named(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct http *other = (struct http *)1;
	char problem[256] = "";
	char expected[64];

	(void)state;
	web_serve_somewhere();
	config.listen.at[1] = config.listen.at[0];
	config.listen.at[1].port = web_port(0);
	config.listen.count = 2;
	assert_int_equal(http_start(&config, &web_app, &other, problem, sizeof problem), FP_SYSTEM);
	assert_null(other);
	(void)snprintf(expected, sizeof expected, "web.listen 127.0.0.1:%u: ", web_port(0));
	assert_non_null(strstr(problem, expected));
	assert_non_null(strstr(problem, strerror(EADDRINUSE)));
	assert_serves();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, web_end)
		TEST(test_a_connection_serves_many_requests),
		TEST(test_head_is_get_without_its_body),
		TEST(test_pipelined_requests_are_answered_in_order),
		TEST(test_old_clients_and_closing_ones),
		TEST(test_percent_decoding),
		TEST(test_a_failed_reload_says_why),
		TEST(test_a_chunked_body_is_put_together),
		TEST(test_a_body_has_a_limit),
		TEST(test_a_body_that_nobody_wants_is_not_kept),
		TEST(test_broken_requests_get_an_error_or_nothing),
		TEST(test_random_bytes_do_no_harm),
		TEST(test_what_is_too_long_is_refused),
		TEST(test_a_long_path_that_fits_is_answered),
		TEST(test_every_address_is_both_families),
		TEST(test_one_family_is_only_that),
		TEST(test_several_addresses),
		TEST(test_an_address_in_use_is_named),
#undef TEST
	};

	return cmocka_run_group_tests(tests, web_open, web_close);
}
