/* SPDX-License-Identifier: Apache-2.0 */
/* Flow and counter records, from one table.
 *
 * records.def holds a row for each record and each of its fields. This header expands it into
 * `struct sf_<name>` and a union of them all; records.c expands it into decoders, encoders, field
 * tables and the registry. Records whose shape depends on their content (nested lists) are written
 * by hand in records_irregular.c and sit in the same registry.
 *
 * A structure may be extended at its end in later revisions: what is not known is ignored. It may
 * have a documented short form: `fields` then says how many fields are present, so that absent is
 * not zero. Anything shorter is FP_SHORT_RECORD. "Unknown" values of the specification (all ones
 * for counters, -1 for percentages and loads) are kept as they are; sflow_field_is_unknown() tells
 * them. Views (strings, lists) borrow the datagram.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/err.h"
#include "fabricpulse/base/xdr.h"
#include "fabricpulse/decode/datagram.h"

/* The closed vocabulary of kinds, with the C type that each gives. Padding and byte order live in
 * the kinds. */
enum sflow_kind {
	SFLOW_KIND_u32 = 0, /* uint32_t */
	SFLOW_KIND_i32,     /* int32_t */
	SFLOW_KIND_u64,     /* uint64_t */
	SFLOW_KIND_f32,     /* float */
	SFLOW_KIND_mac,     /* struct mac: 6 bytes in 8 */
	SFLOW_KIND_ipv4,    /* struct addr: 4 bytes */
	SFLOW_KIND_ipv6,    /* struct addr: 16 bytes */
	SFLOW_KIND_address, /* struct addr: type and bytes; other types than 0, 1, 2 are bad */
	SFLOW_KIND_uuid,    /* struct sf_uuid: 16 bytes */
	SFLOW_KIND_octets4, /* struct sf_octets4: four single bytes in one word */
	SFLOW_KIND_string,  /* struct bytes: text, not terminated, any byte possible */
	SFLOW_KIND_opaque,  /* struct bytes */
	SFLOW_KIND_u32s,    /* struct sf_u32s: counted list of words */
	SFLOW_KIND_i32s,    /* struct sf_u32s read as signed */
	SFLOW_KIND_as_path, /* irregular parts: below */
	SFLOW_KIND_adapters,
	SFLOW_KIND_lanes,
	SFLOW_KIND_COUNT, /* last */
};

struct sf_uuid {
	uint8_t bytes[16];
};

struct sf_octets4 {
	uint8_t bytes[4];
};

/* A counted list of big-endian words inside the datagram. */
struct sf_u32s {
	uint32_t count;
	const uint8_t *at; /* 4 * count bytes */
};

static inline uint32_t sf_u32s_get(const struct sf_u32s *list, uint32_t i)
{
	return be32_load(list->at + 4 * (size_t)i);
}

typedef uint32_t sf_c_u32;
typedef int32_t sf_c_i32;
typedef uint64_t sf_c_u64;
typedef float sf_c_f32;
typedef struct mac sf_c_mac;
typedef struct addr sf_c_ipv4;
typedef struct addr sf_c_ipv6;
typedef struct addr sf_c_address;
typedef struct sf_uuid sf_c_uuid;
typedef struct sf_octets4 sf_c_octets4;
typedef struct bytes sf_c_string;
typedef struct bytes sf_c_opaque;
typedef struct sf_u32s sf_c_u32s;
typedef struct sf_u32s sf_c_i32s;

/* Irregular parts. Each keeps the raw bytes (already checked by the decoder) and is walked by its
 * own iterator. */

/* 1003 extended_gateway: `segments` holds segment_count AS path segments. */
struct sf_as_path {
	uint32_t segment_count;
	struct bytes raw;
};
struct sf_as_segment {
	uint32_t type; /* 1 set, 2 sequence */
	struct sf_u32s as;
};
bool sf_as_path_next(struct sf_as_path *path, struct sf_as_segment *out); /* consumes `path` */

/* 2001 host_adapters: `adapters` holds adapter_count of { ifIndex, MACs }. */
struct sf_adapters {
	uint32_t adapter_count;
	struct bytes raw;
};
struct sf_adapter {
	uint32_t ifindex;
	uint32_t mac_count;
	const uint8_t *macs; /* 8 bytes each: 6 + pad */
};
bool sf_adapters_next(struct sf_adapters *list, struct sf_adapter *out);

