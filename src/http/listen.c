/* SPDX-License-Identifier: Apache-2.0 */
/* TCP listen sockets, opened here and not by the library so that an error names the address and the
 * reason. */
#include "listen_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 511

static socklen_t fill_address(const struct endpoint *at, int family, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons(at->port);
		memcpy(&in->sin_addr, at->addr.bytes, sizeof in->sin_addr);
		return sizeof *in;
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(at->port);
	memcpy(&in6->sin6_addr, at->addr.bytes, sizeof in6->sin6_addr);
	return sizeof *in6;
}

static bool set_up(int fd, const struct endpoint *at, int family)
{
	const int on = 1;
	const int only_v6 = at->addr.family == ADDR_IPV6;
	struct sockaddr_storage address;
	const socklen_t len = fill_address(at, family, &address);

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
		return false;
	}
	if (family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6) != 0) {
		return false;
	}
	return bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, BACKLOG) == 0;
}

int listen_open(const struct endpoint *at, struct endpoint *bound)
{
	int family = at->addr.family == ADDR_IPV4 ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_storage address;
	socklen_t len = sizeof address;

	if (fd < 0 && at->addr.family == ADDR_NONE && errno == EAFNOSUPPORT) {
		family = AF_INET;
		fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	if (fd < 0) {
		return -1;
	}
	if (!set_up(fd, at, family) || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	*bound = endpoint_of_sockaddr((struct sockaddr *)&address);
	return fd;
}
