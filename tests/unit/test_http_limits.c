/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that are slow, greedy or many, and the end of the server with all of them still there. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/http/http.h"
#include "web_peer.h"

static void test_many_bodies_share_one_limit(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client slow[6];
	struct client c;
	char piece[MIB / 4];

	(void)state;
	config.buffer_bytes_max = MIB;
	web_serve(&config);
	memset(piece, ' ', sizeof piece);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		client_open(&slow[i]);
		assert_true(client_say(
		    &slow[i],
		    "PUT /topology/json HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"));
		assert_true(client_say_bytes(&slow[i], piece, sizeof piece));
	}
	/* What a server thread has not read yet is not held: until it has, a body finds room. */
	for (unsigned i = 0;; i++) {
		int status;

		client_open(&c);
		assert_true(client_put(&c, "/topology/json", MIB / 2));
		status = client_hear(&c, true).status;
		client_close(&c);
		if (status == 503) {
			break;
		}
		assert_true(i < 100);
		clock_sleep_ns(10 * NS_PER_MS);
	}
	assert_serves();
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		client_close(&slow[i]);
	}
	/* What they held is free again. */
	for (unsigned i = 0;; i++) {
		int status;

		client_open(&c);
		assert_true(client_put(&c, "/topology/json", MIB / 2));
		status = client_hear(&c, true).status;
		client_close(&c);
		if (status == 400) {
			break;
		}
		assert_true(i < 100);
		clock_sleep_ns(10 * NS_PER_MS);
	}
}

/* --- slow, greedy and many ----------------------------------------------------- */

static void test_slow_clients_are_closed_and_cost_nobody(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client slow[40];
	uint64_t begin;
	char rest;

	(void)state;
	config.timeout_ns = NS_PER_SECOND;
	web_serve(&config);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		client_open(&slow[i]);
		assert_true(client_say(&slow[i], i % 2 == 0
		                                     ? "GET /-/ready HTTP/1.1\r\nHos"
		                                     : "PUT /topology/json HTTP/1.1\r\nHost: x\r\n"
		                                       "Content-Length: 10\r\n\r\n{"));
	}
	begin = clock_monotonic_ns();
	assert_serves();
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		struct pollfd wait = { .fd = slow[i].fd, .events = POLLIN };

		assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
		while (recv(slow[i].fd, &rest, 1, 0) > 0) { /* a word of farewell is allowed */
		}
		client_close(&slow[i]);
	}
	assert_true(clock_monotonic_ns() - begin < PATIENCE_MS * NS_PER_MS);
}

/* Clients that ask for much and read nothing are refused in the end, but what is small is always
 * said. */
static void test_answers_that_nobody_reads_are_limited(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client greedy[48];
	struct client c;
	int status = 0;

	(void)state;
	config.body_bytes_max = 16 * MIB;
	config.buffer_bytes_max = 32 * MIB;
	config.gzip = false;
	web_serve(&config);
	web_put_topology(8 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(greedy); i++) {
		client_open(&greedy[i]);
		assert_true(client_say(&greedy[i], GET("/topology/json")));
	}
	for (unsigned i = 0; i < 500 && status != 503; i++) {
		client_open(&c);
		status = client_ask(&c, GET("/topology/json")).status;
		client_close(&c);
	}
	assert_int_equal(status, 503);
	assert_serves();
	for (size_t i = 0; i < ARRAY_LEN(greedy); i++) {
		client_close(&greedy[i]);
	}
	for (unsigned i = 0; i < 500 && status != 200; i++) {
		client_open(&c);
		status = client_ask(&c, GET("/topology/json")).status;
		client_close(&c);
		clock_sleep_ns(10 * NS_PER_MS);
	}
	assert_int_equal(status, 200);
}

