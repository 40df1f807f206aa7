/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of a UDP source: groups of sockets on this machine, and senders to them. Whatever
 * fails here is the machine's fault and ends the test program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/io/udp.h"

/* A configuration that listens on one address ("127.0.0.1:0", ":0"), never sleeps and takes any
 * datagram whole. */
struct udp_config peer_config(const char *listen, uint32_t workers);

/* Open a group; release with udp_group_close(). */
struct udp_group *peer_group(const struct udp_config *config);

/* The port of the group's address with this position in the list. */
uint16_t peer_group_port(const struct udp_group *group, size_t address);

/* A socket with a port of its own, connected to `port` at `to`; `from` may be NULL. */
int peer_sender(const char *from, const char *to, uint16_t port);

void peer_send(int fd, const void *bytes, size_t len);

bool peer_has_ipv6(void);
