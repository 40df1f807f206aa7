/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's engine endpoint for interface counters, and what its analyzer says of itself.
 *
 * A metric is a row: its name and how to read it from what the interfaces analyzer keeps of a port.
 * Labels of ports are written once, before the first metric, and copied into each line.
 */
#include <string.h>
#include <unistd.h>

#include "entities_priv.h"
#include "fabricpulse/analyze/ingest.h"
#include "fabricpulse/analyze/interfaces.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/mem.h"
#include "fabricpulse/export/metrics.h"
#include "sflowrt_interfaces_priv.h"
#include "sflowrt_priv.h"

#define LABEL_BYTES_MAX ((size_t)8 << 30)

static double read_rate(const struct interfaces_port *port, uint32_t counter)
{
	return gauge_get(&port->rate[counter]);
}

/* Kinds of destination lie apart by INTERFACE_WAYS; what one of them does not say has no sum. */
static double read_packets(const struct interfaces_port *port, uint32_t unicast)
{
	return read_rate(port, unicast) + read_rate(port, unicast + INTERFACE_WAYS) +
	       read_rate(port, unicast + 2 * INTERFACE_WAYS);
}
_Static_assert(IFC_in_multicast == IFC_in_ucast + INTERFACE_WAYS &&
                   IFC_in_broadcast == IFC_in_ucast + 2 * INTERFACE_WAYS &&
                   IFC_out_multicast == IFC_out_ucast + INTERFACE_WAYS &&
                   IFC_out_broadcast == IFC_out_ucast + 2 * INTERFACE_WAYS,
               "packet counters follow each other in pairs");

static double read_utilization(const struct interfaces_port *port, uint32_t octets)
{
	return read_rate(port, octets) * 800 / gauge_get(&port->speed_bps);
}

static double read_speed(const struct interfaces_port *port, uint32_t unused)
{
	(void)unused;
	return gauge_get(&port->speed_bps);
}

static double read_type(const struct interfaces_port *port, uint32_t unused)
{
	(void)unused;
	return gauge_get(&port->type);
}

static double read_direction(const struct interfaces_port *port, uint32_t unused)
{
	(void)unused;
	return gauge_get(&port->direction);
}

/* 0 and 1 become SNMP's 2 (down) and 1 (up); NaN stays. */
static double read_admin(const struct interfaces_port *port, uint32_t unused)
{
	(void)unused;
	return 2 - gauge_get(&port->admin_up);
}

static double read_oper(const struct interfaces_port *port, uint32_t unused)
{
	(void)unused;
	return 2 - gauge_get(&port->oper_up);
}

static double read_one(const struct interfaces_port *port, uint32_t unused)
{
	(void)port;
	(void)unused;
	return 1;
}

#define INDEX_ITSELF NULL /* the value is the port's ifIndex */

static const struct engine_metric {
	const char *name;
	double (*read)(const struct interfaces_port *port, uint32_t which);
	uint32_t which;
} engine_metrics[] = {
	{ "ifindex", INDEX_ITSELF, 0 },
	{ "iftype", read_type, 0 },
	{ "ifspeed", read_speed, 0 },
	{ "ifdirection", read_direction, 0 },
	{ "ifadminstatus", read_admin, 0 },
	{ "ifoperstatus", read_oper, 0 },
	{ "ifname", read_one, 0 },
	{ "ifinoctets", read_rate, IFC_in_octets },
	{ "ifinucastpkts", read_rate, IFC_in_ucast },
	{ "ifinmulticastpkts", read_rate, IFC_in_multicast },
	{ "ifinbroadcastpkts", read_rate, IFC_in_broadcast },
	{ "ifindiscards", read_rate, IFC_in_discards },
	{ "ifinerrors", read_rate, IFC_in_errors },
	{ "ifinunknownprotos", read_rate, IFC_in_unknown_protos },
	{ "ifinpkts", read_packets, IFC_in_ucast },
	{ "ifinutilization", read_utilization, IFC_in_octets },
	{ "ifoutoctets", read_rate, IFC_out_octets },
	{ "ifoutucastpkts", read_rate, IFC_out_ucast },
	{ "ifoutmulticastpkts", read_rate, IFC_out_multicast },
	{ "ifoutbroadcastpkts", read_rate, IFC_out_broadcast },
	{ "ifoutdiscards", read_rate, IFC_out_discards },
	{ "ifouterrors", read_rate, IFC_out_errors },
	{ "ifoutpkts", read_packets, IFC_out_ucast },
	{ "ifoututilization", read_utilization, IFC_out_octets },
};

