/* SPDX-License-Identifier: Apache-2.0 */
/* Operations, message sizes, acknowledgements and credits, against numbers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer_fixture.h"
#include "fabricpulse/analyze/rdma.h"

#define RC_WRITE_FIRST    0x06
#define RC_WRITE_ONLY_IMM 0x0b
#define RC_READ_REQUEST   0x0c
#define RC_READ_LAST      0x0f
#define RC_ACKNOWLEDGE    0x11
#define RC_FLUSH          0x1c

static int setup(void **state)
{
	static struct fixture f;

	fixture_open(&f, &analyzer_rdma, ANALYZER_rdma);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

static struct observation *packet(struct fixture *f, uint8_t opcode, uint32_t flags)
{
	struct observation *o = fixture_packet(f, OBS_PORT_NONE, 1);

	o->rate = 20000;
	o->frame_bytes = 4174;
	o->basis = BASIS_EDGE_INGRESS;
	o->payload = PACKET_ROCEV2;
	o->opcode = opcode;
	o->flags = OBS_HAS_BTH | flags;
	return o;
}

static void message(struct fixture *f, uint8_t opcode, uint32_t bytes)
{
	packet(f, opcode, OBS_HAS_RETH)->dma_length = bytes;
}

static void acknowledgement(struct fixture *f, uint8_t opcode, uint8_t kind, uint8_t value)
{
	struct observation *o = packet(f, opcode, OBS_HAS_AETH);

	o->aeth_kind = kind;
	o->aeth_value = value;
}

static void operations_are_counted_by_opcode(void **state)
{
	struct fixture *f = *state;
	struct rdma_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	(void)packet(f, RC_WRITE_FIRST, 0);
	(void)packet(f, RC_WRITE_FIRST, OBS_IS_ACK_REQUESTED);
	packet(f, 0x81, OBS_IS_CNP)->frame_bytes = 78;
	fixture_feed(f);

	assert_int_equal(counter_get(&got->packets[RC_WRITE_FIRST]), 40000);
	assert_int_equal(counter_get(&got->bytes[RC_WRITE_FIRST]), UINT64_C(40000) * 4174);
	assert_int_equal(counter_get(&got->samples[RC_WRITE_FIRST]), 2);
	assert_int_equal(counter_get(&got->packets[0x81]), 20000);
	assert_int_equal(counter_get(&got->bytes[0x81]), 20000 * 78);
	assert_int_equal(counter_get(&got->ack_requests), 20000);
	assert_int_equal(counter_get(&got->ack_request_samples), 1);
}

static void only_the_fabric_view_counts(void **state)
{
	struct fixture *f = *state;
	static const struct rdma_fabric nothing;

	packet(f, RC_ACKNOWLEDGE, OBS_HAS_AETH)->basis = BASIS_NONE;
	packet(f, RC_WRITE_FIRST, OBS_HAS_RETH)->basis = BASIS_NONE;
	packet(f, RC_WRITE_FIRST, 0)->flags = 0; /* without BTH the opcode means nothing */
	fixture_feed(f);

	assert_memory_equal(fixture_entries(f, SCOPE_FABRIC), &nothing, sizeof nothing);
}

/* Bounds: 0, 256, 1 Ki, 4 Ki, 16 Ki, 64 Ki, 256 Ki, 1 Mi … */
static void message_sizes_are_those_of_whole_messages(void **state)
{
	struct fixture *f = *state;
	struct rdma_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct histogram *writes = &got->message_bytes[RDMA_REQUEST_WRITE];

	message(f, RC_WRITE_FIRST, 1024 * 1024);
	message(f, RC_WRITE_FIRST, 1024 * 1024 + 1);
	message(f, RC_WRITE_ONLY_IMM, 0);
	message(f, RC_READ_REQUEST, 300);
	message(f, RC_FLUSH, 8);
	(void)packet(f, 0x07, 0); /* WRITE middle: no length */
	fixture_feed(f);

	assert_int_equal(counter_get(&writes->buckets[0]), 20000);
	assert_int_equal(counter_get(&writes->buckets[7]), 20000);
	assert_int_equal(counter_get(&writes->buckets[8]), 20000);
	assert_int_equal(counter_get(&writes->sum), UINT64_C(20000) * (2 * 1024 * 1024 + 1));
	assert_int_equal(counter_get(&got->message_samples[RDMA_REQUEST_WRITE]), 3);
	assert_int_equal(counter_get(&got->message_bytes[RDMA_REQUEST_READ].buckets[2]), 20000);
	assert_int_equal(counter_get(&got->message_bytes[RDMA_REQUEST_READ].sum), 20000 * 300);
	assert_int_equal(counter_get(&got->message_bytes[RDMA_REQUEST_OTHER].buckets[1]), 20000);
}

