/* SPDX-License-Identifier: Apache-2.0 */
/* RDMA: packets that entered the fabric view and carry a base transport header, or are Ultra
 * Ethernet; the opcode is the index of nearly everything.
 *
 * Message sizes go by powers of four from 256 bytes to 1 GiB, with a bucket for empty messages:
 * collectives end a transfer with a WRITE of length 0 that carries only immediate data, and those
 * would otherwise look like small messages. Credits go by the powers of two among the steps of the
 * standard. Sources: IBTA volume 1, 9.7.5 (AETH); Ultra Ethernet 1.0, PDS.
 */
#include "fabricpulse/analyze/rdma.h"

#include <stdio.h>

#include "fabricpulse/base/option.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)

#define UET_TYPE_NACK     10u
#define UET_TYPE_NACK_CCX 12u

static const uint64_t message_upper[] = { 0,        256,       KIB,       4 * KIB, 16 * KIB,
	                                  64 * KIB, 256 * KIB, MIB,       4 * MIB, 16 * MIB,
	                                  64 * MIB, 256 * MIB, 1024 * MIB };
static const struct histogram_bounds message_bounds = { ARRAY_LEN(message_upper), message_upper };

static const uint64_t credit_upper[] = { 0,   1,   2,    4,    8,    16,   32,    64,   128,
	                                 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 };
static const struct histogram_bounds credit_bounds = { ARRAY_LEN(credit_upper), credit_upper };

_Static_assert(ARRAY_LEN(message_upper) < HISTOGRAM_BUCKETS_MAX, "message sizes fit a histogram");
_Static_assert(ARRAY_LEN(credit_upper) < HISTOGRAM_BUCKETS_MAX, "credits fit a histogram");

/* enum rdma_request by the operation, an opcode's low five bits, which all transports share. */
static const uint8_t request_of[32] = {
	[0x06] = RDMA_REQUEST_WRITE, [0x07] = RDMA_REQUEST_WRITE, [0x08] = RDMA_REQUEST_WRITE,
	[0x09] = RDMA_REQUEST_WRITE, [0x0a] = RDMA_REQUEST_WRITE, [0x0b] = RDMA_REQUEST_WRITE,
	[0x0c] = RDMA_REQUEST_READ,
};

static void observe_message(struct rdma_fabric *f, const struct observation *o)
{
	uint32_t request = request_of[o->opcode % ARRAY_LEN(request_of)];

	histogram_add(&f->message_bytes[request], &message_bounds, o->dma_length, o->rate);
	counter_add(&f->message_samples[request], 1);
}

static void observe_ack(struct rdma_fabric *f, const struct observation *o)
{
	uint32_t credits = roce_credits(o->aeth_value);

	if (credits == ROCE_CREDITS_UNLIMITED) {
		counter_add(&f->unlimited, o->rate);
		counter_add(&f->unlimited_samples, 1);
		return;
	}
	histogram_add(&f->credits, &credit_bounds, credits, o->rate);
	counter_add(&f->credit_samples, 1);
}

static void observe_nak(struct rdma_fabric *f, const struct observation *o)
{
	uint32_t code = o->aeth_value < ROCE_NAK_CODES ? o->aeth_value : ROCE_NAK_CODES;

	counter_add(&f->naks[code], o->rate);
	counter_add(&f->nak_samples[code], 1);
}

static void observe_aeth(struct rdma_fabric *f, const struct observation *o)
{
	uint32_t kind = o->aeth_kind % RDMA_AETH;

	counter_add(&f->aeth[kind], o->rate);
	counter_add(&f->aeth_samples[kind], 1);
	if (kind == ROCE_AETH_ACK) {
		observe_ack(f, o);
	} else if (kind == ROCE_AETH_NAK) {
		observe_nak(f, o);
	}
}

static void observe_bth(struct rdma_fabric *f, const struct observation *o)
{
	counter_add(&f->packets[o->opcode], o->rate);
	counter_add(&f->bytes[o->opcode], (uint64_t)o->rate * o->frame_bytes);
	counter_add(&f->samples[o->opcode], 1);
	if ((o->flags & OBS_IS_ACK_REQUESTED) != 0) {
		counter_add(&f->ack_requests, o->rate);
		counter_add(&f->ack_request_samples, 1);
	}
	if ((o->flags & OBS_HAS_RETH) != 0) {
		observe_message(f, o);
	}
	if ((o->flags & OBS_HAS_AETH) != 0) {
		observe_aeth(f, o);
	}
}

static void observe_uet(struct rdma_fabric *f, const struct observation *o)
{
	uint32_t type = o->uet_type % RDMA_UET_TYPES;

	counter_add(&f->uet_packets[type], o->rate);
	counter_add(&f->uet_bytes[type], (uint64_t)o->rate * o->frame_bytes);
	counter_add(&f->uet_samples[type], 1);
	if (type == UET_TYPE_NACK || type == UET_TYPE_NACK_CCX) {
		counter_add(&f->uet_nacks[o->uet_nack_code], o->rate);
		counter_add(&f->uet_nack_samples[o->uet_nack_code], 1);
	}
}

