/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a capture of a small fabric at work: make_demo_capture OUTPUT.pcap
 *
 *     h0 h1 h2 h3 ── leaf1 ──49── spine1 ──49── leaf2 ── h4 h5 h6 h7
 *
 * Eight hosts compute for 0.6 s and exchange for 0.4 s, for 30 s: host i writes to host i+4, so
 * that everything crosses the spine. Each switch samples what enters it, 1 in 2000; the spine marks
 * some of it, receivers answer marks with CNPs, a few packets are dropped in the spine's buffer.
 * Counters are polled every two seconds and add up to what the samples stand for, so rates from
 * either agree. Everything comes from a fixed seed: the same bytes every time.
 *
 * Limits: no retransmissions, one priority, one path.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricpulse/decode/encode.h"
#include "wire.h"

#define SECONDS         30u
#define SLOT_US         10000u /* traffic is made in steps of 10 ms … */
#define SLOTS_PER_FLUSH 5u     /* … and sent every 50 ms */
#define SLOTS           (SECONDS * 1000000u / SLOT_US)
#define SLOTS_PER_POLL  200u
#define START_S         UINT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define PERIOD_US       1000000u
#define COMPUTE_US      600000u

#define HOSTS        8u
#define HOSTS_A_LEAF 4u
#define AGENTS       3u
#define PORTS_MAX    50u /* ifIndex below this */
#define UPLINK       49u
#define SPINE        2u /* the third agent */

#define RATE               2000u
#define PORT_SPEED         UINT64_C(400000000000)
#define HEADER_BYTES       128u
#define MTU                4096u
#define DATAGRAM_MAX       1400u
#define DROPPED_BY_ACL     258u
#define DROPPED_FOR_BUFFER 259u
#define SFLOW_ADDRESS      0x0aff00feu /* the collector */

enum bth_opcode {
	WRITE_FIRST = 0x06,
	WRITE_MIDDLE = 0x07,
	WRITE_LAST = 0x08,
	ACKNOWLEDGE = 0x11,
	CNP = 0x81,
};

struct port {
	uint64_t in_octets, out_octets;
	uint32_t in_packets, out_packets, out_discards;
	uint32_t flow_sequence, pool, counter_sequence, discard_sequence;
};

struct agent {
	const char *name;
	uint32_t address;
	uint32_t sequence;
	uint32_t host_sequence;
	struct port ports[PORTS_MAX];
	struct sflow_writer w;
	uint8_t buf[2 * DATAGRAM_MAX];
	bool has_samples;
};

static struct agent agents[AGENTS] = {
	{ .name = "leaf1", .address = 0x0aff0001 },
	{ .name = "leaf2", .address = 0x0aff0002 },
	{ .name = "spine1", .address = 0x0aff000b },
};
static pcap_dumper_t *dumper;
static uint64_t random_state = 2026;
static uint64_t now_us; /* the slot, since the beginning */

static bool chance(uint32_t one_in)
{
	return wire_random(&random_state) % one_in == 0;
}

static struct bytes text_of(const char *text)
{
	return (struct bytes){ .at = (const uint8_t *)text, .len = strlen(text) };
}

/* ---- packets ---- */

struct packet_shape {
	uint32_t src, dst; /* hosts */
	uint8_t opcode;
	uint8_t ttl;
	bool is_marked;
	uint32_t psn;
	uint8_t header[HEADER_BYTES];
	uint32_t header_bytes, frame_bytes;
};

static void store16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static uint32_t host_address(uint32_t host)
{
	return 0x0a010000u | (host / HOSTS_A_LEAF + 1) << 8 | (host % HOSTS_A_LEAF + 1);
}

/* Bytes of the transport payload behind the BTH, ICRC included. */
static uint32_t behind_bth(uint8_t opcode)
{
	switch (opcode) {
	case WRITE_FIRST: return 16 + MTU + 4;
	case WRITE_MIDDLE:
	case WRITE_LAST: return MTU + 4;
	case CNP: return 16 + 4;
	default: return 4 + 4;
	}
}

