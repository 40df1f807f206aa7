/* SPDX-License-Identifier: Apache-2.0 */
/* InfiniBand transport headers as RoCE carries them: BTH and its extension headers.
 *
 * A table of 256 opcodes (opcodes.def) says for each its transport, operation and extension
 * headers; an opcode that is not in the table is labelled by its hexadecimal value and its
 * extensions are not parsed.
 *
 * Source: IBTA Architecture Specification, volume 1, chapter 9; annex 17 (RoCEv2, CNP).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

#define ROCE_CNP_OPCODE 0x81u

/* Extension headers, as bits of roce_opcode.extensions. */
#define ROCE_EXT_RETH       0x001u
#define ROCE_EXT_AETH       0x002u
#define ROCE_EXT_ATOMIC     0x004u
#define ROCE_EXT_ATOMIC_ACK 0x008u
#define ROCE_EXT_IMM        0x010u
#define ROCE_EXT_IETH       0x020u
#define ROCE_EXT_DETH       0x040u
#define ROCE_EXT_RDETH      0x080u
#define ROCE_EXT_XRCETH     0x100u
#define ROCE_EXT_FETH       0x200u
#define ROCE_EXT_CNP        0x400u

struct roce_opcode {
	const char *transport; /* "RC"; NULL: not in the table */
	const char *operation; /* "RDMA_WRITE_FIRST" */
	uint16_t extensions; /* ROCE_EXT_*; on the wire RDETH, XRCETH, DETH, FETH, RETH, AETH, … */
};

/* Never NULL; unknown opcodes have transport NULL. */
const struct roce_opcode *roce_opcode_of(uint8_t opcode);

/* "RC:RDMA_WRITE_FIRST", or "0x9F" where unknown; fills and returns `out`. */
#define ROCE_OPCODE_NAME_SIZE 48
const char *roce_opcode_name(uint8_t opcode, char out[static ROCE_OPCODE_NAME_SIZE]);

enum roce_aeth_kind {
	ROCE_AETH_ACK = 0,
	ROCE_AETH_RNR_NAK = 1,
	ROCE_AETH_RESERVED = 2,
	ROCE_AETH_NAK = 3,
};

/* AETH credit code 0..30 to credits; 31 (no limit) gives ROCE_CREDITS_UNLIMITED, which must not
 * enter averages. */
#define ROCE_CREDITS_UNLIMITED UINT32_MAX
uint32_t roce_credits(uint8_t code);

/* RNR NAK timer code 0..31 to nanoseconds. */
uint64_t roce_rnr_timer_ns(uint8_t code);

/* NAK code 0..4: "psn_sequence_error", …; "reserved" above. */
#define ROCE_NAK_CODES 5u
const char *roce_nak_name(uint8_t code);

struct roce {
	bool has_bth, has_reth, has_aeth, has_deth, has_imm, has_atomic, has_atomic_ack, has_ieth;
	bool is_cut; /* an extension header that the opcode calls for is not (all) there */
	uint8_t opcode;
	bool is_solicited, is_migrated; /* SE, M */
	uint8_t pad_count;
	uint16_t p_key;
	bool is_fecn, is_becn, is_ack_requested;
	uint32_t dest_qp, psn;
	bool is_cnp; /* opcode 0x81, whatever BECN says */
	/* RETH */
	uint64_t virtual_address;
	uint32_t r_key;
	uint32_t dma_length; /* of the whole message */
	/* AETH */
	uint8_t aeth_kind;  /* enum roce_aeth_kind */
	uint8_t aeth_value; /* credit, timer or NAK code */
	uint32_t msn;
	/* DETH */
	uint32_t q_key, src_qp;
	uint32_t immediate;
	uint32_t invalidated_r_key;
	/* AtomicETH, AtomicAckETH */
	uint64_t swap_or_add, compare, original;
};

/* Parse from the first byte of the BTH. False (nothing set) when fewer than 12 bytes are there or
 * TVer is not 0; extension headers that are cut off are absent. `is_bad_version` tells the two
 * apart. */
bool roce_parse(struct bytes at, struct roce *out, bool *is_bad_version);
