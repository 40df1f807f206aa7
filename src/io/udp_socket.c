/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the sockets of one listen address.
 *
 * SO_REUSEPORT lets several sockets share an address, but it would also let a second daemon of the
 * same user share it silently, and each would get half of the datagrams. So the first socket binds
 * without it, which fails if anybody is there; only then the option is set, and the others bind
 * beside it. A daemon that starts at the same moment loses in the kernel, not in a race here.
 *
 * Until all sockets of an address are bound, the steering program would point at sockets that are
 * not there yet, and an agent could meet a worker that is not its own. Until then every socket
 * refuses everything.
 *
 * The receive buffer is asked for with privilege (SO_RCVBUFFORCE), then without; what was granted
 * is read back. The kernel doubles the number that it is given, for its own bookkeeping; here a
 * size is always the number as given.
 *
 * Source: socket(7), ipv6(7), Linux net/ipv4/udp.c.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "udp_priv.h"

union socket_name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool option_set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/* Fills `name` with the address to bind; its length. */
static socklen_t name_fill(union socket_name *name, int family, const struct endpoint *e)
{
	*name = (union socket_name){ 0 };
	if (family == AF_INET) {
		name->v4.sin_family = AF_INET;
		name->v4.sin_port = htons(e->port);
		memcpy(&name->v4.sin_addr, e->addr.bytes, sizeof name->v4.sin_addr);
		return sizeof name->v4;
	}
	name->v6.sin6_family = AF_INET6;
	name->v6.sin6_port = htons(e->port);
	memcpy(&name->v6.sin6_addr, e->addr.bytes, sizeof name->v6.sin6_addr);
	return sizeof name->v6;
}

/* A socket that fits the address: any address means IPv6 that takes IPv4 too, where the machine has
 * IPv6. An address written as IPv6 means IPv6 alone, so that both can be listed. -1: errno says. */
static int socket_new(const struct endpoint *e, int *family)
{
	const int type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = -1;

	*family = AF_INET6;
	if (e->addr.family != ADDR_IPV4) {
		fd = socket(AF_INET6, type, 0);
	}
	if (e->addr.family == ADDR_IPV4 ||
	    (fd < 0 && errno == EAFNOSUPPORT && e->addr.family == ADDR_NONE)) {
		*family = AF_INET;
		return socket(AF_INET, type, 0);
	}
	if (fd >= 0 && !option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, e->addr.family == ADDR_IPV6)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Ask for the receive buffer; what is granted, which may be more or less. */
static uint64_t buffer_size(int fd, uint64_t wanted_bytes)
{
	int granted = 0;
	socklen_t len = sizeof granted;

	if (!option_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, (int)wanted_bytes)) {
		(void)option_set(fd, SOL_SOCKET, SO_RCVBUF, (int)wanted_bytes);
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &len);
	return (uint64_t)granted / 2;
}

/* Bind, and read back the port, in case that the kernel was to choose one. */
static bool socket_bind(int fd, int family, struct endpoint *e)
{
	union socket_name name;
	socklen_t len = name_fill(&name, family, e);

	if (bind(fd, &name.any, len) != 0 || getsockname(fd, &name.any, &len) != 0) {
		return false;
	}
	e->port = endpoint_of_sockaddr(&name.any).port;
	return true;
}

/* One socket of an address, bound. `is_first`: nobody else may hold the address. -1: errno says. */
static int socket_open(const struct udp_config *config, struct endpoint *e, bool is_first,
                       uint64_t *granted_bytes)
{
	bool is_shared = config->workers > 1;
	int family;
	int fd = socket_new(e, &family);
	int cause;

	if (fd < 0) {
		return -1;
	}
	*granted_bytes = buffer_size(fd, config->receive_buffer_bytes);
	if (option_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1) &&
	    (!is_shared || udp_steer_shut(fd, true) == FP_OK) &&
	    (is_first || option_set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
	    socket_bind(fd, family, e) &&
	    (!is_first || !is_shared || option_set(fd, SOL_SOCKET, SO_REUSEPORT, 1))) {
		return fd;
	}
	cause = errno; /* close() may change it */
	close(fd);
	errno = cause;
	return -1;
}

/* All are bound: steer, then let datagrams in. */
static enum fp_err sockets_release(const int *fds, uint32_t workers)
{
	enum fp_err err = udp_steer_attach(fds[0], workers);

	for (uint32_t i = 0; err == FP_OK && i < workers; i++) {
		err = udp_steer_shut(fds[i], false);
	}
	return err;
}

enum fp_err udp_sockets_open(const struct udp_config *config, const struct endpoint *listen,
                             int *fds, struct endpoint *bound, uint64_t *granted_bytes)
{
	uint32_t opened = 0;
	int cause;

	*bound = *listen;
	do {
		fds[opened] = socket_open(config, bound, opened == 0, granted_bytes);
	} while (fds[opened] >= 0 && ++opened < config->workers);
	if (opened == config->workers && (opened == 1 || sockets_release(fds, opened) == FP_OK)) {
		return FP_OK;
	}
	cause = errno;
	while (opened > 0) {
		close(fds[--opened]);
	}
	errno = cause;
	return FP_SYSTEM;
}
