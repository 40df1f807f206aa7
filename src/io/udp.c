/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving sFlow: batches from one or several sockets, with the kernel's timestamps.
 *
 * Nearly all that a datagram costs, it costs in the kernel. What can be saved is wake-ups: a worker
 * empties its sockets, sleeps a moment, and finds several datagrams at once. It asks before it
 * waits, so that a busy socket costs one system call a batch and none to learn that it is busy.
 *
 * Drops are read with SO_MEMINFO, one call a socket a batch. SO_RXQ_OVFL reports the same counter,
 * but only together with the next datagram: what was lost at the end of a burst would stay unknown
 * until the next one. The counter has 32 bits and wraps; only its growth counts.
 *
 * Buffers lie a cache line more than the largest datagram apart: at a distance of a power of two
 * all of them would begin in the same few sets of the cache.
 *
 * Source: recvmmsg(2), socket(7), cmsg(3), linux/sock_diag.h.
 */
#include "fabricpulse/io/udp.h"

#include <assert.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/log.h"
#include "fabricpulse/base/mem.h"
#include "udp_priv.h"

enum { LINE_BYTES = 64 };

enum { CONTROL_BYTES = CMSG_SPACE(sizeof(struct timespec)) };

/* Where the kernel writes one message's parts. */
struct udp_slot {
	struct sockaddr_in6 from; /* the larger of the two kinds */
	struct iovec buffer;
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES];
};

struct udp_worker {
	struct source source; /* first: the source is the worker */
	uint64_t coalesce_ns;
	bool is_emptied; /* the last batch took all there was: sleep before asking again */

	size_t count; /* sockets, one a listen address */
	size_t turn;  /* the one that is asked first, so that none starves */
	struct pollfd sockets[OPTION_LIST_MAX];
	uint32_t drops_seen[OPTION_LIST_MAX];

	struct mmsghdr messages[SOURCE_BATCH_MAX];
	struct udp_slot slots[SOURCE_BATCH_MAX];
	uint8_t *buffers; /* SOURCE_BATCH_MAX, stride_bytes apart; touched as far as needed */
	size_t stride_bytes;
};

struct udp_group {
	uint32_t workers;
	struct udp_worker *worker[UDP_WORKERS_MAX];
	size_t addresses;
	struct endpoint bound[OPTION_LIST_MAX];
};

/* --- receiving ------------------------------------------------------------------ */

/* The kernel begins to stamp arrivals some milliseconds after the machine's first socket asks for
 * it; until then it gives the time of reading. */
static uint64_t message_time_ns(struct msghdr *header)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	struct timespec ts;

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) {
		return clock_realtime_ns(); /* a kernel that stamps nothing: now is close */
	}
	memcpy(&ts, CMSG_DATA(c), sizeof ts);
	return (uint64_t)ts.tv_sec * NS_PER_SECOND + (uint64_t)ts.tv_nsec;
}

/* The kernel wrote these over; it wants to be told again. */
static void message_reset(struct msghdr *header)
{
	header->msg_namelen = sizeof((struct udp_slot *)NULL)->from;
	header->msg_controllen = CONTROL_BYTES;
}

static void worker_take(struct udp_worker *w, size_t i, struct datagram *out)
{
	struct mmsghdr *message = &w->messages[i];
	struct msghdr *header = &message->msg_hdr;

	*out = (struct datagram){
		.payload = { .at = w->slots[i].buffer.iov_base, .len = message->msg_len },
		.time_ns = message_time_ns(header),
		.from = endpoint_of_sockaddr(header->msg_name),
		.is_truncated = (header->msg_flags & MSG_TRUNC) != 0,
	};
	counter_add(&w->source.stats.bytes, message->msg_len);
	counter_add(&w->source.stats.truncated, out->is_truncated ? 1 : 0);
	message_reset(header);
}

/* Fill the rest of the batch from one socket. */
static enum fp_err worker_read(struct udp_worker *w, int fd, struct datagram_batch *batch)
{
	size_t first = batch->count;
	int n = recvmmsg(fd, &w->messages[first], (unsigned)(SOURCE_BATCH_MAX - first),
	                 MSG_DONTWAIT, NULL);

