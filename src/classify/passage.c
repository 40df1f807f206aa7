/* SPDX-License-Identifier: Apache-2.0 */
/* What every kind of sample needs on its way: its data source, the ports it names, room in the
 * batch. */
#include "classify_priv.h"

void classify_flush(struct classifier *c)
{
	struct batch *b = c->batch;

	if ((b->datagram_count | b->packet_count | b->discard_count | b->counter_count) != 0) {
		c->flush(c->flush_arg, b);
	}
	b->datagram_count = 0;
	b->packet_count = 0;
	b->discard_count = 0;
	b->counter_count = 0;
}

struct source_entry *passage_source(struct passage *p, const struct sflow_sample *s)
{
	struct directory *d = p->classifier->directory;
	const uint32_t index =
	    directory_source(d, p->agent, p->wire.sub_agent, s->source.class_, s->source.index);
	struct source_entry *source;

	if (index == TABLE_NONE) {
		return NULL;
	}
	source = &d->source[index];
	if (s->source.class_ != 0 || s->source.index == 0) {
		return source;
	}
	if (source->port == TABLE_NONE) {
		source->port = directory_port(d, p->agent, s->source.index, p->event.time_ns);
	} else {
		counter_set(&d->port[source->port].last_seen_ns, p->event.time_ns);
	}
	return source;
}

uint32_t passage_port(const struct passage *p, const struct source_entry *source,
                      const struct sflow_interface *i, const struct sflow_sample *s)
{
	if (i->kind != SFLOW_IF_PORT) {
		return OBS_PORT_NONE;
	}
	if (s->source.class_ == 0 && i->value == s->source.index) {
		return source->port;
	}
	return directory_port_find(p->classifier->directory, p->agent, i->value);
}

void passage_unknown_record(struct passage *p, const struct sflow_record *r)
{
	directory_count_tag(p->classifier->directory, r->space, r->tag);
	p->event.unknown_records++;
}
