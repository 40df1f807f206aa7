/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of a live interface, run on frames: what link.c would give, the filter lets through,
 * and the traffic of a mirror port stays outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "io/capture_priv.h"

static const uint8_t text[] = "sixteen octets..";

static struct bpf_program compile(int link_type, uint16_t port, bool has_tags)
{
	char filter[CAPTURE_FILTER_SIZE];
	struct bpf_program program;
	pcap_t *handle = pcap_open_dead(link_type, 65535);

	capture_filter_write(filter, port, has_tags);
	assert_int_equal(pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN), 0);
	pcap_close(handle);
	return program;
}

static bool passes(const struct bpf_program *program, const struct frame_shape *shape,
                   uint8_t protocol)
{
	uint8_t frame[FRAME_BYTES_MAX];
	struct pcap_pkthdr header = { 0 };

	header.caplen = header.len = (bpf_u_int32)frame_build(shape, frame);
	if (protocol != 17) {
		frame[14 + 4 * shape->tags + (shape->is_ipv6 ? 6 : 9)] = protocol;
	}
	return pcap_offline_filter(program, &header, frame) != 0;
}

static void what_could_be_sflow_passes(void **state)
{
	struct bpf_program program = compile(DLT_EN10MB, 6343, true);

	(void)state;
	for (unsigned n = 0; n < 2 * 3 * 5 * 3; n++) {
		struct frame_shape shape = {
			.link_type = DLT_EN10MB,
			.is_ipv6 = n % 2 == 1,
			.tags = n / 2 % 3,
			.options = n / 6 % 5,
			.has_more_fragments = n / 30 > 0,
			.fragment_offset = n / 30 > 1 ? 5 : 0,
			.port = 6343,
			.payload = { text, 16 },
		};

		assert_true(passes(&program, &shape, 17));
	}
	pcap_freecode(&program);
}

static void other_traffic_stays_outside(void **state)
{
	struct bpf_program program = compile(DLT_EN10MB, 6343, true);

	(void)state;
	for (unsigned n = 0; n < 2 * 3; n++) {
		struct frame_shape shape = {
			.link_type = DLT_EN10MB,
			.is_ipv6 = n % 2 == 1,
			.tags = n / 2,
			.port = 4791,
			.payload = { text, 16 },
		};

		assert_false(passes(&program, &shape, 17));
		shape.port = 6343;
		assert_false(passes(&program, &shape, 6));
	}
	pcap_freecode(&program);
}

static void interfaces_without_tags_have_a_filter_too(void **state)
{
	struct bpf_program program = compile(DLT_RAW, 0, false);
	struct frame_shape shape = { .link_type = DLT_RAW, .port = 9, .payload = { text, 16 } };

	(void)state;
	assert_true(passes(&program, &shape, 17));
	pcap_freecode(&program);
}

static void what_is_no_capture_is_named(void **state)
{
	char problem[256];
	pcap_t *handle;

	(void)state;
	assert_int_equal(capture_file_open("/nowhere/at/all", &handle, problem, sizeof problem),
	                 FP_SYSTEM);
	assert_string_equal(problem, "/nowhere/at/all: No such file or directory");
	assert_null(handle);
	assert_int_equal(capture_file_open("/dev/null", &handle, problem, sizeof problem),
	                 FP_BAD_DOCUMENT);
	assert_null(handle);
	assert_int_equal(
	    capture_interface_open("no-such-if0", 6343, &handle, problem, sizeof problem),
	    FP_SYSTEM);
	assert_memory_equal(problem, "no-such-if0: ", 13);
	assert_null(handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_could_be_sflow_passes),
		cmocka_unit_test(other_traffic_stays_outside),
		cmocka_unit_test(interfaces_without_tags_have_a_filter_too),
		cmocka_unit_test(what_is_no_capture_is_named),
	};

	return cmocka_run_group_tests_name("capture_open", tests, NULL, NULL);
}