static void test_one_address_has_a_limit(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client c[5];

	(void)state;
	config.connections_per_address = 4;
	web_serve(&config);
	for (size_t i = 0; i < 4; i++) {
		client_open(&c[i]);
		assert_int_equal(client_ask(&c[i], GET("/-/ready")).status, 200);
	}
	client_open(&c[4]);
	(void)client_say(&c[4], GET("/-/ready"));
	assert_int_equal(client_hear(&c[4], true).status, 0); /* closed */
	client_close(&c[4]);
	assert_int_equal(client_ask(&c[0], GET("/-/ready")).status, 200);
	client_close(&c[0]);
	for (unsigned i = 0;; i++) { /* its place is free again */
		int status;

		client_open(&c[0]);
		(void)client_say(&c[0], GET("/-/ready"));
		status = client_hear(&c[0], true).status;
		if (status == 200) {
			break;
		}
		client_close(&c[0]);
		assert_true(i < 500);
		clock_sleep_ns(10 * NS_PER_MS);
	}
	for (size_t i = 0; i < 4; i++) {
		client_close(&c[i]);
	}
}

static void test_connections_beyond_the_limit_wait(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client c[12];

	(void)state;
	config.connections = 4;
	web_serve(&config);
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		client_open(&c[i]);
		assert_true(client_say(&c[i], "GET /-/ready HTTP/1.1\r\nHost: x\r\n"
		                              "Connection: close\r\n\r\n"));
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		assert_int_equal(client_hear(&c[i], true).status, 200);
		client_close(&c[i]);
	}
}

static void *hammer(void *arg)
{
	static const char *const requests[] = { GET("/metrics"), GET("/topology/json"), GET("/"),
		                                GET("/api/v1/status") };
	const size_t first = *(const size_t *)arg;
	struct client c;

	client_open(&c);
	for (size_t i = 0; i < 100; i++) {
		struct reply r = client_ask(&c, requests[(first + i) % ARRAY_LEN(requests)]);

		if (r.status != 200) {
			client_close(&c);
			return "not 200";
		}
	}
	client_close(&c);
	return NULL;
}

static void test_clients_at_once(void **state)
{
	pthread_t threads[4];
	size_t first[4];

	(void)state;
	web_serve_somewhere();
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		first[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &first[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
}

/* --- the end ------------------------------------------------------------------- */

static void test_stop_waits_for_nobody_in_particular(void **state)
{
	static const char *const heads[] = {
		"", /* connected, silent */
		"GET /-/ready HTTP/1.1\r\nHos",
		"PUT /topology/json HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
		"GET /topology/json HTTP/1.1\r\nHost: x\r\n\r\n", /* and does not read */
		"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
	};
	struct http_config config = web_config("127.0.0.1:0");
	struct client c[ARRAY_LEN(heads) * 4];
	uint64_t begin;

	(void)state;
	config.body_bytes_max = 16 * MIB;
	config.gzip = false;
	web_serve(&config);
	web_put_topology(8 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		client_open(&c[i]);
		assert_true(client_say(&c[i], heads[i % ARRAY_LEN(heads)]));
	}
	assert_serves();
	begin = clock_monotonic_ns();
	(void)web_end(state);
	assert_true(clock_monotonic_ns() - begin < NS_PER_SECOND);
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		client_close(&c[i]);
	}
}

static void test_the_port_is_free_afterwards(void **state)
{
	struct http_config config = web_config("127.0.0.1:0");
	struct client c;

	(void)state;
	web_serve_somewhere();
	client_open(&c);
	assert_int_equal(client_ask(&c, GET("/-/ready")).status, 200);
	config.listen.at[0].port = web_port(0);
	for (unsigned i = 0; i < 3; i++) {
		(void)web_end(state);
		web_serve(&config);
		assert_serves();
	}
	client_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, web_end)
		TEST(test_many_bodies_share_one_limit),
		TEST(test_slow_clients_are_closed_and_cost_nobody),
		TEST(test_answers_that_nobody_reads_are_limited),
		TEST(test_one_address_has_a_limit),
		TEST(test_connections_beyond_the_limit_wait),
		TEST(test_clients_at_once),
		TEST(test_stop_waits_for_nobody_in_particular),
		TEST(test_the_port_is_free_afterwards),
#undef TEST
	};

	return cmocka_run_group_tests(tests, web_open, web_close);
}
