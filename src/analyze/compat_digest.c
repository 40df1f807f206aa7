/* SPDX-License-Identifier: Apache-2.0 */
/* The ticker's half of sFlow-RT's view: smooth what the workers counted, once a second.
 *
 * Problem: sFlow-RT shows gauges, smoothed over 2 s, of sums over ports that a topology chooses.
 * Approach: every total is smoothed for itself by a first-order exponential, rate += (now - rate) x
 * (1 - exp(-dt / 2 s)), under each role; what counts is chosen and added up afterwards, so that a
 * topology that comes or goes changes sums and never makes a jump in a rate. All time is the time
 * that the ticker gives: event time, so a replay gives the same numbers every time.
 *
 * A step is due when 0.95 s have passed, because ticks of a live clock jitter. Time that goes back
 * (a capture that is older than the one before) starts the clock anew.
 *
 * Cost: a walk over all known ports and a sort of their values a second.
 */
#include <math.h>
#include <string.h>

#include "compat_priv.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/mem.h"

#define SMOOTHING_SECONDS 2.0
#define LOAD_SECONDS      0.1
#define STEP_NS           (NS_PER_SECOND - NS_PER_SECOND / 20)

#define OPERATION_MIN 1.0    /* frames/s; less is not shown */
#define DROP_MIN      0.0001 /* frames/s */

/* Below this rate a mean over packets rests on nothing any more. */
#define PACKETS_MIN 0.001

/* An interface's rates count for so many of its poll intervals. */
#define STALE_INTERVALS 3.0
#define STALE_SECONDS   5.0

/* One step of smoothing: how long it was and how much of it counts. */
struct step {
	double seconds, alpha;
};

static struct step step_of(uint64_t from_ns, uint64_t to_ns, double smoothing_seconds)
{
	double seconds = (double)(to_ns - from_ns) / (double)NS_PER_SECOND;

	return (struct step){ seconds, 1 - exp(-seconds / smoothing_seconds) };
}

static void smooth(struct compat_smooth *s, uint64_t total, const struct step *step)
{
	s->rate += ((double)(total - s->last) / step->seconds - s->rate) * step->alpha;
	s->last = total;
}

/* --- over shards -------------------------------------------------------------- */

static struct compat_fabric *fabric_of(const struct shards *shards, uint32_t shard)
{
	return shards->at[shard].entries[ANALYZER_compat][SCOPE_FABRIC];
}

/* A counter of the fabric's struct, added up over shards. */
static uint64_t total_at(const struct shards *shards, size_t offset)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < shards->count; i++) {
		const char *fabric = (const char *)fabric_of(shards, i);

		total += counter_get((const struct counter *)(const void *)(fabric + offset));
	}
	return total;
}

static void smooth_sums(struct compat_digest *d, const struct shards *shards,
                        const struct step *step)
{
	for (size_t role = 0; role < ROLE_COUNT; role++) {
		for (size_t i = 0; i < COMPAT_SUM_COUNT; i++) {
			smooth(&d->sum[i][role],
			       total_at(shards, offsetof(struct compat_fabric, sum[i][role])),
			       step);
		}
		for (size_t i = 0; i < COMPAT_OPCODES; i++) {
			smooth(
			    &d->operations[i][role],
			    total_at(shards, offsetof(struct compat_fabric, operations[i][role])),
			    step);
		}
	}
	for (size_t i = 0; i < DROP_REASON_SLOTS; i++) {
		smooth(&d->drops[i], total_at(shards, offsetof(struct compat_fabric, drops[i])),
		       step);
	}
}

static double edge_rate(const struct compat_digest *d,
                        const struct compat_smooth by_role[static ROLE_COUNT])
{
	double rate = 0;

	for (unsigned role = 0; role < ROLE_COUNT; role++) {
		rate +=
		    compat_is_edge((enum port_role)role, d->uses_topology) ? by_role[role].rate : 0;
	}
	return rate;
}

static double member_rate(const struct compat_digest *d,
                          const struct compat_smooth by_role[static ROLE_COUNT])
{
	double rate = 0;

	for (unsigned role = 0; role < ROLE_COUNT; role++) {
		rate += compat_is_member((enum port_role)role, d->uses_topology)
		            ? by_role[role].rate
		            : 0;
	}
	return rate;
}

/* --- ports -------------------------------------------------------------------- */

static bool is_live(const struct directory *d, uint32_t port, uint64_t now_ns)
{
	return !directory_is_expired(d, counter_get(&d->port[port].last_seen_ns), now_ns);
}

