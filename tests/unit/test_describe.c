/* SPDX-License-Identifier: Apache-2.0 */
/* What describe gives for each kind of sample and record. The packet object is part of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/describe.h"
#include "fabricpulse/decode/encode.h"
#include "flat_sink.h"
#include "layouts.h"
#include "stack.h"
#include "wire.h"

static struct flat_sink flat;
static uint8_t buf[65536];

static int setup(void **state)
{
	(void)state;
	flat_sink_init(&flat);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	flat_sink_deinit(&flat);
	return 0;
}

/* Everything that is in a datagram; the last sample's lines stay in `flat` with those before. */
static struct sflow_datagram describe(struct bytes payload)
{
	struct sflow_datagram d;
	struct sflow_sample s;
	char name[16];

	assert_int_equal(sflow_datagram_open(payload, &d), FP_OK);
	describe_datagram(&d, &flat.sink);
	for (uint32_t i = 0; sflow_sample_next(&d, &s); i++) {
		(void)snprintf(name, sizeof name, "s%u", i);
		describe_sample(&d, &s, name, i, &flat.sink);
	}
	assert_false(flat.is_broken);
	assert_int_equal(flat.depth, 0);
	return d;
}

static void assert_lines(const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!flat_sink_has(&flat, lines[i])) {
			fail_msg("no line \"%s\" in:%s", lines[i], flat.out.at);
		}
	}
}

