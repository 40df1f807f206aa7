/* SPDX-License-Identifier: Apache-2.0 */
/* The UDP source on the loopback interface: real sockets, real kernel. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/io/udp.h"
#include "udp_peer.h"

#define DEADLINE_NS   (5 * NS_PER_SECOND)
#define STAT(s, name) counter_get(&(s)->stats.name)

static struct datagram_batch batch;
static unsigned warnings;

static void note_line(enum log_level level, const char *line, void *arg)
{
	(void)line;
	(void)arg;
	warnings += level >= LOG_LEVEL_WARN ? 1 : 0;
}

/* Receive exactly one datagram. */
static const struct datagram *receive_one(struct source *s)
{
	assert_int_equal(s->ops->receive(s, &batch, 2000), FP_OK);
	assert_int_equal(batch.count, 1);
	return &batch.at[0];
}

/* Send and receive until the kernel stamps arrivals: a moment after the first socket asked for
 * it. */
static void await_stamps(struct source *s, int fd)
{
	for (unsigned tries = 0; tries < 100; tries++) {
		uint64_t asked_ns;

		peer_send(fd, "early", 5);
		clock_sleep_ns(20 * NS_PER_MS);
		asked_ns = clock_realtime_ns();
		if (receive_one(s)->time_ns < asked_ns - 10 * NS_PER_MS) {
			return;
		}
	}
}

static void payload_source_and_time_are_given(void **state)
{
	struct udp_config c = peer_config(":0", 1);
	struct udp_group *g = peer_group(&c);
	struct source *s = udp_group_source(g, 0);
	const char *to[] = { "127.0.0.1", "::1" };
	char name[ADDR_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < (peer_has_ipv6() ? 2 : 1); i++) {
		int fd = peer_sender(NULL, to[i], peer_group_port(g, 0));
		uint64_t before_ns;
		uint64_t after_ns;
		const struct datagram *d;

		await_stamps(s, fd);
		before_ns = clock_realtime_ns();
		peer_send(fd, "hello", 5);
		clock_sleep_ns(50 * NS_PER_MS); /* the time given is that of arrival */
		after_ns = clock_realtime_ns() - 20 * NS_PER_MS;
		d = receive_one(s);
		assert_int_equal(d->payload.len, 5);
		assert_memory_equal(d->payload.at, "hello", 5);
		assert_string_equal(addr_text(&d->from.addr, name), to[i]);
		assert_int_not_equal(d->from.port, 0);
		assert_in_range(d->time_ns, before_ns, after_ns);
		assert_false(d->is_truncated);
		close(fd);
	}
	assert_true(s->is_live);
	assert_int_equal(STAT(s, bytes), 5 * STAT(s, datagrams));
	assert_true(STAT(s, receive_buffer_bytes) > 0);
	udp_group_close(g);
}

static void several_addresses_are_one_source(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *g;
	struct source *s;
	int fd[3];
	unsigned seen[3] = { 0 };

	(void)state;
	for (c.listen.count = 1; c.listen.count < 3; c.listen.count++) {
		c.listen.at[c.listen.count] = c.listen.at[0];
	}
	g = peer_group(&c);
	s = udp_group_source(g, 0);
	for (uint8_t i = 0; i < 3; i++) {
		fd[i] = peer_sender(NULL, "127.0.0.1", peer_group_port(g, i));
		for (unsigned n = 0; n < 100; n++) {
			peer_send(fd[i], &i, 1);
		}
		close(fd[i]);
	}
	while (seen[0] + seen[1] + seen[2] < 300) {
		assert_int_equal(s->ops->receive(s, &batch, 2000), FP_OK);
		assert_int_not_equal(batch.count, 0);
		for (size_t i = 0; i < batch.count; i++) {
			seen[batch.at[i].payload.at[0]]++;
		}
	}
	assert_int_equal(seen[0], 100);
	assert_int_equal(seen[1], 100);
	assert_int_equal(s->ops->receive(s, &batch, 0), FP_OK);
	assert_int_equal(batch.count, 0);
	udp_group_close(g);
}

/* --- what the kernel loses, cuts and refuses ----------------------------------------- */

/* Nobody reads while 2000 datagrams arrive at a tiny buffer: what is not given was counted, without
 * another datagram having to come. */
static void kernel_drops_are_exact(void **state)
{
	enum { SENT = 2000, TWICE = 2 * SENT };
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *g;
	struct source *s;
	uint64_t deadline_ns = clock_monotonic_ns() + DEADLINE_NS;
	int fd;

	(void)state;
	c.receive_buffer_bytes = 8192;
	g = peer_group(&c);
	s = udp_group_source(g, 0);
	fd = peer_sender(NULL, "127.0.0.1", peer_group_port(g, 0));
	for (uint64_t sent = SENT; sent <= TWICE; sent += SENT) {
		for (unsigned i = 0; i < SENT; i++) {
			peer_send(fd, "some bytes", 10);
		}
		while (STAT(s, datagrams) + STAT(s, kernel_drops) < sent &&
		       clock_monotonic_ns() < deadline_ns) {
			assert_int_equal(s->ops->receive(s, &batch, 20), FP_OK);
		}
		assert_true(STAT(s, kernel_drops) > sent / 2);
		assert_true(STAT(s, datagrams) > 0);
		assert_int_equal(STAT(s, datagrams) + STAT(s, kernel_drops), sent);
	}
	close(fd);
	udp_group_close(g);
}

