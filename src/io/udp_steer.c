/* SPDX-License-Identifier: Apache-2.0 */
/* Steering: which worker gets a datagram.
 *
 * By default the kernel spreads datagrams over the sockets of an address by a hash of addresses and
 * ports. An agent that restarts, or that sends from several ports, would move from worker to
 * worker, and its sequence numbers and counter deltas with it. So a small program looks at what
 * identifies the agent, as the analyzers do: the agent address in the datagram, or the UDP source
 * address when the agent does not know its own (none, 0.0.0.0, 127.0.0.1, ::, ::1) or the datagram
 * is too short. Multiplying by the golden ratio spreads neighbouring addresses evenly.
 *
 * The program is classic BPF, which needs no privilege. Jumps in it count instructions; here they
 * are rows with labels, assembled once.
 *
 * Source: sFlow v5 section 5 (version, address type, address); socket(7), SO_ATTACH_REUSEPORT_CBPF:
 * offset 0 is the UDP payload, SKF_NET_OFF the IP header.
 */
#include <assert.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include "udp_priv.h"

/* Where a row can be jumped to; NEXT is the row that follows. */
enum label {
	NEXT = 0,
	V4,          /* the agent has an IPv4 address */
	V6,          /* the agent has an IPv6 address */
	SUM,         /* ... which is really one */
	SOURCE,      /* the agent has none: take the UDP source */
	SOURCE6,     /* ... which is IPv6 */
	SPREAD,      /* A identifies the agent */
	LABEL_COUNT, /* last: how many there are */
};

/* A is the accumulator, X the index register, k the row's constant. */
enum op {
	LOAD = BPF_LD | BPF_W | BPF_ABS,         /* A = word at k */
	LOAD_BYTE = BPF_LD | BPF_B | BPF_ABS,    /* A = byte at k */
	LOAD_LENGTH = BPF_LD | BPF_W | BPF_LEN,  /* A = bytes of the payload */
	KEEP = BPF_MISC | BPF_TAX,               /* X = A */
	OR_KEPT = BPF_ALU | BPF_OR | BPF_X,      /* A |= X */
	ADD_KEPT = BPF_ALU | BPF_ADD | BPF_X,    /* A += X */
	TIMES = BPF_ALU | BPF_MUL | BPF_K,       /* A *= k */
	SHIFT_RIGHT = BPF_ALU | BPF_RSH | BPF_K, /* A >>= k */
	GO = BPF_JMP | BPF_JA,
	IF_EQUAL = BPF_JMP | BPF_JEQ | BPF_K,    /* A == k ? */
	IF_GREATER = BPF_JMP | BPF_JGT | BPF_K,  /* A > k ? */
	IF_AT_LEAST = BPF_JMP | BPF_JGE | BPF_K, /* A >= k ? */
};

struct steer_row {
	enum label here;
	enum op op;
	uint32_t k;
	enum label then, otherwise; /* of conditions; `then` of GO */
};

#define GOLDEN 2654435761u /* 2^32 divided by the golden ratio, made prime */
#define NET    ((uint32_t)SKF_NET_OFF)

#define AT(label, op, k)                                                                           \
	{                                                                                          \
		(label), (op), (k), NEXT, NEXT                                                     \
	}
#define DO(op, k) AT(NEXT, op, k)
#define IF(op, k, then, otherwise)                                                                 \
	{                                                                                          \
		NEXT, (op), (k), (then), (otherwise)                                               \
	}

/* A = the sum of an IPv6 address's four words. */
#define AT_SUM_OF_FOUR(label, at)                                                                  \
	AT(label, LOAD, (at)), DO(KEEP, 0), DO(LOAD, (at) + 4), DO(ADD_KEPT, 0), DO(KEEP, 0),      \
	    DO(LOAD, (at) + 8), DO(ADD_KEPT, 0), DO(KEEP, 0), DO(LOAD, (at) + 12), DO(ADD_KEPT, 0)

