/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts: six records by table, readings as they come, counters as differences.
 *
 * A record's row names its readings and its counters; host_cpu has two rows, because its short form
 * lacks the last three counters and absent is not zero. GPU energy is checked against what so many
 * GPUs can use at most, because 32 bits of millijoules wrap within minutes.
 */
#include "fabricpulse/analyze/host.h"

#include <math.h>

#include "counters_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/option.h"

#define SOURCE_CLASS_LOGICAL 3u /* virtual machines and containers */

/* More than any accelerator draws; a bound, not an estimate. */
#define GPU_WATTS_MAX 3000.0

/* --- records ----------------------------------------------------------------- */

#define COUNTER(record, field, width, total)                                                       \
	{                                                                                          \
		offsetof(struct sf_##record, field), width, offsetof(struct host_agent, total)     \
	}
#define READING(record, field, gauge)                                                              \
	{                                                                                          \
		offsetof(struct sf_##record, field), offsetof(struct host_agent, gauge)            \
	}

static const struct reading descr_readings[] = {
	READING(host_descr, machine_type, machine_type),
	READING(host_descr, os_name, os_name),
};

static const struct reading cpu_readings[] = {
	READING(host_cpu, load_one, load[0]),     READING(host_cpu, load_five, load[1]),
	READING(host_cpu, load_fifteen, load[2]), READING(host_cpu, proc_run, processes_running),
	READING(host_cpu, proc_total, processes), READING(host_cpu, cpu_num, cpus),
	READING(host_cpu, cpu_speed, cpu_mhz),    READING(host_cpu, uptime, uptime_seconds),
};
static const struct delta_field cpu_counters[] = {
	COUNTER(host_cpu, cpu_user, 32, cpu_ms[HOST_CPU_USER]),
	COUNTER(host_cpu, cpu_nice, 32, cpu_ms[HOST_CPU_NICE]),
	COUNTER(host_cpu, cpu_system, 32, cpu_ms[HOST_CPU_SYSTEM]),
	COUNTER(host_cpu, cpu_idle, 32, cpu_ms[HOST_CPU_IDLE]),
	COUNTER(host_cpu, cpu_wio, 32, cpu_ms[HOST_CPU_IOWAIT]),
	COUNTER(host_cpu, cpu_intr, 32, cpu_ms[HOST_CPU_IRQ]),
	COUNTER(host_cpu, cpu_sintr, 32, cpu_ms[HOST_CPU_SOFTIRQ]),
	COUNTER(host_cpu, interrupts, 32, interrupts),
	COUNTER(host_cpu, contexts, 32, contexts),
};
static const struct delta_field cpu_tail_counters[] = {
	COUNTER(host_cpu, cpu_steal, 32, cpu_ms[HOST_CPU_STEAL]),
	COUNTER(host_cpu, cpu_guest, 32, guest_ms[0]),
	COUNTER(host_cpu, cpu_guest_nice, 32, guest_ms[1]),
};
#define CPU_FIELDS_WITH_TAIL 20u

static const struct reading memory_readings[] = {
	READING(host_memory, mem_total, memory_bytes[HOST_MEMORY_SIZE]),
	READING(host_memory, mem_free, memory_bytes[HOST_MEMORY_FREE]),
	READING(host_memory, mem_shared, memory_bytes[HOST_MEMORY_SHARED]),
	READING(host_memory, mem_buffers, memory_bytes[HOST_MEMORY_BUFFERS]),
	READING(host_memory, mem_cached, memory_bytes[HOST_MEMORY_CACHED]),
	READING(host_memory, swap_total, memory_bytes[HOST_MEMORY_SWAP_SIZE]),
	READING(host_memory, swap_free, memory_bytes[HOST_MEMORY_SWAP_FREE]),
};
static const struct delta_field memory_counters[] = {
	COUNTER(host_memory, page_in, 32, paging[0][0]),
	COUNTER(host_memory, page_out, 32, paging[0][1]),
	COUNTER(host_memory, swap_in, 32, paging[1][0]),
	COUNTER(host_memory, swap_out, 32, paging[1][1]),
};

static const struct reading disk_readings[] = {
	READING(host_disk_io, disk_total, disk_bytes[0]),
	READING(host_disk_io, disk_free, disk_bytes[1]),
	READING(host_disk_io, part_max_used, fullest),
};
static const struct delta_field disk_counters[] = {
	COUNTER(host_disk_io, reads, 32, disk_operations[0]),
	COUNTER(host_disk_io, bytes_read, 64, disk_transferred[0]),
	COUNTER(host_disk_io, read_time, 32, disk_ms[0]),
	COUNTER(host_disk_io, writes, 32, disk_operations[1]),
	COUNTER(host_disk_io, bytes_written, 64, disk_transferred[1]),
	COUNTER(host_disk_io, write_time, 32, disk_ms[1]),
};

static const struct delta_field net_counters[] = {
	COUNTER(host_net_io, bytes_in, 64, net_bytes[0]),
	COUNTER(host_net_io, pkts_in, 32, net_packets[0]),
	COUNTER(host_net_io, errs_in, 32, net_errors[0]),
	COUNTER(host_net_io, drops_in, 32, net_drops[0]),
	COUNTER(host_net_io, bytes_out, 64, net_bytes[1]),
	COUNTER(host_net_io, pkts_out, 32, net_packets[1]),
	COUNTER(host_net_io, errs_out, 32, net_errors[1]),
	COUNTER(host_net_io, drops_out, 32, net_drops[1]),
};

static const struct reading gpu_readings[] = {
	READING(nvidia_gpu, device_count, gpus),
	READING(nvidia_gpu, processes, gpu_processes),
	READING(nvidia_gpu, mem_total, gpu_memory_bytes[0]),
	READING(nvidia_gpu, mem_free, gpu_memory_bytes[1]),
	READING(nvidia_gpu, temperature, gpu_celsius),
	READING(nvidia_gpu, fan_speed, gpu_fan_percent),
};
#define GPU_ENERGY 3u /* its place among the counters */
static const struct delta_field gpu_counters[] = {
	COUNTER(nvidia_gpu, gpu_time, 32, gpu_ms),
	COUNTER(nvidia_gpu, mem_time, 32, gpu_memory_ms),
	COUNTER(nvidia_gpu, ecc_errors, 32, gpu_ecc_errors),
	[GPU_ENERGY] = COUNTER(nvidia_gpu, energy, 32, gpu_energy_mj),
};
#undef COUNTER
#undef READING

#define COUNTERS(table, where)                                                                     \
	{                                                                                          \
		table, ARRAY_LEN(table), offsetof(struct host_agent, base[where]),                 \
		    offsetof(struct host_agent, last[where])                                       \
	}
#define NO_COUNTERS                                                                                \
	{                                                                                          \
		NULL, 0, 0, 0                                                                      \
	}

static const struct record_row host_records[] = {
	{ SF_host_descr, 0, descr_readings, ARRAY_LEN(descr_readings), NO_COUNTERS },
	{ SF_host_cpu, 0, cpu_readings, ARRAY_LEN(cpu_readings),
	  COUNTERS(cpu_counters, HOST_BASE_CPU) },
	{ SF_host_cpu, CPU_FIELDS_WITH_TAIL, NULL, 0,
	  COUNTERS(cpu_tail_counters, HOST_BASE_CPU_TAIL) },
	{ SF_host_memory, 0, memory_readings, ARRAY_LEN(memory_readings),
	  COUNTERS(memory_counters, HOST_BASE_MEMORY) },
	{ SF_host_disk_io, 0, disk_readings, ARRAY_LEN(disk_readings),
	  COUNTERS(disk_counters, HOST_BASE_DISK) },
	{ SF_host_net_io, 0, NULL, 0, COUNTERS(net_counters, HOST_BASE_NET) },
	{ SF_nvidia_gpu, 0, gpu_readings, ARRAY_LEN(gpu_readings),
	  COUNTERS(gpu_counters, HOST_BASE_GPU) },
};
#undef COUNTERS
#undef NO_COUNTERS

_Static_assert(ARRAY_LEN(cpu_counters) <= HOST_COUNTERS_MAX &&
                   ARRAY_LEN(net_counters) <= HOST_COUNTERS_MAX,
               "the longest records fit");

/* --- one poll ----------------------------------------------------------------- */

/* Millijoules that the host's GPUs cannot have used: a counter that was reset. */
static void check_energy(const struct counter_event *e, struct delta *d)
{
	double devices = fmax(1, e->value.nvidia_gpu.device_count);
	double seconds = (double)d->interval_ns / (double)NS_PER_SECOND;

	if (delta_is_valid(d, GPU_ENERGY) &&
	    (double)d->by[GPU_ENERGY] > devices * GPU_WATTS_MAX * 1000 * seconds) {
		d->valid &= ~(1u << GPU_ENERGY);
	}
}

static void take_row(struct host_agent *h, const struct record_row *row,
                     const struct counter_event *e)
{
	struct delta d;

	if (!record_take(row, e, h, &d)) {
		return;
	}
	if (e->type->id == SF_nvidia_gpu) {
		check_energy(e, &d);
	}
	delta_add(&row->counters, &d, h);
	opt_counter_add(&h->resets, d.is_reset ? 1 : 0);
}

static bool is_host_record(const struct counter_event *e)
{
	for (size_t i = 0; i < ARRAY_LEN(host_records); i++) {
		if (host_records[i].id == e->type->id) {
			return e->source.class_ != SOURCE_CLASS_LOGICAL;
		}
	}
	return false;
}

static void take_event(struct host_agent *h, const struct counter_event *e)
{
	if (!speaker_accepts(&h->speaker, e, h->base, HOST_BASE_COUNT)) {
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(host_records); i++) {
		if (host_records[i].id == e->type->id) {
			take_row(h, &host_records[i], e);
		}
	}
	if (e->type->id == SF_host_descr && !e->is_late) {
		(void)namebox_set(&h->os_release, e->value.host_descr.os_release);
	}
}

static void host_observe(struct shard *shard, const struct batch *batch)
{
	struct host_agent *hosts = shard->entries[ANALYZER_host][SCOPE_AGENT];

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];

		if (is_host_record(e)) {
			take_event(&hosts[e->agent], e);
		}
	}
}

