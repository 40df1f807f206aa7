/* SPDX-License-Identifier: Apache-2.0 */
/* Captures as a source: files one after another, or one live interface.
 *
 * libpcap hands out one packet at a time in a buffer that dies with the next call; a batch has
 * many. So payloads are copied, packed one behind another, into an arena of the source. The copy is
 * what recvmmsg does for a socket, too. The next datagram is held back, still in libpcap's buffer,
 * while it is not due (pacing): so a batch ends where the capture's clock has to catch up.
 *
 * Pacing compares the capture's clock with the monotonic one, both counted from the first packet of
 * the file; a file of its own starts anew, so that captures of different days follow at once.
 *
 * Source: libpcap's manual pages.
 */
#include "fabricpulse/io/pcap.h"

#include <assert.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "capture_priv.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/base/mem.h"
#include "link_priv.h"

enum {
	PAYLOAD_BYTES_MAX = 65535, /* a UDP length has 16 bits */
	FRAMES_A_CALL_MAX = 4096,  /* then receive() returns, even if no datagram was among them */
};

struct capture {
	struct source source; /* first: the source is the capture */
	struct pcap_options options;
	pcap_t *handle; /* NULL: before, between and after files */
	char **names;   /* owned; [count] */
	size_t count;
	size_t next; /* name to open when the present file ends */
	int link_type;

	uint8_t
	    *arena; /* SOURCE_BATCH_MAX payloads of the largest size; touched as far as needed */
	size_t used;

	/* The next datagram, found but not given yet; borrows libpcap's buffer. */
	bool is_held;
	struct link_datagram held;
	uint64_t held_time_ns;

	/* Pacing of this file. */
	bool is_started;
	uint64_t first_packet_ns; /* the capture's clock */
	uint64_t first_due_ns;    /* monotonic */

	uint32_t drops_seen; /* live: what pcap_stats() said last; wraps */
};

/* One packet's time. A hostile file can hold any: what does not fit becomes 0 or the largest. */
static uint64_t packet_time_ns(const struct timeval *ts)
{
	/* With nanosecond precision libpcap puts nanoseconds into tv_usec. */
	uint64_t fraction_ns = ts->tv_usec > 0 ? (uint64_t)ts->tv_usec : 0;
	uint64_t seconds = ts->tv_sec > 0 ? (uint64_t)ts->tv_sec : 0;
	uint64_t ns;

	if (__builtin_mul_overflow(seconds, NS_PER_SECOND, &ns) ||
	    __builtin_add_overflow(ns, fraction_ns, &ns)) {
		return UINT64_MAX;
	}
	return ns;
}

/* Take `handle` into use; a file's clock starts anew. */
static void capture_use(struct capture *c, pcap_t *handle)
{
	c->handle = handle;
	c->link_type = pcap_datalink(handle);
	c->is_started = false;
}

/* --- taking packets ------------------------------------------------------------ */

/* Sort one frame: hold its datagram or count what it is instead. */
static void capture_sort(struct capture *c, const struct pcap_pkthdr *header, const uint8_t *data)
{
	struct bytes frame = { .at = data, .len = header->caplen };

	if (!c->is_started) {
		c->is_started = true;
		c->first_packet_ns = packet_time_ns(&header->ts);
		c->first_due_ns = clock_monotonic_ns();
	}
	switch (link_datagram_find(c->link_type, frame, c->options.port, &c->held)) {
	case LINK_DATAGRAM:
		c->is_held = true;
		c->held_time_ns = packet_time_ns(&header->ts);
		counter_add(&c->source.stats.ip_fragments, c->held.is_first_fragment ? 1 : 0);
		break;
	case LINK_LATER_FRAGMENT: counter_add(&c->source.stats.ip_fragments, 1); break;
	case LINK_OTHER:
	case LINK_VERDICT_COUNT: counter_add(&c->source.stats.not_sflow, 1); break;
	}
}

/* Give the held datagram: copy it behind those that the batch has already. */
static void capture_give(struct capture *c, struct datagram_batch *batch)
{
	struct source_stats *stats = &c->source.stats;
	struct bytes payload = c->held.payload;
	uint8_t *copy = c->arena + c->used;

	assert(c->is_held && batch->count < SOURCE_BATCH_MAX && payload.len <= PAYLOAD_BYTES_MAX);
	memcpy(copy, payload.at, payload.len);
	c->used += payload.len;
	c->is_held = false;
	batch->at[batch->count++] = (struct datagram){
		.payload = { .at = copy, .len = payload.len },
		.time_ns = c->held_time_ns,
		.from = c->held.from,
		.is_truncated = c->held.is_truncated,
	};
	counter_add(&stats->datagrams, 1);
	counter_add(&stats->bytes, payload.len);
	counter_add(&stats->truncated, c->held.is_truncated ? 1 : 0);
}

