/* SPDX-License-Identifier: Apache-2.0 */
/* Every record, from one table.
 *
 * records.def says once what each record is made of. records.h expands it into structs; here it
 * becomes decoders, encoders, descriptors, the registry and the lookup by tag. Nothing else in the
 * tree repeats a layout, and the kinds (records_priv.h) are the only place that knows padding and
 * byte order.
 *
 * Limits: a shared table lets decoder and encoder agree even where both are wrong, so each record
 * also has bytes from elsewhere and its published size in the tests.
 *
 * Source: the documents named in the rows.
 */
#include "fabricpulse/decode/records.h"

#include "records_priv.h"

/* 1. Decoders: fields in wire order, then the count of those that were there. */
#define RECORD(space, name, enterprise, format, source)                                            \
	static void read_##name(struct record_reader *r, union sflow_value *value)                 \
	{                                                                                          \
		struct sf_##name *out = &value->name;
#define FIELD(kind, member, meaning, unit) record_get_##kind(r, &out->member);
#define NESTED(type, member)               record_get_##type(r, &out->member);
#define OPTIONAL_TAIL                      record_tail_begins(r);
#define END_RECORD                                                                                 \
	out->fields = r->fields;                                                                   \
	}
#include "fabricpulse/decode/records.def"

/* 2. Encoders. */
#define RECORD(space, name, enterprise, format, source)                                            \
	static void write_##name(struct record_writer *w, const union sflow_value *value)          \
	{                                                                                          \
		const struct sf_##name *in = &value->name;
#define FIELD(kind, member, meaning, unit) record_put_##kind(w, &in->member);
#define NESTED(type, member)               record_put_##type(w, &in->member);
#define OPTIONAL_TAIL
#define END_RECORD }
#include "fabricpulse/decode/records.def"

/* 3. Descriptors with their fields. The local names let the rows of a record do without its name.
 */
#define RECORD(space_, name_, enterprise, format, source_)                                         \
	static const struct sflow_record_type *type_of_##name_(void)                               \
	{                                                                                          \
		typedef struct sf_##name_ record;                                                  \
		enum {                                                                             \
			ID = SF_##name_,                                                           \
			SPACE = SFLOW_SPACE_##space_,                                              \
			TAG = SFLOW_TAG(enterprise, format),                                       \
		};                                                                                 \
		static const char name[] = #name_;                                                 \
		static const char source[] = source_;                                              \
		static const struct sflow_field fields[] = {
#define FIELD(kind, member, meaning, unit)                                                         \
	{ #member, SFLOW_KIND_##kind, SFLOW_##meaning, unit, offsetof(record, member) },
#define NESTED(type, member)                                                                       \
	{ #member, SFLOW_KIND_##type, SFLOW_NUMBER, "", offsetof(record, member) },
#define OPTIONAL_TAIL
#define END_RECORD                                                                                 \
	}                                                                                          \
	;                                                                                          \
	static const struct sflow_record_type type = {                                             \
		.id = (enum sflow_record_id)ID,                                                    \
		.space = (enum sflow_space)SPACE,                                                  \
		.tag = TAG,                                                                        \
		.name = name,                                                                      \
		.source = source,                                                                  \
		.size = sizeof(record),                                                            \
		.fields = fields,                                                                  \
		.field_count = sizeof fields / sizeof fields[0],                                   \
	};                                                                                         \
	return &type;                                                                              \
	}
#include "fabricpulse/decode/records.def"

/* 4. The registry, in the order of the table. */
struct record_row {
	const struct sflow_record_type *(*type)(void);
	void (*read)(struct record_reader *r, union sflow_value *out);
	void (*write)(struct record_writer *w, const union sflow_value *value);
};

static const struct record_row rows[SF_COUNT] = {
#define RECORD(space, name, enterprise, format, source)                                            \
	[SF_##name] = { type_of_##name, read_##name, write_##name },
#define FIELD(kind, member, meaning, unit)
#define NESTED(type, member)
#define OPTIONAL_TAIL
#define END_RECORD
#include "fabricpulse/decode/records.def"
};

const struct sflow_record_type *sflow_record_type_of(enum sflow_record_id id)
{
	return rows[id].type();
}

/* The two spaces are numbered apart. */
#define KEY(space, tag) (0x100000000ull * (space) + (tag))

/* 5. From tag to row. A switch over both spaces: the compiler makes the search and refuses a tag
 * that is there twice. Its length is that of the table. */
/* NOLINTNEXTLINE(readability-function-size) */
const struct sflow_record_type *sflow_record_find(enum sflow_space space, uint32_t tag)
{
	switch (KEY(space, tag)) {
#define RECORD(space_, name, enterprise, format, source)                                           \
	case KEY(SFLOW_SPACE_##space_, SFLOW_TAG(enterprise, format)):                             \
		return type_of_##name();
#define FIELD(kind, member, meaning, unit)
#define NESTED(type, member)
#define OPTIONAL_TAIL
#define END_RECORD
#include "fabricpulse/decode/records.def"
	default: return NULL;
	}
}

/* What a layout cannot say. */
static bool is_forbidden(enum sflow_record_id id, struct bytes body, const union sflow_value *value)
{
	if (id == SF_sampled_header) {
		return value->sampled_header.header.len == 0;
	}
	/* 1020 was once used for something else: only its own length tells the two apart. */
	return id == SF_extended_nat_port && body.len != 8;
}

enum fp_err sflow_record_decode(const struct sflow_record_type *type, struct bytes body,
                                union sflow_value *out)
{
	struct record_reader r = { .x = xdr_of(body) };
	enum fp_err err = FP_OK;

	rows[type->id].read(&r, out);
	if (r.is_bad) {
		err = FP_BAD_RECORD;
	} else if (r.x.failed && !r.has_required) {
		err = FP_SHORT_RECORD;
	} else if (is_forbidden(type->id, body, out)) {
		err = FP_BAD_RECORD;
	}
	if (err != FP_OK) {
		memset(out, 0, type->size);
	}
	return err;
}

void sflow_record_encode(const struct sflow_record_type *type, const union sflow_value *value,
                         struct xdr_out *out)
{
	uint32_t fields;
	struct record_writer w = { .x = out };
	uint8_t *length;

	/* Every struct begins with `fields`. */
	memcpy(&fields, value, sizeof fields);
	w.fields_left = fields != 0 ? fields : UINT32_MAX;
	xdr_put_u32(out, type->tag);
	length = xdr_begin_length(out);
	rows[type->id].write(&w, value);
	xdr_end_length(out, length);
}

/* ---- unknown values ---- */

static bool is_all_ones(const struct sflow_field *field, const void *at)
{
	uint64_t wide;
	uint32_t word;

	if (field->kind == SFLOW_KIND_u64) {
		memcpy(&wide, at, sizeof wide);
		return wide == UINT64_MAX;
	}
	memcpy(&word, at, sizeof word);
	return word == UINT32_MAX;
}

static bool is_empty(const struct sflow_field *field, const void *at)
{
	static const struct sf_uuid none;
	struct bytes text;

	if (field->kind == SFLOW_KIND_uuid) {
		return memcmp(at, &none, sizeof none) == 0;
	}
	memcpy(&text, at, sizeof text);
	return text.len == 0;
}

static bool is_negative(const void *at)
{
	float load;

	memcpy(&load, at, sizeof load);
	return !(load >= 0); /* NaN too */
}

static bool is_no_address(const struct sflow_field *field, const void *at)
{
	struct addr address;

	if (field->kind != SFLOW_KIND_address) {
		return false;
	}
	memcpy(&address, at, sizeof address);
	return address.family == ADDR_NONE;
}

bool sflow_field_is_unknown(const struct sflow_field *field, const union sflow_value *value)
{
	const uint8_t *at = (const uint8_t *)value + field->offset;

	switch (field->meaning) {
	case SFLOW_COUNTER:
	case SFLOW_GAUGE: return is_all_ones(field, at);
	case SFLOW_PERCENT: /* of a list, each element for itself */
		return field->kind == SFLOW_KIND_i32 && is_all_ones(field, at);
	case SFLOW_LOAD: return is_negative(at);
	case SFLOW_TEXT: return is_empty(field, at);
	case SFLOW_NUMBER: break;
	}
	return is_no_address(field, at);
}
