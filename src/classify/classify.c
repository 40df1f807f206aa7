/* SPDX-License-Identifier: Apache-2.0 */
/* From datagrams to events: identify the agent, judge the sequence, hand each sample to its kind's
 * function.
 *
 * A datagram that does not open, that repeats one, or whose agent finds no room gives only its own
 * event. The event is appended last, so that it can say what became of the samples; the batch is
 * emptied through flush() whenever one of its arrays is full, also in the middle of a datagram.
 */
#include "fabricpulse/classify/classify.h"

#include <string.h>

#include "classify_priv.h"
#include "fabricpulse/base/mem.h"
#include "sequence_priv.h"

static const struct option_row classify_rows[] = {
	{ .key = "trim_dscp",
	  .kind = OPTION_U32_LIST,
	  .offset = offsetof(struct classify_config, trim_dscp),
	  .fallback = "[11]",
	  .min = 0,
	  .max = 63,
	  .help = "DSCP values that mark trimmed packets. [] counts none." },
};
const struct option_table classify_options = { "rdma", classify_rows, ARRAY_LEN(classify_rows) };

static const char *const direction_names[DIRECTION_COUNT] = { "in", "out", "unknown" };
static const char *const basis_names[BASIS_COUNT] = { "none",           "edge_ingress",
	                                              "edge_egress",    "unknown_ingress",
	                                              "unknown_egress", "undirected" };

const char *direction_name(enum direction d)
{
	return direction_names[d];
}

const char *fabric_basis_name(enum fabric_basis b)
{
	return basis_names[b];
}

enum fp_err classifier_init(struct classifier *c, struct directory *directory,
                            const struct classify_config *config,
                            void (*flush)(void *arg, const struct batch *batch), void *flush_arg)
{
	memset(c, 0, sizeof *c);
	c->directory = directory;
	c->flush = flush;
	c->flush_arg = flush_arg;
	c->batch = mem_reserve(1, sizeof *c->batch);
	classifier_configure(c, config);
	return c->batch != NULL ? FP_OK : FP_NO_MEMORY;
}

void classifier_deinit(struct classifier *c)
{
	mem_unreserve(c->batch, 1, sizeof *c->batch);
	c->batch = NULL;
}

void classifier_configure(struct classifier *c, const struct classify_config *config)
{
	c->trim_mask = 0;
	for (size_t i = 0; i < config->trim_dscp.count; i++) {
		c->trim_mask |= UINT64_C(1) << (config->trim_dscp.at[i] & 63u);
	}
}

static void walk_samples(struct passage *p)
{
	struct sflow_sample s;

	while (sflow_sample_next(&p->wire, &s)) {
		p->event.samples[s.kind]++;
		switch (s.kind) {
		case SFLOW_SAMPLE_FLOW:
		case SFLOW_SAMPLE_FLOW_EXPANDED: classify_flow(p, &s); break;
		case SFLOW_SAMPLE_COUNTERS:
		case SFLOW_SAMPLE_COUNTERS_EXPANDED: classify_counters(p, &s); break;
		case SFLOW_SAMPLE_DISCARD: classify_discard(p, &s); break;
		case SFLOW_SAMPLE_UNKNOWN:
			directory_count_tag(p->classifier->directory, SFLOW_SPACE_COUNT, s.tag);
			break;
		case SFLOW_SAMPLE_RTMETRIC:
		case SFLOW_SAMPLE_RTFLOW:
		case SFLOW_SAMPLE_KIND_COUNT: break;
		}
	}
}

static void judge_sequence(struct passage *p)
{
	struct directory *d = p->classifier->directory;
	const uint32_t index = directory_stream(d, p->agent, p->wire.sub_agent);
	struct stream_entry *stream;

	p->event.verdict = SEQUENCE_FIRST;
	if (index == TABLE_NONE) {
		return; /* more sub-agents than we follow: believed as they come */
	}
	stream = &d->stream[index];
	p->event.verdict = (uint8_t)sequence_of_stream(stream, p->wire.sequence, p->wire.uptime_ms,
	                                               &p->event.lost);
	p->generation = stream->generation;
	p->is_late = p->event.verdict == SEQUENCE_LATE;
	counter_set(&d->agent[p->agent].sub_agent_last, p->wire.sub_agent);
}

static void append_event(struct passage *p)
{
	struct batch *b = p->classifier->batch;

	p->event.has_faults = p->wire.has_faults;
	memcpy(p->event.faults, p->wire.faults, sizeof p->event.faults);
	if (b->datagram_count == BATCH_DATAGRAMS) {
		classify_flush(p->classifier);
	}
	b->datagrams[b->datagram_count++] = p->event;
	if (p->event.time_ns > b->now_ns) {
		b->now_ns = p->event.time_ns;
	}
}

void classify_datagram(struct classifier *c, struct bytes payload, const struct endpoint *from,
                       uint64_t time_ns, bool is_truncated)
{
	struct passage p = { .classifier = c };
	const struct addr *agent = &p.wire.agent;

	p.event.time_ns = time_ns;
	p.event.bytes = (uint32_t)payload.len;
	p.event.agent = TABLE_NONE;
	p.event.error = (uint8_t)sflow_datagram_open(payload, &p.wire);
	if (is_truncated) {
		sflow_fault(&p.wire, FP_TRUNCATED_DATAGRAM);
	}
	if (p.event.error == FP_OK) {
		p.event.uptime_ms = p.wire.uptime_ms;
		p.agent = directory_agent(
		    c->directory, addr_is_anonymous(agent) ? &from->addr : agent, from, time_ns);
		p.event.agent = p.agent;
		if (p.agent == TABLE_NONE) {
			p.event.error = FP_FULL;
		} else {
			judge_sequence(&p);
			if (p.event.verdict != SEQUENCE_DUPLICATE) {
				walk_samples(&p);
			}
		}
	}
	append_event(&p);
}
