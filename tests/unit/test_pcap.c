/* SPDX-License-Identifier: Apache-2.0 */
/* Captures as a source: files that this test writes with libpcap, and one pcapng by hand. Each
 * datagram carries its number, so that order, loss and stale buffers show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pcap/pcap.h>
#include <sys/socket.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/io/pcap.h"
#include "frame.h"

#define START_NS      (UINT64_C(1700000000) * NS_PER_SECOND)
#define PAYLOAD_BYTES 200

struct fixture {
	char folder[64];
	char path[3][96];
	struct datagram_batch batch;
	struct source *source;
	unsigned lines; /* logged */
};

/* --- writing captures ----------------------------------------------------------- */

static void payload_fill(uint8_t out[static PAYLOAD_BYTES], unsigned number)
{
	memset(out, (int)(number & 255u), PAYLOAD_BYTES);
	out[0] = (uint8_t)(number >> 8);
}

static unsigned payload_number(const struct datagram *d)
{
	for (size_t i = 1; i < d->payload.len; i++) {
		assert_int_equal(d->payload.at[i], d->payload.at[1]);
	}
	return (unsigned)d->payload.at[0] << 8 | d->payload.at[1];
}

struct dump {
	pcap_t *dead;
	pcap_dumper_t *dumper;
	unsigned precision;
};

static struct dump dump_open(const char *path, int link_type, unsigned precision)
{
	struct dump d = { .precision = precision };

	d.dead = pcap_open_dead_with_tstamp_precision(link_type, 65535, precision);
	d.dumper = pcap_dump_open(d.dead, path);
	assert_non_null(d.dumper);
	return d;
}

static void dump_close(struct dump *d)
{
	pcap_dump_close(d->dumper);
	pcap_close(d->dead);
}

/* Write one frame; its last `cut` bytes are missing, as behind a snap length. */
static void dump_frame(struct dump *d, const struct frame_shape *shape, uint64_t time_ns,
                       size_t cut)
{
	uint8_t frame[FRAME_BYTES_MAX];
	size_t len = frame_build(shape, frame);
	struct pcap_pkthdr header = { .caplen = (uint32_t)(len - cut), .len = (uint32_t)len };
	uint64_t fraction = time_ns % NS_PER_SECOND;

	header.ts.tv_sec = (time_t)(time_ns / NS_PER_SECOND);
	header.ts.tv_usec =
	    (suseconds_t)(d->precision == PCAP_TSTAMP_PRECISION_NANO ? fraction : fraction / 1000);
	pcap_dump((uint8_t *)d->dumper, &header, frame);
}

/* `count` datagrams to port 6343, `gap_ns` apart, numbered from `first`. */
static void dump_numbered(const char *path, unsigned first, unsigned count, uint64_t gap_ns)
{
	struct dump d = dump_open(path, DLT_EN10MB, PCAP_TSTAMP_PRECISION_NANO);

	for (unsigned i = 0; i < count; i++) {
		uint8_t payload[PAYLOAD_BYTES];
		struct frame_shape shape = {
			.link_type = DLT_EN10MB,
			.port = 6343,
			.payload = { payload, sizeof payload },
		};

		payload_fill(payload, first + i);
		dump_frame(&d, &shape, START_NS + i * gap_ns, 0);
	}
	dump_close(&d);
}

/* --- reading them --------------------------------------------------------------- */

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	(void)snprintf(f->folder, sizeof f->folder, "/tmp/fabricpulse-pcap-XXXXXX");
	if (mkdtemp(f->folder) == NULL) {
		return -1;
	}
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(f->path[i], sizeof f->path[i], "%s/%zu", f->folder, i);
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	log_redirect(NULL, NULL);
	if (f->source != NULL) {
		f->source->ops->close(f->source);
	}
	for (size_t i = 0; i < 3; i++) {
		(void)unlink(f->path[i]);
	}
	(void)rmdir(f->folder);
	free(f);
	return 0;
}

static void count_line(enum log_level level, const char *line, void *arg)
{
	struct fixture *f = arg;

	(void)line;
	f->lines += level >= LOG_LEVEL_WARN ? 1 : 0;
}

static void open_files(struct fixture *f, size_t count, double speed)
{
	struct pcap_options options = { .port = 6343, .speed = speed };
	char *names[3] = { f->path[0], f->path[1], f->path[2] };
	char problem[256] = "";
	enum fp_err err =
	    pcap_source_open_all(names, count, &options, &f->source, problem, sizeof problem);

	assert_string_equal(problem, "");
	assert_int_equal(err, FP_OK);
}