/* Relaxed, here and below: the ticker itself writes roles and their sources. */
static enum port_role role_of(const struct directory *d, uint32_t port)
{
	return (enum port_role)atomic_load_explicit(&d->port[port].role, memory_order_relaxed);
}

/* A topology is in use when it gave a live port its role: one that names nobody whom we hear is as
 * good as none. */
static bool has_topology(const struct shards *shards, uint64_t now_ns)
{
	for (uint32_t i = 0; i < shards->count; i++) {
		const struct directory *d = &shards->at[i].directory;
		uint32_t count = table_count(&d->ports);

		for (uint32_t port = 0; port < count; port++) {
			if (atomic_load_explicit(&d->port[port].role_source,
			                         memory_order_relaxed) == ROLE_SOURCE_TOPOLOGY &&
			    is_live(d, port, now_ns)) {
				return true;
			}
		}
	}
	return false;
}

/* What one walk over the ports gathers. */
struct port_walk {
	struct compat_digest *digest;
	const struct step *step;
	uint64_t now_ns;
	size_t edge_count, core_count;
	double discards_in, discards_out, errors_in, errors_out;
};

static double known_or_zero(const struct gauge *g)
{
	double value = gauge_get(g);

	return isnan(value) ? 0 : value;
}

static void add_interface(struct port_walk *w, const struct interfaces_port *p)
{
	double polled = gauge_get(&p->last_poll_seconds),
	       interval = gauge_get(&p->interval_seconds);
	double age = (double)w->now_ns / (double)NS_PER_SECOND - polled;

	/* False for NaN too: a port without two polls has no rates. */
	if (age <= STALE_INTERVALS * interval + STALE_SECONDS) {
		w->discards_in += known_or_zero(&p->rate[IFC_in_discards]);
		w->discards_out += known_or_zero(&p->rate[IFC_out_discards]);
		w->errors_in += known_or_zero(&p->rate[IFC_in_errors]);
		w->errors_out += known_or_zero(&p->rate[IFC_out_errors]);
	}
}

static void walk_port(struct port_walk *w, const struct shard *shard, uint32_t port,
                      struct compat_smooth *smoothed)
{
	const struct compat_port *ports = shard->entries[ANALYZER_compat][SCOPE_PORT];
	const struct interfaces_port *interfaces = shard->entries[ANALYZER_interfaces][SCOPE_PORT];
	struct compat_digest *d = w->digest;
	enum port_role role = role_of(&shard->directory, port);

	smooth(smoothed, counter_get(&ports[port].in_bytes), w->step);
	if (role == ROLE_CORE) {
		d->core_values[w->core_count++] = 8 * smoothed->rate;
	} else if (compat_is_edge(role, d->uses_topology)) {
		d->edge_values[w->edge_count++] = 8 * smoothed->rate;
	}
	if (compat_is_member(role, d->uses_topology)) {
		add_interface(w, &interfaces[port]);
	}
}

static void walk_ports(struct port_walk *w, const struct shards *shards)
{
	struct compat_digest *d = w->digest;

	for (uint32_t i = 0; i < shards->count; i++) {
		const struct shard *shard = &shards->at[i];
		struct compat_smooth *smoothed = d->ports + (size_t)i * d->port_limit;
		uint32_t count = table_count(&shard->directory.ports);

		for (uint32_t port = 0; port < count; port++) {
			if (is_live(&shard->directory, port, w->now_ns)) {
				walk_port(w, shard, port, &smoothed[port]);
			} else {
				smoothed[port].rate = 0;
			}
		}
	}
}

/* --- one second --------------------------------------------------------------- */

static void put_five(struct compat_snapshot *s, enum compat_scalar first, double *values,
                     size_t count)
{
	struct five_numbers five = five_numbers_of(values, count);

	s->scalar[first] = five.min;
	s->scalar[first + 1] = five.q1;
	s->scalar[first + 2] = five.median;
	s->scalar[first + 3] = five.q3;
	s->scalar[first + 4] = five.max;
}

_Static_assert(COMPAT_core_max_bps == COMPAT_core_min_bps + 4 &&
                   COMPAT_edge_max_bps == COMPAT_edge_min_bps + 4,
               "put_five() fills five scalars in a row");

static void put_ports(struct compat_snapshot *s, struct port_walk *w)
{
	put_five(s, COMPAT_core_min_bps, w->digest->core_values, w->core_count);
	put_five(s, COMPAT_edge_min_bps, w->digest->edge_values, w->edge_count);
	s->scalar[COMPAT_discards_in] = w->discards_in;
	s->scalar[COMPAT_discards_out] = w->discards_out;
	s->scalar[COMPAT_errors_in] = w->errors_in;
	s->scalar[COMPAT_errors_out] = w->errors_out;
}

