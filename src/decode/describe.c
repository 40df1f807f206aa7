/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams, samples and records as named values.
 *
 * Records are printed from their field tables: a kind has one printer, and no record is known here
 * by name except the sampled header, whose bytes are parsed further. Source: the record table.
 */
#include "fabricpulse/decode/describe.h"

#include <stdio.h>
#include <stdlib.h>

#include "describe_priv.h"
#include "fabricpulse/decode/drop_reason.h"
#include "fabricpulse/decode/realtime.h"
#include "fabricpulse/decode/records.h"

#define TAG_TEXT_SIZE 16 /* "1048575:4095" */

static void put_tag(struct field_sink *sink, uint32_t tag)
{
	char text[TAG_TEXT_SIZE];

	(void)snprintf(text, sizeof text, "%u:%u", SFLOW_ENTERPRISE(tag), SFLOW_FORMAT(tag));
	sink->symbol(sink, "tag", text);
}

void describe_mac(struct field_sink *sink, const char *name, const struct mac *mac)
{
	char text[MAC_TEXT_SIZE];

	sink->symbol(sink, name, mac_text(mac, text));
}

void describe_addr(struct field_sink *sink, const char *name, const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	if (addr->family == ADDR_NONE) {
		sink->null(sink, name);
	} else {
		sink->symbol(sink, name, addr_text(addr, text));
	}
}

/* ---- fields, by kind ---- */

static void put_u32s(struct field_sink *sink, const char *name, const struct sf_u32s *list)
{
	sink->begin_list(sink, name);
	for (uint32_t i = 0; i < list->count; i++) {
		sink->u64(sink, NULL, sf_u32s_get(list, i), "");
	}
	sink->end_list(sink);
}

static void put_i32s(struct field_sink *sink, const struct sflow_field *field,
                     const struct sf_u32s *list)
{
	sink->begin_list(sink, field->name);
	for (uint32_t i = 0; i < list->count; i++) {
		int32_t v = (int32_t)sf_u32s_get(list, i);

		if (field->meaning == SFLOW_PERCENT && v == -1) {
			sink->null(sink, NULL);
		} else {
			sink->i64(sink, NULL, v, field->unit);
		}
	}
	sink->end_list(sink);
}

static void put_as_path(struct field_sink *sink, const char *name, struct sf_as_path path)
{
	struct sf_as_segment segment;

	sink->begin_list(sink, name);
	while (sf_as_path_next(&path, &segment)) {
		sink->begin_object(sink, NULL);
		sink->symbol(sink, "kind", segment.type == 1 ? "set" : "sequence");
		put_u32s(sink, "as", &segment.as);
		sink->end_object(sink);
	}
	sink->end_list(sink);
}

static void put_adapters(struct field_sink *sink, const char *name, struct sf_adapters list)
{
	struct sf_adapter adapter;
	struct mac mac;

	sink->begin_list(sink, name);
	while (sf_adapters_next(&list, &adapter)) {
		sink->begin_object(sink, NULL);
		sink->u64(sink, "ifIndex", adapter.ifindex, "");
		sink->begin_list(sink, "mac_addresses");
		for (uint32_t i = 0; i < adapter.mac_count; i++) {
			memcpy(mac.bytes, adapter.macs + 8 * (size_t)i, sizeof mac.bytes);
			describe_mac(sink, NULL, &mac);
		}
		sink->end_list(sink);
		sink->end_object(sink);
	}
	sink->end_list(sink);
}