static enum fp_err receive(struct fixture *f, int timeout_ms)
{
	return f->source->ops->receive(f->source, &f->batch, timeout_ms);
}

/* Read to the end; numbers must follow each other from `first`. Returns how many there were. */
static unsigned read_numbered(struct fixture *f, unsigned first)
{
	unsigned count = 0;

	while (receive(f, 10) == FP_OK) {
		for (size_t i = 0; i < f->batch.count; i++) {
			assert_int_equal(payload_number(&f->batch.at[i]), first + count);
			count++;
		}
	}
	assert_int_equal(receive(f, 10), FP_END);
	return count;
}

#define STAT(f, name) counter_get(&(f)->source->stats.name)

/* --- tests ---------------------------------------------------------------------- */

static void every_link_type_is_read(void **state)
{
	static const int link_types[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW,
		                          DLT_IPV4,   DLT_IPV6,      DLT_NULL,       DLT_LOOP };
	struct fixture *f = *state;

	for (size_t t = 0; t < sizeof link_types / sizeof link_types[0]; t++) {
		struct dump d = dump_open(f->path[0], link_types[t], PCAP_TSTAMP_PRECISION_MICRO);
		uint8_t payload[PAYLOAD_BYTES];
		struct frame_shape shape = {
			.link_type = link_types[t],
			.is_ipv6 = link_types[t] == DLT_IPV6,
			.port = 6343,
			.payload = { payload, sizeof payload },
		};

		payload_fill(payload, 7);
		dump_frame(&d, &shape, START_NS + 123456789, 0);
		shape.port = 53;
		dump_frame(&d, &shape, START_NS + 123456789, 0);
		dump_close(&d);

		open_files(f, 1, 0);
		assert_false(f->source->is_live);
		assert_int_equal(receive(f, 0), FP_OK);
		assert_int_equal(f->batch.count, 1);
		assert_int_equal(payload_number(&f->batch.at[0]), 7);
		assert_int_equal(f->batch.at[0].payload.len, PAYLOAD_BYTES);
		assert_int_equal(f->batch.at[0].time_ns, START_NS + 123456000);
		assert_int_equal(f->batch.at[0].from.port, FRAME_SOURCE_PORT);
		assert_int_equal(receive(f, 0), FP_END);
		assert_int_equal(STAT(f, datagrams), 1);
		assert_int_equal(STAT(f, bytes), PAYLOAD_BYTES);
		assert_int_equal(STAT(f, not_sflow), 1);
		f->source->ops->close(f->source);
		f->source = NULL;
	}
}

static void nanoseconds_are_kept(void **state)
{
	struct fixture *f = *state;

	dump_numbered(f->path[0], 0, 3, 1000000001);
	open_files(f, 1, 0);
	assert_int_equal(receive(f, 0), FP_OK);
	assert_int_equal(f->batch.count, 3);
	assert_int_equal(f->batch.at[1].time_ns, START_NS + 1000000001);
	assert_int_equal(f->batch.at[2].time_ns, START_NS + 2000000002);
}

/* A section, an interface with nanoseconds (if_tsresol 9), one enhanced packet. */
static void pcapng_is_read(void **state)
{
	struct fixture *f = *state;
	const uint64_t ns = START_NS + 987654321;
	uint8_t payload[PAYLOAD_BYTES];
	uint8_t frame[FRAME_BYTES_MAX] = { 0 };
	struct frame_shape shape = { .link_type = DLT_RAW,
		                     .port = 6343,
		                     .payload = { payload, sizeof payload } };
	uint32_t len = (uint32_t)frame_build(&shape, frame);
	uint32_t padded = (len + 3) & ~3u;
	const uint32_t head[] = {
		0x0a0d0d0a,
		28,
		0x1a2b3c4d,
		1,
		UINT32_MAX,
		UINT32_MAX,
		28, /* section */
		1,
		32,
		101,
		65535,
		9 | 1 << 16,
		9,
		0,
		32, /* interface, raw IP */
		6,
		32 + padded,
		0,
		(uint32_t)(ns >> 32),
		(uint32_t)ns,
		len,
		len,
	};
	const uint32_t tail = 32 + padded;
	FILE *file = fopen(f->path[0], "wb");

	payload_fill(payload, 99);
	(void)frame_build(&shape, frame);
	assert_int_equal(fwrite(head, sizeof head, 1, file), 1);
	assert_int_equal(fwrite(frame, padded, 1, file), 1);
	assert_int_equal(fwrite(&tail, sizeof tail, 1, file), 1);
	assert_int_equal(fclose(file), 0);

	open_files(f, 1, 0);
	assert_int_equal(receive(f, 0), FP_OK);
	assert_int_equal(f->batch.count, 1);
	assert_int_equal(f->batch.at[0].time_ns, ns);
	assert_int_equal(payload_number(&f->batch.at[0]), 99);
}