/* The next item of a comma list; false at its end. */
static bool list_next(const char **list, struct text *item)
{
	if (*list == NULL) {
		return false;
	}
	item->at = *list;
	item->len = strcspn(*list, ",");
	*list = item->at[item->len] == ',' ? item->at + item->len + 1 : NULL;
	return true;
}

static const struct engine_metric *metric_find(struct text name)
{
	for (size_t i = 0; i < ARRAY_LEN(engine_metrics); i++) {
		if (strlen(engine_metrics[i].name) == name.len &&
		    memcmp(engine_metrics[i].name, name.at, name.len) == 0) {
			return &engine_metrics[i];
		}
	}
	return NULL;
}

/* Ports that are asked for, with the text between metric name and value. */
struct engine_port {
	const struct interfaces_port *counters;
	uint32_t ifindex;
	uint32_t len;
	size_t at;
};

struct engine {
	const struct shards *shards;
	const struct compat_config *config;
	struct entities entities;
	struct engine_port *ports; /* [port_count] */
	uint32_t port_count;
	struct strbuf labels;
};

static bool is_asked_for(const struct shards *s, const struct agent_entry *agent, const char *list)
{
	struct text item;

	if (strcmp(list, "ALL") == 0) {
		return true;
	}
	while (list_next(&list, &item)) {
		if (entity_agent_is(s, agent, item)) {
			return true;
		}
	}
	return false;
}

static void put_labels(const struct engine *e, const struct entity *entity, struct strbuf *out)
{
	const struct agent_entry *agent = entity_port_agent(entity);
	const struct port_entry *port = entity_port(entity);
	char address[ADDR_TEXT_SIZE];
	char name[NAME_SIZE];

	strbuf_puts(out, "{agent=\"");
	strbuf_puts(out, addr_text(&agent->addr, address));
	strbuf_puts(out, "\",datasource=\"");
	strbuf_put_u64(out, port->ifindex);
	strbuf_puts(out, "\",host=\"");
	strbuf_put_label(out, directory_host_name(agent, e->shards->names, name));
	strbuf_puts(out, "\",ifname=\"");
	strbuf_put_label(out, directory_port_name(agent, port, e->shards->names, name));
	strbuf_puts(out, "\"} ");
}

static void engine_gather(struct engine *e, const char *agents)
{
	for (uint32_t i = 0; i < e->entities.ports.count; i++) {
		const struct entity *entity = &e->entities.ports.at[i];
		const struct interfaces_port *counters =
		    entity_entry(entity, ANALYZER_interfaces, SCOPE_PORT);
		struct engine_port *port = &e->ports[e->port_count];
		uint64_t polls;

		if (!opt_counter_get(&counters->polls, &polls) ||
		    !is_asked_for(e->shards, entity_port_agent(entity), agents)) {
			continue;
		}
		port->counters = counters;
		port->ifindex = entity_port(entity)->ifindex;
		port->at = e->labels.len;
		put_labels(e, entity, &e->labels);
		port->len = (uint32_t)(e->labels.len - port->at);
		e->port_count++;
	}
}

static void print_metric(const struct engine *e, const struct engine_metric *metric,
                         struct strbuf *out)
{
	if (e->port_count > 0) {
		sflowrt_put_type(out, e->config, metric->name, "gauge");
	}
	for (uint32_t i = 0; i < e->port_count; i++) {
		const struct engine_port *port = &e->ports[i];
		const double value = metric->read != INDEX_ITSELF
		                         ? metric->read(port->counters, metric->which)
		                         : port->ifindex;

		if (isfinite(value)) {
			sflowrt_put_name(out, e->config, metric->name);
			strbuf_put(out, e->labels.at + port->at, port->len);
			strbuf_put_double(out, value);
			strbuf_putc(out, '\n');
		}
	}
}

