/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding to targets that listen, that do not, that come back, and that nobody can reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/io/forward.h"
#include "quiet.h"
#include "udp_peer.h"

#define STAT(f, target, name) counter_get(&forward_stats_of(f, target)->name)

enum { ROUNDS = 100, ALL = ROUNDS * SOURCE_BATCH_MAX, TWICE = 2 * SOURCE_BATCH_MAX };

static uint8_t bytes[SOURCE_BATCH_MAX][1000];

/* A full batch of datagrams, each filled with its number. */
static struct datagram_batch batch_of(size_t count)
{
	struct datagram_batch batch = { .count = count };

	for (size_t i = 0; i < count; i++) {
		memset(bytes[i], (int)i, sizeof bytes[i]);
		batch.at[i].payload = (struct bytes){ bytes[i], 100 + i };
	}
	return batch;
}

static struct forward *forward_to(struct option_endpoints *targets)
{
	struct forward *f;

	assert_int_equal(forward_open(targets, &f), FP_OK);
	return f;
}

static void target_add(struct option_endpoints *targets, const char *host, uint16_t port)
{
	struct endpoint *e = &targets->at[targets->count++];

	*e = (struct endpoint){ .port = port };
	assert_int_equal(addr_parse(host, &e->addr), FP_OK);
}

/* Receive `count` datagrams and compare them with the numbers sent. */
static void assert_received(struct udp_group *g, size_t count)
{
	static struct datagram_batch batch;
	struct source *s = udp_group_source(g, 0);

	for (size_t seen = 0; seen < count; seen += batch.count) {
		assert_int_equal(s->ops->receive(s, &batch, 2000), FP_OK);
		assert_int_not_equal(batch.count, 0);
		for (size_t i = 0; i < batch.count; i++) {
			size_t number = (seen + i) % SOURCE_BATCH_MAX;

			assert_int_equal(batch.at[i].payload.len, 100 + number);
			assert_memory_equal(batch.at[i].payload.at, bytes[number], 100 + number);
		}
	}
	assert_int_equal(s->ops->receive(s, &batch, 0), FP_OK);
	assert_int_equal(batch.count, 0);
}

static void every_target_gets_every_datagram(void **state)
{
	struct udp_config c = peer_config(":0", 1);
	struct udp_group *one = peer_group(&c);
	struct udp_group *two = peer_group(&c);
	struct option_endpoints targets = { 0 };
	struct datagram_batch batch = batch_of(SOURCE_BATCH_MAX);
	struct forward *f;

	(void)state;
	target_add(&targets, "127.0.0.1", peer_group_port(one, 0));
	target_add(&targets, peer_has_ipv6() ? "::1" : "127.0.0.1", peer_group_port(two, 0));
	f = forward_to(&targets);
	forward_batch(f, &batch);
	forward_batch(f, &batch);
	assert_received(one, TWICE);
	assert_received(two, TWICE);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(STAT(f, i, sent), TWICE);
		assert_int_equal(STAT(f, i, failed), 0);
	}
	forward_close(f);
	udp_group_close(one);
	udp_group_close(two);
}

/* The dead one costs nothing but its counter: the other gets all, nothing waits; and once it
 * listens, it gets all, too, whatever old error waits at the socket. */
static void a_dead_target_harms_nobody(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *live = peer_group(&c);
	struct udp_group *dead = peer_group(&c);
	uint16_t port = peer_group_port(dead, 0);
	struct option_endpoints targets = { 0 };
	struct datagram_batch batch = batch_of(SOURCE_BATCH_MAX);
	uint64_t start_ns = clock_monotonic_ns();
	struct forward *f;
	uint64_t failed;

	(void)state;
	udp_group_close(dead);
	target_add(&targets, "127.0.0.1", port);
	target_add(&targets, "127.0.0.1", peer_group_port(live, 0));
	f = forward_to(&targets);
	for (unsigned i = 0; i < ROUNDS; i++) {
		forward_batch(f, &batch);
		assert_received(live, SOURCE_BATCH_MAX);
	}
	failed = STAT(f, 0, failed);
	assert_int_equal(STAT(f, 0, sent) + failed, ALL);
	assert_true(failed > (uint64_t)ALL * 9 / 10);
	assert_int_equal(STAT(f, 1, sent), ALL);
	assert_int_equal(STAT(f, 1, failed), 0);
	assert_true(clock_monotonic_ns() - start_ns < 2 * NS_PER_SECOND);

	c.listen.at[0].port = port;
	dead = peer_group(&c);
	forward_batch(f, &batch);
	assert_received(dead, SOURCE_BATCH_MAX);
	assert_int_equal(STAT(f, 0, failed), failed);
	forward_close(f);
	udp_group_close(dead);
	udp_group_close(live);
}

/* 255.255.255.255 without permission to broadcast: connect() fails as it does without a route. */
static void an_unreachable_target_is_no_failure(void **state)
{
	struct option_endpoints targets = { 0 };
	struct datagram_batch batch = batch_of(10);
	struct forward *f;

	(void)state;
	target_add(&targets, "255.255.255.255", 6343);
	f = forward_to(&targets);
	forward_batch(f, &batch);
	assert_int_equal(STAT(f, 0, sent), 0);
	assert_int_equal(STAT(f, 0, failed), 10);
	forward_close(f);
}

static void truncated_datagrams_stay_here(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *g = peer_group(&c);
	struct option_endpoints targets = { 0 };
	struct datagram_batch batch = batch_of(4);
	struct forward *f;

	(void)state;
	batch.at[2].is_truncated = batch.at[3].is_truncated = true;
	target_add(&targets, "127.0.0.1", peer_group_port(g, 0));
	f = forward_to(&targets);
	forward_batch(f, &batch);
	assert_received(g, 2);
	assert_int_equal(STAT(f, 0, sent), 2);
	assert_int_equal(STAT(f, 0, failed), 2);
	forward_close(f);
	udp_group_close(g);
}

static void no_target_is_fine(void **state)
{
	struct option_endpoints targets = { 0 };
	struct datagram_batch batch = batch_of(4);
	struct forward *f = forward_to(&targets);

	(void)state;
	forward_batch(f, &batch);
	forward_close(f);
	forward_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_target_gets_every_datagram),
		cmocka_unit_test(a_dead_target_harms_nobody),
		cmocka_unit_test(an_unreachable_target_is_no_failure),
		cmocka_unit_test(truncated_datagrams_stay_here),
		cmocka_unit_test(no_target_is_fine),
	};

	return cmocka_run_group_tests_name("forward", tests, quiet, NULL);
}