#define ASSERT_LINES(...)                                                                          \
	assert_lines((const char *const[]){ __VA_ARGS__ },                                         \
	             sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void the_vector(void **state)
{
	(void)state;
	(void)describe((struct bytes){ .at = wire_vector, .len = sizeof wire_vector });
	ASSERT_LINES("agent=10.0.0.11", "sub_agent=0", "sequence=1001", "uptime_ms=360000 ms");
	ASSERT_LINES(
	    "s0.index=0", "s0.type=flow_sample_expanded", "s0.tag=0:3", "s0.length=192 bytes",
	    "s0.sequence=7", "s0.source_class=0", "s0.source_index=49", "s0.sampling_rate=20000",
	    "s0.sample_pool=140000", "s0.drops=0", "s0.input.kind=port", "s0.input.value=49",
	    "s0.output.value=57", "s0.records[0].type=sampled_header", "s0.records[0].tag=0:1",
	    "s0.records[0].length=88 bytes", "s0.records[0].frame_length=1102 bytes",
	    "s0.records[1].queue=3", "s0.records[2].delay=1850 ns",
	    "s0.records[3].depth=262144 bytes", "s0.records[4].nanoseconds=1767225600000000000 ns");
	ASSERT_LINES("s0.records[0].packet.src_mac=02:00:00:00:00:01",
	             "s0.records[0].packet.ethertype=0x0800",
	             "s0.records[0].packet.ip.src=10.1.0.1", "s0.records[0].packet.ip.dst=10.1.0.2",
	             "s0.records[0].packet.ip.dscp=26", "s0.records[0].packet.ip.ecn_name=ce",
	             "s0.records[0].packet.ip.length=1084 bytes",
	             "s0.records[0].packet.src_port=49374",
	             "s0.records[0].packet.rdma.operation=RC:RDMA_WRITE_FIRST",
	             "s0.records[0].packet.rdma.opcode=6", "s0.records[0].packet.rdma.psn=43981",
	             "s0.records[0].packet.rdma.reth.virtual_address=139638282125312",
	             "s0.records[0].packet.rdma.reth.dma_length=4096 bytes",
	             "s0.records[0].packet.rdma.cnp=false", "s0.records[0].packet.cut=false");
	ASSERT_LINES("s1.type=discarded_packet", "s1.reason=259", "s1.reason_name=no_buffer_space",
	             "s1.records[0].packet.rdma.cnp=true", "s1.records[1].group=\"buffer_drops\"",
	             "s1.records[1].trap=\"tail_drop\"");
	ASSERT_LINES("s2.type=unknown", "s2.tag=9999:77", "s2.length=3 bytes");
	assert_false(flat_sink_has(&flat, "s2.sequence=0"));
	ASSERT_LINES("s3.type=counters_sample_expanded", "s3.records[0].ifSpeed=400000000000 bit/s",
	             "s3.records[0].ifInMulticastPkts=null", "s3.records[0].ifOutErrors=0",
	             "s3.records[1].name=\"swp1\"", "s3.records[2].pause_duration=90123 us");
	assert_false(flat_sink_has(&flat, "s3.sampling_rate=0"));
}

/* One sample with these records. */
struct sample_builder {
	struct sflow_writer w;
};

static void begin(struct sample_builder *b, enum sflow_sample_kind kind)
{
	const struct sflow_datagram head = { .sequence = 1 };
	const struct sflow_sample s = { .kind = kind,
		                        .input = { .kind = SFLOW_IF_INTERNAL },
		                        .output = { .kind = SFLOW_IF_DISCARDED, .value = 258 } };

	sflow_write_begin(&b->w, buf, sizeof buf, &head);
	sflow_write_sample(&b->w, &s);
}

static struct sflow_datagram end(struct sample_builder *b)
{
	return describe((struct bytes){ .at = buf, .len = sflow_write_end(&b->w) });
}

/* A value, a list or an object of this path, which begins with a newline. */
static bool has_path(const char *path)
{
	const char *at = flat.out.at;

	while ((at = strstr(at, path)) != NULL) {
		at += strlen(path);
		if (*at == '=' || *at == '[' || *at == '.') {
			return true;
		}
	}
	return false;
}

static void assert_field(const struct sflow_field *field)
{
	bool is_taken = strcmp(field->name, "type") == 0 || strcmp(field->name, "length") == 0;
	char path[128];

	(void)snprintf(path, sizeof path, "\ns0.records[0].%s%s", is_taken ? "sampled_" : "",
	               field->name);
	if (!has_path(path)) {
		fail_msg("no field %s in:%s", field->name, flat.out.at);
	}
}

/* Every record of the table gives each of its fields by its name. */
static void every_record_by_its_fields(void **state)
{
	uint8_t body[512];

	(void)state;
	for (size_t i = 0; i < layout_count; i++) {
		const struct layout *l = &layouts[i];
		const struct sflow_record_type *type =
		    sflow_record_find(l->space, SFLOW_TAG(l->enterprise, l->format));
		bool is_flow = l->space == SFLOW_SPACE_FLOW;
		struct sample_builder b;
		uint32_t fields;
		size_t len = layout_build(l, body, &fields, NULL);
		char line[128];

		flat_sink_deinit(&flat);
		flat_sink_init(&flat);
		begin(&b, is_flow ? SFLOW_SAMPLE_FLOW : SFLOW_SAMPLE_COUNTERS);
		sflow_write_opaque_record(&b.w, type->tag,
		                          (struct bytes){ .at = body, .len = len });
		assert_false(end(&b).has_faults);
		(void)snprintf(line, sizeof line, "s0.records[0].type=%s", l->name);
		assert_true(flat_sink_has(&flat, line));
		for (uint32_t f = 0; f < fields; f++) {
			assert_field(&type->fields[f]);
		}
	}
}

static void unknown_records_by_tag_and_length(void **state)
{
	struct sample_builder b;

	(void)state;
	begin(&b, SFLOW_SAMPLE_FLOW);
	sflow_write_opaque_record(
	    &b.w, SFLOW_TAG(8800, 2),
	    (struct bytes){ .at = (const uint8_t *)"abcdefghijkl", .len = 12 });
	assert_false(end(&b).has_faults);
	ASSERT_LINES("s0.records[0].tag=8800:2", "s0.records[0].length=12 bytes");
	assert_null(strstr(flat.out.at, "s0.records[0].type"));
}

static void broken_records_say_so(void **state)
{
	struct sample_builder b;
	struct sflow_datagram d;

	(void)state;
	begin(&b, SFLOW_SAMPLE_COUNTERS);
	sflow_write_opaque_record(&b.w, 1, (struct bytes){ .at = wire_vector, .len = 87 });
	sflow_write_opaque_record(&b.w, 1005, (struct bytes){ .at = wire_vector, .len = 8 });
	d = end(&b);
	ASSERT_LINES("s0.records[0].type=if_counters", "s0.records[0].fault=short_record",
	             "s0.records[1].type=port_name", "s0.records[1].fault=bad_record");
	assert_int_equal(d.faults[FP_SHORT_RECORD], 1);
	assert_int_equal(d.faults[FP_BAD_RECORD], 1);
	assert_false(flat_sink_has(&flat, "s0.records[0].ifIndex=0"));
}

static void short_forms_leave_fields_out(void **state)
{
	uint8_t body[68] = { 0xbf, 0x80, 0, 0, 0x3d, 0xcc, 0xcc, 0xcd };
	struct sample_builder b;

	(void)state;
	begin(&b, SFLOW_SAMPLE_COUNTERS);
	sflow_write_opaque_record(&b.w, 2003, (struct bytes){ .at = body, .len = sizeof body });
	(void)end(&b);
	ASSERT_LINES("s0.records[0].load_one=null", "s0.records[0].load_five=0.1",
	             "s0.records[0].load_fifteen=0", "s0.records[0].contexts=0");
	assert_null(strstr(flat.out.at, "cpu_steal"));
}

static void interfaces_by_kind(void **state)
{
	struct sample_builder b;

	(void)state;
	begin(&b, SFLOW_SAMPLE_FLOW);
	(void)end(&b);
	ASSERT_LINES("s0.input.kind=internal", "s0.output.kind=discarded", "s0.output.value=258",
	             "s0.output.reason=acl");
	assert_false(flat_sink_has(&flat, "s0.input.value=0"));
}

static void irregular_records(void **state)
{
	uint8_t body[256];
	struct sample_builder b;
	size_t len;

	(void)state;
	begin(&b, SFLOW_SAMPLE_FLOW);
	len = wire_hex("00000000 0000fde8 00000001 00000002 00000002"
	               "00000002 00000002 00000064 00000065 00000001 00000001 00000066"
	               "00000001 fde80001 00000064",
	               body, sizeof body);
	sflow_write_opaque_record(&b.w, 1003, (struct bytes){ .at = body, .len = len });
	(void)end(&b);
	ASSERT_LINES("s0.records[0].nexthop=null", "s0.records[0].dst_as_path[0].kind=sequence",
	             "s0.records[0].dst_as_path[0].as[1]=101",
	             "s0.records[0].dst_as_path[1].kind=set",
	             "s0.records[0].dst_as_path[1].as[0]=102",
	             "s0.records[0].communities[0]=4259840001", "s0.records[0].localpref=100");
}

static void host_records(void **state)
{
	uint8_t body[256];
	struct sample_builder b;
	size_t len;

	(void)state;
	begin(&b, SFLOW_SAMPLE_COUNTERS);
	len = wire_hex(
	    "00000004 6c656166 00112233445566778899aabbccddeeff 00000003 00000002 00000000", body,
	    sizeof body);
	sflow_write_opaque_record(&b.w, 2000, (struct bytes){ .at = body, .len = len });
	len = wire_hex("00000001 00000007 00000001 02000000000a 0000", body, sizeof body);
	sflow_write_opaque_record(&b.w, 2001, (struct bytes){ .at = body, .len = len });
	len = wire_hex("00000001 ffffffff 00000001 00000032 00000001 ffffffff 00000001 00000064",
	               body, sizeof body);
	sflow_write_opaque_record(&b.w, SFLOW_TAG(4413, 2),
	                          (struct bytes){ .at = body, .len = len });
	(void)end(&b);
	ASSERT_LINES("s0.records[0].hostname=\"leaf\"",
	             "s0.records[0].uuid=00112233-4455-6677-8899-aabbccddeeff",
	             "s0.records[0].os_release=null", "s0.records[1].adapters[0].ifIndex=7",
	             "s0.records[1].adapters[0].mac_addresses[0]=02:00:00:00:00:0a",
	             "s0.records[2].ingress_mc_pc=null", "s0.records[2].egress_mc_pc=50 0.01%",
	             "s0.records[2].egress_queue_uc_pc[0]=null",
	             "s0.records[2].egress_queue_mc_pc[0]=100 0.01%");
}

/* ---- the packet object ---- */

static void put_header(struct sample_builder *b, const struct stack *s)
{
	const union sflow_value v = { .sampled_header = { .header_protocol = 1,
		                                          .frame_length = 1500,
		                                          .stripped = 4,
		                                          .header = stack_bytes(s) } };

	sflow_write_record(&b->w, SF_sampled_header, &v);
}

static void tunnels_and_tags(void **state)
{
	struct sample_builder b;
	struct stack s;

	(void)state;
	begin(&b, SFLOW_SAMPLE_FLOW);
	stack_begin(&s);
	stack_rdma(&s, 0x11, 4);
	stack_udp(&s, 49152, 4791);
	stack_ipv6(&s, 17, 2);
	stack_ethernet(&s, 0x86dd);
	stack_vxlan(&s, 5000);
	stack_udp(&s, 50000, 4789);
	stack_ipv4(&s, 17, 3);
	stack_tag(&s, 0x6064, 0x0800);
	stack_tag(&s, 0x700a, 0x8100);
	stack_ethernet(&s, 0x88a8);
	put_header(&b, &s);
	(void)end(&b);
	ASSERT_LINES(
	    "s0.records[0].packet.vlan.id=10", "s0.records[0].packet.vlan.priority=3",
	    "s0.records[0].packet.vlan.drop_eligible=true",
	    "s0.records[0].packet.vlan_inner.id=100", "s0.records[0].packet.vlan_count=2",
	    "s0.records[0].packet.ip.version=4", "s0.records[0].packet.ip.ecn=3",
	    "s0.records[0].packet.tunnel.type=vxlan", "s0.records[0].packet.tunnel.vni=5000",
	    "s0.records[0].packet.inner_ip.version=6",
	    "s0.records[0].packet.inner_ip.ecn_name=ect0",
	    "s0.records[0].packet.inner_ip.flow_label=74565", "s0.records[0].packet.dst_port=4791",
	    "s0.records[0].packet.rdma.aeth.kind=ack", "s0.records[0].packet.rdma.aeth.credits=1",
	    "s0.records[0].packet.rdma.aeth.msn=131844");
}

static void acknowledgements(void **state)
{
	static const struct {
		const char *syndrome;
		const char *line;
	} cases[] = {
		{ "1f000001", "s0.records[0].packet.rdma.aeth.credits=null" },
		{ "2e000001", "s0.records[0].packet.rdma.aeth.timer_ns=1280000 ns" },
		{ "60000001", "s0.records[0].packet.rdma.aeth.nak=psn_sequence_error" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sample_builder b;
		struct stack s;

		begin(&b, SFLOW_SAMPLE_FLOW);
		stack_begin(&s);
		stack_hex(&s, cases[i].syndrome);
		stack_hex(&s, "11 00 ffff 00 0000d2 00 00abcd");
		stack_udp(&s, 49152, 4791);
		stack_ipv4(&s, 17, 0);
		stack_ethernet(&s, 0x0800);
		put_header(&b, &s);
		(void)end(&b);
		assert_lines(&cases[i].line, 1);
	}
}

static void ultra_ethernet_and_mac_control(void **state)
{
	struct sample_builder b;
	struct stack s;

	(void)state;
	begin(&b, SFLOW_SAMPLE_FLOW);
	stack_begin(&s);
	stack_hex(&s, "5020 01 00");
	stack_udp(&s, 49152, 4793);
	stack_ipv4(&s, 17, 0);
	stack_ethernet(&s, 0x0800);
	put_header(&b, &s);
	stack_begin(&s);
	stack_hex(&s, "0101 0008");
	stack_ethernet(&s, 0x8808);
	put_header(&b, &s);
	(void)end(&b);
	ASSERT_LINES("s0.records[0].packet.uet.type=10", "s0.records[0].packet.uet.nack_code=1",
	             "s0.records[0].packet.uet.ecn_seen=true",
	             "s0.records[1].packet.mac_control=pfc");
}

/* ---- real-time samples ---- */

static void real_time_metrics(void **state)
{
	const struct sflow_datagram head = { .sequence = 1 };
	struct sflow_writer w;
	uint8_t body[256];
	size_t len;

	(void)state;
	sflow_write_begin(&w, buf, sizeof buf, &head);
	len = wire_hex("00000003 6e696300 00000002"
	               "00000003 636e7000 00000002 0000000100000000"
	               "00000004 74656d70 00000006 4049000000000000",
	               body, sizeof body);
	sflow_write_opaque_sample(&w, SFLOW_TAG(4300, 1002),
	                          (struct bytes){ .at = body, .len = len });
	len = wire_hex("00000001 66000000 00000064 00000001 00000002"
	               "00000001 6d000000 00000001 020000000001 0000"
	               "00000001 61000000 000000ff 00000000",
	               body, sizeof body);
	sflow_write_opaque_sample(&w, SFLOW_TAG(4300, 1003),
	                          (struct bytes){ .at = body, .len = len });
	(void)describe((struct bytes){ .at = buf, .len = sflow_write_end(&w) });
	ASSERT_LINES("s0.type=rtmetric", "s0.tag=4300:1002", "s0.dsname=\"nic\"",
	             "s0.values[0].name=\"cnp\"", "s0.values[0].type=counter64",
	             "s0.values[0].value=4294967296", "s0.values[1].type=gauge_double",
	             "s0.values[1].value=50");
	ASSERT_LINES("s1.type=rtflow", "s1.sampling_rate=100", "s1.sample_pool=1",
	             "s1.values[0].type=mac", "s1.values[0].value=02:00:00:00:00:01",
	             "s1.fault=bad_record");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_vector, setup, teardown),
		cmocka_unit_test_setup_teardown(every_record_by_its_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_records_by_tag_and_length, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_records_say_so, setup, teardown),
		cmocka_unit_test_setup_teardown(short_forms_leave_fields_out, setup, teardown),
		cmocka_unit_test_setup_teardown(interfaces_by_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(irregular_records, setup, teardown),
		cmocka_unit_test_setup_teardown(host_records, setup, teardown),
		cmocka_unit_test_setup_teardown(tunnels_and_tags, setup, teardown),
		cmocka_unit_test_setup_teardown(acknowledgements, setup, teardown),
		cmocka_unit_test_setup_teardown(ultra_ethernet_and_mac_control, setup, teardown),
		cmocka_unit_test_setup_teardown(real_time_metrics, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