/* False: none of the names is known. */
static bool print_metrics(const struct engine *e, const char *metrics, struct strbuf *out)
{
	const bool is_all = strcmp(metrics, "ALL") == 0;
	bool is_known = is_all;
	struct text name;

	for (size_t i = 0; i < ARRAY_LEN(engine_metrics) && is_all; i++) {
		print_metric(e, &engine_metrics[i], out);
	}
	while (!is_all && list_next(&metrics, &name)) {
		const struct engine_metric *metric = metric_find(name);

		if (metric != NULL) {
			print_metric(e, metric, out);
			is_known = true;
		}
	}
	return is_known;
}

enum fp_err sflowrt_print_interfaces(const struct shards *s, const struct compat_config *config,
                                     const char *agents, const char *metrics, struct strbuf *out)
{
	const struct entity_limits limits = { .ports_max = UINT32_MAX };
	struct engine e = { .shards = s, .config = config };
	enum fp_err err = entities_init(&e.entities, s, &limits);

	if (err != FP_OK) {
		return err;
	}
	strbuf_init(&e.labels, LABEL_BYTES_MAX);
	e.ports = mem_new((size_t)e.entities.ports.count + 1, sizeof *e.ports);
	if (e.ports != NULL) {
		engine_gather(&e, agents);
	}
	if (e.ports == NULL || e.labels.failed) {
		err = FP_NO_MEMORY;
	} else if (!print_metrics(&e, metrics, out)) {
		err = FP_NOT_FOUND;
	}
	mem_free(e.ports);
	strbuf_deinit(&e.labels);
	entities_deinit(&e.entities);
	return err;
}

void sflowrt_port_rates(const struct interfaces_port *port, struct sflowrt_rates *out)
{
	out->bps = 8 * read_rate(port, IFC_out_octets);
	out->speed = gauge_get(&port->speed_bps);
	out->pps = read_packets(port, IFC_out_ucast);
	out->discards = read_rate(port, IFC_in_discards) + read_rate(port, IFC_out_discards);
	out->errors = read_rate(port, IFC_in_errors) + read_rate(port, IFC_out_errors);
}

static void print_own(struct strbuf *out, const struct compat_config *config, const char *name,
                      const char *type, double value)
{
	sflowrt_put_type(out, config, name, type);
	sflowrt_put_name(out, config, name);
	strbuf_putc(out, ' ');
	sflowrt_put_number(out, value);
	strbuf_putc(out, '\n');
}

/* 0 to 1 of all processors, mean since the start. */
static double cpu_load(const struct self_stats *self)
{
	/* The wall clock, because a capture's time is another one. */
	const double seconds = (double)clock_realtime_ns() / 1e9 - self->start_time_seconds;
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (seconds <= 0 || processors <= 0) {
		return 0;
	}
	return fmin(1, self->process_cpu_seconds / seconds / (double)processors);
}

void sflowrt_print_analyzer(const struct shards *s, const struct compat_config *config,
                            const struct self_stats *self, struct strbuf *out)
{
	uint64_t datagrams = 0, bytes = 0, discarded = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct ingest_fabric *in = s->at[i].entries[ANALYZER_ingest][SCOPE_FABRIC];

		datagrams += counter_get(&in->datagrams);
		bytes += counter_get(&in->bytes);
		discarded += counter_get(&in->unattributed);
	}
	for (uint32_t i = 0; i < self->worker_count; i++) {
		discarded += self->worker[i].kernel_drops;
	}
	print_own(out, config, "analyzer_received_bytes", "counter", (double)bytes);
	print_own(out, config, "analyzer_received_datagrams", "counter", (double)datagrams);
	print_own(out, config, "analyzer_discarded_datagrams", "counter", (double)discarded);
	print_own(out, config, "analyzer_agent_count", "gauge", entities_live_agents(s));
	print_own(out, config, "analyzer_cpu_load_process", "gauge", cpu_load(self));
	print_own(out, config, "analyzer_heap_used_bytes", "gauge", self->resident_bytes);
}