	if (n < 0) {
		if (errno == EAGAIN || errno == EINTR) {
			return FP_OK;
		}
		counter_add(&w->source.stats.receive_errors, 1);
		return FP_SYSTEM;
	}
	for (int i = 0; i < n; i++) {
		worker_take(w, batch->count, &batch->at[batch->count]);
		batch->count++;
	}
	counter_add(&w->source.stats.datagrams, (uint64_t)n);
	return FP_OK;
}

static enum fp_err worker_drain(struct udp_worker *w, struct datagram_batch *batch)
{
	enum fp_err err = FP_OK;

	assert(w->count > 0);
	for (size_t i = 0; i < w->count && batch->count < SOURCE_BATCH_MAX; i++) {
		size_t socket = (w->turn + i) % w->count;
		enum fp_err one = worker_read(w, w->sockets[socket].fd, batch);

		err = one != FP_OK ? one : err;
	}
	w->turn = (w->turn + 1) % w->count;
	return err;
}

/* What the kernel has dropped at this socket so far, in 32 bits that wrap. */
static uint32_t socket_drops(int fd, uint32_t otherwise)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof info;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) != 0 ||
	    len <= SK_MEMINFO_DROPS * sizeof info[0]) {
		return otherwise;
	}
	return info[SK_MEMINFO_DROPS];
}

static void worker_count_drops(struct udp_worker *w)
{
	for (size_t i = 0; i < w->count; i++) {
		uint32_t seen = w->drops_seen[i];

		w->drops_seen[i] = socket_drops(w->sockets[i].fd, seen);
		counter_add(&w->source.stats.kernel_drops, w->drops_seen[i] - seen);
	}
}

static void worker_rest(const struct udp_worker *w, int timeout_ms)
{
	uint64_t limit_ns = timeout_ms > 0 ? (uint64_t)timeout_ms * NS_PER_MS : 0;
	uint64_t ns = w->coalesce_ns < limit_ns ? w->coalesce_ns : limit_ns;

	if (w->is_emptied && ns > 0) {
		clock_sleep_ns(ns);
	}
}

static enum fp_err udp_receive(struct source *source, struct datagram_batch *batch, int timeout_ms)
{
	struct udp_worker *w = (struct udp_worker *)source;
	enum fp_err err;

	batch->count = 0;
	worker_rest(w, timeout_ms);
	err = worker_drain(w, batch);
	if (batch->count == 0 && err == FP_OK && timeout_ms != 0 &&
	    poll(w->sockets, w->count, timeout_ms) > 0) {
		err = worker_drain(w, batch);
	}
	counter_add(&source->stats.wakeups, 1);
	worker_count_drops(w);
	/* After an error, too: one that stays must not keep the processor busy. */
	w->is_emptied = batch->count < SOURCE_BATCH_MAX && (batch->count > 0 || err != FP_OK);
	return batch->count > 0 ? FP_OK : err;
}

/* The group closes the sockets of all workers together. */
static void udp_close(struct source *source)
{
	(void)source;
}

static const struct source_ops udp_ops = { .receive = udp_receive, .close = udp_close };

/* --- opening and closing -------------------------------------------------------- */

static void worker_free(struct udp_worker *w)
{
	if (w == NULL) {
		return;
	}
	for (size_t i = 0; i < w->count; i++) {
		close(w->sockets[i].fd);
	}
	if (w->buffers != NULL) {
		mem_unreserve(w->buffers, SOURCE_BATCH_MAX, w->stride_bytes);
	}
	mem_unreserve(w, 1, sizeof *w);
}

/* A worker without sockets; NULL when memory is out. On pages of its own, so that no two workers
 * write to one cache line. */
static struct udp_worker *worker_new(const struct udp_config *config)
{
	struct udp_worker *w = mem_reserve(1, sizeof *w);

	if (w == NULL) {
		return NULL;
	}
	w->source.ops = &udp_ops;
	w->source.is_live = true;
	w->coalesce_ns = config->coalesce_ns;
	w->stride_bytes = ((size_t)config->datagram_bytes / LINE_BYTES + 2) * LINE_BYTES;
	w->buffers = mem_reserve(SOURCE_BATCH_MAX, w->stride_bytes);
	if (w->buffers == NULL) {
		worker_free(w);
		return NULL;
	}
	for (size_t i = 0; i < SOURCE_BATCH_MAX; i++) {
		struct udp_slot *slot = &w->slots[i];
		struct msghdr *header = &w->messages[i].msg_hdr;

		slot->buffer.iov_base = w->buffers + i * w->stride_bytes;
		slot->buffer.iov_len = config->datagram_bytes;
		header->msg_name = &slot->from;
		header->msg_iov = &slot->buffer;
		header->msg_iovlen = 1;
		header->msg_control = slot->control;
		message_reset(header);
	}
	return w;
}

