/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding: a batch of datagrams to each target by sendmmsg on a connected socket.
 *
 * Connected, so that the kernel looks up the route once and tells when a target answers "port
 * unreachable". It tells at the next send on the socket, whose datagram it then refuses although
 * nothing is wrong with it: so an error may be an old one, and a batch is tried a few times before
 * the rest of it is given up. A target that is down costs these few calls.
 *
 * A target without a route cannot be connected; that is tried again with each batch, because
 * networks come up after daemons.
 *
 * Source: udp(7), sendmmsg(2).
 */
#include "fabricpulse/io/forward.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fabricpulse/base/mem.h"

enum {
	TRIES_MAX = 4, /* sends of a batch to one target: an old error costs one, or two */
	SEND_BUFFER_BYTES = 4 << 20, /* asked for; a batch of large datagrams should fit */
};

struct target {
	int fd;
	bool is_connected;
	struct sockaddr_storage name;
	socklen_t name_len;
	struct forward_stats stats;
};

struct forward {
	size_t count;
	struct target *targets; /* [count] */
	struct mmsghdr messages[SOURCE_BATCH_MAX];
	struct iovec payloads[SOURCE_BATCH_MAX];
};

static const struct option_row forward_rows[] = {
	{
	    .key = "",
	    .kind = OPTION_ENDPOINTS,
	    .offset = offsetof(struct forward_config, targets),
	    .fallback = "[]",
	    .help = "Other collectors, each address:port, to which every received datagram is sent "
	            "on unchanged. One that does not answer does no harm.",
	},
};

const struct option_table forward_options = { "forward", forward_rows, ARRAY_LEN(forward_rows) };

static void target_name(struct target *t, const struct endpoint *e)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(e->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(e->port) };

	if (e->addr.family == ADDR_IPV6) {
		memcpy(&v6.sin6_addr, e->addr.bytes, sizeof v6.sin6_addr);
		memcpy(&t->name, &v6, sizeof v6);
		t->name_len = sizeof v6;
		return;
	}
	memcpy(&v4.sin_addr, e->addr.bytes, sizeof v4.sin_addr); /* zero, this machine, if none */
	memcpy(&t->name, &v4, sizeof v4);
	t->name_len = sizeof v4;
}

static bool target_connect(struct target *t)
{
	if (!t->is_connected) {
		t->is_connected = connect(t->fd, (struct sockaddr *)&t->name, t->name_len) == 0;
	}
	return t->is_connected;
}

/* Send until all are sent, the kernel has no room, or errors come again and again; how many were
 * sent. */
static unsigned target_send(struct target *t, struct mmsghdr *messages, unsigned count)
{
	unsigned sent = 0;

	for (unsigned tries = 0; sent < count && tries < TRIES_MAX; tries++) {
		int n = sendmmsg(t->fd, messages + sent, count - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0) {
			sent += (unsigned)n;
		} else if (errno == EAGAIN || errno == ENOBUFS) {
			break;
		}
	}
	return sent;
}

/* Lay out the datagrams that are whole, for all targets alike; how many. */
static unsigned forward_prepare(struct forward *f, const struct datagram_batch *batch)
{
	unsigned whole = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct datagram *d = &batch->at[i];

		if (!d->is_truncated) {
			/* sendmmsg reads the bytes only; struct iovec has no const form. */
			f->payloads[whole].iov_base = (void *)d->payload.at;
			f->payloads[whole].iov_len = d->payload.len;
			whole++;
		}
	}
	return whole;
}

void forward_batch(struct forward *f, const struct datagram_batch *batch)
{
	unsigned whole = f->count > 0 ? forward_prepare(f, batch) : 0;

	for (size_t i = 0; i < f->count; i++) {
		struct target *t = &f->targets[i];
		unsigned sent =
		    whole > 0 && target_connect(t) ? target_send(t, f->messages, whole) : 0;

		counter_add(&t->stats.sent, sent);
		counter_add(&t->stats.failed, batch->count - sent);
	}
}

const struct forward_stats *forward_stats_of(const struct forward *f, size_t target)
{
	assert(target < f->count);
	return &f->targets[target].stats;
}

void forward_close(struct forward *f)
{
	if (f == NULL) {
		return;
	}
	for (size_t i = 0; i < f->count; i++) {
		close(f->targets[i].fd);
	}
	mem_free(f->targets);
	mem_free(f);
}

/* Memory and messages, but no target yet; NULL when memory is out. */
static struct forward *forward_new(size_t targets)
{
	struct forward *f = mem_new(1, sizeof *f);

	if (f == NULL) {
		return NULL;
	}
	f->targets = mem_new(targets, sizeof *f->targets);
	if (f->targets == NULL) {
		mem_free(f);
		return NULL;
	}
	for (size_t i = 0; i < SOURCE_BATCH_MAX; i++) {
		f->messages[i].msg_hdr.msg_iov = &f->payloads[i];
		f->messages[i].msg_hdr.msg_iovlen = 1;
	}
	return f;
}

static enum fp_err target_open(struct target *t, const struct endpoint *e)
{
	const int send_buffer = SEND_BUFFER_BYTES;

	target_name(t, e);
	t->fd = socket(t->name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0) {
		return FP_SYSTEM;
	}
	(void)setsockopt(t->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
	(void)target_connect(t); /* tried again with each batch */
	return FP_OK;
}

enum fp_err forward_open(const struct option_endpoints *targets, struct forward **out)
{
	struct forward *f = forward_new(targets->count);

	*out = NULL;
	if (f == NULL) {
		return FP_NO_MEMORY;
	}
	for (size_t i = 0; i < targets->count; i++) {
		if (target_open(&f->targets[i], &targets->at[i]) != FP_OK) {
			int cause = errno; /* close() may change it */

			forward_close(f);
			errno = cause;
			return FP_SYSTEM;
		}
		f->count++;
	}
	*out = f;
	return FP_OK;
}
