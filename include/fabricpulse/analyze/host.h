/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that run an agent, and their GPUs (host_descr, host_cpu, host_memory, host_disk_io,
 * host_net_io, nvidia_gpu). Sums over all processors, disks, interfaces and GPUs of the host: the
 * records have no others.
 *
 * Only the host itself is shown; records of virtual machines and containers (data source class 3)
 * are left out. GPU energy has 32 bits of millijoules: it is right when a host is polled more often
 * than it uses 2 MJ (every 130 s at 16 kW), and differences that no GPU can use are thrown away.
 *
 * Sources: sFlow Host Structures (July 2010), sFlow NVML GPU Structures.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/delta.h"
#include "fabricpulse/base/namebox.h"

/* Slots of the arrays below, in the order of the records. */
enum host_cpu_mode {
	HOST_CPU_USER = 0,
	HOST_CPU_NICE,
	HOST_CPU_SYSTEM,
	HOST_CPU_IDLE,
	HOST_CPU_IOWAIT,
	HOST_CPU_IRQ,
	HOST_CPU_SOFTIRQ,
	HOST_CPU_STEAL,
	HOST_CPU_MODE_COUNT, /* last */
};

enum host_memory_kind {
	HOST_MEMORY_SIZE = 0,
	HOST_MEMORY_FREE,
	HOST_MEMORY_SHARED,
	HOST_MEMORY_BUFFERS,
	HOST_MEMORY_CACHED,
	HOST_MEMORY_SWAP_SIZE,
	HOST_MEMORY_SWAP_FREE,
	HOST_MEMORY_KIND_COUNT, /* last */
};

#define HOST_WAYS 2 /* in, out */

/* What an agent's entry keeps of the last poll of each record. */
enum host_base {
	HOST_BASE_CPU = 0,
	HOST_BASE_CPU_TAIL,
	HOST_BASE_MEMORY,
	HOST_BASE_DISK,
	HOST_BASE_NET,
	HOST_BASE_GPU,
	HOST_BASE_COUNT, /* last */
};

#define HOST_COUNTERS_MAX 9 /* of one record */

/* Written by the worker; the last part is its own memory. Gauges in the units of the wire. */
struct host_agent {
	struct gauge machine_type, os_name; /* numbers of the record; absent: no host_descr */
	struct namebox os_release;

	struct gauge load[3]; /* over 1, 5, 15 minutes */
	struct gauge processes_running, processes, cpus, cpu_mhz, uptime_seconds;
	struct opt_counter cpu_ms[HOST_CPU_MODE_COUNT];
	struct opt_counter guest_ms[2]; /* guest, nice guest: also part of user and nice */
	struct opt_counter interrupts, contexts;

	struct gauge memory_bytes[HOST_MEMORY_KIND_COUNT];
	struct opt_counter paging[2][HOST_WAYS]; /* pages; swapped pages */

	struct gauge disk_bytes[2]; /* size, free */
	struct gauge fullest;       /* 0.01 %: the fullest partition */
	struct opt_counter disk_operations[2], disk_transferred[2], disk_ms[2]; /* read, write */

	struct opt_counter net_bytes[HOST_WAYS], net_packets[HOST_WAYS], net_errors[HOST_WAYS],
	    net_drops[HOST_WAYS];

	struct gauge gpus, gpu_processes, gpu_memory_bytes[2], gpu_celsius, gpu_fan_percent;
	struct opt_counter gpu_ms, gpu_memory_ms, gpu_ecc_errors, gpu_energy_mj;

	struct opt_counter resets; /* polls of a record whose differences were thrown away */

	struct speaker speaker;
	struct delta_base base[HOST_BASE_COUNT];
	uint64_t last[HOST_BASE_COUNT][HOST_COUNTERS_MAX];
};
