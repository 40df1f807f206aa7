/* SPDX-License-Identifier: Apache-2.0 */
/* Live sFlow over UDP: one group of sockets a worker.
 *
 * For each listen address every worker opens a socket of its own (SO_REUSEPORT); a classic BPF program steers by the agent
 * address inside the datagram, so that an agent always meets the same worker, whatever its source port. A worker's source
 * polls its sockets, drains them with recvmmsg and takes kernel timestamps (SO_TIMESTAMPNS) as arrival times and
 * SO_RXQ_OVFL as drop count. After a batch that was not full it sleeps about a millisecond (`coalesce_ns`) before it asks
 * again: at real rates that halves the CPU a datagram, and kernel timestamps keep the event time exact.
 */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/io/source.h"

struct udp_config {
	struct option_endpoints listen; /* sflow.listen, default ":6343" */
	uint32_t workers;               /* sflow.workers, default 1, 1..64 */
	uint64_t
	    receive_buffer_bytes; /* sflow.receive_buffer, default 32M: asked for; less may be granted */
	uint64_t coalesce_ns;    /* sflow.coalesce, default 1ms */
	uint32_t datagram_bytes; /* sflow.datagram_size, default 65535: one receive buffer */
};
extern const struct option_table udp_options; /* section "sflow" */

struct udp_group; /* the sockets of all workers */

/* Open all sockets of all workers. On failure everything is closed again, `problem` (size bytes) says which address and
 * why, and FP_SYSTEM is returned. */
FP_MUST_USE enum fp_err udp_group_open(const struct udp_config *config, struct udp_group **out,
                                       char *problem, size_t size);
struct source *udp_group_source(struct udp_group *group, uint32_t worker); /* owned by the group */
/* The addresses really bound (port 0 resolved), for the log and for tests. */
size_t udp_group_endpoints(const struct udp_group *group, struct endpoint *out, size_t limit);
void udp_group_close(struct udp_group *group);
