/* SPDX-License-Identifier: Apache-2.0 */
/* Captures of real agents, where they lie beside the project: how much is in them, what of it is
 * wrong, and values that another decoder read from the same bytes. Skipped when there are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/describe.h"
#include "flat_sink.h"
#include "wire.h"

struct tally {
	uint32_t datagrams, samples;
	uint32_t faults[FP_WIRE_FAULT_END];
	struct flat_sink flat; /* of the last datagram */
};

static void tally_datagram(const char *path, struct bytes payload, void *arg)
{
	struct tally *t = arg;
	struct sflow_datagram d;
	struct sflow_sample s;
	char name[16];

	(void)path;
	t->datagrams++;
	strbuf_clear(&t->flat.out);
	strbuf_puts(&t->flat.out, "\n");
	if (sflow_datagram_open(payload, &d) == FP_OK) {
		describe_datagram(&d, &t->flat.sink);
		for (uint32_t i = 0; sflow_sample_next(&d, &s); i++) {
			(void)snprintf(name, sizeof name, "s%u", i);
			describe_sample(&d, &s, name, i, &t->flat.sink);
			t->samples++;
		}
	}
	for (size_t i = 0; i < FP_WIRE_FAULT_END; i++) {
		t->faults[i] += d.faults[i];
	}
	assert_false(t->flat.is_broken);
}

static void tally_begin(struct tally *t, const char *name)
{
	*t = (struct tally){ .datagrams = 0 };
	flat_sink_init(&t->flat);
	if (wire_shared() == NULL) {
		flat_sink_deinit(&t->flat);
		print_message("no captures beside the project\n");
		skip();
	}
	(void)wire_capture(name, tally_datagram, t);
}

/* What another program counted, and the faults that are really in the bytes. */
static const struct {
	const char *name;
	uint32_t datagrams, samples;
	enum fp_err fault; /* FP_OK: none */
	uint32_t faults;
} contents[] = {
	{ "agent/hs_roce_mix.pcap", 2092, 12530, FP_OK, 0 },
	{ "agent/hs_period_500ms.pcap", 1010, 5888, FP_OK, 0 },
	{ "agent/hs_noperiod_expo.pcap", 1085, 6354, FP_OK, 0 },
	{ "agent/hs_softroce_pcap.pcap", 460, 2559, FP_OK, 0 },
	{ "agent/hs_tcp_host.pcap", 36, 105, FP_OK, 0 },
	{ "agent/hs_dropmon.pcap", 150, 604, FP_OK, 0 },
	{ "agent/ovs_roce_mix.pcap", 472, 2743, FP_OK, 0 },
	{ "agent/pmacct_sfprobe_mix.pcap", 215, 1241, FP_OK, 0 },
	{ "sflow/overflowd_hp_procurve_1000.pcap", 1000, 6357, FP_OK, 0 },
	{ "sflow/tcpdump_30pdus_hp_hosts.pcap", 30, 144, FP_BAD_VERSION, 5 },
	{ "sflow/tcpdump_expanded_gateway.pcap", 1, 1, FP_OK, 0 },
	{ "sflow/nodesflow_vyos_7flow.bin", 1, 7, FP_OK, 0 },
	{ "sflow/goflow_5expflow_trailing332.bin", 1, 5, FP_TRAILING_DATAGRAM_BYTES, 1 },
	{ "sflow/gopacket_5flow_router_trailing9.bin", 1, 5, FP_TRAILING_DATAGRAM_BYTES, 1 },
	{ "hostile/flowparser_ctr_overrun.bin", 1, 0, FP_SAMPLE_OVERRUN, 1 },
	{ "hostile/nxthdr_version4.bin", 1, 0, FP_BAD_VERSION, 1 },
	{ "hostile/nxthdr_0samples.bin", 1, 0, FP_OK, 0 },
	{ "hostile/gopacket_ext_router_bad_addrtype.bin", 1, 1, FP_BAD_RECORD, 1 },
	{ "hostile/gopacket_ext_router_len_mismatch4.bin", 1, 1, FP_RECORD_OVERRUN, 1 },
	{ "hostile/tcpdump_sflow_print_segv_cve-2018-10105.pcap", 1, 0, FP_SHORT_HEADER, 1 },
};

static void captures_hold_what_others_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		struct tally t;
		uint32_t all = 0;

		tally_begin(&t, contents[i].name);
		for (size_t f = 0; f < FP_WIRE_FAULT_END; f++) {
			all += f == FP_TRAILING_DATAGRAM_BYTES ? 0 : t.faults[f];
		}
		if (t.datagrams != contents[i].datagrams || t.samples != contents[i].samples) {
			fail_msg("%s: %u datagrams, %u samples", contents[i].name, t.datagrams,
			         t.samples);
		}
		if (contents[i].fault != FP_OK) {
			assert_int_equal(t.faults[contents[i].fault], contents[i].faults);
		} else if (all != 0) {
			fail_msg("%s: %u faults", contents[i].name, all);
		}
		flat_sink_deinit(&t.flat);
	}
}