/* --- rows --------------------------------------------------------------------- */

static bool label_mode(uint32_t slot, struct strbuf *out)
{
	static const char *const names[HOST_CPU_MODE_COUNT] = {
		"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"
	};

	return metric_label(out, "mode", names[slot]);
}
static const struct metric_dim dim_mode = { HOST_CPU_MODE_COUNT, label_mode, "mode" };

static bool label_guest(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "mode", slot == 0 ? "user" : "nice");
}
static const struct metric_dim dim_guest = { 2, label_guest, "mode" };

static bool label_window(uint32_t slot, struct strbuf *out)
{
	static const char *const names[] = { "1m", "5m", "15m" };

	return metric_label(out, "window", names[slot]);
}
static const struct metric_dim dim_window = { 3, label_window, "window" };

static bool label_memory(uint32_t slot, struct strbuf *out)
{
	static const char *const names[HOST_MEMORY_KIND_COUNT] = {
		"size", "free", "shared", "buffers", "cached", "swap_size", "swap_free"
	};

	return metric_label(out, "kind", names[slot]);
}
static const struct metric_dim dim_memory = { HOST_MEMORY_KIND_COUNT, label_memory, "kind" };

static bool label_paging(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "kind", slot == 0 ? "page" : "swap");
}
static const struct metric_dim dim_paging = { 2, label_paging, "kind" };

