/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram to a Unix socket, whose name is a path or, with a leading "@", abstract. */
#include "fabricpulse/base/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool notify_send(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const size_t len = name != NULL ? strlen(name) : 0;
	socklen_t size;
	ssize_t sent;
	int fd;

	if (len < 2 || len >= sizeof to.sun_path || (name[0] != '/' && name[0] != '@')) {
		return false;
	}
	memcpy(to.sun_path, name, len);
	if (to.sun_path[0] == '@') {
		to.sun_path[0] = '\0';
	}
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return false;
	}
	sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, size);
	close(fd);
	return sent == (ssize_t)strlen(state);
}

uint64_t notify_watchdog_ns(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	char *end;
	unsigned long long us;

	if (text == NULL || (pid != NULL && strtoll(pid, NULL, 10) != (long long)getpid())) {
		return 0;
	}
	errno = 0;
	us = strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && us < UINT64_MAX / 1000
	           ? (uint64_t)us * 1000
	           : 0;
}
