/* SPDX-License-Identifier: Apache-2.0 */
/* Transceivers: the last report of each port's module.
 *
 * Only gauges, so there is nothing to add up. What a report leaves out (lanes that a breakout does
 * not use) becomes absent with it.
 */
#include "fabricpulse/analyze/optics.h"

#include "counters_priv.h"
#include "fabricpulse/base/option.h"

static const struct reading module_readings[] = {
	{ offsetof(struct sf_sfp, module_temperature),
	  offsetof(struct optics_port, temperature_mc) },
	{ offsetof(struct sf_sfp, module_supply_voltage),
	  offsetof(struct optics_port, voltage_mv) },
	{ offsetof(struct sf_sfp, module_num_lanes), offsetof(struct optics_port, lanes) },
};

/* All ones: the module does not measure it. */
static void show(struct gauge *g, uint32_t value)
{
	if (value == UINT32_MAX) {
		gauge_clear(g);
	} else {
		gauge_set(g, value);
	}
}

static void show_lane(struct optics_port *p, uint32_t at, const struct sf_lane *lane)
{
	show(&p->tx_power_uw[at], lane->tx_power_uw);
	show(&p->rx_power_uw[at], lane->rx_power_uw);
	show(&p->tx_bias_ua[at], lane->tx_bias_ua);
}

static void clear_lane(struct optics_port *p, uint32_t at)
{
	gauge_clear(&p->tx_power_uw[at]);
	gauge_clear(&p->rx_power_uw[at]);
	gauge_clear(&p->tx_bias_ua[at]);
}

static void take_module(struct optics_port *p, const struct counter_event *e)
{
	struct sf_lanes lanes = e->value.sfp.lanes; /* a copy: the iterator consumes it */
	struct sf_lane lane;
	uint32_t seen = 0;

	if (e->is_late) {
		return;
	}
	readings_take(module_readings, ARRAY_LEN(module_readings), e, p);
	opt_counter_add(&p->lanes_refused, 0);
	while (sf_lanes_next(&lanes, &lane)) {
		if (lane.index == 0 || lane.index > OPTICS_LANES) {
			opt_counter_add(&p->lanes_refused, 1);
			continue;
		}
		show_lane(p, lane.index - 1, &lane);
		seen |= 1u << (lane.index - 1);
	}
	for (uint32_t at = 0; at < OPTICS_LANES; at++) {
		if ((seen >> at & 1u) == 0) {
			clear_lane(p, at);
		}
	}
	p->last_ns = e->time_ns;
}

static void forget_module(struct optics_port *p)
{
	for (uint32_t at = 0; at < OPTICS_LANES; at++) {
		clear_lane(p, at);
	}
	gauge_clear(&p->temperature_mc);
	gauge_clear(&p->voltage_mv);
	gauge_clear(&p->lanes);
	p->last_ns = 0;
}

static void optics_observe(struct shard *shard, const struct batch *batch)
{
	struct optics_port *ports = shard->entries[ANALYZER_optics][SCOPE_PORT];

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];

		if (e->port == OBS_PORT_NONE) {
			continue;
		}
		if (e->type->id == SF_sfp) {
			take_module(&ports[e->port], e);
		} else if (e->type->id == SF_if_counters && ports[e->port].last_ns != 0 &&
		           directory_is_expired(&shard->directory, ports[e->port].last_ns,
		                                e->time_ns)) {
			forget_module(&ports[e->port]);
		}
	}
}

static bool label_lane(uint32_t slot, struct strbuf *out)
{
	strbuf_puts(out, "lane=\"");
	strbuf_put_u64(out, slot + 1);
	strbuf_putc(out, '"');
	return true;
}
static const struct metric_dim dim_lane = { OPTICS_LANES, label_lane, "lane" };

#define PORT(kind, field)                                                                          \
	.type = METRIC_##kind, .scope = SCOPE_PORT, METRIC_FIELD(optics_port, field)

static const struct metric_row optics_rows[] = {
	{ .name = "fabricpulse_optics_tx_power_watts",
	  .help = "Light that the module sends, by lane; dBm is 10 * log10(1000 * this).",
	  PORT(GAUGE, tx_power_uw[0]),
	  .dim1 = &dim_lane,
	  .scale = 1e-6 },
	{ .name = "fabricpulse_optics_rx_power_watts",
	  .help = "Light that the module receives, by lane; 0 is a dark fibre.",
	  PORT(GAUGE, rx_power_uw[0]),
	  .dim1 = &dim_lane,
	  .scale = 1e-6 },
	{ .name = "fabricpulse_optics_tx_bias_amperes",
	  .help = "Bias current of the sending laser, by lane.",
	  PORT(GAUGE, tx_bias_ua[0]),
	  .dim1 = &dim_lane,
	  .scale = 1e-6 },
	{ .name = "fabricpulse_optics_temperature_celsius",
	  .help = "Temperature of the module.",
	  PORT(GAUGE, temperature_mc),
	  .scale = 0.001 },
	{ .name = "fabricpulse_optics_supply_volts",
	  .help = "Supply voltage of the module.",
	  PORT(GAUGE, voltage_mv),
	  .scale = 0.001 },
	{ .name = "fabricpulse_optics_lanes",
	  .help = "Lanes of the module; a port may use fewer.",
	  PORT(GAUGE, lanes) },
	{ .name = "fabricpulse_optics_lanes_refused_total",
	  .help = "Lane reports that were not shown because their number is 0 or above 8.",
	  PORT(COUNTER, lanes_refused) },
};
#undef PORT

const struct analyzer analyzer_optics = {
	.name = "optics",
	.entry_bytes = { [SCOPE_PORT] = sizeof(struct optics_port) },
	.observe = optics_observe,
	.rows = optics_rows,
	.row_count = ARRAY_LEN(optics_rows),
};