/* Offsets in the payload: 0 version, 4 address type, 8 address. In the IP header: 12 and 8,
 * source. */
static const struct steer_row steer_rows[] = {
	DO(LOAD_LENGTH, 0),
	IF(IF_AT_LEAST, 12, NEXT, SOURCE),
	DO(LOAD, 4),
	IF(IF_EQUAL, ADDR_IPV4, V4, NEXT),
	IF(IF_EQUAL, ADDR_IPV6, V6, SOURCE),

	AT(V4, LOAD, 8),
	IF(IF_EQUAL, 0, SOURCE, NEXT),
	IF(IF_EQUAL, 0x7f000001, SOURCE, SPREAD),

	AT(V6, LOAD_LENGTH, 0),
	IF(IF_AT_LEAST, 24, NEXT, SOURCE),
	DO(LOAD, 8),
	DO(KEEP, 0),
	DO(LOAD, 12),
	DO(OR_KEPT, 0),
	DO(KEEP, 0),
	DO(LOAD, 16),
	DO(OR_KEPT, 0),
	IF(IF_EQUAL, 0, NEXT, SUM),
	DO(LOAD, 20),
	IF(IF_GREATER, 1, SUM, SOURCE),
	AT_SUM_OF_FOUR(SUM, 8),
	IF(GO, 0, SPREAD, NEXT),

	AT(SOURCE, LOAD_BYTE, NET),
	DO(SHIFT_RIGHT, 4),
	IF(IF_EQUAL, 6, SOURCE6, NEXT),
	DO(LOAD, NET + 12),
	IF(GO, 0, SPREAD, NEXT),
	AT_SUM_OF_FOUR(SOURCE6, NET + 8),

	/* The upper half of the product is the mixed one. */
	AT(SPREAD, TIMES, GOLDEN),
	DO(SHIFT_RIGHT, 16),
};

#undef AT_SUM_OF_FOUR
#undef IF
#undef DO
#undef AT

/* The program ends with a division by the number of workers, whose rest is the answer. */
enum { STEER_ROWS = ARRAY_LEN(steer_rows), STEER_SIZE = STEER_ROWS + 2 };

/* How many rows lie between `from` and the row with `label`. */
static uint8_t steer_distance(size_t from, enum label label)
{
	size_t to = from + 1;

	while (label != NEXT && to < STEER_ROWS && steer_rows[to].here != label) {
		to++;
	}
	assert(to < STEER_ROWS && to - from - 1 <= UINT8_MAX); /* jumps go forward */
	return (uint8_t)(to - from - 1);
}

static void steer_assemble(uint32_t workers, struct sock_filter out[static STEER_SIZE])
{
	for (size_t i = 0; i < STEER_ROWS; i++) {
		const struct steer_row *row = &steer_rows[i];

		out[i] = (struct sock_filter){ .code = (uint16_t)row->op, .k = row->k };
		if (row->op == GO) {
			out[i].k = steer_distance(i, row->then);
		} else if (BPF_CLASS(row->op) == BPF_JMP) {
			out[i].jt = steer_distance(i, row->then);
			out[i].jf = steer_distance(i, row->otherwise);
		}
	}
	out[STEER_ROWS] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers);
	out[STEER_ROWS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
}

enum fp_err udp_steer_attach(int fd, uint32_t workers)
{
	struct sock_filter code[STEER_SIZE];
	struct sock_fprog program = { .len = STEER_SIZE, .filter = code };

	steer_assemble(workers, code);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0
	           ? FP_OK
	           : FP_SYSTEM;
}

enum fp_err udp_steer_shut(int fd, bool is_shut)
{
	struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program = { .len = ARRAY_LEN(nothing), .filter = nothing };
	int option = is_shut ? SO_ATTACH_FILTER : SO_DETACH_FILTER;

	return setsockopt(fd, SOL_SOCKET, option, &program, sizeof program) == 0 ? FP_OK
	                                                                         : FP_SYSTEM;
}