/* --- files --------------------------------------------------------------------- */

/* Close the present file, open the next one that can be opened; FP_END when there is none. */
static enum fp_err files_advance(struct capture *c)
{
	char problem[512];

	if (c->handle != NULL) {
		pcap_close(c->handle);
		c->handle = NULL;
	}
	while (c->next < c->count) {
		pcap_t *handle;

		if (capture_file_open(c->names[c->next++], &handle, problem, sizeof problem) ==
		    FP_OK) {
			capture_use(c, handle);
			return FP_OK;
		}
		counter_add(&c->source.stats.receive_errors, 1);
		log_error("pcap", "capture skipped", "reason=\"%s\"", problem);
	}
	return FP_END;
}

/* Read one frame of the present file; FP_END after the last file's last frame. */
static enum fp_err files_read(struct capture *c)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;
	int rc;

	if (c->handle == NULL) {
		return files_advance(c);
	}
	rc = pcap_next_ex(c->handle, &header, &data);
	if (rc == 1) {
		capture_sort(c, header, data);
		return FP_OK;
	}
	if (rc != PCAP_ERROR_BREAK) { /* which means the end of a file */
		counter_add(&c->source.stats.receive_errors, 1);
		log_warn("pcap", "capture ends early", "file=%s reason=\"%s\"",
		         c->names[c->next - 1], pcap_geterr(c->handle));
	}
	return files_advance(c);
}

/* Nanoseconds until the held datagram is due; 0 when it is, or when there is no pacing. */
static uint64_t files_wait_ns(const struct capture *c)
{
	double elapsed_ns; /* since the first packet was due */
	double due_ns;

	if (c->options.speed <= 0 || c->held_time_ns <= c->first_packet_ns) {
		return 0;
	}
	due_ns = (double)(c->held_time_ns - c->first_packet_ns) / c->options.speed;
	elapsed_ns = (double)(clock_monotonic_ns() - c->first_due_ns);
	if (due_ns <= elapsed_ns) {
		return 0;
	}
	/* A capture's clock may jump by centuries: a wait that the caller cuts to its time-out. */
	return due_ns - elapsed_ns < 1e18 ? (uint64_t)(due_ns - elapsed_ns) + 1 : UINT64_MAX;
}

/* Whether the held datagram may be given now; waits for it when the batch is empty. */
static bool files_is_due(const struct capture *c, const struct datagram_batch *batch,
                         int timeout_ms)
{
	uint64_t wait_ns = files_wait_ns(c);
	uint64_t limit_ns = (uint64_t)timeout_ms * NS_PER_MS;

	if (wait_ns == 0) {
		return true;
	}
	if (batch->count > 0 || timeout_ms <= 0) {
		return false;
	}
	clock_sleep_ns(wait_ns < limit_ns ? wait_ns : limit_ns);
	return files_wait_ns(c) == 0;
}

static enum fp_err files_receive(struct source *source, struct datagram_batch *batch,
                                 int timeout_ms)
{
	struct capture *c = (struct capture *)source;

	batch->count = 0;
	c->used = 0;
	counter_add(&source->stats.wakeups, 1);
	for (unsigned n = 0; n < FRAMES_A_CALL_MAX && batch->count < SOURCE_BATCH_MAX; n++) {
		if (!c->is_held && files_read(c) == FP_END) {
			return batch->count > 0 ? FP_OK : FP_END;
		}
		if (c->is_held) {
			if (!files_is_due(c, batch, timeout_ms)) {
				break;
			}
			capture_give(c, batch);
		}
	}
	return FP_OK;
}

/* --- a live interface ---------------------------------------------------------- */

static void live_count_drops(struct capture *c)
{
	struct pcap_stat stat;
	uint32_t drops;

	if (pcap_stats(c->handle, &stat) == 0) {
		drops = stat.ps_drop;
		counter_add(&c->source.stats.kernel_drops, drops - c->drops_seen);
		c->drops_seen = drops;
	}
}

/* Take what is there; the number of frames, or PCAP_ERROR. */
static int live_drain(struct capture *c, struct datagram_batch *batch)
{
	int frames = 0;

	while (frames < FRAMES_A_CALL_MAX && batch->count < SOURCE_BATCH_MAX) {
		struct pcap_pkthdr *header;
		const uint8_t *data;
		int rc = pcap_next_ex(c->handle, &header, &data);

		if (rc != 1) {
			return rc == 0 ? frames : PCAP_ERROR;
		}
		frames++;
		capture_sort(c, header, data);
		if (c->is_held) {
			capture_give(c, batch);
		}
	}
	return frames;
}

static enum fp_err live_receive(struct source *source, struct datagram_batch *batch, int timeout_ms)
{
	struct capture *c = (struct capture *)source;
	struct pollfd wait = { .fd = pcap_get_selectable_fd(c->handle), .events = POLLIN };
	int frames;

