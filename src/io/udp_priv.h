/* SPDX-License-Identifier: Apache-2.0 */
/* What the UDP source's files share: opening sockets, and steering between them.
 */
#pragma once

#include "fabricpulse/io/udp.h"

/* Open one socket a worker for one listen address: bound, with timestamps, receive buffer and, when
 * there are several, steering. Fills `fds` (config->workers of them), `bound` with the address
 * really bound and `granted_bytes` with the receive buffer of a socket, in the unit of the option.
 * On failure all are closed and errno says why. */
FP_MUST_USE enum fp_err udp_sockets_open(const struct udp_config *config,
                                         const struct endpoint *listen, int *fds,
                                         struct endpoint *bound, uint64_t *granted_bytes);

/* Make the kernel choose among the `workers` sockets that share the address of `fd` by the agent in
 * the datagram; their numbers are the order in which they were bound. FP_SYSTEM: errno says why. */
FP_MUST_USE enum fp_err udp_steer_attach(int fd, uint32_t workers);

/* Refuse every datagram (`is_shut`), or no longer. FP_SYSTEM: errno says why. */
FP_MUST_USE enum fp_err udp_steer_shut(int fd, bool is_shut);