/* Values as sflowtool read them. */
static const struct {
	const char *name;
	const char *lines[12];
} values[] = {
	{ "sflow/telegraf_v5_example.bin",
	  { "agent=192.168.119.184", "sub_agent=100000", "uptime_ms=12414 ms",
	    "s0.records[0].name=\"eno1\"", "s0.records[1].ifIndex=3",
	    "s0.records[1].ifSpeed=1000000000 bit/s", "s0.records[1].ifInOctets=3910 bytes",
	    "s0.records[1].ifInMulticastPkts=null", "s0.records[1].ifOutUcastPkts=29" } },
	{ "sflow/flowparser_host_counters.bin",
	  { "s0.source_class=2", "s0.records[0].adapters[1].mac_addresses[0]=f2:29:01:70:58:25",
	    "s0.records[1].disk_free=11649775616 bytes", "s0.records[1].part_max_used=2706 0.01%",
	    "s0.records[2].mem_total=1073741824 bytes", "s0.records[3].load_one=0.02",
	    "s0.records[3].cpu_idle=4118193640 ms", "s0.records[3].contexts=392839834",
	    "s0.records[4].bytes_in=84803217639 bytes" } },
	{ "sflow/logstash_with_lag_counters.bin",
	  { "agent=10.0.1.80", "s0.source_index=1054596",
	    "s0.records[1].ifOutOctets=438139041512356 bytes",
	    "s0.records[2].dot3adAggPortActorSystemID=00:11:22:33:44:55",
	    "s0.records[2].dot3adAggPortPartnerOperSystemID=f8:b1:56:45:e7:e7",
	    "s0.records[2].dot3adAggPortAttachedAggID=47",
	    "s0.records[2].dot3adAggPortState[0]=226",
	    "s0.records[2].dot3adAggPortStatsLACPDUsRx=32358232" } },
	{ "sflow/flowparser_virt_jvm_2105_2106.bin",
	  { "s0.records[0].hostname=\"jvm-inmsf\"", "s0.records[0].os_release=\"1.6.0_18\"",
	    "s0.records[1].container_type=2", "s0.records[2].cpuTime=180090 ms",
	    "s0.records[3].maxMemory=1654915072 bytes",
	    "s0.records[4].vm_vendor=\"Sun Microsystems Inc.\"",
	    "s0.records[5].heap_used=31810232 bytes", "s0.records[5].gc_time=3904 ms",
	    "s0.records[5].thread_num_started=1353", "s0.records[5].fd_max_count=1024" } },
	{ "sflow/gopacket_ovs_dp_2207_app_2203.bin",
	  { "s0.records[0].user_time=726317 ms", "s0.records[0].mem_used=5812224 bytes",
	    "s0.records[1].hits=1015", "s0.records[1].misses=328",
	    "s0.records[1].mask_hits=2619" } },
	{ "sflow/vflow_5flow_router.bin",
	  { "s0.source_index=854", "s0.sampling_rate=4096", "s0.sample_pool=3431907328",
	    "s0.input.value=561", "s0.output.value=707", "s0.records[0].frame_length=1518 bytes",
	    "s0.records[0].packet.ip.src=152.195.33.40", "s0.records[0].packet.ip.ttl=62",
	    "s0.records[0].packet.src_port=443", "s0.records[0].packet.dst_port=54482",
	    "s0.records[2].nexthop=206.72.210.70", "s0.records[2].dst_mask_len=19 bits" } },
	{ "sflow/goflow2_drop_acl1037.bin",
	  { "s0.type=discarded_packet", "s0.drops=256", "s0.input.value=1", "s0.output.value=2",
	    "s0.reason=1", "s0.reason_name=host_unreachable" } },
	{ "sflow/nodesflow_vyos_1flow.bin",
	  { "s0.records[1].tag=8800:2", "s0.sampling_rate=500" } },
	/* a router whose ifIndex lies beyond 2^30 */
	{ "sflow/tcpdump_expanded_gateway.pcap",
	  { "s0.input.value=29001", "s0.output.kind=port", "s0.output.value=1285816721" } },
};

static void assert_values(size_t i)
{
	struct tally t;

	tally_begin(&t, values[i].name);
	assert_int_equal(t.datagrams, 1);
	for (size_t k = 0; k < 12 && values[i].lines[k] != NULL; k++) {
		if (!flat_sink_has(&t.flat, values[i].lines[k])) {
			fail_msg("%s: no \"%s\" in:%s", values[i].name, values[i].lines[k],
			         t.flat.out.at);
		}
	}
	flat_sink_deinit(&t.flat);
}

static void values_are_what_others_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		assert_values(i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_hold_what_others_counted),
		cmocka_unit_test(values_are_what_others_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
