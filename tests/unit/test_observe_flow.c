/* SPDX-License-Identifier: Apache-2.0 */
/* What real agents put into one sample: several descriptions of a packet, none at all, records that
 * nobody reads, and values that must not leak into the next sample. Samples are written by the
 * project's encoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/classify/classify.h"
#include "fabricpulse/decode/encode.h"

#define T0 UINT64_C(1700000000000000000)

struct fixture {
	struct directory directory;
	struct classifier classifier;
	struct batch seen;
	struct sflow_writer writer;
	uint32_t sequence;
	uint8_t buffer[4096];
};

static struct fixture fixture;

static void remember(void *arg, const struct batch *batch)
{
	((struct fixture *)arg)->seen = *batch;
}

static int begin(void **state)
{
	static const struct classify_config config = { .trim_dscp = { .count = 1, .at = { 11 } } };
	static const struct limits_config limits = { .max_agents = 4,
		                                     .max_ports = 16,
		                                     .max_sources = 16,
		                                     .expire_ns = 1,
		                                     .max_sampling_rate = 1u << 26 };

	memset(&fixture, 0, sizeof fixture);
	assert_int_equal(directory_init(&fixture.directory, &limits), FP_OK);
	assert_int_equal(
	    classifier_init(&fixture.classifier, &fixture.directory, &config, remember, &fixture),
	    FP_OK);
	*state = &fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	classifier_deinit(&f->classifier);
	directory_deinit(&f->directory);
	return 0;
}

static void begin_datagram(struct fixture *f)
{
	const struct sflow_datagram head = { .agent = { .family = ADDR_IPV4,
		                                        .bytes = { 10, 0, 0, 1 } },
		                             .sequence = ++f->sequence };

	sflow_write_begin(&f->writer, f->buffer, sizeof f->buffer, &head);
}

static void begin_flow(struct fixture *f)
{
	const struct sflow_sample sample = { .kind = SFLOW_SAMPLE_FLOW_EXPANDED,
		                             .sequence = f->sequence,
		                             .source = { 0, 3 },
		                             .rate = 1000,
		                             .input = { .kind = SFLOW_IF_PORT, .value = 3 } };

	sflow_write_sample(&f->writer, &sample);
}

static void put(struct fixture *f, enum sflow_record_id id, union sflow_value value)
{
	sflow_write_record(&f->writer, id, &value);
}

/* Ends the datagram and classifies it; the packets it gave are in f->seen. */
static void classify(struct fixture *f)
{
	const size_t len = sflow_write_end(&f->writer);
	const struct endpoint from = { .addr = { .family = ADDR_IPV4, .bytes = { 192, 0, 2, 9 } } };

	assert_true(len > 0);
	classify_datagram(&f->classifier, (struct bytes){ f->buffer, len }, &from, T0, false);
	classify_flush(&f->classifier);
}

static void put_ipv4(struct fixture *f, uint32_t length, uint32_t tos)
{
	put(f, SF_sampled_ipv4,
	    (union sflow_value){
	        .sampled_ipv4 = { .length = length,
	                          .tos = tos,
	                          .src_ip = { .family = ADDR_IPV4, .bytes = { 10, 1, 0, 1 } },
	                          .dst_ip = { .family = ADDR_IPV4, .bytes = { 10, 1, 0, 2 } } } });
}

static void put_ethernet(struct fixture *f, uint32_t length)
{
	union sflow_value v = { 0 };

	v.sampled_ethernet.length = length;
	put(f, SF_sampled_ethernet, v);
}

/* Ethernet and nothing that is parsed behind it. */
static void put_header(struct fixture *f, uint32_t frame_length)
{
	static const uint8_t header[16] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xcc };

	put(f, SF_sampled_header,
	    (union sflow_value){ .sampled_header = { .header_protocol = 1,
	                                             .frame_length = frame_length,
	                                             .stripped = 4,
	                                             .header = { header, sizeof header } } });
}

static void test_one_packet_described_three_times(void **state)
{
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put_ipv4(f, 500, 3);
	put_header(f, 64);
	put_ethernet(f, 518);
	classify(f);
	assert_int_equal(f->seen.packet_count, 1);
	assert_int_equal(f->seen.packets[0].frame_bytes, 64);
	assert_int_equal(f->seen.packets[0].flags & OBS_IS_IP, 0);
	assert_false(f->seen.datagrams[0].has_faults);
}

static void test_ip_record_without_header(void **state)
{
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put_ethernet(f, 999);
	put_ipv4(f, 500, 11u << 2 | 3);
	classify(f);
	assert_int_equal(f->seen.packets[0].frame_bytes, 518);
	assert_int_equal(f->seen.packets[0].outer_dscp, 11);
	assert_int_equal(f->seen.packets[0].outer_ecn, 3);
	assert_int_equal(f->seen.packets[0].flags, OBS_IS_IP | OBS_IS_TRIMMED);
}

static void test_ethernet_record_alone(void **state)
{
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put_ethernet(f, 1518);
	classify(f);
	assert_int_equal(f->seen.packets[0].frame_bytes, 1518);
	assert_int_equal(f->seen.packets[0].flags, 0);
}

static void test_bth_record_alone(void **state)
{
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put(f, SF_extended_ib_bth,
	    (union sflow_value){ .extended_ib_bth = { .dst_qp = 77, .opcode = 0x0a } });
	classify(f);
	assert_int_equal(f->seen.packets[0].opcode, 0x0a);
	assert_int_equal(f->seen.packets[0].dest_qp, 77);
	assert_int_equal(f->seen.packets[0].payload, PACKET_INFINIBAND);
	assert_int_equal(f->seen.packets[0].flags, OBS_HAS_BTH | OBS_IS_DATA);
}