static void put_lanes(struct field_sink *sink, const char *name, struct sf_lanes list)
{
	struct sf_lane lane;

	sink->begin_list(sink, name);
	while (sf_lanes_next(&list, &lane)) {
		sink->begin_object(sink, NULL);
		sink->u64(sink, "index", lane.index, "");
		sink->u64(sink, "tx_bias_current", lane.tx_bias_ua, "uA");
		sink->u64(sink, "tx_power", lane.tx_power_uw, "uW");
		sink->u64(sink, "tx_power_min", lane.tx_power_min_uw, "uW");
		sink->u64(sink, "tx_power_max", lane.tx_power_max_uw, "uW");
		sink->u64(sink, "tx_wavelength", lane.tx_wavelength_nm, "nm");
		sink->u64(sink, "rx_power", lane.rx_power_uw, "uW");
		sink->u64(sink, "rx_power_min", lane.rx_power_min_uw, "uW");
		sink->u64(sink, "rx_power_max", lane.rx_power_max_uw, "uW");
		sink->u64(sink, "rx_wavelength", lane.rx_wavelength_nm, "nm");
		sink->end_object(sink);
	}
	sink->end_list(sink);
}

static void put_octets4(struct field_sink *sink, const char *name, const struct sf_octets4 *v)
{
	sink->begin_list(sink, name);
	for (size_t i = 0; i < sizeof v->bytes; i++) {
		sink->u64(sink, NULL, v->bytes[i], "");
	}
	sink->end_list(sink);
}

static void put_uuid(struct field_sink *sink, const char *name, const struct sf_uuid *v)
{
	static const uint8_t groups[] = { 4, 2, 2, 2, 6 };
	char text[37];
	size_t at = 0;
	size_t byte = 0;

	for (size_t g = 0; g < sizeof groups; g++) {
		for (size_t i = 0; i < groups[g]; i++) {
			(void)snprintf(text + at, 3, "%02x", v->bytes[byte++]);
			at += 2;
		}
		text[at++] = '-';
	}
	text[at - 1] = '\0';
	sink->symbol(sink, name, text);
}

/* A field that is called like a key of the record itself gets a name of its own. */
static const char *field_name(const struct sflow_field *field)
{
	static const char *const taken[][2] = {
		{ "length", "sampled_length" },
		{ "type", "sampled_type" },
	};

	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		if (strcmp(field->name, taken[i][0]) == 0) {
			return taken[i][1];
		}
	}
	return field->name;
}

/* The double that is spelt like the float: 0.1f is 0.1, not 0.10000000149011612. */
static double widen(float v)
{
	char text[24];
	double wide = (double)v;

	for (int digits = 6; digits <= 9; digits++) {
		(void)snprintf(text, sizeof text, "%.*g", digits, (double)v);
		wide = strtod(text, NULL);
		if ((float)wide >= v && (float)wide <= v) {
			return wide;
		}
	}
	return (double)v; /* NaN */
}

union field_at {
	const void *any;
	const uint32_t *u32;
	const int32_t *i32;
	const uint64_t *u64;
	const float *f32;
	const struct mac *mac;
	const struct addr *addr;
	const struct sf_uuid *uuid;
	const struct sf_octets4 *octets4;
	const struct bytes *bytes;
	const struct sf_u32s *u32s;
	const struct sf_as_path *as_path;
	const struct sf_adapters *adapters;
	const struct sf_lanes *lanes;
};

static void put_known_field(struct field_sink *sink, const struct sflow_field *field,
                            const char *name, union field_at at)
{
	switch (field->kind) {
	case SFLOW_KIND_u32: sink->u64(sink, name, *at.u32, field->unit); break;
	case SFLOW_KIND_i32: sink->i64(sink, name, *at.i32, field->unit); break;
	case SFLOW_KIND_u64: sink->u64(sink, name, *at.u64, field->unit); break;
	case SFLOW_KIND_f32: sink->f64(sink, name, widen(*at.f32), field->unit); break;
	case SFLOW_KIND_mac: describe_mac(sink, name, at.mac); break;
	case SFLOW_KIND_ipv4:
	case SFLOW_KIND_ipv6:
	case SFLOW_KIND_address: describe_addr(sink, name, at.addr); break;
	case SFLOW_KIND_uuid: put_uuid(sink, name, at.uuid); break;
	case SFLOW_KIND_octets4: put_octets4(sink, name, at.octets4); break;
	case SFLOW_KIND_string: sink->text(sink, name, *at.bytes); break;
	case SFLOW_KIND_opaque: sink->hex(sink, name, *at.bytes); break;
	case SFLOW_KIND_u32s: put_u32s(sink, name, at.u32s); break;
	case SFLOW_KIND_i32s: put_i32s(sink, field, at.u32s); break;
	case SFLOW_KIND_as_path: put_as_path(sink, name, *at.as_path); break;
	case SFLOW_KIND_adapters: put_adapters(sink, name, *at.adapters); break;
	case SFLOW_KIND_lanes: put_lanes(sink, name, *at.lanes); break;
	case SFLOW_KIND_COUNT: break;
	}
}

