/* SPDX-License-Identifier: Apache-2.0 */
/* What fabricpulse says of itself. A collector that loses datagrams gives wrong numbers everywhere,
 * so these rows are the first to look at when others seem odd.
 *
 * Names of process_* and *_config_last_reload_* are those that Prometheus people know from
 * elsewhere.
 */
#include "self_rows_priv.h"

#include "fabricpulse/base/option.h"

void self_view_fill(struct self_view *view, const struct self_stats *stats)
{
	view->stats = *stats;
	for (uint32_t i = 0; i < stats->worker_count && i < SELF_WORKERS_MAX; i++) {
#define X(member) opt_counter_add(&view->member[i], stats->worker[i].member);
		SELF_WORKER_COUNTERS(X)
#undef X
	}
}

static bool label_worker(uint32_t slot, struct strbuf *out)
{
	strbuf_puts(out, "worker=\"");
	strbuf_put_u64(out, slot);
	strbuf_putc(out, '"');
	return true;
}

static bool label_code(uint32_t slot, struct strbuf *out)
{
	static const char *const classes[] = { NULL, "1xx", "2xx", "3xx", "4xx", "5xx" };

	return metric_label(out, "code", classes[slot]);
}

static const struct metric_dim dim_worker = { SELF_WORKERS_MAX, label_worker, "worker" };
static const struct metric_dim dim_code = { 6, label_code, "code" };

static void put_pair(struct strbuf *out, const char *key, const char *value)
{
	strbuf_puts(out, key);
	strbuf_puts(out, "=\"");
	strbuf_put_label(out, value != NULL ? value : "");
	strbuf_putc(out, '"');
}

static bool build_info(const void *entity, struct strbuf *out)
{
	const struct self_view *view = entity;

	if (view->stats.version == NULL) {
		return false;
	}
	put_pair(out, "version", view->stats.version);
	strbuf_putc(out, ',');
	put_pair(out, "revision", view->stats.revision);
	strbuf_putc(out, ',');
	put_pair(out, "compiler", view->stats.compiler);
	return true;
}