static void rdma_observe(struct shard *shard, const struct batch *batch)
{
	struct rdma_fabric *f = shard->entries[ANALYZER_rdma][SCOPE_FABRIC];

	for (uint32_t i = 0; i < batch->packet_count; i++) {
		const struct observation *o = &batch->packets[i];

		if (o->basis == BASIS_NONE) {
			continue;
		}
		if ((o->flags & OBS_HAS_BTH) != 0) {
			observe_bth(f, o);
		} else if (o->payload == PACKET_UET) {
			observe_uet(f, o);
		}
	}
}

static bool label_request(uint32_t slot, struct strbuf *out)
{
	static const char *const names[RDMA_REQUEST_COUNT] = { "other", "write", "read" };

	return metric_label(out, "request", names[slot]);
}

static bool label_aeth(uint32_t slot, struct strbuf *out)
{
	static const char *const names[RDMA_AETH] = {
		[ROCE_AETH_ACK] = "ack",
		[ROCE_AETH_RNR_NAK] = "rnr_nak",
		[ROCE_AETH_RESERVED] = "reserved",
		[ROCE_AETH_NAK] = "nak",
	};

	return metric_label(out, "kind", names[slot]);
}

static bool label_nak(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "code", roce_nak_name((uint8_t)slot));
}

static bool label_uet_type(uint32_t slot, struct strbuf *out)
{
	static const char *const names[] = {
		[1] = "tss",         [2] = "rud_req",     [3] = "rod_req",  [4] = "rudi_req",
		[5] = "rudi_resp",   [6] = "uud_req",     [7] = "ack",      [8] = "ack_cc",
		[9] = "ack_ccx",     [10] = "nack",       [11] = "control", [12] = "nack_ccx",
		[13] = "rud_cc_req", [14] = "rod_cc_req",
	};
	char number[8];

	if (slot < ARRAY_LEN(names) && names[slot] != NULL) {
		return metric_label(out, "type", names[slot]);
	}
	(void)snprintf(number, sizeof number, "%u", slot);
	return metric_label(out, "type", number);
}

static bool label_uet_nack(uint32_t slot, struct strbuf *out)
{
	static const char *const names[] = {
		[0x01] = "trimmed",
		[0x02] = "trimmed_last_hop",
		[0x03] = "trimmed_ack",
		[0x04] = "no_pdc_available",
		[0x05] = "no_ccc_available",
		[0x06] = "no_bitmap",
		[0x07] = "no_packet_buffer",
		[0x08] = "no_guaranteed_delivery_available",
		[0x09] = "no_ses_message_available",
		[0x0a] = "no_resource",
		[0x0b] = "psn_out_of_window",
		[0x0c] = "first_rod_out_of_order",
		[0x0d] = "rod_out_of_order",
		[0x0e] = "invalid_dpdcid",
		[0x0f] = "pdc_header_mismatch",
		[0x10] = "closing",
		[0x11] = "closing_in_error",
		[0x12] = "packet_not_received",
		[0x13] = "guaranteed_response_unavailable",
		[0x14] = "ack_with_data",
		[0x15] = "invalid_syn",
		[0x16] = "pdc_mode_mismatch",
		[0x17] = "new_start_psn",
		[0x18] = "received_ses_processing",
		[0x19] = "unexpected_event",
		[0x1a] = "receiver_inferred_loss",
	};
	char number[8];

	if (slot < ARRAY_LEN(names) && names[slot] != NULL) {
		return metric_label(out, "code", names[slot]);
	}
	(void)snprintf(number, sizeof number, "0x%02X", slot);
	return metric_label(out, "code", number);
}

static const struct metric_dim dim_request = { RDMA_REQUEST_COUNT, label_request, "request" };
static const struct metric_dim dim_aeth = { RDMA_AETH, label_aeth, "kind" };
static const struct metric_dim dim_nak = { RDMA_NAKS, label_nak, "code" };
static const struct metric_dim dim_uet_type = { RDMA_UET_TYPES, label_uet_type, "type" };
static const struct metric_dim dim_uet_nack = { RDMA_UET_NACKS, label_uet_nack, "code" };

#define FABRIC(field) .scope = SCOPE_FABRIC, METRIC_FIELD(rdma_fabric, field)
#define BY_OPCODE     .dim1 = &dim_opcode, .is_sparse = true
#define BY_UET_TYPE   .dim1 = &dim_uet_type, .is_sparse = true
#define BY_UET_NACK   .dim1 = &dim_uet_nack, .is_sparse = true