/* ---- records ---- */

static void put_fields(struct field_sink *sink, const struct sflow_record_type *type,
                       const union sflow_value *value)
{
	uint32_t present;

	memcpy(&present, value, sizeof present); /* every struct begins with `fields` */
	for (uint32_t i = 0; i < present && i < type->field_count; i++) {
		const struct sflow_field *field = &type->fields[i];
		union field_at at = { .any = (const uint8_t *)value + field->offset };

		if (sflow_field_is_unknown(field, value)) {
			sink->null(sink, field_name(field));
		} else {
			put_known_field(sink, field, field_name(field), at);
		}
	}
}

static void put_record(struct sflow_datagram *d, const struct sflow_record *r,
                       struct field_sink *sink)
{
	const struct sflow_record_type *type = sflow_record_find(r->space, r->tag);
	union sflow_value value;
	struct packet packet;
	enum fp_err err;

	sink->begin_object(sink, NULL);
	if (type != NULL) {
		sink->symbol(sink, "type", type->name);
	}
	put_tag(sink, r->tag);
	sink->u64(sink, "length", r->length, "bytes");
	if (type != NULL) {
		err = sflow_record_decode(type, r->body, &value);
		if (err != FP_OK) {
			sflow_fault(d, err);
			sink->symbol(sink, "fault", fp_err_label(err));
		} else {
			put_fields(sink, type, &value);
		}
		if (err == FP_OK && type->id == SF_sampled_header) {
			packet_parse(value.sampled_header.header_protocol,
			             value.sampled_header.header, &packet, d->faults);
			d->has_faults = d->has_faults || d->faults[FP_BAD_BTH_VERSION] != 0;
			describe_packet(&packet, "packet", sink);
		}
	}
	sink->end_object(sink);
}

/* ---- samples ---- */

static void put_interface(struct field_sink *sink, const char *name,
                          const struct sflow_interface *i)
{
	static const char *const kinds[] = {
		[SFLOW_IF_UNKNOWN] = "unknown",   [SFLOW_IF_PORT] = "port",
		[SFLOW_IF_INTERNAL] = "internal", [SFLOW_IF_DISCARDED] = "discarded",
		[SFLOW_IF_MULTIPLE] = "multiple",
	};

	sink->begin_object(sink, name);
	sink->symbol(sink, "kind", kinds[i->kind]);
	if (i->kind != SFLOW_IF_UNKNOWN && i->kind != SFLOW_IF_INTERNAL) {
		sink->u64(sink, "value", i->value, "");
	}
	if (i->kind == SFLOW_IF_DISCARDED) {
		sink->symbol(sink, "reason", drop_reason_name(drop_reason_slot(i->value)));
	}
	if (i->kind == SFLOW_IF_UNKNOWN && (i->raw_format != 0 || i->raw_value != 0)) {
		sink->u64(sink, "raw_format", i->raw_format, "");
		sink->u64(sink, "raw_value", i->raw_value, "");
	}
	sink->end_object(sink);
}