/* 10 sfp: `lanes` holds lane_count of ten words each. */
struct sf_lanes {
	uint32_t lane_count;
	struct bytes raw;
};
struct sf_lane {
	uint32_t index;
	uint32_t tx_bias_ua, tx_power_uw, tx_power_min_uw, tx_power_max_uw, tx_wavelength_nm;
	uint32_t rx_power_uw, rx_power_min_uw, rx_power_max_uw, rx_wavelength_nm;
};
bool sf_lanes_next(struct sf_lanes *list, struct sf_lane *out);

typedef struct sf_as_path sf_c_as_path;
typedef struct sf_adapters sf_c_adapters;
typedef struct sf_lanes sf_c_lanes;

/* struct sf_<name> of every row. `fields`: how many fields the record really carried. */
#define RECORD(space, name, enterprise, format, source)                                            \
	struct sf_##name {                                                                         \
		uint32_t fields;
#define FIELD(kind, member, meaning, unit) sf_c_##kind member;
#define NESTED(type, member)               sf_c_##type member;
#define OPTIONAL_TAIL
#define END_RECORD                                                                                 \
	}                                                                                          \
	;
#include "fabricpulse/decode/records.def"

/* Dense identifiers SF_<name>, in the order of the table. */
enum sflow_record_id {
#define RECORD(space, name, enterprise, format, source) SF_##name,
#define FIELD(kind, member, meaning, unit)
#define NESTED(type, member)
#define OPTIONAL_TAIL
#define END_RECORD
#include "fabricpulse/decode/records.def"
	SF_COUNT, /* last */
};

union sflow_value {
#define RECORD(space, name, enterprise, format, source) struct sf_##name name;
#define FIELD(kind, member, meaning, unit)
#define NESTED(type, member)
#define OPTIONAL_TAIL
#define END_RECORD
#include "fabricpulse/decode/records.def"
};

/* What a field means, which decides what "unknown" looks like and how it may be added up. */
enum sflow_meaning {
	SFLOW_NUMBER = 0, /* identifier, enum, configuration: every value is itself */
	SFLOW_COUNTER,    /* cumulative; all ones = not available */
	SFLOW_GAUGE,      /* momentary; all ones (unsigned) = not available */
	SFLOW_PERCENT,    /* hundredths of a percent; -1 = not available */
	SFLOW_LOAD,       /* load average; negative = not available */
	SFLOW_TEXT,       /* string; empty = not available */
};

struct sflow_field {
	const char *name;
	enum sflow_kind kind;
	enum sflow_meaning meaning;
	const char *unit; /* "bytes", "ms", "uW", …; "" where it has none */
	size_t offset;    /* in struct sf_<record> */
};

struct sflow_record_type {
	enum sflow_record_id id;
	enum sflow_space space;
	uint32_t tag;
	const char *name;   /* as in the sFlow structure list: "if_counters" */
	const char *source; /* the document that defines it */
	size_t size;        /* of struct sf_<name> */
	const struct sflow_field *fields;
	uint32_t field_count;
};

/* The row of `id`, or of a wire tag (NULL: unknown). */
const struct sflow_record_type *sflow_record_type_of(enum sflow_record_id id);
const struct sflow_record_type *sflow_record_find(enum sflow_space space, uint32_t tag);

/* Decode one record body. FP_SHORT_RECORD (it ends inside its layout) and FP_BAD_RECORD (a count,
 * length or type that cannot be; an empty sampled header; 1020 of another length than 8) leave the
 * record's struct zeroed. Bytes beyond the last known field are no fault. `out` borrows `body`;
 * only its member of that record is written. */
FP_MUST_USE enum fp_err sflow_record_decode(const struct sflow_record_type *type, struct bytes body,
                                            union sflow_value *out);

/* Encode a whole record: tag, length, body, pad. `value`'s `fields` says whether an optional tail
 * is written (0: all). */
void sflow_record_encode(const struct sflow_record_type *type, const union sflow_value *value,
                         struct xdr_out *out);

bool sflow_field_is_unknown(const struct sflow_field *field, const union sflow_value *value);