static void test_sample_without_any_packet_still_counts(void **state)
{
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put(f, SF_extended_switch, (union sflow_value){ .extended_switch = { .src_vlan = 7 } });
	classify(f);
	assert_int_equal(f->seen.packet_count, 1);
	assert_int_equal(f->seen.packets[0].direction, DIRECTION_IN);
	assert_int_equal(f->seen.packets[0].frame_bytes, 0);
}

static void test_nothing_leaks_into_the_next_sample(void **state)
{
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put_header(f, 64);
	put(f, SF_extended_egress_queue,
	    (union sflow_value){ .extended_egress_queue = { .queue = 3 } });
	put(f, SF_extended_queue, (union sflow_value){ .extended_queue = { .depth = 4096 } });
	put(f, SF_extended_transit, (union sflow_value){ .extended_transit = { .delay = 1850 } });
	put(f, SF_extended_timestamp,
	    (union sflow_value){ .extended_timestamp = { .nanoseconds = T0 - 5 } });
	begin_flow(f);
	put_ethernet(f, 100);
	classify(f);
	assert_int_equal(f->seen.packets[0].queue, 3);
	assert_int_equal(f->seen.packets[0].depth_bytes, 4096);
	assert_int_equal(f->seen.packets[0].delay_ns, 1850);
	assert_int_equal(f->seen.packets[0].time_ns, T0 - 5);
	assert_int_equal(f->seen.packets[0].flags, OBS_HAS_HEADER | OBS_HAS_QUEUE | OBS_HAS_DEPTH |
	                                               OBS_HAS_DELAY | OBS_HAS_TIMESTAMP);
	assert_int_equal(f->seen.packets[1].flags, 0);
	assert_int_equal(f->seen.packets[1].queue, 0);
	assert_int_equal(f->seen.packets[1].delay_ns, 0);
	assert_int_equal(f->seen.packets[1].time_ns, T0);
}

static void test_records_nobody_reads_are_still_checked(void **state)
{
	static const uint8_t bad_type[12] = { 0, 0, 0, 9 };
	struct fixture *f = *state;

	begin_datagram(f);
	begin_flow(f);
	put_header(f, 64);
	sflow_write_opaque_record(&f->writer, 1002, (struct bytes){ bad_type, sizeof bad_type });
	sflow_write_opaque_record(&f->writer, 1001, (struct bytes){ bad_type, 4 });
	sflow_write_opaque_record(&f->writer, 3, (struct bytes){ bad_type, 4 });
	sflow_write_opaque_record(&f->writer, 1036, (struct bytes){ bad_type, 2 });
	classify(f);
	assert_int_equal(f->seen.packet_count, 1);
	assert_int_equal(f->seen.datagrams[0].faults[FP_BAD_RECORD], 1);
	assert_int_equal(f->seen.datagrams[0].faults[FP_SHORT_RECORD], 3);
}

static void put_port_name(struct fixture *f, uint32_t ifindex, const char *name)
{
	const struct sflow_sample sample = { .kind = SFLOW_SAMPLE_COUNTERS_EXPANDED,
		                             .sequence = f->sequence,
		                             .source = { 0, ifindex } };

	sflow_write_sample(&f->writer, &sample);
	put(f, SF_port_name,
	    (union sflow_value){
	        .port_name = { .name = { (const uint8_t *)name, strlen(name) } } });
}

static void test_renumbered_ports_are_learned_again(void **state)
{
	struct fixture *f = *state;
	char name[NAME_SIZE];

	begin_datagram(f);
	put_port_name(f, 3, "Ethernet0");
	put_port_name(f, 4, "Ethernet4");
	classify(f);
	begin_datagram(f);
	put_port_name(f, 3, "Ethernet4");
	put_port_name(f, 4, "Ethernet0");
	classify(f);
	assert_string_equal(namebox_get(&f->directory.port[0].name, name), "Ethernet4");
	assert_string_equal(namebox_get(&f->directory.port[1].name, name), "Ethernet0");
}

static void test_discard_carries_its_packet(void **state)
{
	const struct sflow_sample sample = { .kind = SFLOW_SAMPLE_DISCARD,
		                             .sequence = 1,
		                             .source = { 0, 3 },
		                             .drops = 9,
		                             .reason = 259,
		                             .input = { .kind = SFLOW_IF_PORT, .value = 3 } };
	struct sflow_sample next = sample;
	struct fixture *f = *state;

	begin_datagram(f);
	sflow_write_sample(&f->writer, &sample);
	put_header(f, 64);
	next.sequence = 2;
	next.drops = 14;
	sflow_write_sample(&f->writer, &next);
	put_ipv4(f, 200, 0);
	classify(f);
	assert_int_equal(f->seen.discard_count, 2);
	assert_int_equal(f->seen.discards[0].reason, 259);
	assert_int_equal(f->seen.discards[0].suppressed, 0);
	assert_int_equal(f->seen.discards[0].frame_bytes, 64);
	assert_int_equal(f->directory.port[f->seen.discards[0].in_port].ifindex, 3);
	assert_int_equal(f->seen.discards[0].out_port, OBS_PORT_NONE);
	assert_int_equal(f->seen.discards[1].suppressed, 5);
	assert_int_equal(f->seen.discards[1].frame_bytes, 218);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_one_packet_described_three_times),
		TEST(test_ip_record_without_header),
		TEST(test_ethernet_record_alone),
		TEST(test_bth_record_alone),
		TEST(test_sample_without_any_packet_still_counts),
		TEST(test_nothing_leaks_into_the_next_sample),
		TEST(test_records_nobody_reads_are_still_checked),
		TEST(test_renumbered_ports_are_learned_again),
		TEST(test_discard_carries_its_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