static void put_standard(const struct sflow_sample *s, struct field_sink *sink)
{
	bool is_discard = s->kind == SFLOW_SAMPLE_DISCARD;

	sink->u64(sink, "sequence", s->sequence, "");
	sink->u64(sink, "source_class", s->source.class_, "");
	sink->u64(sink, "source_index", s->source.index, "");
	if (sflow_sample_is_counters(s)) {
		return;
	}
	if (!is_discard) {
		sink->u64(sink, "sampling_rate", s->rate, "");
		sink->u64(sink, "sample_pool", s->pool, "");
	}
	sink->u64(sink, "drops", s->drops, "");
	put_interface(sink, "input", &s->input);
	put_interface(sink, "output", &s->output);
	if (is_discard) {
		sink->u64(sink, "reason", s->reason, "");
		sink->symbol(sink, "reason_name", drop_reason_name(drop_reason_slot(s->reason)));
	}
}

static void put_realtime_value(struct field_sink *sink, const struct sflow_realtime_value *v)
{
	sink->begin_object(sink, NULL);
	sink->text(sink, "name", v->name);
	sink->symbol(sink, "type", v->type);
	switch (v->kind) {
	case SFLOW_REALTIME_STRING: sink->text(sink, "value", v->text); break;
	case SFLOW_REALTIME_UNSIGNED: sink->u64(sink, "value", v->u64, ""); break;
	case SFLOW_REALTIME_SIGNED: sink->i64(sink, "value", v->i64, ""); break;
	case SFLOW_REALTIME_DOUBLE: sink->f64(sink, "value", v->f64, ""); break;
	case SFLOW_REALTIME_MAC: describe_mac(sink, "value", &v->mac); break;
	case SFLOW_REALTIME_ADDRESS: describe_addr(sink, "value", &v->addr); break;
	case SFLOW_REALTIME_KIND_COUNT: break;
	}
	sink->end_object(sink);
}

static void put_realtime(struct sflow_datagram *d, const struct sflow_sample *s,
                         struct field_sink *sink)
{
	struct sflow_realtime rt;
	struct sflow_realtime_value v;
	enum fp_err err = sflow_realtime_open(s, &rt);

	if (err == FP_OK) {
		sink->text(sink, "dsname", rt.dsname);
		if (rt.is_flow) {
			sink->u64(sink, "sampling_rate", rt.rate, "");
			sink->u64(sink, "sample_pool", rt.pool, "");
		}
		sink->begin_list(sink, "values");
		while (sflow_realtime_next(&rt, &v)) {
			put_realtime_value(sink, &v);
		}
		sink->end_list(sink);
		err = rt.fault;
	}
	if (err != FP_OK) {
		sflow_fault(d, err);
		sink->symbol(sink, "fault", fp_err_label(err));
	}
}

void describe_sample(struct sflow_datagram *d, struct sflow_sample *s, const char *name,
                     uint32_t index, struct field_sink *sink)
{
	struct sflow_record record;

	sink->begin_object(sink, name);
	sink->u64(sink, "index", index, "");
	sink->symbol(sink, "type", sflow_sample_kind_name(s->kind));
	put_tag(sink, s->tag);
	sink->u64(sink, "length", s->length, "bytes");
	if (s->kind == SFLOW_SAMPLE_RTMETRIC || s->kind == SFLOW_SAMPLE_RTFLOW) {
		put_realtime(d, s, sink);
	} else if (s->kind != SFLOW_SAMPLE_UNKNOWN) {
		put_standard(s, sink);
		sink->begin_list(sink, "records");
		while (sflow_record_next(d, s, &record)) {
			put_record(d, &record, sink);
		}
		sink->end_list(sink);
	}
	sink->end_object(sink);
}

void describe_datagram(const struct sflow_datagram *d, struct field_sink *sink)
{
	describe_addr(sink, "agent", &d->agent);
	sink->u64(sink, "sub_agent", d->sub_agent, "");
	sink->u64(sink, "sequence", d->sequence, "");
	sink->u64(sink, "uptime_ms", d->uptime_ms, "ms");
}
