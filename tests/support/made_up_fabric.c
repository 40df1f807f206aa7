/* SPDX-License-Identifier: Apache-2.0 */
/* Written with the encoder of decode and the packets of stack.h; every number follows from how many
 * datagrams there were before. */
#include "made_up_fabric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/decode/encode.h"
#include "stack.h"

#define COUNTERS_EVERY 8u
#define UPTIME_STEP_MS 10u

static void put_packet(struct sflow_writer *w, uint64_t n)
{
	/* WRITE_FIRST, _MIDDLE, _LAST, _ONLY, READ_REQUEST, READ_RESPONSE_ONLY, ACK, CNP */
	static const uint8_t opcodes[] = { 0x06, 0x07, 0x08, 0x0a, 0x0c, 0x10, 0x11, 0x81 };
	union sflow_value v = { .sampled_header = { .header_protocol = 1, .stripped = 4 } };
	struct stack s;

	stack_begin(&s);
	stack_rdma(&s, opcodes[n % sizeof opcodes], 40);
	stack_udp(&s, (uint16_t)(49152 + n % 512), 4791);
	stack_ipv4(&s, 17, n % 16 == 0 ? 0x6b : 0x6a); /* DSCP 26; one in 16 is marked CE */
	stack_ethernet(&s, 0x0800);
	v.sampled_header.frame_length = 64 + (uint32_t)(n % 5 * 1000);
	v.sampled_header.header = stack_bytes(&s);
	sflow_write_record(w, SF_sampled_header, &v);
}

static void put_flow(struct traffic *t, struct sflow_writer *w, uint64_t round, uint32_t i)
{
	const uint64_t n = round * TRAFFIC_FLOWS + i;
	const uint32_t in = (uint32_t)(n % t->ports) + 1;
	const struct sflow_sample s = {
		.kind = SFLOW_SAMPLE_FLOW,
		/* Each data source counts for itself. */
		.sequence = (uint32_t)(n / t->ports) + 1,
		.source = { .index = in },
		.rate = TRAFFIC_RATE,
		.pool = (uint32_t)(n / t->ports + 1) * TRAFFIC_RATE,
		.input = { .kind = SFLOW_IF_PORT, .value = in },
		.output = { .kind = SFLOW_IF_PORT, .value = in % t->ports + 1 },
	};

	sflow_write_sample(w, &s);
	put_packet(w, n);
}

static void put_counters(struct traffic *t, struct sflow_writer *w, uint64_t poll)
{
	const uint32_t port = (uint32_t)(poll % t->ports) + 1;
	const uint64_t polls = poll / t->ports + 1; /* of this port */
	const struct sflow_sample s = { .kind = SFLOW_SAMPLE_COUNTERS,
		                        .sequence = (uint32_t)polls,
		                        .source = { .index = port } };
	union sflow_value v = { .if_counters = { .ifIndex = port,
		                                 .ifType = 6,
		                                 .ifSpeed = UINT64_C(400000000000),
		                                 .ifDirection = 1,
		                                 .ifStatus = 3,
		                                 .ifInOctets = polls * 1000000,
		                                 .ifInUcastPkts = (uint32_t)polls * 1000,
		                                 .ifOutOctets = polls * 2000000,
		                                 .ifOutUcastPkts = (uint32_t)polls * 2000 } };
	char name[16];

	sflow_write_sample(w, &s);
	sflow_write_record(w, SF_if_counters, &v);
	memset(&v, 0, sizeof v);
	v.port_name.name.at = (const uint8_t *)name;
	v.port_name.name.len = (size_t)snprintf(name, sizeof name, "swp%u", port);
	sflow_write_record(w, SF_port_name, &v);
}

size_t traffic_next(struct traffic *t, uint8_t out[static TRAFFIC_DATAGRAM_BYTES])
{
	const uint32_t agent = (uint32_t)(t->sent % t->agents);
	const uint64_t round = t->sent / t->agents; /* datagrams of this agent before */
	const struct sflow_datagram head = {
		.agent = { .family = ADDR_IPV4,
		           .bytes = { 10, 1, (uint8_t)((agent + 1) >> 8), (uint8_t)(agent + 1) } },
		.sequence = (uint32_t)round + 1,
		.uptime_ms = (uint32_t)(round + 1) * UPTIME_STEP_MS,
	};
	struct sflow_writer w;
	size_t len;

	sflow_write_begin(&w, out, TRAFFIC_DATAGRAM_BYTES, &head);
	for (uint32_t i = 0; i < TRAFFIC_FLOWS; i++) {
		put_flow(t, &w, round, i);
	}
	if (round % COUNTERS_EVERY == 0) {
		put_counters(t, &w, round / COUNTERS_EVERY);
	}
	len = sflow_write_end(&w);
	if (len == 0) {
		abort(); /* TRAFFIC_DATAGRAM_BYTES is too small: a mistake here, not in what is
		            tested */
	}
	t->sent++;
	return len;
}