static void fragments_and_cut_packets_are_counted(void **state)
{
	struct fixture *f = *state;
	struct dump d = dump_open(f->path[0], DLT_EN10MB, PCAP_TSTAMP_PRECISION_NANO);
	uint8_t payload[PAYLOAD_BYTES];
	struct frame_shape first = {
		.link_type = DLT_EN10MB,
		.has_more_fragments = true,
		.udp_excess = 2 * PAYLOAD_BYTES,
		.port = 6343,
		.payload = { payload, sizeof payload },
	};
	struct frame_shape middle = first;
	struct frame_shape last = first;
	struct frame_shape whole = first;

	payload_fill(payload, 5);
	middle.fragment_offset = 26;
	last.fragment_offset = 51;
	last.has_more_fragments = false;
	whole.has_more_fragments = false;
	whole.udp_excess = 0;
	dump_frame(&d, &first, START_NS, 0);
	dump_frame(&d, &middle, START_NS, 0);
	dump_frame(&d, &last, START_NS, 0);
	dump_frame(&d, &whole, START_NS, 50);
	dump_frame(&d, &whole, START_NS, 0);
	dump_close(&d);

	open_files(f, 1, 0);
	assert_int_equal(receive(f, 0), FP_OK);
	assert_int_equal(f->batch.count, 3);
	assert_true(f->batch.at[0].is_truncated);
	assert_true(f->batch.at[1].is_truncated);
	assert_int_equal(f->batch.at[1].payload.len, PAYLOAD_BYTES - 50);
	assert_false(f->batch.at[2].is_truncated);
	assert_int_equal(STAT(f, ip_fragments), 3);
	assert_int_equal(STAT(f, truncated), 2);
	assert_int_equal(STAT(f, not_sflow), 0);
}

/* Every payload of a batch stays what it was until the next call, over many batches. */
static void batches_are_full_and_their_bytes_stay(void **state)
{
	struct fixture *f = *state;

	dump_numbered(f->path[0], 0, 1000, 1000);
	open_files(f, 1, 0);
	assert_int_equal(receive(f, 0), FP_OK);
	assert_int_equal(f->batch.count, SOURCE_BATCH_MAX);
	for (unsigned i = 0; i < SOURCE_BATCH_MAX; i++) {
		assert_int_equal(payload_number(&f->batch.at[i]), i);
	}
	assert_int_equal(read_numbered(f, SOURCE_BATCH_MAX), 1000 - SOURCE_BATCH_MAX);
	assert_int_equal(STAT(f, datagrams), 1000);
}

static void files_follow_each_other(void **state)
{
	struct fixture *f = *state;

	dump_numbered(f->path[0], 0, 70, 1000);
	dump_numbered(f->path[1], 70, 0, 1000);
	dump_numbered(f->path[2], 70, 10, 1000);
	open_files(f, 3, 0);
	assert_int_equal(read_numbered(f, 0), 80);
}

static void a_mistake_in_any_name_shows_at_once(void **state)
{
	struct fixture *f = *state;
	struct pcap_options options = { .port = 6343 };
	char *names[] = { f->path[0], f->path[1] };
	char problem[256];
	char expected[256];
	struct dump d = dump_open(f->path[1], DLT_IEEE802_11, PCAP_TSTAMP_PRECISION_MICRO);

	dump_close(&d);
	dump_numbered(f->path[0], 0, 1, 0);
	assert_int_equal(
	    pcap_source_open_all(names, 2, &options, &f->source, problem, sizeof problem),
	    FP_BAD_DOCUMENT);
	(void)snprintf(expected, sizeof expected,
	               "%s: link type IEEE802_11 (105) is not one that UDP can be read from",
	               f->path[1]);
	assert_string_equal(problem, expected);
	assert_null(f->source);
	options.is_interface = true;
	assert_int_equal(
	    pcap_source_open_all(names, 2, &options, &f->source, problem, sizeof problem),
	    FP_BAD_ARGUMENT);
	assert_int_equal(pcap_source_open("/nowhere/at/all", &(struct pcap_options){ 0 },
	                                  &f->source, problem, sizeof problem),
	                 FP_SYSTEM);
	assert_string_equal(problem, "/nowhere/at/all: No such file or directory");
}

