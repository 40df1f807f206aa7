/* SPDX-License-Identifier: Apache-2.0 */
/* The InfiniBand transport headers: BTH, then whatever its opcode calls for.
 *
 * opcodes.def says for each of the 256 opcodes which extension headers follow. Their order on the
 * wire is the same for all opcodes, so one table of (bit, size, reader) in that order is the whole
 * parser, and the opcodes that matter most (WRITE MIDDLE has none) fall through it. An opcode
 * without a row has no extensions that anyone could know.
 *
 * Limits: the ICRC cannot be checked on a sampled prefix. Bits that the specification reserves are
 * ignored; vendors use them. Sources: IBTA Architecture Specification, volume 1, chapter 9; annex
 * A17.
 */
#include "fabricpulse/decode/roce.h"

#include <stdio.h>

#include "fabricpulse/base/xdr.h"

#define BTH_BYTES       12u
#define BTH_SE          0x80u
#define BTH_MIGRATED    0x40u
#define BTH_FECN        0x80u
#define BTH_BECN        0x40u
#define BTH_ACK_REQUEST 0x80u
#define U24_MASK        0xffffffu
#define AETH_CODE_MASK  0x1fu
#define AETH_KIND_MASK  0x3u

static const struct roce_opcode opcodes[256] = {
#define OPCODE(code, transport, operation, extensions)                                             \
	[code] = { #transport, #operation, extensions },
#include "fabricpulse/decode/opcodes.def"
};

const struct roce_opcode *roce_opcode_of(uint8_t opcode)
{
	return &opcodes[opcode];
}

const char *roce_opcode_name(uint8_t opcode, char out[static ROCE_OPCODE_NAME_SIZE])
{
	const struct roce_opcode *o = &opcodes[opcode];

	if (o->transport != NULL) {
		(void)snprintf(out, ROCE_OPCODE_NAME_SIZE, "%s:%s", o->transport, o->operation);
	} else {
		(void)snprintf(out, ROCE_OPCODE_NAME_SIZE, "0x%02X", opcode);
	}
	return out;
}

uint32_t roce_credits(uint8_t code)
{
	static const uint32_t credits[32] = {
		0,    1,    2,    3,     4,     6,     8,     12,
		16,   24,   32,   48,    64,    96,    128,   192,
		256,  384,  512,  768,   1024,  1536,  2048,  3072,
		4096, 6144, 8192, 12288, 16384, 24576, 32768, ROCE_CREDITS_UNLIMITED,
	};

	return credits[code & AETH_CODE_MASK];
}

uint64_t roce_rnr_timer_ns(uint8_t code)
{
	/* In steps of 10 us. */
	static const uint32_t timers[32] = {
		65536, 1,    2,    3,    4,    6,     8,     12,    16,    24,    32,
		48,    64,   96,   128,  192,  256,   384,   512,   768,   1024,  1536,
		2048,  3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152,
	};

	return timers[code & AETH_CODE_MASK] * UINT64_C(10000);
}

const char *roce_nak_name(uint8_t code)
{
	static const char *const names[ROCE_NAK_CODES] = {
		"psn_sequence_error",       "invalid_request",    "remote_access_error",
		"remote_operational_error", "invalid_rd_request",
	};

	return code < ROCE_NAK_CODES ? names[code] : "reserved";
}

/* ---- extension headers: each reader gets exactly its size ---- */

static void read_nothing(const uint8_t *p, struct roce *out)
{
	(void)p;
	(void)out;
}

static void read_deth(const uint8_t *p, struct roce *out)
{
	out->has_deth = true;
	out->q_key = be32_load(p);
	out->src_qp = be32_load(p + 4) & U24_MASK;
}

static void read_reth(const uint8_t *p, struct roce *out)
{
	out->has_reth = true;
	out->virtual_address = be64_load(p);
	out->r_key = be32_load(p + 8);
	out->dma_length = be32_load(p + 12);
}

static void read_aeth(const uint8_t *p, struct roce *out)
{
	out->has_aeth = true;
	out->aeth_kind = (uint8_t)(p[0] >> 5 & AETH_KIND_MASK);
	out->aeth_value = p[0] & AETH_CODE_MASK;
	out->msn = be32_load(p) & U24_MASK;
}

static void read_atomic(const uint8_t *p, struct roce *out)
{
	out->has_atomic = true;
	out->virtual_address = be64_load(p);
	out->r_key = be32_load(p + 8);
	out->swap_or_add = be64_load(p + 12);
	out->compare = be64_load(p + 20);
}

static void read_atomic_ack(const uint8_t *p, struct roce *out)
{
	out->has_atomic_ack = true;
	out->original = be64_load(p);
}

static void read_imm(const uint8_t *p, struct roce *out)
{
	out->has_imm = true;
	out->immediate = be32_load(p);
}

static void read_ieth(const uint8_t *p, struct roce *out)
{
	out->has_ieth = true;
	out->invalidated_r_key = be32_load(p);
}

/* In the order of the wire. */
static const struct extension {
	uint16_t bit;
	uint8_t size;
	void (*read)(const uint8_t *p, struct roce *out);
} extensions[] = {
	{ ROCE_EXT_RDETH, 4, read_nothing },  { ROCE_EXT_XRCETH, 4, read_nothing },
	{ ROCE_EXT_DETH, 8, read_deth },      { ROCE_EXT_FETH, 4, read_nothing },
	{ ROCE_EXT_RETH, 16, read_reth },     { ROCE_EXT_AETH, 4, read_aeth },
	{ ROCE_EXT_ATOMIC, 28, read_atomic }, { ROCE_EXT_ATOMIC_ACK, 8, read_atomic_ack },
	{ ROCE_EXT_IMM, 4, read_imm },        { ROCE_EXT_IETH, 4, read_ieth },
	{ ROCE_EXT_CNP, 16, read_nothing },
};

static void read_extensions(const uint8_t *p, size_t left, uint32_t wanted, struct roce *out)
{
	for (size_t i = 0; wanted != 0; i++) {
		const struct extension *e = &extensions[i];

		if ((wanted & e->bit) == 0) {
			continue;
		}
		if (left < e->size) {
			out->is_cut = true;
			return;
		}
		e->read(p, out);
		p += e->size;
		left -= e->size;
		wanted &= ~(uint32_t)e->bit;
	}
}

bool roce_parse(struct bytes at, struct roce *out, bool *is_bad_version)
{
	const uint8_t *p = at.at;

	*out = (struct roce){ .has_bth = false };
	*is_bad_version = false;
	if (at.len < BTH_BYTES) {
		return false;
	}
	if ((p[1] & 0x0fu) != 0) { /* TVer: "shall be 0x0"; anything else is no BTH */
		*is_bad_version = true;
		return false;
	}
	out->has_bth = true;
	out->opcode = p[0];
	out->is_solicited = (p[1] & BTH_SE) != 0;
	out->is_migrated = (p[1] & BTH_MIGRATED) != 0;
	out->pad_count = (uint8_t)(p[1] >> 4 & 0x3u);
	out->p_key = be16_load(p + 2);
	out->is_fecn = (p[4] & BTH_FECN) != 0;
	out->is_becn = (p[4] & BTH_BECN) != 0;
	out->dest_qp = be32_load(p + 4) & U24_MASK;
	out->is_ack_requested = (p[8] & BTH_ACK_REQUEST) != 0;
	out->psn = be32_load(p + 8) & U24_MASK;
	out->is_cnp = p[0] == ROCE_CNP_OPCODE;
	read_extensions(p + BTH_BYTES, at.len - BTH_BYTES, opcodes[p[0]].extensions, out);
	return true;
}
