/* SPDX-License-Identifier: Apache-2.0 */
/* What a flow sample costs, from the datagram in memory to the last analyzer.
 *
 * Datagrams of a made-up fabric are written into a buffer, then taken through three ways: every
 * byte is only touched, which is the least that anything can cost; they are decoded and classified;
 * and all analyzers see them as well. New ones are written for each pass (not timed), since
 * repeated ones would be dropped at the door. The fastest pass counts: on a shared machine the
 * others measure the neighbours. Instructions come from the processor where the kernel lets us ask
 * it (perf_event_open(2)).
 */
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/classify/classify.h"
#include "made_up_fabric.h"

#define AGENTS    64u
#define PORTS     64u
#define DATAGRAMS 4096u
#define FLOWS     (DATAGRAMS * TRAFFIC_FLOWS)
#define PASSES    24u

static uint8_t bytes[DATAGRAMS][TRAFFIC_DATAGRAM_BYTES];
static size_t lengths[DATAGRAMS];
static struct shard shard;
static struct directory directory;
static volatile uint64_t touched;

static const struct limits_config limits = { .max_agents = AGENTS,
	                                     .max_ports = AGENTS * PORTS,
	                                     .max_sources = AGENTS * PORTS * 2,
	                                     .expire_ns = 600 * NS_PER_SECOND,
	                                     .max_sampling_rate = 1u << 26 };
static const struct classify_config config = { .trim_dscp = { .count = 1, .at = { 11 } } };
static char prefix[] = "sflow_";
static const struct analyze_config analyze = { .compat.prefix = prefix };

static void touch_all(struct classifier *c)
{
	uint64_t sum = 0;

	(void)c;
	for (size_t i = 0; i < DATAGRAMS; i++) {
		for (size_t k = 0; k < lengths[i]; k += sizeof sum) {
			uint64_t word;

			memcpy(&word, bytes[i] + k, sizeof word);
			sum += word;
		}
	}
	touched = sum;
}

static void classify_all(struct classifier *c)
{
	static const struct endpoint from = { .addr = { .family = ADDR_IPV4 } };
	static uint64_t time_ns = UINT64_C(1700000000) * NS_PER_SECOND;

	for (size_t i = 0; i < DATAGRAMS; i++) {
		time_ns += 10000;
		classify_datagram(c, (struct bytes){ bytes[i], lengths[i] }, &from, time_ns, false);
	}
	classify_flush(c);
}

static void drop_batch(void *arg, const struct batch *batch)
{
	(void)arg;
	(void)batch;
}

static void observe_batch(void *arg, const struct batch *batch)
{
	shard_observe(arg, batch);
}

/* A counter of this thread's instructions; -1: the kernel does not let us. */
static int open_instructions(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE,
		                        .size = sizeof attr,
		                        .config = PERF_COUNT_HW_INSTRUCTIONS,
		                        .exclude_kernel = 1,
		                        .exclude_hv = 1 };

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static uint64_t read_instructions(int fd)
{
	uint64_t count = 0;

	return fd >= 0 && read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

struct cost {
	double ns, instructions; /* a flow sample; 0 instructions: not known */
};

static struct cost measure(void (*run)(struct classifier *c), struct classifier *c, int perf)
{
	static struct traffic traffic = { .agents = AGENTS, .ports = PORTS };
	struct cost best = { 0 };

	traffic.sent = 0;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		uint64_t begin_ns, took_ns, instructions;

		for (size_t i = 0; i < DATAGRAMS; i++) {
			lengths[i] = traffic_next(&traffic, bytes[i]);
		}
		instructions = read_instructions(perf);
		begin_ns = clock_monotonic_ns();
		run(c);
		took_ns = clock_monotonic_ns() - begin_ns;
		instructions = read_instructions(perf) - instructions;
		if (pass == 0 || (double)took_ns / FLOWS < best.ns) {
			best.ns = (double)took_ns / FLOWS;
			best.instructions = (double)instructions / FLOWS;
		}
	}
	return best;
}

static void print_row(const char *name, struct cost cost, struct cost touch)
{
	char instructions[32] = "not known";

	if (cost.instructions > 0) {
		(void)snprintf(instructions, sizeof instructions, "%.0f", cost.instructions);
	}
	printf("%-24s %10.1f %14s %12.1f %12.2f\n", name, cost.ns, instructions, cost.ns / touch.ns,
	       1000 / cost.ns);
}

int main(void)
{
	const int perf = open_instructions();
	struct classifier alone, whole;
	struct cost touch;

	if (directory_init(&directory, &limits) != FP_OK || shard_init(&shard, &limits) != FP_OK ||
	    classifier_init(&alone, &directory, &config, drop_batch, NULL) != FP_OK ||
	    classifier_init(&whole, &shard.directory, &config, observe_batch, &shard) != FP_OK) {
		(void)fprintf(stderr, "out of memory\n");
		return 1;
	}
	atomic_store(&shard.config, &analyze);
	touch = measure(touch_all, NULL, perf);
	printf("a flow sample of an RDMA packet; %u a datagram, counters in every eighth\n",
	       TRAFFIC_FLOWS);
	printf("%-24s %10s %14s %12s %12s\n", "", "ns", "instructions", "x touching", "million/s");
	print_row("touch every byte", touch, touch);
	print_row("decode and classify", measure(classify_all, &alone, perf), touch);
	print_row("and all analyzers", measure(classify_all, &whole, perf), touch);
	classifier_deinit(&alone);
	classifier_deinit(&whole);
	shard_deinit(&shard);
	directory_deinit(&directory);
	if (perf >= 0) {
		close(perf);
	}
	return 0;
}