static void worker_add_socket(struct udp_worker *w, int fd, uint64_t granted_bytes)
{
	uint64_t smallest = counter_get(&w->source.stats.receive_buffer_bytes);

	if (w->count == 0 || granted_bytes < smallest) {
		counter_set(&w->source.stats.receive_buffer_bytes, granted_bytes);
	}
	w->sockets[w->count] = (struct pollfd){ .fd = fd, .events = POLLIN };
	w->drops_seen[w->count] = socket_drops(fd, 0);
	w->count++;
}

/* Open one listen address for all workers. */
static enum fp_err group_listen(struct udp_group *g, const struct udp_config *config,
                                const struct endpoint *listen)
{
	char text[ENDPOINT_TEXT_SIZE];
	int fds[UDP_WORKERS_MAX];
	uint64_t granted;
	enum fp_err err = udp_sockets_open(config, listen, fds, &g->bound[g->addresses], &granted);

	if (err != FP_OK) {
		return err;
	}
	for (uint32_t i = 0; i < g->workers; i++) {
		worker_add_socket(g->worker[i], fds[i], granted);
	}
	(void)endpoint_text(&g->bound[g->addresses++], text);
	log_info("udp", "listening", "addr=%s workers=%u receive_buffer_bytes=%llu", text,
	         g->workers, (unsigned long long)granted);
	if (granted < config->receive_buffer_bytes) {
		log_warn("udp", "receive buffer smaller than asked: bursts may be lost",
		         "addr=%s asked_bytes=%llu granted_bytes=%llu hint=\"raise sysctl "
		         "net.core.rmem_max, or grant CAP_NET_ADMIN\"",
		         text, (unsigned long long)config->receive_buffer_bytes,
		         (unsigned long long)granted);
	}
	return FP_OK;
}

/* A group whose workers have no sockets yet; NULL when memory is out. */
static struct udp_group *group_new(const struct udp_config *config)
{
	struct udp_group *g = mem_new(1, sizeof *g);

	for (; g != NULL && g->workers < config->workers; g->workers++) {
		g->worker[g->workers] = worker_new(config);
		if (g->worker[g->workers] == NULL) {
			udp_group_close(g);
			return NULL;
		}
	}
	return g;
}

static void problem_write(char *problem, size_t size, const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_SIZE];
	const char *why = strerror(errno);

	(void)snprintf(problem, size, "cannot listen on UDP %s: %s%s", endpoint_text(e, text), why,
	               errno == EADDRINUSE ? " (is another collector running?)" : "");
}

enum fp_err udp_group_open(const struct udp_config *config, struct udp_group **out, char *problem,
                           size_t size)
{
	struct udp_group *g;

	assert(config->workers >= 1 && config->workers <= UDP_WORKERS_MAX);
	*out = NULL;
	if (config->listen.count == 0) {
		(void)snprintf(problem, size, "there is no address to listen on");
		return FP_BAD_ARGUMENT;
	}
	g = group_new(config);
	if (g == NULL) {
		(void)snprintf(problem, size, "%s", fp_err_text(FP_NO_MEMORY));
		return FP_NO_MEMORY;
	}
	for (size_t i = 0; i < config->listen.count; i++) {
		enum fp_err err = group_listen(g, config, &config->listen.at[i]);

		if (err != FP_OK) {
			problem_write(problem, size, &config->listen.at[i]);
			udp_group_close(g);
			return err;
		}
	}
	*out = g;
	return FP_OK;
}

struct source *udp_group_source(struct udp_group *group, uint32_t worker)
{
	assert(worker < group->workers);
	return &group->worker[worker]->source;
}

size_t udp_group_endpoints(const struct udp_group *group, struct endpoint *out, size_t limit)
{
	size_t count = group->addresses < limit ? group->addresses : limit;

	memcpy(out, group->bound, count * sizeof *out);
	return count;
}

void udp_group_close(struct udp_group *group)
{
	for (uint32_t i = 0; group != NULL && i < group->workers; i++) {
		worker_free(group->worker[i]);
	}
	mem_free(group);
}