static bool label_operation(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "operation", slot == 0 ? "read" : "write");
}
static const struct metric_dim dim_operation = { 2, label_operation, "operation" };

/* Names of the record's numbers; "other" beyond them. */
static const char *machine_name(uint32_t number)
{
	static const char *const names[] = { "unknown", "other", "x86",     "x86_64", "ia64",
		                             "sparc",   "alpha", "powerpc", "m68k",   "mips",
		                             "arm",     "hppa",  "s390" };

	return number < ARRAY_LEN(names) ? names[number] : "other";
}

static const char *os_name(uint32_t number)
{
	static const char *const names[] = { "unknown", "other", "linux",     "windows", "darwin",
		                             "hpux",    "aix",   "dragonfly", "freebsd", "netbsd",
		                             "openbsd", "osf",   "solaris" };

	return number < ARRAY_LEN(names) ? names[number] : "other";
}

static bool host_info(const void *entity, struct strbuf *out)
{
	const struct host_agent *h = entity;
	double machine = gauge_get(&h->machine_type), os = gauge_get(&h->os_name);
	char release[NAME_SIZE];

	if (isnan(machine) || isnan(os)) {
		return false;
	}
	(void)metric_label(out, "machine", machine_name((uint32_t)machine));
	strbuf_putc(out, ',');
	(void)metric_label(out, "os", os_name((uint32_t)os));
	strbuf_puts(out, ",os_release=\"");
	strbuf_put_label(out, namebox_get(&h->os_release, release));
	strbuf_putc(out, '"');
	return true;
}