#define SELF(field) .scope = SCOPE_SELF, METRIC_FIELD(self_view, stats.field)
#define PER_WORKER(field)                                                                          \
	.scope = SCOPE_SELF, METRIC_FIELD(self_view, field[0]), .dim1 = &dim_worker

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_build_info",
	  .help = "Which fabricpulse this is.",
	  .type = METRIC_INFO,
	  .scope = SCOPE_SELF,
	  .cell = CELL_NONE,
	  .info = build_info,
	  .info_labels = "version,revision,compiler" },
	{ .name = "process_start_time_seconds",
	  .help = "Unix time at which the process started.",
	  .type = METRIC_GAUGE,
	  SELF(start_time_seconds) },
	{ .name = "process_cpu_seconds_total",
	  .help = "CPU time of the whole process.",
	  SELF(process_cpu_seconds) },
	{ .name = "process_resident_memory_bytes",
	  .help = "Memory that the process holds.",
	  .type = METRIC_GAUGE,
	  SELF(resident_bytes) },
	{ .name = "process_virtual_memory_bytes",
	  .help = "Address space that the process has reserved; tables reserve their limit and use "
	          "little of it.",
	  .type = METRIC_GAUGE,
	  SELF(virtual_bytes) },
	{ .name = "process_open_fds",
	  .help = "Open file descriptors.",
	  .type = METRIC_GAUGE,
	  SELF(open_fds) },
	{ .name = "process_max_fds",
	  .help = "How many file descriptors may be open.",
	  .type = METRIC_GAUGE,
	  SELF(max_fds) },
	{ .name = "process_threads",
	  .help = "Threads of the process.",
	  .type = METRIC_GAUGE,
	  SELF(threads) },
	{ .name = "fabricpulse_worker_datagrams_total",
	  .help = "Datagrams that the worker took from its source.",
	  PER_WORKER(datagrams) },
	{ .name = "fabricpulse_worker_bytes_total",
	  .help = "Bytes of those datagrams, without UDP and IP headers.",
	  PER_WORKER(bytes) },
	{ .name = "fabricpulse_worker_truncated_total",
	  .help =
	      "Datagrams longer than sflow.datagram_size, of which only the beginning was read.",
	  PER_WORKER(truncated) },
	{ .name = "fabricpulse_worker_kernel_drops_total",
	  .help = "Datagrams that the kernel dropped because the receive buffer was full. They are "
	          "lost "
	          "to every estimate.",
	  PER_WORKER(kernel_drops) },
	{ .name = "fabricpulse_worker_receive_errors_total",
	  .help = "Receives that failed.",
	  PER_WORKER(receive_errors) },
	{ .name = "fabricpulse_worker_wakeups_total",
	  .help = "Times that the worker asked its source for datagrams.",
	  PER_WORKER(wakeups) },
	{ .name = "fabricpulse_worker_receive_buffer_bytes",
	  .help = "Receive buffer that the kernel granted each of the worker's sockets; 0 for a "
	          "capture.",
	  .type = METRIC_GAUGE,
	  PER_WORKER(receive_buffer_bytes) },
	{ .name = "fabricpulse_worker_forwarded_datagrams_total",
	  .help = "Datagrams sent on to other collectors, summed over them.",
	  PER_WORKER(forward_sent) },
	{ .name = "fabricpulse_worker_forward_failures_total",
	  .help = "Datagrams that could not be sent on, summed over the other collectors.",
	  PER_WORKER(forward_failed) },
	{ .name = "fabricpulse_worker_cpu_seconds_total",
	  .help = "CPU time of the worker's thread.",
	  .scale = 1e-9,
	  PER_WORKER(cpu_ns) },
	{ .name = "fabricpulse_worker_ip_fragments_total",
	  .help = "Captures: IP fragments, of which only a datagram's beginning is read.",
	  PER_WORKER(ip_fragments) },
	{ .name = "fabricpulse_worker_other_packets_total",
	  .help = "Captures: packets that are not sFlow.",
	  PER_WORKER(not_sflow) },
	{ .name = "fabricpulse_config_last_reload_successful",
	  .help = "1 when the last reload of the configuration succeeded, 0 when it failed and the "
	          "old one stayed; absent before the first.",
	  .type = METRIC_GAUGE,
	  SELF(reload_success) },
	{ .name = "fabricpulse_config_last_reload_success_timestamp_seconds",
	  .help = "Unix time at which the configuration in use was loaded.",
	  .type = METRIC_GAUGE,
	  SELF(reload_time_seconds) },
	{ .name = "fabricpulse_http_requests_total",
	  .help = "HTTP requests answered, by class of status.",
	  SELF(http_requests[0]),
	  .dim1 = &dim_code },
	{ .name = "fabricpulse_scrapes_total",
	  .help = "Times that metrics were asked for.",
	  SELF(scrapes) },
	{ .name = "fabricpulse_scrape_seconds_total",
	  .help = "Time spent writing metrics.",
	  SELF(scrape_seconds_sum) },
	{ .name = "fabricpulse_scrape_last_seconds",
	  .help = "Time spent writing metrics the last time.",
	  .type = METRIC_GAUGE,
	  SELF(scrape_seconds_last) },
	{ .name = "fabricpulse_topology_version",
	  .help = "Grows with each change of the topology; 0: there is none.",
	  .type = METRIC_GAUGE,
	  SELF(topology_version) },
	{ .name = "fabricpulse_agents",
	  .help = "Agents heard of within limits.expire.",
	  .type = METRIC_GAUGE,
	  SELF(agents) },
	{ .name = "fabricpulse_agents_limit",
	  .help = "Agents that there is room for, in all workers.",
	  .type = METRIC_GAUGE,
	  SELF(agents_limit) },
	{ .name = "fabricpulse_agents_left_out",
	  .help = "Agents without series of their own, because there are more than "
	          "metrics.agents_max.",
	  .type = METRIC_GAUGE,
	  SELF(agents_left_out) },
	{ .name = "fabricpulse_ports",
	  .help = "Ports heard of within limits.expire, by role.",
	  .type = METRIC_GAUGE,
	  SELF(ports_by_role[0]),
	  .dim1 = &dim_role },
	{ .name = "fabricpulse_ports_limit",
	  .help = "Ports that there is room for, in all workers.",
	  .type = METRIC_GAUGE,
	  SELF(ports_limit) },
	{ .name = "fabricpulse_ports_left_out",
	  .help = "Ports without series of their own, because there are more than "
	          "metrics.ports_max.",
	  .type = METRIC_GAUGE,
	  SELF(ports_left_out) },
	{ .name = "fabricpulse_port_series_included",
	  .help = "1: /metrics has the series of each port; 0: there are more ports than "
	          "metrics.ports_inline_max, and only /metrics/interfaces has them.",
	  .type = METRIC_GAUGE,
	  SELF(port_series_included) },
};

const struct metric_group self_group = { "self", rows, ARRAY_LEN(rows) };
