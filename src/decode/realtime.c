/* SPDX-License-Identifier: Apache-2.0 */
/* Real-time metric and flow samples.
 *
 * The two differ in what stands before the values and in which number names which type, so each has
 * a list of types and they share everything else. A value is at least eight bytes long (its name's
 * length and its type), so a walk costs at most the sample's length, whatever its count says.
 * Source: the reference decoder.
 */
#include "fabricpulse/decode/realtime.h"

/* How a value lies on the wire. */
enum shape {
	SHAPE_STRING = 0,
	SHAPE_U32,
	SHAPE_U64,
	SHAPE_I32,
	SHAPE_I64,
	SHAPE_F32,
	SHAPE_F64,
	SHAPE_MAC,
	SHAPE_IPV4,
	SHAPE_IPV6,
};

struct value_type {
	const char *name;
	enum shape shape;
};

/* Indexed by the number on the wire. */
static const struct value_type metric_types[] = {
	{ "string", SHAPE_STRING },    { "counter32", SHAPE_U32 }, { "counter64", SHAPE_U64 },
	{ "gauge32", SHAPE_U32 },      { "gauge64", SHAPE_U64 },   { "gauge_float", SHAPE_F32 },
	{ "gauge_double", SHAPE_F64 },
};

static const struct value_type flow_types[] = {
	{ "string", SHAPE_STRING }, { "mac", SHAPE_MAC },    { "ipv4", SHAPE_IPV4 },
	{ "ipv6", SHAPE_IPV6 },     { "int32", SHAPE_I32 },  { "int64", SHAPE_I64 },
	{ "float", SHAPE_F32 },     { "double", SHAPE_F64 },
};

static const struct value_type *type_of(bool is_flow, uint32_t number)
{
	const struct value_type *types = is_flow ? flow_types : metric_types;
	size_t count = is_flow ? sizeof flow_types / sizeof flow_types[0]
	                       : sizeof metric_types / sizeof metric_types[0];

	return number < count ? &types[number] : NULL;
}

static double read_f32(struct xdr *x)
{
	uint32_t bits = xdr_u32(x);
	float v;

	memcpy(&v, &bits, sizeof v);
	return (double)v;
}

static double read_f64(struct xdr *x)
{
	uint64_t bits = xdr_u64(x);
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

static void read_address(struct xdr *x, uint32_t family, struct sflow_realtime_value *out)
{
	out->kind = SFLOW_REALTIME_ADDRESS;
	out->addr.family = family;
	xdr_fixed(x, out->addr.bytes, family == ADDR_IPV4 ? 4 : 16);
}

static void read_value(struct xdr *x, enum shape shape, struct sflow_realtime_value *out)
{
	switch (shape) {
	case SHAPE_STRING:
		out->kind = SFLOW_REALTIME_STRING;
		out->text = xdr_opaque(x);
		break;
	case SHAPE_U32:
		out->kind = SFLOW_REALTIME_UNSIGNED;
		out->u64 = xdr_u32(x);
		break;
	case SHAPE_U64:
		out->kind = SFLOW_REALTIME_UNSIGNED;
		out->u64 = xdr_u64(x);
		break;
	case SHAPE_I32:
		out->kind = SFLOW_REALTIME_SIGNED;
		out->i64 = (int32_t)xdr_u32(x);
		break;
	case SHAPE_I64:
		out->kind = SFLOW_REALTIME_SIGNED;
		out->i64 = (int64_t)xdr_u64(x);
		break;
	case SHAPE_F32:
		out->kind = SFLOW_REALTIME_DOUBLE;
		out->f64 = read_f32(x);
		break;
	case SHAPE_F64:
		out->kind = SFLOW_REALTIME_DOUBLE;
		out->f64 = read_f64(x);
		break;
	case SHAPE_MAC:
		out->kind = SFLOW_REALTIME_MAC;
		xdr_fixed(x, out->mac.bytes, sizeof out->mac.bytes);
		break;
	case SHAPE_IPV4: read_address(x, ADDR_IPV4, out); break;
	case SHAPE_IPV6: read_address(x, ADDR_IPV6, out); break;
	}
}

enum fp_err sflow_realtime_open(const struct sflow_sample *sample, struct sflow_realtime *out)
{
	*out = (struct sflow_realtime){ .is_flow = sample->kind == SFLOW_SAMPLE_RTFLOW,
		                        .left = xdr_of(sample->body) };
	out->dsname = xdr_opaque(&out->left);
	if (out->is_flow) {
		out->rate = xdr_u32(&out->left);
		out->pool = xdr_u32(&out->left);
	}
	out->count = xdr_u32(&out->left);
	if (out->left.failed) {
		*out = (struct sflow_realtime){ .is_flow = out->is_flow };
		return FP_SHORT_SAMPLE;
	}
	return FP_OK;
}

static bool end_early(struct sflow_realtime *rt, enum fp_err fault)
{
	rt->fault = fault;
	rt->read = rt->count;
	return false;
}

bool sflow_realtime_next(struct sflow_realtime *rt, struct sflow_realtime_value *out)
{
	const struct value_type *type;
	uint32_t number;

	*out = (struct sflow_realtime_value){ .kind = SFLOW_REALTIME_STRING };
	if (rt->read >= rt->count) {
		return false;
	}
	out->name = xdr_opaque(&rt->left);
	number = xdr_u32(&rt->left);
	if (rt->left.failed) {
		return end_early(rt, FP_SHORT_RECORD);
	}
	type = type_of(rt->is_flow, number);
	if (type == NULL) {
		return end_early(rt, FP_BAD_RECORD);
	}
	out->type = type->name;
	read_value(&rt->left, type->shape, out);
	if (rt->left.failed) {
		return end_early(rt, FP_SHORT_RECORD);
	}
	rt->read++;
	return true;
}