static void a_file_that_breaks_off_is_given_up_to_there(void **state)
{
	struct fixture *f = *state;

	dump_numbered(f->path[0], 0, 5, 1000);
	dump_numbered(f->path[1], 4, 5, 1000);
	assert_int_equal(truncate(f->path[0], 24 + 5 * (16 + 42 + PAYLOAD_BYTES) - 1), 0);
	log_redirect(count_line, f);
	open_files(f, 2, 0);
	assert_int_equal(read_numbered(f, 0), 4 + 5);
	assert_int_equal(STAT(f, receive_errors), 1);
	assert_int_equal(f->lines, 1);
}

static void standard_input_is_a_file(void **state)
{
	struct fixture *f = *state;
	struct pcap_options options = { .port = 6343 };
	char problem[256];

	dump_numbered(f->path[0], 0, 5, 1000);
	assert_non_null(freopen(f->path[0], "rb", stdin));
	assert_int_equal(pcap_source_open("-", &options, &f->source, problem, sizeof problem),
	                 FP_OK);
	assert_int_equal(read_numbered(f, 0), 5);
}

/* 11 datagrams over 400 ms at four times the speed: 100 ms, none before its time, and no call waits
 * longer than it may. */
static void pacing_follows_the_captures_clock(void **state)
{
	struct fixture *f = *state;
	uint64_t start_ns = clock_monotonic_ns();
	unsigned count = 0;
	unsigned empty = 0;

	dump_numbered(f->path[0], 0, 11, 40 * NS_PER_MS);
	open_files(f, 1, 4);
	for (;;) {
		uint64_t before_ns = clock_monotonic_ns();
		uint64_t after_ns;

		if (receive(f, 3) == FP_END) {
			break;
		}
		after_ns = clock_monotonic_ns();
		assert_true(after_ns - before_ns < 500 * NS_PER_MS);
		empty += f->batch.count == 0 ? 1 : 0;
		count += (unsigned)f->batch.count;
		if (count > 0) {
			assert_true(after_ns - start_ns >= 10 * NS_PER_MS * (count - 1));
		}
	}
	assert_int_equal(count, 11);
	assert_true(empty > 0);
	assert_true(clock_monotonic_ns() - start_ns >= 100 * NS_PER_MS);
}

static void send_numbered(uint16_t port, unsigned count)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (unsigned i = 0; i < count; i++) {
		uint8_t payload[PAYLOAD_BYTES];

		payload_fill(payload, i);
		assert_int_equal(
		    sendto(fd, payload, sizeof payload, 0, (struct sockaddr *)&to, sizeof to),
		    sizeof payload);
	}
	close(fd);
}

static void an_interface_is_captured_live(void **state)
{
	struct fixture *f = *state;
	struct pcap_options options = { .port = 16343, .is_interface = true };
	uint64_t before_ns = clock_realtime_ns();
	char problem[256];
	unsigned count = 0;

	if (pcap_source_open("lo", &options, &f->source, problem, sizeof problem) != FP_OK) {
		print_message("skipped, needs CAP_NET_RAW: %s\n", problem);
		skip();
	}
	assert_true(f->source->is_live);
	assert_int_equal(receive(f, 0), FP_OK);
	assert_int_equal(f->batch.count, 0);
	send_numbered(16344, 10);
	send_numbered(16343, 100);
	for (unsigned tries = 0; tries < 100 && count < 100; tries++) {
		assert_int_equal(receive(f, 100), FP_OK);
		for (size_t i = 0; i < f->batch.count; i++) {
			assert_int_equal(payload_number(&f->batch.at[i]), count++);
			assert_true(f->batch.at[i].time_ns >= before_ns);
			assert_true(f->batch.at[i].time_ns <= clock_realtime_ns());
		}
	}
	assert_int_equal(count, 100);
	assert_int_equal(STAT(f, kernel_drops), 0);
	assert_int_equal(STAT(f, not_sflow), 0); /* the filter kept them out */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_link_type_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(nanoseconds_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(pcapng_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(fragments_and_cut_packets_are_counted, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(batches_are_full_and_their_bytes_stay, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(files_follow_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(a_mistake_in_any_name_shows_at_once, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(a_file_that_breaks_off_is_given_up_to_there, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(standard_input_is_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(pacing_follows_the_captures_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(an_interface_is_captured_live, setup, teardown),
	};

	return cmocka_run_group_tests_name("pcap", tests, NULL, NULL);
}