static const struct metric_row rows[] = {
	{ .name = "fabricpulse_rdma_packets_total",
	  .help = "RDMA packets by operation in the fabric view, estimated from samples.",
	  FABRIC(packets[0]),
	  BY_OPCODE },
	{ .name = "fabricpulse_rdma_bytes_total",
	  .help = "Bytes on the wire of RDMA packets by operation in the fabric view.",
	  FABRIC(bytes[0]),
	  BY_OPCODE },
	{ .name = "fabricpulse_rdma_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_packets_total and its bytes rest on.",
	  FABRIC(samples[0]),
	  BY_OPCODE },
	{ .name = "fabricpulse_rdma_message_size_bytes",
	  .help =
	      "Length of RDMA messages that say it (WRITE, READ request), estimated from samples "
	      "of the packet that begins them.",
	  .type = METRIC_HISTOGRAM,
	  FABRIC(message_bytes[0]),
	  .dim1 = &dim_request,
	  .bounds = &message_bounds },
	{ .name = "fabricpulse_rdma_message_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_message_size_bytes rests on.",
	  FABRIC(message_samples[0]),
	  .dim1 = &dim_request },
	{ .name = "fabricpulse_rdma_acknowledgements_total",
	  .help = "Acknowledgements by kind, also those that READ responses carry, estimated from "
	          "samples; rnr_nak: the receiver was not ready.",
	  FABRIC(aeth[0]),
	  .dim1 = &dim_aeth },
	{ .name = "fabricpulse_rdma_acknowledgement_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_acknowledgements_total rests on.",
	  FABRIC(aeth_samples[0]),
	  .dim1 = &dim_aeth },
	{ .name = "fabricpulse_rdma_naks_total",
	  .help =
	      "Negative acknowledgements by code, estimated from samples; psn_sequence_error: a "
	      "packet was lost or came out of order.",
	  FABRIC(naks[0]),
	  .dim1 = &dim_nak },
	{ .name = "fabricpulse_rdma_nak_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_naks_total rests on.",
	  FABRIC(nak_samples[0]),
	  .dim1 = &dim_nak },
	{ .name = "fabricpulse_rdma_ack_credits",
	  .help = "Receive buffers left at the responder, as its ACKs say, estimated from samples; "
	          "ACKs without a limit are not in it.",
	  .type = METRIC_HISTOGRAM,
	  FABRIC(credits),
	  .bounds = &credit_bounds },
	{ .name = "fabricpulse_rdma_ack_credit_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_ack_credits rests on.",
	  FABRIC(credit_samples) },
	{ .name = "fabricpulse_rdma_unlimited_acks_total",
	  .help =
	      "ACKs that set no limit on credits (shared receive queues), estimated from samples.",
	  FABRIC(unlimited) },
	{ .name = "fabricpulse_rdma_unlimited_ack_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_unlimited_acks_total rests on.",
	  FABRIC(unlimited_samples) },
	{ .name = "fabricpulse_rdma_ack_requests_total",
	  .help = "RDMA packets that ask for an acknowledgement, estimated from samples.",
	  FABRIC(ack_requests) },
	{ .name = "fabricpulse_rdma_ack_request_samples_total",
	  .help = "Flow samples that fabricpulse_rdma_ack_requests_total rests on.",
	  FABRIC(ack_request_samples) },
	{ .name = "fabricpulse_uet_packets_total",
	  .help = "Ultra Ethernet packets by type in the fabric view, estimated from samples.",
	  FABRIC(uet_packets[0]),
	  BY_UET_TYPE },
	{ .name = "fabricpulse_uet_bytes_total",
	  .help = "Bytes on the wire of Ultra Ethernet packets by type in the fabric view.",
	  FABRIC(uet_bytes[0]),
	  BY_UET_TYPE },
	{ .name = "fabricpulse_uet_samples_total",
	  .help = "Flow samples that fabricpulse_uet_packets_total and its bytes rest on.",
	  FABRIC(uet_samples[0]),
	  BY_UET_TYPE },
	{ .name = "fabricpulse_uet_nacks_total",
	  .help = "Ultra Ethernet NACKs by code, estimated from samples; trimmed: a switch cut the "
	          "packet for want of buffer.",
	  FABRIC(uet_nacks[0]),
	  BY_UET_NACK },
	{ .name = "fabricpulse_uet_nack_samples_total",
	  .help = "Flow samples that fabricpulse_uet_nacks_total rests on.",
	  FABRIC(uet_nack_samples[0]),
	  BY_UET_NACK },
};

const struct analyzer analyzer_rdma = {
	.name = "rdma",
	.entry_bytes = { [SCOPE_FABRIC] = sizeof(struct rdma_fabric) },
	.observe = rdma_observe,
	.rows = rows,
	.row_count = ARRAY_LEN(rows),
};