static void put_bth(const struct packet_shape *p, uint8_t *at)
{
	bool is_cnp = p->opcode == CNP;

	at[0] = p->opcode;
	store16(at + 2, 0xffff);
	at[4] = is_cnp ? 0x40 : 0; /* BECN */
	wire_store32(at + 5, (0x100 + p->dst) << 8);
	at[8] = p->opcode == WRITE_LAST ? 0x80 : 0; /* acknowledge, please */
	if (!is_cnp) {
		wire_store32(at + 8, be32_load(at + 8) | (p->psn & 0xffffff));
	}
	if (p->opcode == WRITE_FIRST) {
		wire_store32(at + 12, 0x7f00);
		wire_store32(at + 16, p->psn << 12);
		wire_store32(at + 20, 0x1a2b);
		wire_store32(at + 24, 16 * MTU);
	} else if (p->opcode == ACKNOWLEDGE) {
		wire_store32(at + 12, 0x0d000000 | (p->psn & 0xffffff)); /* 96 credits */
	}
}

/* Ethernet, IPv4, UDP, BTH: as much as is sampled, and the length that it had. */
static void build_packet(struct packet_shape *p)
{
	uint8_t *h = p->header;
	uint32_t ip_bytes = 20 + 8 + 12 + behind_bth(p->opcode);

	memset(h, 0, sizeof p->header);
	h[0] = h[6] = 0x02;
	h[5] = (uint8_t)(p->dst + 1);
	h[11] = (uint8_t)(p->src + 1);
	store16(h + 12, 0x0800);
	h[14] = 0x45;
	h[15] = (uint8_t)((p->opcode == CNP ? 48 : 26) << 2 | (p->is_marked ? 3 : 2));
	store16(h + 16, ip_bytes);
	store16(h + 20, 0x4000);
	h[22] = p->ttl;
	h[23] = 17;
	wire_store32(h + 26, host_address(p->src));
	wire_store32(h + 30, host_address(p->dst));
	store16(h + 34, 0xc000 + p->src);
	store16(h + 36, 4791);
	store16(h + 38, ip_bytes - 20);
	put_bth(p, h + 42);
	p->frame_bytes = 14 + ip_bytes + 4;
	p->header_bytes = p->frame_bytes - 4 < HEADER_BYTES ? p->frame_bytes - 4 : HEADER_BYTES;
}

/* ---- from agents to the capture ---- */

/* At the end of the slot: later than whatever it holds. */
static void dump(const struct agent *a, const uint8_t *payload, size_t len)
{
	uint64_t time_us = now_us + SLOT_US;
	uint8_t frame[42 + 2 * DATAGRAM_MAX] = {
		[0] = 0x02, [5] = 0xfe, [6] = 0x02, [14] = 0x45, [22] = 64, [23] = 17
	};
	struct pcap_pkthdr header = { .caplen = (uint32_t)(42 + len), .len = (uint32_t)(42 + len) };

	frame[11] = (uint8_t)a->address;
	store16(frame + 12, 0x0800);
	store16(frame + 16, (uint32_t)(28 + len));
	wire_store32(frame + 26, a->address);
	wire_store32(frame + 30, SFLOW_ADDRESS);
	store16(frame + 34, 40000);
	store16(frame + 36, SFLOW_PORT);
	store16(frame + 38, (uint32_t)(8 + len));
	memcpy(frame + 42, payload, len);
	header.ts.tv_sec = (time_t)(START_S + time_us / 1000000);
	header.ts.tv_usec = (suseconds_t)(time_us % 1000000);
	pcap_dump((u_char *)dumper, &header, frame);
}

static void flush(struct agent *a)
{
	if (a->has_samples) {
		dump(a, a->buf, sflow_write_end(&a->w));
		a->has_samples = false;
	}
}

/* The agent's writer, with room for another sample. */
static struct sflow_writer *writer_of(struct agent *a)
{
	if (a->has_samples && (size_t)(a->w.out.at - a->buf) > DATAGRAM_MAX - 300) {
		flush(a);
	}
	if (!a->has_samples) {
		struct sflow_datagram head = { .sequence = ++a->sequence,
			                       .uptime_ms = (uint32_t)(3600000 + now_us / 1000) };

		head.agent.family = ADDR_IPV4;
		wire_store32(head.agent.bytes, a->address);
		sflow_write_begin(&a->w, a->buf, sizeof a->buf, &head);
		a->has_samples = true;
	}
	return &a->w;
}

static void write_header(struct sflow_writer *w, const struct packet_shape *p)
{
	const union sflow_value v = {
		.sampled_header = { .header_protocol = 1,
		                    .frame_length = p->frame_bytes,
		                    .stripped = 4,
		                    .header = { .at = p->header, .len = p->header_bytes } },
	};

	sflow_write_record(w, SF_sampled_header, &v);
}

/* One packet that enters by `in` and leaves by `out`: sampled, and counted for all that it stands
 * for. */
