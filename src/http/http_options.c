/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows of the HTTP server. Limits are generous for dashboards and small for
 * attackers. */
#include "fabricpulse/http/http.h"

#define AT(member) offsetof(struct http_config, member)

static const struct option_row http_rows[] = {
	{ .key = "listen",
	  .kind = OPTION_ENDPOINTS,
	  .offset = AT(listen),
	  .fallback = ":8008",
	  .help = "Where HTTP is served: one address:port or a list of them. \":8008\" means all "
	          "addresses, IPv4 and "
	          "IPv6." },
	{ .key = "connections",
	  .kind = OPTION_U32,
	  .offset = AT(connections),
	  .fallback = "512",
	  .min = 4,
	  .max = 65536,
	  .help = "Most connections at once; further ones wait." },
	{ .key = "connections_per_address",
	  .kind = OPTION_U32,
	  .offset = AT(connections_per_address),
	  .fallback = "128",
	  .min = 1,
	  .max = 65536,
	  .help = "Most connections at once from one address." },
	{ .key = "timeout",
	  .kind = OPTION_DURATION,
	  .offset = AT(timeout_ns),
	  .fallback = "30s",
	  .min = 1,
	  .max = 3600,
	  .unit = "seconds",
	  .help = "A connection on which nothing happens for so long is closed." },
	{ .key = "body_limit",
	  .kind = OPTION_BYTES,
	  .offset = AT(body_bytes_max),
	  .fallback = "32M",
	  .min = 1024,
	  .max = 1024.0 * 1024 * 1024,
	  .unit = "bytes",
	  .help = "The largest topology that may be posted." },
	{ .key = "buffer_limit",
	  .kind = OPTION_BYTES,
	  .offset = AT(buffer_bytes_max),
	  .fallback = "256M",
	  .min = 1024.0 * 1024,
	  .max = 64.0 * 1024 * 1024 * 1024,
	  .unit = "bytes",
	  .help = "Most memory for what clients still send and have not read yet; beyond it they "
	          "are answered with status 503." },
	{ .key = "gzip",
	  .kind = OPTION_BOOL,
	  .offset = AT(gzip),
	  .fallback = "true",
	  .help = "Compress answers for clients that ask for it." },
	{ .key = "allow_topology_write",
	  .kind = OPTION_BOOL,
	  .offset = AT(allow_topology_write),
	  .fallback = "true",
	  .help = "Other machines may post a topology, as scripts written for sFlow-RT do. This "
	          "machine always may." },
	{ .key = "allow_reload",
	  .kind = OPTION_BOOL,
	  .offset = AT(allow_reload),
	  .fallback = "false",
	  .help = "Other machines may POST /-/reload. This machine always may." },
};
const struct option_table http_options = { "web", http_rows, ARRAY_LEN(http_rows) };
