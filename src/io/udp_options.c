/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows of the UDP source.
 *
 * Defaults follow measurements: the kernel's own receive buffer of 208 KiB holds 92 datagrams,
 * which a scheduler's hiccup of a millisecond overruns at real rates; 32 MiB hold 29,000. One
 * thread takes about a million datagrams a second, so one worker is enough for almost every fabric.
 */
#include "fabricpulse/io/udp.h"

static const struct option_row udp_rows[] = {
	{
	    .key = "listen",
	    .kind = OPTION_ENDPOINTS,
	    .offset = offsetof(struct udp_config, listen),
	    .fallback = ":6343",
	    .help = "Where sFlow datagrams are received: one address:port or a list of them. "
	            "\":6343\" means all addresses, IPv4 and IPv6.",
	},
	{
	    .key = "workers",
	    .kind = OPTION_U32,
	    .offset = offsetof(struct udp_config, workers),
	    .fallback = "1",
	    .min = 1,
	    .max = UDP_WORKERS_MAX,
	    .help = "Threads that receive and analyze. An agent always meets the same one. One "
	            "handles several hundred thousand datagrams a second.",
	},
	{
	    .key = "receive_buffer",
	    .kind = OPTION_BYTES,
	    .offset = offsetof(struct udp_config, receive_buffer_bytes),
	    .fallback = "32M",
	    .min = 4096,
	    .max = 512.0 * 1024 * 1024,
	    .unit = "bytes",
	    .help = "What to ask of the kernel for each socket, to ride out bursts. Without the "
	            "capability CAP_NET_ADMIN no more than sysctl net.core.rmem_max is granted.",
	},
	{
	    .key = "coalesce",
	    .kind = OPTION_DURATION,
	    .offset = offsetof(struct udp_config, coalesce_ns),
	    .fallback = "1ms",
	    .min = 0,
	    .max = 0.1,
	    .unit = "seconds",
	    .help =
	        "How long a worker sleeps after it has emptied its sockets, so that it wakes for "
	        "several datagrams at once. Arrival times stay exact. 0 wakes for each.",
	},
	{
	    .key = "datagram_size",
	    .kind = OPTION_U32,
	    .offset = offsetof(struct udp_config, datagram_bytes),
	    .fallback = "65535",
	    .min = 256,
	    .max = 65535,
	    .unit = "bytes",
	    .help = "The largest datagram that is received whole; longer ones are cut and counted.",
	},
};

const struct option_table udp_options = { "sflow", udp_rows, ARRAY_LEN(udp_rows) };