static void a_message_longer_than_all_bounds_is_in_the_last_bucket(void **state)
{
	struct fixture *f = *state;
	struct rdma_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	struct histogram *writes = &got->message_bytes[RDMA_REQUEST_WRITE];

	message(f, RC_WRITE_FIRST, 1u << 30);
	message(f, RC_WRITE_FIRST, UINT32_MAX);
	fixture_feed(f);

	assert_int_equal(counter_get(&writes->buckets[12]), 20000);
	assert_int_equal(counter_get(&writes->buckets[13]), 20000);
	assert_int_equal(counter_get(&writes->sum),
	                 UINT64_C(20000) * (UINT64_C(1073741824) + 4294967295));
}

/* Code 6 is 8 credits, code 30 is 32768, code 31 no limit. */
static void unlimited_credits_stay_out_of_averages(void **state)
{
	struct fixture *f = *state;
	struct rdma_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_ACK, 0);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_ACK, 6);
	acknowledgement(f, RC_READ_LAST, ROCE_AETH_ACK, 30);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_ACK, 31);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_ACK, 31);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->aeth[ROCE_AETH_ACK]), 100000);
	assert_int_equal(counter_get(&got->aeth_samples[ROCE_AETH_ACK]), 5);
	assert_int_equal(counter_get(&got->unlimited), 40000);
	assert_int_equal(counter_get(&got->unlimited_samples), 2);
	assert_int_equal(counter_get(&got->credit_samples), 3);
	assert_int_equal(counter_get(&got->credits.sum), 20000 * (8 + 32768));
	assert_int_equal(counter_get(&got->credits.buckets[0]), 20000);
	assert_int_equal(counter_get(&got->credits.buckets[4]), 20000);  /* 4 < 8 <= 8 */
	assert_int_equal(counter_get(&got->credits.buckets[16]), 20000); /* the last bound */
	assert_int_equal(counter_get(&got->credits.buckets[17]), 0);
}

static void naks_are_no_acks(void **state)
{
	struct fixture *f = *state;
	struct rdma_fabric *got = fixture_entries(f, SCOPE_FABRIC);

	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_RNR_NAK, 14);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_NAK, 0);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_NAK, 2);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_NAK, 5);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_NAK, 31);
	acknowledgement(f, RC_ACKNOWLEDGE, ROCE_AETH_RESERVED, 0);
	fixture_feed(f);

	assert_int_equal(counter_get(&got->aeth[ROCE_AETH_ACK]), 0);
	assert_int_equal(counter_get(&got->aeth[ROCE_AETH_RNR_NAK]), 20000);
	assert_int_equal(counter_get(&got->aeth[ROCE_AETH_NAK]), 80000);
	assert_int_equal(counter_get(&got->aeth[ROCE_AETH_RESERVED]), 20000);
	assert_int_equal(counter_get(&got->naks[0]), 20000);
	assert_int_equal(counter_get(&got->naks[2]), 20000);
	assert_int_equal(counter_get(&got->naks[ROCE_NAK_CODES]), 40000); /* reserved codes */
	assert_int_equal(counter_get(&got->nak_samples[ROCE_NAK_CODES]), 2);
	assert_int_equal(counter_get(&got->credit_samples), 0);
}

static void ultra_ethernet_goes_by_type(void **state)
{
	struct fixture *f = *state;
	struct rdma_fabric *got = fixture_entries(f, SCOPE_FABRIC);
	static const struct {
		uint8_t type, code;
	} packets[] = { { 2, 0 }, { 10, 1 }, { 12, 1 }, { 10, 0xff } };

	for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
		struct observation *o = packet(f, 0, 0);

		o->flags = 0;
		o->payload = PACKET_UET;
		o->uet_type = packets[i].type;
		o->uet_nack_code = packets[i].code;
	}
	fixture_feed(f);

	assert_int_equal(counter_get(&got->uet_packets[2]), 20000);
	assert_int_equal(counter_get(&got->uet_bytes[2]), 20000 * 4174);
	assert_int_equal(counter_get(&got->uet_packets[10]), 40000);
	assert_int_equal(counter_get(&got->uet_nacks[1]), 40000);
	assert_int_equal(counter_get(&got->uet_nack_samples[1]), 2);
	assert_int_equal(counter_get(&got->uet_nacks[0xff]), 20000);
	assert_int_equal(counter_get(&got->uet_nacks[0]), 0);
	assert_int_equal(counter_get(&got->packets[0]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(operations_are_counted_by_opcode, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_fabric_view_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(message_sizes_are_those_of_whole_messages, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(
		    a_message_longer_than_all_bounds_is_in_the_last_bucket, setup, teardown),
		cmocka_unit_test_setup_teardown(unlimited_credits_stay_out_of_averages, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(naks_are_no_acks, setup, teardown),
		cmocka_unit_test_setup_teardown(ultra_ethernet_goes_by_type, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
