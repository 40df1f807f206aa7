/* SPDX-License-Identifier: Apache-2.0 */
/* Live sFlow over UDP: one group of sockets a worker.
 *
 * For each listen address every worker opens a socket of its own (SO_REUSEPORT); a classic BPF
 * program steers by the agent address inside the datagram, so that an agent always meets the same
 * worker, whatever its source port. Agents that do not know their address are told apart by the UDP
 * source address.
 *
 * A worker's source drains its sockets with recvmmsg, takes the kernel's receive timestamps
 * (SO_TIMESTAMPNS) as arrival times and counts what the kernel dropped. After a batch that was not
 * full it sleeps about a millisecond (`coalesce_ns`) before it asks again: at real rates that
 * halves the CPU a datagram, and kernel timestamps keep the event time exact.
 */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/io/source.h"

#define UDP_WORKERS_MAX 64

struct udp_config {
	struct option_endpoints listen; /* sflow.listen, default ":6343" */
	uint32_t workers;               /* sflow.workers, default 1, 1..UDP_WORKERS_MAX */
	uint64_t receive_buffer_bytes;  /* sflow.receive_buffer, default 32M; less may be granted */
	uint64_t coalesce_ns;           /* sflow.coalesce, default 1ms; 0: never sleep */
	uint32_t datagram_bytes;        /* sflow.datagram_size, default 65535: one receive buffer */
};
extern const struct option_table udp_options; /* section "sflow" */

struct udp_group; /* the sockets of all workers */

/* Open all sockets of all workers and log what was opened. An address that any other socket holds
 * already, of this or another process, is refused. On failure everything is closed again, `*out` is
 * NULL, `problem` (size bytes) says which address and why, and FP_SYSTEM (FP_NO_MEMORY,
 * FP_BAD_ARGUMENT: no address) is returned. */
FP_MUST_USE enum fp_err udp_group_open(const struct udp_config *config, struct udp_group **out,
                                       char *problem, size_t size);

/* The source of one worker (0 .. workers-1), owned by the group: its close() does nothing.
 * `stats.receive_buffer_bytes` is in the unit of the option; the kernel holds twice as much,
 * because it counts its own bookkeeping. */
struct source *udp_group_source(struct udp_group *group, uint32_t worker);

/* Fills `out` with the addresses really bound (port 0 resolved), at most `limit`; returns how
 * many. */
size_t udp_group_endpoints(const struct udp_group *group, struct endpoint *out, size_t limit);

/* Close everything; no worker may be receiving any more. NULL is allowed. */
void udp_group_close(struct udp_group *group);