static void long_datagrams_are_cut_and_marked(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *g;
	struct source *s;
	uint8_t bytes[301];
	int fd;

	(void)state;
	c.datagram_bytes = 300;
	g = peer_group(&c);
	s = udp_group_source(g, 0);
	fd = peer_sender(NULL, "127.0.0.1", peer_group_port(g, 0));
	memset(bytes, 7, sizeof bytes);
	for (size_t len = 299; len <= 301; len++) {
		const struct datagram *d;

		peer_send(fd, bytes, len);
		d = receive_one(s);
		assert_int_equal(d->payload.len, len < 300 ? len : 300);
		assert_int_equal(d->is_truncated, len > 300);
	}
	assert_int_equal(STAT(s, truncated), 1);
	peer_send(fd, bytes, 0);
	assert_int_equal(receive_one(s)->payload.len, 0);
	close(fd);
	udp_group_close(g);
}

static void refuse_second(uint32_t first_workers, uint32_t second_workers, const char *listen)
{
	struct udp_config c = peer_config(listen, first_workers);
	struct udp_group *first = peer_group(&c);
	struct udp_group *second;
	char problem[256] = "";
	char expected[256];
	char name[ENDPOINT_TEXT_SIZE];

	c.listen.at[0].port = peer_group_port(first, 0);
	c.workers = second_workers;
	assert_int_equal(udp_group_open(&c, &second, problem, sizeof problem), FP_SYSTEM);
	assert_null(second);
	(void)snprintf(expected, sizeof expected,
	               "cannot listen on UDP %s: Address already in use (is another collector "
	               "running?)",
	               endpoint_text(&c.listen.at[0], name));
	assert_string_equal(problem, expected);
	udp_group_close(first);
	udp_group_close(peer_group(&c)); /* free again */
}

static void a_second_daemon_is_refused(void **state)
{
	(void)state;
	refuse_second(1, 1, ":0");
	refuse_second(1, 4, "127.0.0.1:0");
	refuse_second(4, 1, "127.0.0.1:0");
	refuse_second(4, 4, ":0");
}

static void no_address_is_a_mistake(void **state)
{
	struct udp_config c = peer_config(":0", 1);
	struct udp_group *g;
	char problem[256];

	(void)state;
	c.listen.count = 0;
	assert_int_equal(udp_group_open(&c, &g, problem, sizeof problem), FP_BAD_ARGUMENT);
	assert_null(g);
}

/* --- waiting ---------------------------------------------------------------------- */

static void receive_waits_as_long_as_it_may(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *g = peer_group(&c);
	struct source *s = udp_group_source(g, 0);
	uint64_t start_ns = clock_monotonic_ns();

	(void)state;
	assert_int_equal(s->ops->receive(s, &batch, 30), FP_OK);
	assert_int_equal(batch.count, 0);
	assert_true(clock_monotonic_ns() - start_ns >= 29 * NS_PER_MS);
	udp_group_close(g);
}

/* After a batch that was not full the worker sleeps, and then finds several datagrams at once;
 * after a full one it does not. */
static void datagrams_are_coalesced(void **state)
{
	struct udp_config c = peer_config("127.0.0.1:0", 1);
	struct udp_group *g;
	struct source *s;
	uint64_t start_ns;
	int fd;

	(void)state;
	c.coalesce_ns = 40 * NS_PER_MS;
	g = peer_group(&c);
	s = udp_group_source(g, 0);
	fd = peer_sender(NULL, "127.0.0.1", peer_group_port(g, 0));
	peer_send(fd, "a", 1);
	(void)receive_one(s);
	for (unsigned i = 0; i < SOURCE_BATCH_MAX + 1; i++) {
		peer_send(fd, "b", 1);
	}
	start_ns = clock_monotonic_ns();
	assert_int_equal(s->ops->receive(s, &batch, 1000), FP_OK);
	assert_int_equal(batch.count, SOURCE_BATCH_MAX);
	assert_true(clock_monotonic_ns() - start_ns >= 40 * NS_PER_MS);
	assert_int_equal(s->ops->receive(s, &batch, 0), FP_OK);
	assert_int_equal(batch.count, 1);
	/* Never longer than the caller allows. */
	start_ns = clock_monotonic_ns();
	assert_int_equal(s->ops->receive(s, &batch, 0), FP_OK);
	assert_true(clock_monotonic_ns() - start_ns < 40 * NS_PER_MS);
	close(fd);
	udp_group_close(g);
}

/* --- threads ---------------------------------------------------------------------- */

