/* SPDX-License-Identifier: Apache-2.0 */
/* Steering, by the kernel itself: whatever the agent, its form and its source ports, it meets one
 * worker, and agents spread over all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/io/udp.h"
#include "quiet.h"
#include "udp_peer.h"

#define DEADLINE_NS (5 * NS_PER_SECOND)

static struct datagram_batch batch;

enum { WORKERS = 4, AGENTS = 200 };

/* An sFlow header with an agent address, and behind it who that is. */
static size_t header_of(uint32_t type, const uint8_t *address, size_t address_bytes, unsigned who,
                        uint8_t out[static 64])
{
	uint32_t words[] = { htonl(5), htonl(type) };
	uint16_t name = (uint16_t)who;

	memset(out, 0, 64);
	memcpy(out, words, sizeof words);
	memcpy(out + 8, address, address_bytes);
	memcpy(out + 8 + address_bytes, &name, sizeof name);
	return 8 + address_bytes + 24;
}

/* Empty all workers' sockets: `expected` datagrams. Two bytes, `who_from_end` before the end, say
 * who sent one; `home[who]` is that agent's worker, -1 while unknown. */
static void drain_steered(struct udp_group *g, size_t expected, int *home, size_t who_from_end)
{
	uint64_t deadline_ns = clock_monotonic_ns() + DEADLINE_NS;
	size_t count = 0;

	while (count < expected && clock_monotonic_ns() < deadline_ns) {
		for (uint32_t w = 0; w < WORKERS; w++) {
			struct source *s = udp_group_source(g, w);

			assert_int_equal(s->ops->receive(s, &batch, 0), FP_OK);
			for (size_t i = 0; i < batch.count; i++) {
				struct bytes p = batch.at[i].payload;
				uint16_t who;

				memcpy(&who, p.at + p.len - who_from_end, sizeof who);
				assert_true(home[who] == -1 || home[who] == (int)w);
				home[who] = (int)w;
			}
			count += batch.count;
		}
	}
	assert_int_equal(count, expected);
}

static void assert_spread(const int *home, unsigned count)
{
	unsigned load[WORKERS] = { 0 };

	for (unsigned i = 0; i < count; i++) {
		assert_in_range(home[i], 0, WORKERS - 1);
		load[home[i]]++;
	}
	for (unsigned w = 0; w < WORKERS; w++) {
		assert_true(load[w] >= count / WORKERS / 2);
	}
}

/* Each agent sends from three ports, and where there is IPv6 from ::1 too: always the same
 * worker. */
static void check_agents(uint32_t type, size_t address_bytes)
{
	struct udp_config c = peer_config(":0", WORKERS);
	struct udp_group *g = peer_group(&c);
	uint16_t port = peer_group_port(g, 0);
	int home[AGENTS];
	int fd[] = {
		peer_sender(NULL, "127.0.0.1", port),
		peer_sender("127.0.0.9", "127.0.0.1", port),
		peer_sender(NULL, peer_has_ipv6() ? "::1" : "127.0.0.1", port),
	};

	for (unsigned who = 0; who < AGENTS; who++) {
		uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8 };
		uint8_t datagram[64];
		size_t len;

		address[address_bytes - 1] = (uint8_t)(who + 1);
		len = header_of(type, address, address_bytes, who, datagram);
		home[who] = -1;
		for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
			peer_send(fd[i], datagram, len);
		}
	}
	drain_steered(g, AGENTS * ARRAY_LEN(fd), home, 24);
	assert_spread(home, AGENTS);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		close(fd[i]);
	}
	udp_group_close(g);
}

static void an_ipv4_agent_meets_one_worker(void **state)
{
	(void)state;
	check_agents(1, 4);
}

static void an_ipv6_agent_meets_one_worker(void **state)
{
	(void)state;
	check_agents(2, 16);
}

/* Agents without address: each source address is one, whatever it claims and however short. */
static void anonymous_agents_go_by_source(void **state)
{
	static const struct {
		uint32_t type;
		uint8_t address[16];
		size_t bytes;
	} nobody[] = {
		{ 0, { 0 }, 0 },  { 1, { 0 }, 4 },         { 1, { 127, 0, 0, 1 }, 4 },
		{ 2, { 0 }, 16 }, { 2, { [15] = 1 }, 16 }, { 3, { 1, 2, 3, 4 }, 4 },
	};
	enum { SOURCES = 100 };
	struct udp_config c = peer_config("127.0.0.1:0", WORKERS);
	struct udp_group *g = peer_group(&c);
	int home[SOURCES];

	(void)state;
	for (unsigned who = 0; who < SOURCES; who++) {
		char from[ADDR_TEXT_SIZE];

		home[who] = -1;
		(void)snprintf(from, sizeof from, "127.0.7.%u", who + 1);
		for (size_t i = 0; i <= ARRAY_LEN(nobody); i++) {
			int fd = peer_sender(from, "127.0.0.1", peer_group_port(g, 0));
			uint8_t datagram[64];

			if (i < ARRAY_LEN(nobody)) {
				size_t len = header_of(nobody[i].type, nobody[i].address,
				                       nobody[i].bytes, who, datagram);

				peer_send(fd, datagram, len - 22);
			} else {
				uint16_t name = (uint16_t)who;

				peer_send(fd, &name, sizeof name); /* no header at all */
			}
			close(fd);
		}
		drain_steered(g, ARRAY_LEN(nobody) + 1, home, 2);
	}
	assert_spread(home, SOURCES);
	udp_group_close(g);
}

/* An agent with an address that is cut off goes by its source, and is no error. */
static void short_headers_go_by_source(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", WORKERS);
	struct udp_group *g = peer_group(&c);
	int fd = peer_sender(NULL, "127.0.0.1", peer_group_port(g, 0));
	const uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 };
	uint8_t datagram[64];
	int home[1] = { -1 };

	(void)state;
	for (uint32_t type = 1; type <= 2; type++) {
		size_t end = type == 1 ? 12 : 24;

		(void)header_of(type, address, sizeof address, 0, datagram);
		for (size_t len = 2; len < end; len++) {
			memset(datagram + len - 2, 0, 2);
			peer_send(fd, datagram, len);
			drain_steered(g, 1, home, 2);
			(void)header_of(type, address, sizeof address, 0, datagram);
		}
	}
	close(fd);
	udp_group_close(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_agent_meets_one_worker),
		cmocka_unit_test(an_ipv6_agent_meets_one_worker),
		cmocka_unit_test(anonymous_agents_go_by_source),
		cmocka_unit_test(short_headers_go_by_source),
	};

	return cmocka_run_group_tests_name("udp_steer", tests, quiet, NULL);
}