static void sample(struct agent *a, uint32_t in, uint32_t out, struct packet_shape *p)
{
	struct sflow_writer *w = writer_of(a);
	struct port *port = &a->ports[in];
	uint64_t time_us = now_us + wire_random(&random_state) % SLOT_US;
	uint32_t depth = (uint32_t)(wire_random(&random_state) % (p->is_marked ? 600000 : 60000));
	const union sflow_value queue = { .extended_egress_queue = { .queue = 3 } };
	const union sflow_value filling = { .extended_queue = { .depth = depth } };
	const union sflow_value delay = { .extended_transit = { .delay = 600 + depth / 50 } };
	const union sflow_value at = {
		.extended_timestamp = { .nanoseconds = START_S * 1000000000u + time_us * 1000 }
	};
	const struct sflow_sample s = { .kind = SFLOW_SAMPLE_FLOW_EXPANDED,
		                        .sequence = ++port->flow_sequence,
		                        .source = { .index = in },
		                        .rate = RATE,
		                        .pool = port->pool += RATE,
		                        .input = { .kind = SFLOW_IF_PORT, .value = in },
		                        .output = { .kind = SFLOW_IF_PORT, .value = out } };

	build_packet(p);
	sflow_write_sample(w, &s);
	write_header(w, p);
	sflow_write_record(w, SF_extended_egress_queue, &queue);
	sflow_write_record(w, SF_extended_transit, &delay);
	sflow_write_record(w, SF_extended_queue, &filling);
	sflow_write_record(w, SF_extended_timestamp, &at);
	port->in_octets += (uint64_t)RATE * p->frame_bytes;
	port->in_packets += RATE;
	a->ports[out].out_octets += (uint64_t)RATE * p->frame_bytes;
	a->ports[out].out_packets += RATE;
}

static void discard(struct agent *a, uint32_t out, uint32_t reason, struct packet_shape *p)
{
	struct sflow_writer *w = writer_of(a);
	struct port *port = &a->ports[out];
	bool is_acl = reason == DROPPED_BY_ACL;
	const union sflow_value trap = {
		.extended_hw_trap = { .group = text_of(is_acl ? "acl_drops" : "buffer_drops"),
		                      .trap = text_of(is_acl ? "ingress_flow_action_drop"
		                                             : "tail_drop") },
	};
	const struct sflow_sample s = { .kind = SFLOW_SAMPLE_DISCARD,
		                        .sequence = ++port->discard_sequence,
		                        .source = { .index = out },
		                        .output = { .kind = SFLOW_IF_PORT, .value = out },
		                        .reason = reason };

	build_packet(p);
	sflow_write_sample(w, &s);
	write_header(w, p);
	sflow_write_record(w, SF_extended_hw_trap, &trap);
	port->out_discards++;
}

/* ---- traffic ---- */

static uint32_t leaf_of(uint32_t host)
{
	return host / HOSTS_A_LEAF;
}

/* The packet is seen where it enters each switch, each time by another draw: what is sampled at one
 * switch is rarely sampled at the next. `where`: 0 the sender's leaf, 1 the spine, 2 the receiver's
 * leaf. */
static void see(uint32_t where, struct packet_shape *p)
{
	uint32_t from = leaf_of(p->src);
	uint32_t to = leaf_of(p->dst);

	p->ttl = (uint8_t)(64 - where);
	switch (where) {
	case 0:
		p->is_marked = false;
		sample(&agents[from], p->src % HOSTS_A_LEAF + 1, UPLINK, p);
		break;
	case 1:
		p->is_marked = false;
		sample(&agents[SPINE], from + 1, to + 1, p);
		break;
	default:
		p->is_marked = p->opcode != CNP && p->opcode != ACKNOWLEDGE && chance(40);
		sample(&agents[to], UPLINK, p->dst % HOSTS_A_LEAF + 1, p);
		break;
	}
}

static uint8_t next_opcode(void)
{
	uint64_t r = wire_random(&random_state) % 16;

	return r == 0 ? WRITE_FIRST : r == 1 ? WRITE_LAST : WRITE_MIDDLE;
}

