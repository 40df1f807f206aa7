/* SPDX-License-Identifier: Apache-2.0 */
/* Plain sockets of libc, so that nothing under test is tested with itself. */
#include "udp_peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(bool is_true, const char *what)
{
	if (!is_true) {
		perror(what);
		abort();
	}
}

struct udp_config peer_config(const char *listen, uint32_t workers)
{
	struct udp_config c = {
		.listen.count = 1,
		.workers = workers,
		.receive_buffer_bytes = 1 << 20,
		.datagram_bytes = 65535,
	};

	must(endpoint_parse(listen, &c.listen.at[0]) == FP_OK, listen);
	return c;
}

struct udp_group *peer_group(const struct udp_config *config)
{
	struct udp_group *g;
	char problem[256] = "";

	must(udp_group_open(config, &g, problem, sizeof problem) == FP_OK, problem);
	return g;
}

uint16_t peer_group_port(const struct udp_group *group, size_t address)
{
	struct endpoint bound[OPTION_LIST_MAX];

	must(udp_group_endpoints(group, bound, OPTION_LIST_MAX) > address, "endpoints");
	must(bound[address].port != 0, "port");
	return bound[address].port;
}

static int sender_v6(const char *to, uint16_t port)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	must(fd >= 0 && inet_pton(AF_INET6, to, &name.sin6_addr) == 1, to);
	must(connect(fd, (struct sockaddr *)&name, sizeof name) == 0, to);
	return fd;
}

int peer_sender(const char *from, const char *to, uint16_t port)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	int fd;

	if (strchr(to, ':') != NULL) {
		return sender_v6(to, port);
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	must(fd >= 0, "socket");
	if (from != NULL) {
		must(inet_pton(AF_INET, from, &name.sin_addr) == 1, from);
		must(bind(fd, (struct sockaddr *)&name, sizeof name) == 0, from);
	}
	name.sin_port = htons(port);
	must(inet_pton(AF_INET, to, &name.sin_addr) == 1, to);
	must(connect(fd, (struct sockaddr *)&name, sizeof name) == 0, to);
	return fd;
}

void peer_send(int fd, const void *bytes, size_t len)
{
	must(send(fd, bytes, len, 0) == (ssize_t)len, "send");
}

bool peer_has_ipv6(void)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0;

	if (fd >= 0) {
		close(fd);
	}
	return ok;
}
