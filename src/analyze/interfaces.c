/* SPDX-License-Identifier: Apache-2.0 */
/* Interface counters: what ports say of themselves, poll by poll.
 *
 * Problem: dashboards want totals that only grow, rates and utilisation now, and sums that stand
 * without a series a port. Approach: differences by table (analyze/delta.h), checked against the
 * port's speed, added to the port and to its role's sum in the fabric. Limits: 32-bit packet
 * counters wrap within one poll on very fast ports that carry small packets; octets have 64 bits
 * and stay right.
 *
 * Source: sFlow v5, if_counters and ethernet_counters (RFC 2863, RFC 3635).
 */
#include "fabricpulse/analyze/interfaces.h"

#include <math.h>

#include "counters_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/option.h"

#define SPEED_MAX_BPS 1e13 /* beyond 10 Tb/s an ifSpeed is something else, such as a service id */

#define STATUS_ADMIN_UP 1u
#define STATUS_OPER_UP  2u

/* --- records ----------------------------------------------------------------- */

#define X(member, field, width)                                                                    \
	{ offsetof(struct sf_if_counters, field), width,                                           \
	  offsetof(struct interfaces_port, total[IFC_##member]) },
static const struct delta_field interface_fields[] = { INTERFACE_COUNTERS(X) };
#undef X

#define X(member, field)                                                                           \
	{ offsetof(struct sf_ethernet_counters, field), 32,                                        \
	  offsetof(struct interfaces_port, ethernet[ETHC_##member]) },
static const struct delta_field ethernet_fields[] = { ETHERNET_COUNTERS(X) };
#undef X

static const struct delta_record interface_record = { interface_fields, ARRAY_LEN(interface_fields),
	                                              offsetof(struct interfaces_port, base),
	                                              offsetof(struct interfaces_port, last) };
static const struct delta_record ethernet_record = {
	ethernet_fields, ARRAY_LEN(ethernet_fields),
	offsetof(struct interfaces_port, ethernet_base),
	offsetof(struct interfaces_port, ethernet_last)
};

_Static_assert(ARRAY_LEN(interface_fields) <= DELTA_FIELDS_MAX, "if_counters fit a delta");
_Static_assert(ARRAY_LEN(ethernet_fields) <= DELTA_FIELDS_MAX, "ethernet_counters fit a delta");

/* --- one poll ---------------------------------------------------------------- */

static const uint64_t utilization_upper[] = { 10,  50,  100, 200, 300, 400, 500, 600,
	                                      700, 800, 850, 900, 950, 980, 1000 };
static const struct histogram_bounds utilization_bounds = { ARRAY_LEN(utilization_upper),
	                                                    utilization_upper };

/* IANA ifType: the kinds of port whose ifSpeed is a speed. 0: the agent does not say. */
static bool is_link_type(uint32_t type)
{
	static const uint32_t types[] = { 0, 6, 7, 26, 53, 62, 69, 117, 135, 136, 161, 199, 209 };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i] == type) {
			return true;
		}
	}
	return false;
}

/* The port's speed in bit/s, or 0 when it is not known. */
static double believed_speed(const struct interfaces_port *p, const struct sf_if_counters *c)
{
	double speed = (double)c->ifSpeed;

	if (speed > SPEED_MAX_BPS || !is_link_type(c->ifType) || c->ifSpeed == p->doubted_bps) {
		return 0;
	}
	return speed;
}

static bool is_beyond(const struct delta *d, uint32_t i, double limit)
{
	return delta_is_valid(d, i) && (double)d->by[i] > limit;
}

/* More octets than the link can carry: a reset that nobody announced, or a wrong speed. Counters
 * are read from the hardware every second or so, hence the grace. */
static bool is_too_fast(struct interfaces_port *p, const struct sf_if_counters *c,
                        const struct delta *d)
{
	double bytes_per_second = believed_speed(p, c) / 8;
	double seconds = (double)d->interval_ns / (double)NS_PER_SECOND;
	double limit = bytes_per_second * (seconds * 1.25 + 2);

	if (bytes_per_second == 0 || d->interval_ns == 0) {
		return false;
	}
	if (!is_beyond(d, IFC_in_octets, limit) && !is_beyond(d, IFC_out_octets, limit)) {
		p->too_fast = 0;
		return false;
	}
	p->too_fast++;
	if (p->too_fast > 1) {
		p->too_fast = 0;
		p->doubted_bps = c->ifSpeed;
		return false;
	}
	return true;
}

/* True when the operational state differs from the last poll's. */
static bool take_state(struct interfaces_port *p, const struct sf_if_counters *c, uint64_t time_ns)
{
	bool is_up = (c->ifStatus & STATUS_OPER_UP) != 0;
	bool has_changed = p->has_state && p->was_up != is_up;

	p->has_state = true;
	p->was_up = is_up;
	gauge_set(&p->admin_up, (c->ifStatus & STATUS_ADMIN_UP) != 0 ? 1 : 0);
	gauge_set(&p->oper_up, is_up ? 1 : 0);
	gauge_set(&p->direction, c->ifDirection);
	gauge_set(&p->type, c->ifType);
	gauge_set(&p->last_poll_seconds, (double)time_ns / (double)NS_PER_SECOND);
	opt_counter_add(&p->polls, 1);
	opt_counter_add(&p->state_changes, has_changed ? 1 : 0);
	return has_changed;
}

static void gauge_put(struct gauge *g, double value, bool is_known)
{
	if (is_known) {
		gauge_set(g, value);
	} else {
		gauge_clear(g);
	}
}

static void take_rates(struct interfaces_port *p, const struct delta *d)
{
	for (uint32_t i = 0; i < IFC_COUNT; i++) {
		double rate = delta_rate(d, i);

		gauge_put(&p->rate[i], rate, !isnan(rate));
	}
	gauge_put(&p->interval_seconds, (double)d->interval_ns / (double)NS_PER_SECOND,
	          d->interval_ns != 0);
}

static void add_pair(struct counter sums[static INTERFACE_WAYS], const struct delta *d,
                     enum interface_counter in)
{
	for (uint32_t way = 0; way < INTERFACE_WAYS; way++) {
		uint32_t i = (uint32_t)in + way;

		counter_add(&sums[way], delta_is_valid(d, i) ? d->by[i] : 0);
	}
}

static void add_to_fabric(struct interfaces_fabric *f, uint32_t role, const struct delta *d,
                          double speed)
{
	add_pair(f->bytes[role], d, IFC_in_octets);
	add_pair(f->discards[role], d, IFC_in_discards);
	add_pair(f->errors[role], d, IFC_in_errors);
	for (uint32_t way = 0; way < INTERFACE_WAYS && speed > 0; way++) {
		double rate = delta_rate(d, IFC_in_octets + way);

		if (!isnan(rate)) {
			histogram_add(&f->utilization[role][way], &utilization_bounds,
			              (uint64_t)(rate * 8000 / speed), 1);
		}
	}
}

static void take_interface(struct interfaces_port *p, struct interfaces_fabric *f, uint32_t role,
                           const struct counter_event *e)
{
	const struct sf_if_counters *c = &e->value.if_counters;
	struct delta d;
	double speed;

	if (!delta_take(&interface_record, e, p, &d)) {
		return;
	}
	if (!d.is_reset && is_too_fast(p, c, &d)) {
		delta_reject(&d);
	}
	speed = believed_speed(p, c);
	gauge_put(&p->speed_bps, speed, speed > 0);
	counter_add(&f->polls, 1);
	counter_add(&f->resets, d.is_reset ? 1 : 0);
	opt_counter_add(&p->resets, d.is_reset ? 1 : 0);
	counter_add(&f->state_changes[role], take_state(p, c, e->time_ns) ? 1 : 0);
	take_rates(p, &d);
	delta_add(&interface_record, &d, p);
	add_to_fabric(f, role, &d, speed);
}

static void interfaces_observe(struct shard *shard, const struct batch *batch)
{
	struct interfaces_port *ports = shard->entries[ANALYZER_interfaces][SCOPE_PORT];
	struct interfaces_fabric *fabric = shard->entries[ANALYZER_interfaces][SCOPE_FABRIC];
	struct delta d;

	for (uint32_t i = 0; i < batch->counter_count; i++) {
		const struct counter_event *e = &batch->counters[i];

		if (e->port == OBS_PORT_NONE) {
			continue;
		}
		if (e->type->id == SF_if_counters) {
			/* Relaxed: a role that is a tick old only decides into which sum a poll
			 * goes. */
			take_interface(&ports[e->port], fabric,
			               atomic_load_explicit(&shard->directory.port[e->port].role,
			                                    memory_order_relaxed),
			               e);
		} else if (e->type->id == SF_ethernet_counters &&
		           delta_take(&ethernet_record, e, &ports[e->port], &d)) {
			delta_add(&ethernet_record, &d, &ports[e->port]);
		}
	}
}

/* --- rows -------------------------------------------------------------------- */

static bool label_cast(uint32_t slot, struct strbuf *out)
{
	static const char *const names[] = { "unicast", "multicast", "broadcast" };

	return metric_label(out, "cast", names[slot]);
}
static const struct metric_dim dim_cast = { 3, label_cast, "cast" };

static bool label_ethernet_error(uint32_t slot, struct strbuf *out)
{
#define X(member, field) #member,
	static const char *const names[] = { ETHERNET_COUNTERS(X) };
#undef X

	return metric_label(out, "error", names[slot]);
}
static const struct metric_dim dim_ethernet_error = { ETHC_COUNT, label_ethernet_error, "error" };

#define PORT(kind, field)                                                                          \
	.type = METRIC_##kind, .scope = SCOPE_PORT, METRIC_FIELD(interfaces_port, field)
#define FABRIC(kind, field)                                                                        \
	.type = METRIC_##kind, .scope = SCOPE_FABRIC, METRIC_FIELD(interfaces_fabric, field)

static const struct metric_row interfaces_rows[] = {
	{ .name = "fabricpulse_interface_bytes_total",
	  .help = "Bytes that the port counted, by its own counters.",
	  PORT(COUNTER, total[IFC_in_octets]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_interface_packets_total",
	  .help = "Packets that the port counted, by kind of destination; a kind that the agent "
	          "does not count is absent.",
	  PORT(COUNTER, total[IFC_in_ucast]),
	  .dim1 = &dim_cast,
	  .dim2 = &dim_in_out },
	{ .name = "fabricpulse_interface_discards_total",
	  .help = "Packets that the port discarded although nothing was wrong with them.",
	  PORT(COUNTER, total[IFC_in_discards]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_interface_errors_total",
	  .help = "Packets that the port could not receive or send because of errors.",
	  PORT(COUNTER, total[IFC_in_errors]),
	  .dim1 = &dim_in_out },
	{ .name = "fabricpulse_interface_unknown_protocols_total",
	  .help = "Packets received and thrown away because their protocol is not supported.",
	  PORT(COUNTER, total[IFC_in_unknown_protos]) },
	{ .name = "fabricpulse_interface_ethernet_errors_total",
	  .help = "Errors of the Ethernet layer by kind, where the agent reports them.",
	  PORT(COUNTER, ethernet[0]),
	  .dim1 = &dim_ethernet_error },
	{ .name = "fabricpulse_interface_speed_bytes_per_second",
	  .help =
	      "Speed of the port; absent when it is not reported, is implausible or was refuted "
	      "by the port's own octets.",
	  PORT(GAUGE, speed_bps),
	  .scale = 0.125 },
	{ .name = "fabricpulse_interface_admin_up",
	  .help = "1 when the port is switched on by its administrator.",
	  PORT(GAUGE, admin_up) },
	{ .name = "fabricpulse_interface_up",
	  .help = "1 when the port is operational.",
	  PORT(GAUGE, oper_up) },
	{ .name = "fabricpulse_interface_state_changes_total",
	  .help = "Changes of the operational state between two polls.",
	  PORT(COUNTER, state_changes) },
	{ .name = "fabricpulse_interface_polls_total",
	  .help = "Counter polls of the port that were used.",
	  PORT(COUNTER, polls) },
	{ .name = "fabricpulse_interface_poll_resets_total",
	  .help = "Counter polls of which only the base was taken because the counters had been "
	          "reset.",
	  PORT(COUNTER, resets) },
	{ .name = "fabricpulse_interface_last_poll_timestamp_seconds",
	  .help = "When the port's counters last came in, Unix time.",
	  PORT(GAUGE, last_poll_seconds) },

	{ .name = "fabricpulse_fabric_interface_bytes_total",
	  .help = "Bytes by the counters of all ports, by role; a packet counts at every port.",
	  FABRIC(COUNTER, bytes[0][0]),
	  .dim1 = &dim_role,
	  .dim2 = &dim_in_out },
	{ .name = "fabricpulse_fabric_interface_discards_total",
	  .help = "Discarded packets by the counters of all ports, by role.",
	  FABRIC(COUNTER, discards[0][0]),
	  .dim1 = &dim_role,
	  .dim2 = &dim_in_out },
	{ .name = "fabricpulse_fabric_interface_errors_total",
	  .help = "Errored packets by the counters of all ports, by role.",
	  FABRIC(COUNTER, errors[0][0]),
	  .dim1 = &dim_role,
	  .dim2 = &dim_in_out },
	{ .name = "fabricpulse_fabric_interface_state_changes_total",
	  .help = "Changes of operational states of all ports, by role.",
	  FABRIC(COUNTER, state_changes[0]),
	  .dim1 = &dim_role },
	{ .name = "fabricpulse_fabric_interface_polls_total",
	  .help = "Counter polls of all ports that were used.",
	  FABRIC(COUNTER, polls) },
	{ .name = "fabricpulse_fabric_interface_poll_resets_total",
	  .help = "Counter polls of all ports of which only the base was taken.",
	  FABRIC(COUNTER, resets) },
	{ .name = "fabricpulse_interface_utilization_ratio",
	  .help = "Utilisation of ports over a poll interval, one observation a poll of each port "
	          "whose speed is known.",
	  FABRIC(HISTOGRAM, utilization[0][0]),
	  .dim1 = &dim_role,
	  .dim2 = &dim_in_out,
	  .bounds = &utilization_bounds,
	  .scale = 0.001 },
};
#undef PORT
#undef FABRIC

const struct analyzer analyzer_interfaces = {
	.name = "interfaces",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct interfaces_fabric),
	                 [SCOPE_PORT] = sizeof(struct interfaces_port) },
	.observe = interfaces_observe,
	.rows = interfaces_rows,
	.row_count = ARRAY_LEN(interfaces_rows),
};
