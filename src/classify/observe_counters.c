/* SPDX-License-Identifier: Apache-2.0 */
/* Counter samples: each known record becomes one event; names and ports are learned on the way.
 *
 * The port is the data source's when that is an ifIndex, else the one that if_counters names
 * (agents that report all ports under a physical entity). Analyzers decide what a delta is; here
 * only the sequence says whether one may be made.
 */
#include <string.h>

#include "classify_priv.h"
#include "sequence_priv.h"

#define SOURCE_CLASS_LOGICAL                                                                       \
	3u /* a VM, container or application: its hostname is not the agent's */

/* What the records before this one said about the sample. */
struct counter_context {
	uint32_t port;
	bool is_reset, is_late;
};

static void learn(struct passage *p, const struct sflow_sample *s, const struct counter_event *e,
                  struct counter_context *context)
{
	struct directory *d = p->classifier->directory;

	if (e->type->id == SF_if_counters && context->port == TABLE_NONE &&
	    e->value.if_counters.ifIndex != 0) {
		context->port =
		    directory_port(d, p->agent, e->value.if_counters.ifIndex, p->event.time_ns);
	} else if (e->type->id == SF_port_name && context->port != TABLE_NONE) {
		directory_name_port(d, context->port, e->value.port_name.name);
	} else if (e->type->id == SF_host_descr && s->source.class_ != SOURCE_CLASS_LOGICAL) {
		directory_name_agent(d, p->agent, e->value.host_descr.hostname);
	}
}

static void take_counter_record(struct passage *p, const struct sflow_sample *s,
                                const struct sflow_record *r, struct counter_context *context)
{
	struct classifier *c = p->classifier;
	const struct sflow_record_type *type = sflow_record_find(SFLOW_SPACE_COUNTER, r->tag);
	struct counter_event *e;
	enum fp_err err;

	if (type == NULL) {
		passage_unknown_record(p, r);
		return;
	}
	if (c->batch->counter_count == BATCH_COUNTERS) {
		classify_flush(c);
	}
	e = &c->batch->counters[c->batch->counter_count];
	err = sflow_record_decode(type, r->body, &e->value);
	if (err != FP_OK) {
		sflow_fault(&p->wire, err);
		return;
	}
	e->time_ns = p->event.time_ns;
	e->agent = p->agent;
	e->type = type;
	e->source = s->source;
	e->uptime_ms = p->wire.uptime_ms;
	e->is_reset = context->is_reset;
	e->is_late = context->is_late;
	learn(p, s, e, context);
	e->port = context->port;
	c->batch->counter_count++;
}

void classify_counters(struct passage *p, struct sflow_sample *s)
{
	struct source_entry *source = passage_source(p, s);
	struct counter_context context;
	struct sample_verdict v;
	struct sflow_record r;

	if (source == NULL) {
		return;
	}
	v = sequence_of_sample(source, SEQUENCE_COUNTERS, s->sequence, p->generation);
	context = (struct counter_context){
		.port = source->port,
		.is_reset = v.is_reset,
		.is_late = v.is_late || v.is_repeated || p->is_late,
	};
	p->event.samples_lost += v.lost;
	while (sflow_record_next(&p->wire, s, &r)) {
		take_counter_record(p, s, &r, &context);
	}
}
