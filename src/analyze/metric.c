/* SPDX-License-Identifier: Apache-2.0 */
/* What several analyzers share: histograms and the dimensions that metric rows name.
 *
 * A dimension turns a slot number into label pairs. Every label value comes from a table of this
 * program, never from a packet, so the number of series is fixed when the program is built. Slots
 * without a name (holes of a code space, a view's "does not enter") say so and are left out.
 */
#include "fabricpulse/analyze/metric.h"

#include "fabricpulse/base/err.h"
#include "fabricpulse/base/option.h"

/* How many bounds lie below `value`: the number of its bucket. Always the same few steps, because
 * sizes and delays that come at random would make a branch predictor guess. */
static uint32_t bucket_of(const struct histogram_bounds *bounds, uint64_t value)
{
	const uint64_t *at = bounds->upper;
	uint32_t left = bounds->count;

	while (left > 1) {
		uint32_t half = left / 2;

		at += value > at[half - 1] ? half : 0;
		left -= half;
	}
	return (uint32_t)(at - bounds->upper) + (left == 1 && value > *at ? 1 : 0);
}

void histogram_add(struct histogram *h, const struct histogram_bounds *bounds, uint64_t value,
                   uint64_t weight)
{
	counter_add(&h->buckets[bucket_of(bounds, value)], weight);
	counter_add(&h->sum, value * weight);
}

size_t metric_cell_bytes(enum metric_cell cell)
{
	switch (cell) {
	case CELL_COUNTER: return sizeof(struct counter);
	case CELL_OPT_COUNTER: return sizeof(struct opt_counter);
	case CELL_GAUGE: return sizeof(struct gauge);
	case CELL_HISTOGRAM: return sizeof(struct histogram);
	case CELL_U64: return sizeof(uint64_t);
	case CELL_F64: return sizeof(double);
	case CELL_NONE: break;
	}
	return 0;
}

size_t metric_cell_offset(const struct metric_row *row, uint32_t slot1, uint32_t slot2)
{
	size_t cell = metric_cell_bytes(row->cell);
	size_t side = row->dim2 != NULL ? row->dim2->count : 1;
	size_t stride = row->stride != 0 ? row->stride : side * cell;

	return row->offset + slot1 * stride + slot2 * cell;
}

bool metric_label(struct strbuf *out, const char *key, const char *name)
{
	if (name == NULL) {
		return false;
	}
	strbuf_puts(out, key);
	strbuf_puts(out, "=\"");
	strbuf_puts(out, name);
	strbuf_putc(out, '"');
	return true;
}

static bool label_direction(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "direction", direction_name((enum direction)slot));
}

static bool label_role(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "role", port_role_name((enum port_role)slot));
}

static bool label_role_direction(uint32_t slot, struct strbuf *out)
{
	(void)label_role(slot / DIRECTION_COUNT, out);
	strbuf_putc(out, ',');
	return label_direction(slot % DIRECTION_COUNT, out);
}

static bool label_basis(uint32_t slot, struct strbuf *out)
{
	return slot != BASIS_NONE &&
	       metric_label(out, "basis", fabric_basis_name((enum fabric_basis)slot));
}

static bool label_traffic(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "traffic", slot == TRAFFIC_RDMA ? "rdma" : "other");
}

static bool label_opcode(uint32_t slot, struct strbuf *out)
{
	const struct roce_opcode *opcode = roce_opcode_of((uint8_t)slot);
	char number[ROCE_OPCODE_NAME_SIZE];

	if (opcode->transport != NULL) {
		(void)metric_label(out, "transport", opcode->transport);
		strbuf_putc(out, ',');
		return metric_label(out, "operation", opcode->operation);
	}
	strbuf_puts(out, "transport=\"unknown\",");
	return metric_label(out, "operation", roce_opcode_name((uint8_t)slot, number));
}

static bool label_drop_reason(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "reason", drop_reason_name(slot));
}

const char *const metric_ecn_names[ECN_COUNT] = { "not_ect", "ect1", "ect0", "ce" };

static bool label_ecn(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "ecn", metric_ecn_names[slot]);
}

static bool label_fault(uint32_t slot, struct strbuf *out)
{
	return slot != FP_OK && metric_label(out, "reason", fp_err_label((enum fp_err)slot));
}

static bool label_sample_kind(uint32_t slot, struct strbuf *out)
{
	return metric_label(out, "type", sflow_sample_kind_name((enum sflow_sample_kind)slot));
}

const struct metric_dim dim_direction = { DIRECTION_COUNT, label_direction, "direction" };
const struct metric_dim dim_role = { ROLE_COUNT, label_role, "role" };
const struct metric_dim dim_role_direction = { METRIC_ROLE_DIRECTIONS, label_role_direction,
	                                       "role,direction" };
const struct metric_dim dim_basis = { BASIS_COUNT, label_basis, "basis" };
const struct metric_dim dim_traffic = { TRAFFIC_COUNT, label_traffic, "traffic" };
const struct metric_dim dim_opcode = { 256, label_opcode, "transport,operation" };
const struct metric_dim dim_drop_reason = { DROP_REASON_SLOTS, label_drop_reason, "reason" };
const struct metric_dim dim_ecn = { ECN_COUNT, label_ecn, "ecn" };
const struct metric_dim dim_fault = { FP_WIRE_FAULT_END, label_fault, "reason" };
const struct metric_dim dim_sample_kind = { SFLOW_SAMPLE_KIND_COUNT, label_sample_kind, "type" };

const uint8_t metric_traffic_of[] = {
	[PACKET_OTHER] = TRAFFIC_OTHER, [PACKET_ROCEV2] = TRAFFIC_RDMA,
	[PACKET_ROCEV1] = TRAFFIC_RDMA, [PACKET_INFINIBAND] = TRAFFIC_RDMA,
	[PACKET_UET] = TRAFFIC_OTHER,
};