/* Over the present second and the two before it, which is what the smoothing of the mean spans. */
static void put_credit_extremes(struct compat_snapshot *s, const struct compat_digest *d,
                                const struct shards *shards)
{
	uint32_t now = (uint32_t)(s->time_ns / NS_PER_SECOND);
	uint64_t least = UINT64_MAX, most = 0;

	for (uint32_t cell = 0; cell < shards->count * ROLE_COUNT * COMPAT_WINDOW; cell++) {
		uint32_t role = cell / COMPAT_WINDOW % ROLE_COUNT;
		const struct compat_fabric *f =
		    fabric_of(shards, cell / (COMPAT_WINDOW * ROLE_COUNT));
		uint64_t packed = counter_get(&f->credit_window[role][cell % COMPAT_WINDOW]);
		uint32_t age = now - (uint32_t)(packed >> 32);

		if (age <= 2 && compat_is_edge((enum port_role)role, d->uses_topology)) {
			least = (packed & 0xffff) < least ? packed & 0xffff : least;
			most = (packed >> 16 & 0xffff) > most ? packed >> 16 & 0xffff : most;
		}
	}
	s->scalar[COMPAT_aeth_credits_min] = least == UINT64_MAX ? 0 : (double)least;
	s->scalar[COMPAT_aeth_credits_max] = (double)most;
}

static double mean_of(double sum_rate, double packet_rate)
{
	return packet_rate >= PACKETS_MIN ? sum_rate / packet_rate : 0;
}

static void put_rates(struct compat_snapshot *s, const struct compat_digest *d)
{
	double reth = edge_rate(d, d->sum[COMPAT_SUM_RETH_FRAMES]);

	s->scalar[COMPAT_bps] = 8 * edge_rate(d, d->sum[COMPAT_SUM_BYTES]);
	s->scalar[COMPAT_rdma_ops] = reth;
	s->scalar[COMPAT_rdma_bytes] = mean_of(edge_rate(d, d->sum[COMPAT_SUM_RETH_BYTES]), reth);
	s->scalar[COMPAT_aeth_credits_avg] = mean_of(edge_rate(d, d->sum[COMPAT_SUM_CREDITS]),
	                                             edge_rate(d, d->sum[COMPAT_SUM_ACK_FRAMES]));
	s->scalar[COMPAT_ecn_pps] = member_rate(d, d->sum[COMPAT_SUM_ECN]);
	s->scalar[COMPAT_cnp_pps] = member_rate(d, d->sum[COMPAT_SUM_CNP]);
	s->scalar[COMPAT_trim_pps] = member_rate(d, d->sum[COMPAT_SUM_TRIMMED]);
	s->scalar[COMPAT_period] = d->period.period;
}

static void put_tops(struct compat_snapshot *s, const struct compat_digest *d)
{
	char name[ROCE_OPCODE_NAME_SIZE];

	for (unsigned i = 0; i < COMPAT_OPCODES; i++) {
		double rate = edge_rate(d, d->operations[i]);

		if (rate >= OPERATION_MIN) {
			top_put(s->operations, &s->operation_count,
			        roce_opcode_name((uint8_t)i, name), rate);
		}
	}
	for (uint32_t i = 0; i < DROP_REASON_SLOTS; i++) {
		const char *reason = drop_reason_name(i);

		if (d->drops[i].rate >= DROP_MIN && reason != NULL) {
			top_put(s->drops, &s->drop_count, reason, d->drops[i].rate);
		}
	}
}

static void publish(struct compat_digest *d, const struct compat_snapshot *s)
{
	(void)pthread_mutex_lock(&d->lock);
	d->history[d->history_next] = *s;
	d->history_next = (d->history_next + 1) % COMPAT_HISTORY;
	d->history_count += d->history_count < COMPAT_HISTORY ? 1 : 0;
	(void)pthread_mutex_unlock(&d->lock);
}

static void take_second(struct compat_digest *d, const struct shards *shards, uint64_t now_ns)
{
	struct step step = step_of(d->second_ns, now_ns, SMOOTHING_SECONDS);
	struct port_walk walk = { .digest = d, .step = &step, .now_ns = now_ns };
	struct compat_snapshot s;

	d->uses_topology = has_topology(shards, now_ns);
	gauge_set(&fabric_of(shards, 0)->uses_topology, d->uses_topology ? 1 : 0);
	smooth_sums(d, shards, &step);
	walk_ports(&walk, shards);

	memset(&s, 0, sizeof s);
	s.is_valid = true;
	s.time_ns = now_ns;
	s.uses_topology = d->uses_topology;
	put_rates(&s, d);
	put_credit_extremes(&s, d, shards);
	put_ports(&s, &walk);
	put_tops(&s, d);
	publish(d, &s);
}