static atomic_bool is_over;

static void *work(void *arg)
{
	struct source *s = arg;
	struct datagram_batch own;

	while (!atomic_load(&is_over)) {
		if (s->ops->receive(s, &own, 10) != FP_OK) {
			return arg;
		}
	}
	return NULL;
}

/* Two workers receive while somebody else reads their counters, until all has come. */
static void workers_run_side_by_side(void **state)
{
	enum { SENT = 5000 };
	struct udp_config c = peer_config("127.0.0.1:0", 2);
	struct udp_group *g = peer_group(&c);
	struct source *s[] = { udp_group_source(g, 0), udp_group_source(g, 1) };
	int fd = peer_sender(NULL, "127.0.0.1", peer_group_port(g, 0));
	uint64_t deadline_ns = clock_monotonic_ns() + DEADLINE_NS;
	pthread_t thread[2];
	uint64_t seen = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&thread[i], NULL, work, s[i]), 0);
	}
	for (unsigned i = 0; i < SENT; i++) {
		uint8_t header[12] = { 0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, (uint8_t)i };

		peer_send(fd, header, sizeof header);
	}
	while (seen < SENT && clock_monotonic_ns() < deadline_ns) {
		seen = 0;
		for (size_t i = 0; i < 2; i++) {
			seen += STAT(s[i], datagrams) + STAT(s[i], kernel_drops);
		}
	}
	atomic_store(&is_over, true);
	for (size_t i = 0; i < 2; i++) {
		void *failed;

		assert_int_equal(pthread_join(thread[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(seen, SENT);
	assert_true(STAT(s[0], datagrams) > 0 && STAT(s[1], datagrams) > 0);
	close(fd);
	udp_group_close(g);
}

/* --- what is not there --------------------------------------------------------------- */

/* Run `body` in a child, which may give up rights; it returns 0 when all is well, 77 to skip. */
static void in_child(int (*body)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		_exit(body());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: the kernel does not let the test take something away\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Without privilege an enormous buffer is not granted: that is said, exported, and no failure. */
static int open_without_privilege(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	struct udp_config c = peer_config("127.0.0.1:0", 2);
	struct udp_group *g;
	char problem[256];
	uint64_t granted;

	if (syscall(SYS_capset, &header, none) != 0) {
		return 77;
	}
	c.receive_buffer_bytes = UINT64_C(512) << 20;
	log_redirect(note_line, NULL);
	if (udp_group_open(&c, &g, problem, sizeof problem) != FP_OK) {
		return 1;
	}
	granted = STAT(udp_group_source(g, 1), receive_buffer_bytes);
	udp_group_close(g);
	return granted > 0 && granted < c.receive_buffer_bytes && warnings == 1 ? 0 : 2;
}

static void a_small_buffer_is_told(void **state)
{
	(void)state;
	in_child(open_without_privilege);
}

/* socket(AF_INET6) fails as it does in a kernel without IPv6. */
static bool take_ipv6_away(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int open_without_ipv6(void)
{
	struct udp_config c = peer_config(":0", 2);
	struct udp_group *g;
	char problem[256];
	struct source *s;
	uint8_t datagram[64] = { 0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1 };
	size_t count = 0;
	int fd;

	if (!take_ipv6_away()) {
		return 77;
	}
	if (udp_group_open(&c, &g, problem, sizeof problem) != FP_OK) {
		return 1;
	}
	fd = peer_sender(NULL, "127.0.0.1", peer_group_port(g, 0));
	peer_send(fd, datagram, sizeof datagram);
	for (uint32_t w = 0; w < 2; w++) {
		s = udp_group_source(g, w);
		if (s->ops->receive(s, &batch, 200) != FP_OK) {
			return 2;
		}
		count += batch.count;
	}
	udp_group_close(g);
	c.listen.at[0].addr.family = ADDR_IPV6; /* asked for by name: refused by name */
	return count == 1 && udp_group_open(&c, &g, problem, sizeof problem) == FP_SYSTEM ? 0 : 3;
}

static void without_ipv6_any_means_ipv4(void **state)
{
	(void)state;
	in_child(open_without_ipv6);
}

static int quiet(void **state)
{
	(void)state;
	log_redirect(note_line, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_source_and_time_are_given),
		cmocka_unit_test(several_addresses_are_one_source),
		cmocka_unit_test(kernel_drops_are_exact),
		cmocka_unit_test(long_datagrams_are_cut_and_marked),
		cmocka_unit_test(a_second_daemon_is_refused),
		cmocka_unit_test(no_address_is_a_mistake),
		cmocka_unit_test(receive_waits_as_long_as_it_may),
		cmocka_unit_test(datagrams_are_coalesced),
		cmocka_unit_test(workers_run_side_by_side),
		cmocka_unit_test(a_small_buffer_is_told),
		cmocka_unit_test(without_ipv6_any_means_ipv4),
	};

	return cmocka_run_group_tests_name("udp", tests, quiet, NULL);
}
