/* SPDX-License-Identifier: Apache-2.0 */
/* The switch as a device: six records by table. */
#include "fabricpulse/analyze/device.h"

#include "counters_priv.h"
#include "fabricpulse/base/option.h"

/* A power factor beyond 100 % is a code: alternating current of unknown factor, or direct
 * current. */
#define POWER_FACTOR_MAX 10000

#define COUNTER(record, field, total)                                                              \
	{                                                                                          \
		offsetof(struct sf_##record, field), 32, offsetof(struct device_agent, total)      \
	}
#define READING(record, field, gauge)                                                              \
	{                                                                                          \
		offsetof(struct sf_##record, field), offsetof(struct device_agent, gauge)          \
	}

static const struct reading processor_readings[] = {
	READING(processor, cpu_5s, cpu[0]),
	READING(processor, cpu_1m, cpu[1]),
	READING(processor, cpu_5m, cpu[2]),
	READING(processor, total_memory, memory_bytes[0]),
	READING(processor, free_memory, memory_bytes[1]),
};
static const struct reading energy_readings[] = {
	READING(energy, voltage, voltage_mv),
	READING(energy, current, current_ma),
	READING(energy, real_power, power_mw),
	READING(energy, power_factor, power_factor),
};
static const struct delta_field energy_counters[] = {
	COUNTER(energy, energy, energy_mj),
	COUNTER(energy, errors, power_errors),
};
static const struct reading temperature_readings[] = {
	READING(temperature, minimum, celsius_tenths[0]),
	READING(temperature, maximum, celsius_tenths[1]),
};
static const struct delta_field temperature_counters[] = {
	COUNTER(temperature, errors, temperature_errors),
};
static const struct reading humidity_readings[] = {
	READING(humidity, relative, humidity_percent),
};
static const struct reading fan_readings[] = {
	READING(fans, total, fans),
	READING(fans, failed, fans_failed),
	READING(fans, speed, fan_speed_percent),
};
#define X(label, field)                                                                            \
	READING(hw_tables, field, table_used[DEVICE_TABLE_##label]),                               \
	    READING(hw_tables, field##_max, table_size[DEVICE_TABLE_##label]),
static const struct reading table_readings[] = { DEVICE_TABLES(X) };
#undef X
#undef COUNTER
#undef READING

#define COUNTERS(table, where)                                                                     \
	{                                                                                          \
		table, ARRAY_LEN(table), offsetof(struct device_agent, base[where]),               \
		    offsetof(struct device_agent, last[where])                                     \
	}
#define NO_COUNTERS                                                                                \
	{                                                                                          \
		NULL, 0, 0, 0                                                                      \
	}

static const struct record_row device_records[DEVICE_RECORD_COUNT] = {
	[DEVICE_PROCESSOR] = { SF_processor, 0, processor_readings, ARRAY_LEN(processor_readings),
	                       NO_COUNTERS },
	[DEVICE_ENERGY] = { SF_energy, 0, energy_readings, ARRAY_LEN(energy_readings),
	                    COUNTERS(energy_counters, DEVICE_ENERGY) },
	[DEVICE_TEMPERATURE] = { SF_temperature, 0, temperature_readings,
	                         ARRAY_LEN(temperature_readings),
	                         COUNTERS(temperature_counters, DEVICE_TEMPERATURE) },
	[DEVICE_HUMIDITY] = { SF_humidity, 0, humidity_readings, ARRAY_LEN(humidity_readings),
	                      NO_COUNTERS },
	[DEVICE_FANS] = { SF_fans, 0, fan_readings, ARRAY_LEN(fan_readings), NO_COUNTERS },
	[DEVICE_HW_TABLES] = { SF_hw_tables, 0, table_readings, ARRAY_LEN(table_readings),
	                       NO_COUNTERS },
};
#undef COUNTERS
#undef NO_COUNTERS

static void take_record(struct device_agent *a, enum device_record which,
                        const struct counter_event *e)
{
	const struct record_row *row = &device_records[which];
	struct delta d;

	if (!speaker_accepts(&a->speaker[which], e, &a->base[which], 1)) {
		return;
	}
	if (record_take(row, e, a, &d)) {
		delta_add(&row->counters, &d, a);
	}
	if (which == DEVICE_ENERGY && (e->value.energy.power_factor > POWER_FACTOR_MAX ||
	                               e->value.energy.power_factor < -POWER_FACTOR_MAX)) {
		gauge_clear(&a->power_factor);
	}
}

static void device_observe(struct shard *shard, const struct batch *batch)
{
	struct device_agent *agents = shard->entries[ANALYZER_device][SCOPE_AGENT];

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];

		for (unsigned which = 0; which < DEVICE_RECORD_COUNT; which++) {
			if (device_records[which].id == e->type->id) {
				take_record(&agents[e->agent], (enum device_record)which, e);
			}
		}
	}
}

static bool label_window(uint32_t slot, struct strbuf *out)
{
	static const char *const names[] = { "5s", "1m", "5m" };

	return metric_label(out, "window", names[slot]);
}
static const struct metric_dim dim_window = { 3, label_window, "window" };

static bool label_extreme(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "sensor", slot == 0 ? "coolest" : "hottest");
}
static const struct metric_dim dim_extreme = { 2, label_extreme, "sensor" };

static bool label_table(uint32_t slot, struct strbuf *out)
{
#define X(label, field) #label,
	static const char *const names[] = { DEVICE_TABLES(X) };
#undef X

	return metric_label(out, "table", names[slot]);
}
static const struct metric_dim dim_table = { DEVICE_TABLE_COUNT, label_table, "table" };

#define AGENT(kind, field)                                                                         \
	.type = METRIC_##kind, .scope = SCOPE_AGENT, METRIC_FIELD(device_agent, field)

static const struct metric_row device_rows[] = {
	{ .name = "fabricpulse_device_cpu_ratio",
	  .help = "Load of the switch's own processor, averaged over a window.",
	  AGENT(GAUGE, cpu[0]),
	  .dim1 = &dim_window,
	  .scale = 0.0001 },
	{ .name = "fabricpulse_device_memory_bytes",
	  .help = "Size and free part of the switch's own memory.",
	  AGENT(GAUGE, memory_bytes[0]),
	  .dim1 = &dim_size_free },
	{ .name = "fabricpulse_device_supply_volts",
	  .help = "Voltage of the power supply.",
	  AGENT(GAUGE, voltage_mv),
	  .scale = 0.001 },
	{ .name = "fabricpulse_device_supply_amperes",
	  .help = "Current of the power supply.",
	  AGENT(GAUGE, current_ma),
	  .scale = 0.001 },
	{ .name = "fabricpulse_device_power_watts",
	  .help = "Real power that the device draws.",
	  AGENT(GAUGE, power_mw),
	  .scale = 0.001 },
	{ .name = "fabricpulse_device_power_factor_ratio",
	  .help = "Power factor of an alternating supply.",
	  AGENT(GAUGE, power_factor),
	  .scale = 0.0001 },
	{ .name = "fabricpulse_device_energy_joules_total",
	  .help = "Energy that the device used.",
	  AGENT(COUNTER, energy_mj),
	  .scale = 0.001 },
	{ .name = "fabricpulse_device_power_errors_total",
	  .help = "Faults of the power supply.",
	  AGENT(COUNTER, power_errors) },
	{ .name = "fabricpulse_device_temperature_celsius",
	  .help = "Temperature of the coolest and the hottest sensor.",
	  AGENT(GAUGE, celsius_tenths[0]),
	  .dim1 = &dim_extreme,
	  .scale = 0.1 },
	{ .name = "fabricpulse_device_temperature_errors_total",
	  .help = "Times that a temperature left its limits.",
	  AGENT(COUNTER, temperature_errors) },
	{ .name = "fabricpulse_device_humidity_ratio",
	  .help = "Relative humidity.",
	  AGENT(GAUGE, humidity_percent),
	  .scale = 0.01 },
	{ .name = "fabricpulse_device_fans", .help = "Fans of the device.", AGENT(GAUGE, fans) },
	{ .name = "fabricpulse_device_fans_failed",
	  .help = "Fans of the device that failed.",
	  AGENT(GAUGE, fans_failed) },
	{ .name = "fabricpulse_device_fan_speed_ratio",
	  .help = "Average speed of the fans, of their full speed.",
	  AGENT(GAUGE, fan_speed_percent),
	  .scale = 0.01 },
	{ .name = "fabricpulse_device_table_entries",
	  .help = "Entries in use of each forwarding table of the switch chip.",
	  AGENT(GAUGE, table_used[0]),
	  .dim1 = &dim_table },
	{ .name = "fabricpulse_device_table_capacity_entries",
	  .help = "Entries that each forwarding table of the switch chip can hold.",
	  AGENT(GAUGE, table_size[0]),
	  .dim1 = &dim_table },
};
#undef AGENT

const struct analyzer analyzer_device = {
	.name = "device",
	.entry_bytes = { [SCOPE_AGENT] = sizeof(struct device_agent) },
	.observe = device_observe,
	.rows = device_rows,
	.row_count = ARRAY_LEN(device_rows),
};