/* --- every tick --------------------------------------------------------------- */

/* Mean and standard deviation (of a sample) of the loads in the ring. */
static void load_baseline(const struct compat_digest *d, struct compat_period *p)
{
	double sum = 0, squares = 0;

	for (uint32_t i = 0; i < d->load_count; i++) {
		sum += d->loads[i];
	}
	p->load_count = d->load_count;
	p->load_mean = sum / d->load_count;
	for (uint32_t i = 0; i < d->load_count; i++) {
		double off = d->loads[i] - p->load_mean;

		squares += off * off;
	}
	p->load_sdev = d->load_count > 1 ? sqrt(squares / (d->load_count - 1)) : 0;
}

static void take_load(struct compat_digest *d, const struct shards *shards, uint64_t now_ns)
{
	struct step step = step_of(d->tick_ns, now_ns, LOAD_SECONDS);
	struct compat_period p = d->period;

	for (size_t role = 0; role < ROLE_COUNT; role++) {
		smooth(
		    &d->load[role],
		    total_at(shards, offsetof(struct compat_fabric, sum[COMPAT_SUM_FRAMES][role])),
		    &step);
	}
	p.value = edge_rate(d, d->load);
	d->loads[d->load_next] = p.value;
	d->load_next = (d->load_next + 1) % COMPAT_LOADS;
	d->load_count += d->load_count < COMPAT_LOADS ? 1 : 0;
	load_baseline(d, &p);
	p.threshold = p.load_mean;

	(void)pthread_mutex_lock(&d->lock);
	d->period = p;
	(void)pthread_mutex_unlock(&d->lock);
}

static void release_ports(struct compat_digest *d)
{
	size_t count = (size_t)d->port_limit * d->port_shards;

	mem_unreserve(d->ports, count, sizeof *d->ports);
	mem_unreserve(d->edge_values, count, sizeof *d->edge_values);
	mem_unreserve(d->core_values, count, sizeof *d->core_values);
	d->ports = NULL;
	d->edge_values = NULL;
	d->core_values = NULL;
}

/* Address space for all ports of all shards, once. False: none to be had; the next tick asks
 * again. */
static bool reserve_ports(struct compat_digest *d, const struct shards *shards)
{
	size_t count;

	if (d->ports != NULL) {
		return true;
	}
	d->port_limit = shards->at[0].directory.ports.limit;
	d->port_shards = shards->count;
	count = (size_t)d->port_limit * d->port_shards;
	d->ports = mem_reserve(count, sizeof *d->ports);
	d->edge_values = mem_reserve(count, sizeof *d->edge_values);
	d->core_values = mem_reserve(count, sizeof *d->core_values);
	if (d->ports != NULL && d->edge_values != NULL && d->core_values != NULL) {
		return true;
	}
	release_ports(d);
	return false;
}

/* True when a tick lies behind the last one; else the clock starts here, one tick ago. */
static bool has_passed_time(struct compat_digest *d, uint64_t now_ns)
{
	if (d->tick_ns != 0 && now_ns > d->tick_ns) {
		return true;
	}
	if (d->tick_ns == now_ns) {
		return false;
	}
	d->tick_ns = now_ns - NS_PER_SECOND / TICKS_PER_SECOND;
	d->second_ns = d->tick_ns;
	return true;
}

enum fp_err compat_digest_init(void *digest)
{
	struct compat_digest *d = digest;

	return pthread_mutex_init(&d->lock, NULL) == 0 ? FP_OK : FP_NO_MEMORY;
}

void compat_digest_deinit(void *digest)
{
	struct compat_digest *d = digest;

	release_ports(d);
	(void)pthread_mutex_destroy(&d->lock);
}

void compat_digest(const struct shards *shards, uint64_t now_ns, uint64_t tick)
{
	struct compat_digest *d = shards->digest[ANALYZER_compat];

	(void)tick;
	if (shards->count == 0 || !reserve_ports(d, shards) || !has_passed_time(d, now_ns)) {
		return;
	}
	take_load(d, shards, now_ns);
	d->tick_ns = now_ns;
	if (now_ns - d->second_ns >= STEP_NS) {
		take_second(d, shards, now_ns);
		d->second_ns = now_ns;
	}
}