	batch->count = 0;
	c->used = 0;
	frames = live_drain(c, batch);
	if (frames == 0 && poll(&wait, 1, timeout_ms) > 0) {
		frames = live_drain(c, batch);
	}
	counter_add(&source->stats.wakeups, 1);
	live_count_drops(c);
	if (frames < 0 && batch->count == 0) {
		counter_add(&source->stats.receive_errors, 1);
		clock_sleep_ns((uint64_t)(timeout_ms > 0 ? timeout_ms : 0) * NS_PER_MS);
		errno = EIO; /* libpcap has words for it, but no number */
		return FP_SYSTEM;
	}
	return FP_OK;
}

/* --- both ---------------------------------------------------------------------- */

static void capture_close(struct source *source)
{
	struct capture *c = (struct capture *)source;

	if (c->handle != NULL) {
		pcap_close(c->handle);
	}
	for (size_t i = 0; c->names != NULL && i < c->count; i++) {
		mem_free(c->names[i]);
	}
	mem_free(c->names);
	if (c->arena != NULL) {
		mem_unreserve(c->arena, SOURCE_BATCH_MAX, PAYLOAD_BYTES_MAX);
	}
	mem_free(c);
}

static const struct source_ops files_ops = { .receive = files_receive, .close = capture_close };
static const struct source_ops live_ops = { .receive = live_receive, .close = capture_close };

/* A capture with its memory and names, but nothing open yet; NULL when memory is out. */
static struct capture *capture_new(char *const *names, size_t count,
                                   const struct pcap_options *options)
{
	struct capture *c = mem_new(1, sizeof *c);

	if (c == NULL) {
		return NULL;
	}
	c->source.ops = options->is_interface ? &live_ops : &files_ops;
	c->source.is_live = options->is_interface;
	c->options = *options;
	c->arena = mem_reserve(SOURCE_BATCH_MAX, PAYLOAD_BYTES_MAX);
	c->names = mem_new(count, sizeof *c->names);
	c->count = count;
	for (size_t i = 0; c->names != NULL && i < count; i++) {
		c->names[i] = mem_strdup(names[i]);
		if (c->names[i] == NULL) {
			capture_close(&c->source);
			return NULL;
		}
	}
	if (c->arena == NULL || c->names == NULL) {
		capture_close(&c->source);
		return NULL;
	}
	return c;
}

/* Open the first file and look at the others, which are opened again when it is their turn. */
static enum fp_err files_open(struct capture *c, char *problem, size_t size)
{
	pcap_t *handle = NULL;
	enum fp_err err;

	for (size_t i = 1; i < c->count; i++) {
		if (strcmp(c->names[i], "-") == 0) {
			continue; /* what is read from standard input cannot be read again */
		}
		err = capture_file_open(c->names[i], &handle, problem, size);
		if (err != FP_OK) {
			return err;
		}
		pcap_close(handle);
	}
	err = capture_file_open(c->names[0], &handle, problem, size);
	if (err == FP_OK) {
		c->next = 1;
		capture_use(c, handle);
	}
	return err;
}

static enum fp_err live_open(struct capture *c, char *problem, size_t size)
{
	pcap_t *handle = NULL;
	enum fp_err err =
	    capture_interface_open(c->names[0], c->options.port, &handle, problem, size);

	if (err == FP_OK) {
		capture_use(c, handle);
		log_info("pcap", "capturing", "interface=%s port=%u", c->names[0], c->options.port);
	}
	return err;
}

enum fp_err pcap_source_open_all(char *const *names, size_t count,
                                 const struct pcap_options *options, struct source **out,
                                 char *problem, size_t size)
{
	struct capture *c;
	enum fp_err err;

	*out = NULL;
	if (count == 0 || (options->is_interface && count > 1)) {
		(void)snprintf(problem, size, "one interface, or at least one file, is needed");
		return FP_BAD_ARGUMENT;
	}
	c = capture_new(names, count, options);
	if (c == NULL) {
		(void)snprintf(problem, size, "%s", fp_err_text(FP_NO_MEMORY));
		return FP_NO_MEMORY;
	}
	err = options->is_interface ? live_open(c, problem, size) : files_open(c, problem, size);
	if (err != FP_OK) {
		capture_close(&c->source);
		return err;
	}
	*out = &c->source;
	return FP_OK;
}

enum fp_err pcap_source_open(const char *name, const struct pcap_options *options,
                             struct source **out, char *problem, size_t size)
{
	char *copy = mem_strdup(name);
	enum fp_err err;

	if (copy == NULL) {
		*out = NULL;
		(void)snprintf(problem, size, "%s", fp_err_text(FP_NO_MEMORY));
		return FP_NO_MEMORY;
	}
	err = pcap_source_open_all(&copy, 1, options, out, problem, size);
	mem_free(copy);
	return err;
}