/* What one host does in one slot of the exchange. */
static void exchange(uint32_t host)
{
	uint32_t peer = (host + HOSTS_A_LEAF) % HOSTS;
	struct packet_shape p = { .src = host, .dst = peer };

	for (uint32_t where = 0; where < 3; where++) {
		p.opcode = next_opcode();
		p.psn = (uint32_t)(now_us / 2);
		if (chance(3)) {
			see(where, &p);
		}
		p = (struct packet_shape){ .src = peer, .dst = host, .psn = p.psn };
		p.opcode = chance(20) ? CNP : ACKNOWLEDGE;
		if (chance(12)) {
			see(where, &p);
		}
		p = (struct packet_shape){ .src = host, .dst = peer };
	}
	if (chance(150)) {
		p.opcode = WRITE_MIDDLE;
		p.ttl = 63;
		discard(&agents[SPINE], leaf_of(peer) + 1,
		        chance(8) ? DROPPED_BY_ACL : DROPPED_FOR_BUFFER, &p);
	}
}

/* ---- counters ---- */

static void poll_port(struct agent *a, uint32_t ifindex)
{
	struct sflow_writer *w = writer_of(a);
	struct port *port = &a->ports[ifindex];
	const struct sflow_sample s = { .kind = SFLOW_SAMPLE_COUNTERS_EXPANDED,
		                        .sequence = ++port->counter_sequence,
		                        .source = { .index = ifindex } };
	const union sflow_value counters = {
		.if_counters = { .ifIndex = ifindex,
		                 .ifType = 6,
		                 .ifSpeed = PORT_SPEED,
		                 .ifDirection = 1,
		                 .ifStatus = 3,
		                 .ifInOctets = port->in_octets,
		                 .ifInUcastPkts = port->in_packets,
		                 .ifInMulticastPkts = UINT32_MAX,
		                 .ifInBroadcastPkts = UINT32_MAX,
		                 .ifInUnknownProtos = UINT32_MAX,
		                 .ifOutOctets = port->out_octets,
		                 .ifOutUcastPkts = port->out_packets,
		                 .ifOutMulticastPkts = UINT32_MAX,
		                 .ifOutBroadcastPkts = UINT32_MAX,
		                 .ifOutDiscards = port->out_discards },
	};
	union sflow_value name;
	char text[16];

	(void)snprintf(text, sizeof text, "swp%u", ifindex);
	name.port_name = (struct sf_port_name){ .name = text_of(text) };
	sflow_write_sample(w, &s);
	sflow_write_record(w, SF_if_counters, &counters);
	sflow_write_record(w, SF_port_name, &name);
}

static void poll_host(struct agent *a)
{
	struct sflow_writer *w = writer_of(a);
	const struct sflow_sample s = { .kind = SFLOW_SAMPLE_COUNTERS_EXPANDED,
		                        .sequence = ++a->host_sequence,
		                        .source = { .class_ = 2, .index = 1 } };
	const union sflow_value descr = {
		.host_descr = { .hostname = text_of(a->name),
		                .uuid = { .bytes = { [15] = (uint8_t)a->address } },
		                .machine_type = 3,
		                .os_name = 2,
		                .os_release = text_of("6.1.0") },
	};

	sflow_write_sample(w, &s);
	sflow_write_record(w, SF_host_descr, &descr);
}

static void poll_all(void)
{
	for (uint32_t i = 0; i < AGENTS; i++) {
		uint32_t ports = i == SPINE ? 2 : HOSTS_A_LEAF;

		poll_host(&agents[i]);
		for (uint32_t port = 1; port <= ports; port++) {
			poll_port(&agents[i], port);
		}
		if (i != SPINE) {
			poll_port(&agents[i], UPLINK);
		}
	}
}

static void flush_all(void)
{
	for (uint32_t i = 0; i < AGENTS; i++) {
		flush(&agents[i]);
	}
}

static void run(void)
{
	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		now_us = (uint64_t)slot * SLOT_US;
		if (slot % SLOTS_PER_POLL == 0) {
			poll_all();
		}
		for (uint32_t host = 0; host < HOSTS && now_us % PERIOD_US >= COMPUTE_US; host++) {
			exchange(host);
		}
		if ((slot + 1) % SLOTS_PER_FLUSH == 0) {
			flush_all();
		}
	}
	now_us = (uint64_t)SLOTS * SLOT_US;
	poll_all();
	flush_all();
}

int main(int argc, char **argv)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	int status = EXIT_FAILURE;

	if (argc != 2 || pcap == NULL) {
		(void)fprintf(stderr, "usage: make_demo_capture OUTPUT.pcap\n");
		return EXIT_FAILURE;
	}
	dumper = pcap_dump_open(pcap, argv[1]);
	if (dumper == NULL) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], pcap_geterr(pcap));
	} else {
		run();
		status = pcap_dump_flush(dumper) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
		pcap_dump_close(dumper);
	}
	pcap_close(pcap);
	return status;
}
