/* SPDX-License-Identifier: Apache-2.0 */
/* The switch as a device: processor and memory, power, temperature, fans, and how full its
 * forwarding tables are (processor, energy, temperature, humidity, fans, hw_tables).
 *
 * A switch of several line cards reports some of these once a card; the one that speaks first is
 * shown.
 *
 * Sources: sFlow v5, sFlow Environment Structures, Broadcom table utilization.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/analyze/delta.h"

/* Forwarding tables that report how many entries they have and can have: X(label, wire field; the
 * maximum is <field>_max). */
#define DEVICE_TABLES(X)                                                                           \
	X(host, host_entries)                                                                      \
	X(ipv4, ipv4_entries)                                                                      \
	X(ipv6, ipv6_entries)                                                                      \
	X(ipv4_ipv6, ipv4_ipv6_entries)                                                            \
	X(long_ipv6, long_ipv6_entries)                                                            \
	X(routes, total_routes)                                                                    \
	X(ecmp_nexthops, ecmp_nexthops)                                                            \
	X(mac, mac_entries)                                                                        \
	X(acl_ingress_entries, acl_ingress_entries)                                                \
	X(acl_ingress_counters, acl_ingress_counters)                                              \
	X(acl_ingress_meters, acl_ingress_meters)                                                  \
	X(acl_ingress_slices, acl_ingress_slices)                                                  \
	X(acl_egress_entries, acl_egress_entries)                                                  \
	X(acl_egress_counters, acl_egress_counters)                                                \
	X(acl_egress_meters, acl_egress_meters)                                                    \
	X(acl_egress_slices, acl_egress_slices)

enum device_table {
#define X(label, field) DEVICE_TABLE_##label,
	DEVICE_TABLES(X)
#undef X
	    DEVICE_TABLE_COUNT, /* last */
};

/* Records that an entry holds; each has its own speaker. */
enum device_record {
	DEVICE_PROCESSOR = 0,
	DEVICE_ENERGY,
	DEVICE_TEMPERATURE,
	DEVICE_HUMIDITY,
	DEVICE_FANS,
	DEVICE_HW_TABLES,
	DEVICE_RECORD_COUNT, /* last */
};

#define DEVICE_COUNTERS_MAX 2 /* of one record */

/* Written by the worker; the last part is its own memory. Gauges in the units of the wire. */
struct device_agent {
	struct gauge cpu[3];          /* 0.01 %, over 5 s, 1 min, 5 min */
	struct gauge memory_bytes[2]; /* size, free */
	struct gauge voltage_mv, current_ma, power_mw;
	struct gauge power_factor; /* 0.01 %; absent for DC and where it is not known */
	struct opt_counter energy_mj, power_errors;
	struct gauge celsius_tenths[2]; /* least, most of the sensors */
	struct opt_counter temperature_errors;
	struct gauge humidity_percent;
	struct gauge fans, fans_failed, fan_speed_percent;
	struct gauge table_used[DEVICE_TABLE_COUNT], table_size[DEVICE_TABLE_COUNT];

	struct speaker speaker[DEVICE_RECORD_COUNT];
	struct delta_base base[DEVICE_RECORD_COUNT];
	uint64_t last[DEVICE_RECORD_COUNT][DEVICE_COUNTERS_MAX];
};