#define HOST(kind, field)                                                                          \
	.type = METRIC_##kind, .scope = SCOPE_AGENT, METRIC_FIELD(host_agent, field)

static const struct metric_row host_rows[] = {
	{ .name = "fabricpulse_host_info",
	  .help = "Kind of machine and operating system of a host that reports itself.",
	  .type = METRIC_INFO,
	  .scope = SCOPE_AGENT,
	  .cell = CELL_NONE,
	  .info = host_info,
	  .info_labels = "machine,os,os_release" },
	{ .name = "fabricpulse_host_cpu_seconds_total",
	  .help = "Time that the host's processors spent in each mode, all added up.",
	  HOST(COUNTER, cpu_ms[0]),
	  .dim1 = &dim_mode,
	  .scale = 0.001 },
	{ .name = "fabricpulse_host_cpu_guest_seconds_total",
	  .help = "Time that the host's processors ran guests; also part of user or nice.",
	  HOST(COUNTER, guest_ms[0]),
	  .dim1 = &dim_guest,
	  .scale = 0.001 },
	{ .name = "fabricpulse_host_interrupts_total",
	  .help = "Interrupts that the host served.",
	  HOST(COUNTER, interrupts) },
	{ .name = "fabricpulse_host_context_switches_total",
	  .help = "Context switches of the host.",
	  HOST(COUNTER, contexts) },
	{ .name = "fabricpulse_host_load_average",
	  .help = "Load average of the host.",
	  HOST(GAUGE, load[0]),
	  .dim1 = &dim_window },
	{ .name = "fabricpulse_host_processes_running",
	  .help = "Processes of the host that run or could run.",
	  HOST(GAUGE, processes_running) },
	{ .name = "fabricpulse_host_processes",
	  .help = "Processes of the host.",
	  HOST(GAUGE, processes) },
	{ .name = "fabricpulse_host_cpus", .help = "Processors of the host.", HOST(GAUGE, cpus) },
	{ .name = "fabricpulse_host_cpu_frequency_hertz",
	  .help = "Clock frequency of the host's processors.",
	  HOST(GAUGE, cpu_mhz),
	  .scale = 1e6 },
	{ .name = "fabricpulse_host_uptime_seconds",
	  .help = "Time since the host was started.",
	  HOST(GAUGE, uptime_seconds) },
	{ .name = "fabricpulse_host_memory_bytes",
	  .help = "Memory of the host by kind; size and swap_size are the whole.",
	  HOST(GAUGE, memory_bytes[0]),
	  .dim1 = &dim_memory },
	{ .name = "fabricpulse_host_paging_operations_total",
	  .help = "Pages that the host read and wrote, and of them those of swap space.",
	  HOST(COUNTER, paging[0][0]),
	  .dim1 = &dim_paging,
	  .dim2 = &dim_in_out },
	{ .name = "fabricpulse_host_disk_bytes",
	  .help = "Size and free space of all disks of the host.",
	  HOST(GAUGE, disk_bytes[0]),
	  .dim1 = &dim_size_free },
	{ .name = "fabricpulse_host_disk_fullest_ratio",
	  .help = "How full the fullest partition of the host is.",
	  HOST(GAUGE, fullest),
	  .scale = 0.0001 },
	{ .name = "fabricpulse_host_disk_operations_total",
	  .help = "Reads and writes of all disks of the host.",
	  HOST(COUNTER, disk_operations[0]),
	  .dim1 = &dim_operation },
	{ .name = "fabricpulse_host_disk_transferred_bytes_total",
	  .help = "Bytes that all disks of the host read and wrote.",
	  HOST(COUNTER, disk_transferred[0]),
	  .dim1 = &dim_operation },
	{ .name = "fabricpulse_host_disk_seconds_total",
	  .help = "Time that reads and writes of all disks of the host took.",
	  HOST(COUNTER, disk_ms[0]),
	  .dim1 = &dim_operation,
	  .scale = 0.001 },
	{ .name = "fabricpulse_host_network_bytes_total",
	  .help = "Bytes of all interfaces of the host.",
	  HOST(COUNTER, net_bytes[0]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_host_network_packets_total",
	  .help = "Packets of all interfaces of the host.",
	  HOST(COUNTER, net_packets[0]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_host_network_errors_total",
	  .help = "Errored packets of all interfaces of the host.",
	  HOST(COUNTER, net_errors[0]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_host_network_drops_total",
	  .help = "Dropped packets of all interfaces of the host.",
	  HOST(COUNTER, net_drops[0]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_gpu_devices", .help = "GPUs of the host.", HOST(GAUGE, gpus) },
	{ .name = "fabricpulse_gpu_processes",
	  .help = "Processes that use a GPU of the host.",
	  HOST(GAUGE, gpu_processes) },
	{ .name = "fabricpulse_gpu_busy_seconds_total",
	  .help = "Time that kernels ran, all GPUs of the host added up; divide by "
	          "fabricpulse_gpu_devices for utilisation.",
	  HOST(COUNTER, gpu_ms),
	  .scale = 0.001 },
	{ .name = "fabricpulse_gpu_memory_busy_seconds_total",
	  .help = "Time that GPU memory was read or written, all GPUs of the host added up.",
	  HOST(COUNTER, gpu_memory_ms),
	  .scale = 0.001 },
	{ .name = "fabricpulse_gpu_memory_bytes",
	  .help = "Size and free part of the memory of all GPUs of the host.",
	  HOST(GAUGE, gpu_memory_bytes[0]),
	  .dim1 = &dim_size_free },
	{ .name = "fabricpulse_gpu_ecc_errors_total",
	  .help = "Memory errors that the GPUs of the host found.",
	  HOST(COUNTER, gpu_ecc_errors) },
	{ .name = "fabricpulse_gpu_energy_joules_total",
	  .help = "Energy that the GPUs of the host used; its rate is their power in watts.",
	  HOST(COUNTER, gpu_energy_mj),
	  .scale = 0.001 },
	{ .name = "fabricpulse_gpu_temperature_celsius",
	  .help = "Temperature of the hottest GPU of the host.",
	  HOST(GAUGE, gpu_celsius) },
	{ .name = "fabricpulse_gpu_fan_ratio",
	  .help = "Speed of the fastest GPU fan of the host; 0 where they are cooled by liquid.",
	  HOST(GAUGE, gpu_fan_percent),
	  .scale = 0.01 },
	{ .name = "fabricpulse_host_poll_resets_total",
	  .help = "Polls of a host record of which only the base was taken, because the counters "
	          "had been reset.",
	  HOST(COUNTER, resets) },
};
#undef HOST

const struct analyzer analyzer_host = {
	.name = "host",
	.entry_bytes = { [SCOPE_AGENT] = sizeof(struct host_agent) },
	.observe = host_observe,
	.rows = host_rows,
	.row_count = ARRAY_LEN(host_rows),
};
