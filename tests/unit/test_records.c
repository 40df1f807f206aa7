/* SPDX-License-Identifier: Apache-2.0 */
/* Records against layouts that were typed a second time from the specifications, and against bytes
 * that were put together by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/decode/records.h"
#include "layouts.h"
#include "wire.h"

static const struct sflow_record_type *type_of(const struct layout *l)
{
	return sflow_record_find(l->space, SFLOW_TAG(l->enterprise, l->format));
}

static enum fp_err decode(enum sflow_record_id id, const char *hex, union sflow_value *value)
{
	static uint8_t buf[512]; /* views outlive the call */
	size_t len = wire_hex(hex, buf, sizeof buf);

	return sflow_record_decode(sflow_record_type_of(id),
	                           (struct bytes){ .at = buf, .len = len }, value);
}

static void every_row_has_a_layout(void **state)
{
	size_t found = 0;

	(void)state;
	assert_int_equal(layout_count, SF_COUNT);
	for (size_t i = 0; i < layout_count; i++) {
		const struct sflow_record_type *type = type_of(&layouts[i]);

		if (type == NULL) {
			fail_msg("%s is not registered", layouts[i].name);
			return;
		}
		assert_string_equal(type->name, layouts[i].name);
		assert_int_equal(type->tag, SFLOW_TAG(layouts[i].enterprise, layouts[i].format));
		assert_ptr_equal(type, sflow_record_type_of(type->id));
		assert_true(type->source[0] != '\0');
		found++;
	}
	assert_int_equal(found, SF_COUNT);
}

/* Address unions of `value` become IPv4. */
static void set_unions(const struct sflow_record_type *type, union sflow_value *value)
{
	const struct addr v4 = { .family = ADDR_IPV4 };

	for (uint32_t f = 0; f < type->field_count; f++) {
		if (type->fields[f].kind == SFLOW_KIND_address) {
			memcpy((uint8_t *)value + type->fields[f].offset, &v4, sizeof v4);
		}
	}
}

/* The sizes that the specifications print, for strings and lists without content. */
static void wire_sizes_are_the_published_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < layout_count; i++) {
		const struct sflow_record_type *type = type_of(&layouts[i]);
		union sflow_value value;
		uint8_t wire[300];
		struct xdr_out out = xdr_out_of(wire, sizeof wire);

		memset(&value, 0, sizeof value);
		set_unions(type, &value);
		sflow_record_encode(type, &value, &out);
		assert_false(out.failed);
		if ((size_t)(out.at - wire) != layouts[i].bytes + 8) {
			fail_msg("%s has %zu bytes, not %u", layouts[i].name,
			         (size_t)(out.at - wire) - 8, layouts[i].bytes);
		}
	}
}

/* A body of that size decodes, one byte less does not. */
static void nothing_less_than_the_published_size_decodes(void **state)
{
	static const uint8_t zeroes[256];
	union sflow_value value;

	(void)state;
	for (size_t i = 0; i < layout_count; i++) {
		const struct layout *l = &layouts[i];
		const struct sflow_record_type *type = type_of(l);
		bool is_variable = strpbrk(l->widths, "A|") != NULL;
		struct bytes body = { .at = zeroes, .len = l->bytes };

		if (is_variable || type->id == SF_sampled_header) {
			continue; /* other tests; an empty header is refused */
		}
		assert_int_equal(sflow_record_decode(type, body, &value), FP_OK);
		body.len--;
		assert_int_not_equal(sflow_record_decode(type, body, &value), FP_OK);
	}
}

static void check_field(const struct layout *l, const struct sflow_field *f, uint32_t number,
                        const union sflow_value *value)
{
	const uint8_t *at = (const uint8_t *)value + f->offset;
	uint8_t all[16];
	struct bytes text;
	struct sf_u32s list;
	struct addr address;
	uint64_t wide;
	uint32_t word;
	float real;

	memset(all, (int)number, sizeof all);
	switch (f->kind) {
	case SFLOW_KIND_u32:
	case SFLOW_KIND_i32:
		memcpy(&word, at, sizeof word);
		if (word != number) {
			fail_msg("%s.%s is %u, not %u", l->name, f->name, word, number);
		}
		break;
	case SFLOW_KIND_u64:
		memcpy(&wide, at, sizeof wide);
		assert_true(wide == number);
		break;
	case SFLOW_KIND_f32:
		memcpy(&real, at, sizeof real);
		assert_true(real > (float)number - 0.5f && real < (float)number + 0.5f);
		break;
	case SFLOW_KIND_mac: assert_memory_equal(at, all, 6); break;
	case SFLOW_KIND_ipv4:
	case SFLOW_KIND_address:
		memcpy(&address, at, sizeof address);
		assert_int_equal(address.family, ADDR_IPV4);
		assert_memory_equal(address.bytes, all, 4);
		break;
	case SFLOW_KIND_ipv6:
		memcpy(&address, at, sizeof address);
		assert_int_equal(address.family, ADDR_IPV6);
		assert_memory_equal(address.bytes, all, 16);
		break;
	case SFLOW_KIND_uuid: assert_memory_equal(at, all, 16); break;
	case SFLOW_KIND_octets4: assert_memory_equal(at, all, 4); break;
	case SFLOW_KIND_string:
	case SFLOW_KIND_opaque:
		memcpy(&text, at, sizeof text);
		assert_int_equal(text.len, 3);
		assert_memory_equal(text.at, "abc", 3);
		break;
	case SFLOW_KIND_u32s:
	case SFLOW_KIND_i32s:
		memcpy(&list, at, sizeof list);
		assert_int_equal(list.count, 2);
		assert_int_equal(sf_u32s_get(&list, 0), number);
		assert_int_equal(sf_u32s_get(&list, 1), number + 1);
		break;
	case SFLOW_KIND_as_path: /* test_records_irregular.c */
	case SFLOW_KIND_adapters:
	case SFLOW_KIND_lanes: break;
	case SFLOW_KIND_COUNT: fail();
	}
}

/* Each field sits where the layout puts it, and writing it gives the same bytes. */
static void every_field_is_read_from_its_place(void **state)
{
	union sflow_value value;
	uint8_t body[512];
	uint8_t wire[600];

	(void)state;
	for (size_t i = 0; i < layout_count; i++) {
		const struct layout *l = &layouts[i];
		const struct sflow_record_type *type = type_of(l);
		uint32_t fields;
		size_t len = layout_build(l, body, &fields, NULL);
		uint8_t *exact = wire_exact(body, len);
		struct xdr_out out = xdr_out_of(wire, sizeof wire);
		uint32_t present;

		if (fields != type->field_count) {
			fail_msg("%s has %u fields, not %u", l->name, type->field_count, fields);
		}
		assert_int_equal(
		    sflow_record_decode(type, (struct bytes){ .at = exact, .len = len }, &value),
		    FP_OK);
		memcpy(&present, &value, sizeof present);
		assert_int_equal(present, fields);
		for (uint32_t f = 0; f < fields; f++) {
			check_field(l, &type->fields[f], f + 1, &value);
		}
		sflow_record_encode(type, &value, &out);
		assert_int_equal(out.at - wire, len + 8);
		assert_int_equal(be32_load(wire), type->tag);
		assert_int_equal(be32_load(wire + 4), len);
		assert_memory_equal(wire + 8, body, len);
		free(exact);
	}
}

static void check_truncation(const struct sflow_record_type *type, struct bytes body, bool is_good)
{
	static const union sflow_value zero;
	union sflow_value value;
	uint8_t *exact = wire_exact(body.at, body.len);
	enum fp_err err;

	memset(&value, 0xaa, sizeof value);
	body.at = exact;
	err = sflow_record_decode(type, body, &value);
	if ((err == FP_OK) != is_good) {
		fail_msg("%s cut to %zu: %s", type->name, body.len, fp_err_label(err));
	}
	if (err != FP_OK) {
		assert_true(err == FP_SHORT_RECORD || err == FP_BAD_RECORD);
		assert_memory_equal(&value, &zero, type->size);
	}
	free(exact);
}

/* Shorter by any number of bytes: refused, unless a short form or a missing final pad explains
 * it. */
static void every_truncation_of_every_record(void **state)
{
	uint8_t body[512];

	(void)state;
	for (size_t i = 0; i < layout_count; i++) {
		const struct layout *l = &layouts[i];
		bool ends_in_pad = l->widths[strlen(l->widths) - 1] == 'S';
		uint32_t fields;
		size_t short_bytes;
		size_t len = layout_build(l, body, &fields, &short_bytes);
		size_t least = short_bytes != 0 ? short_bytes : ends_in_pad ? len - 1 : len;

		for (size_t cut = 0; cut < len; cut++) {
			check_truncation(type_of(l), (struct bytes){ .at = body, .len = cut },
			                 cut >= least);
		}
	}
}

/* Later revisions may add fields at the end. */
static void what_follows_the_known_fields_is_ignored(void **state)
{
	union sflow_value value;
	uint8_t body[512];

	(void)state;
	for (size_t i = 0; i < layout_count; i++) {
		uint32_t fields;
		size_t len = layout_build(&layouts[i], body, &fields, NULL);
		const struct sflow_record_type *type = type_of(&layouts[i]);
		enum fp_err err;

		memset(body + len, 0xff, 8);
		err =
		    sflow_record_decode(type, (struct bytes){ .at = body, .len = len + 8 }, &value);
		assert_int_equal(err, type->id == SF_extended_nat_port ? FP_BAD_RECORD : FP_OK);
	}
}

static void short_forms_say_which_fields_are_there(void **state)
{
	static const struct {
		enum sflow_record_id id;
		uint32_t bytes, fields;
	} cases[] = {
		{ SF_host_cpu, 68, 17 },        { SF_host_cpu, 72, 18 },
		{ SF_host_cpu, 75, 18 },        { SF_host_cpu, 80, 20 },
		{ SF_jvm_statistics, 100, 17 }, { SF_jvm_statistics, 104, 18 },
		{ SF_jvm_statistics, 108, 19 },
	};
	uint8_t body[128] = { 0 };
	uint8_t wire[128];
	union sflow_value value;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct sflow_record_type *type = sflow_record_type_of(cases[i].id);
		struct xdr_out out = xdr_out_of(wire, sizeof wire);
		uint32_t fields;

		assert_int_equal(
		    sflow_record_decode(type, (struct bytes){ .at = body, .len = cases[i].bytes },
		                        &value),
		    FP_OK);
		memcpy(&fields, &value, sizeof fields);
		assert_int_equal(fields, cases[i].fields);
		sflow_record_encode(type, &value, &out); /* written as short as it was */
		assert_int_equal(out.at - wire - 8, cases[i].bytes / 4 * 4);
	}
}

static void unknown_tags_have_no_row(void **state)
{
	(void)state;
	assert_null(sflow_record_find(SFLOW_SPACE_FLOW, SFLOW_TAG(8800, 2)));
	assert_null(sflow_record_find(SFLOW_SPACE_FLOW, SFLOW_TAG(0, 1013)));
	assert_null(sflow_record_find(SFLOW_SPACE_COUNTER, SFLOW_TAG(0, 1036)));
	assert_null(sflow_record_find(SFLOW_SPACE_FLOW, 0));
	assert_null(sflow_record_find(SFLOW_SPACE_COUNTER, UINT32_MAX));
	/* The two spaces are numbered apart. */
	assert_int_equal(sflow_record_find(SFLOW_SPACE_FLOW, 1)->id, SF_sampled_header);
	assert_int_equal(sflow_record_find(SFLOW_SPACE_COUNTER, 1)->id, SF_if_counters);
	assert_int_equal(sflow_record_find(SFLOW_SPACE_FLOW, 18075649)->id, SF_bst_egress_queue);
	assert_int_equal(sflow_record_find(SFLOW_SPACE_COUNTER, 23359489)->id, SF_nvidia_gpu);
}

/* ---- unknown values ---- */

static bool is_unknown(const union sflow_value *value, enum sflow_record_id id, const char *name)
{
	const struct sflow_record_type *type = sflow_record_type_of(id);

	for (uint32_t i = 0; i < type->field_count; i++) {
		if (strcmp(type->fields[i].name, name) == 0) {
			return sflow_field_is_unknown(&type->fields[i], value);
		}
	}
	fail_msg("no field %s", name);
	return false;
}

static void unknown_is_not_zero(void **state)
{
	union sflow_value v = { .if_counters = { .ifInOctets = UINT64_MAX,
		                                 .ifInMulticastPkts = UINT32_MAX,
		                                 .ifType = UINT32_MAX,
		                                 .ifOutOctets = UINT32_MAX } };

	(void)state;
	assert_true(is_unknown(&v, SF_if_counters, "ifInOctets"));
	assert_true(is_unknown(&v, SF_if_counters, "ifInMulticastPkts"));
	assert_false(is_unknown(&v, SF_if_counters, "ifInUcastPkts"));
	assert_false(is_unknown(&v, SF_if_counters, "ifType"));      /* a number is itself */
	assert_false(is_unknown(&v, SF_if_counters, "ifOutOctets")); /* 2^32-1 of 64 bits */
	v = (union sflow_value){ .processor = { .cpu_5s = -1, .cpu_1m = 0, .free_memory = 0 } };
	assert_true(is_unknown(&v, SF_processor, "cpu_5s"));
	assert_false(is_unknown(&v, SF_processor, "cpu_1m"));
	assert_false(is_unknown(&v, SF_processor, "free_memory"));
	v = (union sflow_value){ .host_cpu = { .load_one = -1.0f, .load_five = 0.0f } };
	assert_true(is_unknown(&v, SF_host_cpu, "load_one"));
	assert_false(is_unknown(&v, SF_host_cpu, "load_five"));
	memset(&v, 0, sizeof v);
	assert_true(is_unknown(&v, SF_host_descr, "hostname"));
	assert_true(is_unknown(&v, SF_host_descr, "uuid"));
	assert_false(is_unknown(&v, SF_host_descr, "machine_type"));
	v.host_descr.uuid.bytes[15] = 1;
	assert_false(is_unknown(&v, SF_host_descr, "uuid"));
	memset(&v, 0, sizeof v);
	assert_true(is_unknown(&v, SF_extended_router, "nexthop"));
	v.extended_router.nexthop.family = ADDR_IPV4;
	assert_false(is_unknown(&v, SF_extended_router, "nexthop"));
	v.extended_switch = (struct sf_extended_switch){ .src_vlan = UINT32_MAX };
	assert_true(is_unknown(&v, SF_extended_switch, "src_vlan")); /* the erratum */
	assert_false(is_unknown(&v, SF_extended_switch, "dst_vlan"));
}

/* ---- quirks of real agents ---- */

/* The header's length is odd and the record's length is padded, or is not. */
static void quirk_header_length_that_is_no_multiple_of_four(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(
	    decode(SF_sampled_header, "00000001 00000040 00000004 00000005 0102030405 000000", &v),
	    FP_OK);
	assert_int_equal(v.sampled_header.header.len, 5);
	assert_int_equal(
	    decode(SF_sampled_header, "00000001 00000040 00000004 00000005 0102030405", &v), FP_OK);
	assert_int_equal(v.sampled_header.header.len, 5);
	assert_memory_equal(v.sampled_header.header.at, ((uint8_t[]){ 1, 2, 3, 4, 5 }), 5);
}

static void quirk_header_length_beyond_the_record_or_zero(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(
	    decode(SF_sampled_header, "00000001 00000040 00000004 000003e8 01020304", &v),
	    FP_BAD_RECORD);
	assert_int_equal(
	    decode(SF_sampled_header, "00000001 00000040 00000004 ffffffff 01020304", &v),
	    FP_BAD_RECORD);
	assert_int_equal(decode(SF_sampled_header, "00000001 00000040 00000004 00000000", &v),
	                 FP_BAD_RECORD);
	assert_int_equal(decode(SF_sampled_header, "00000001 00000040 00000004", &v),
	                 FP_SHORT_RECORD);
}

/* MAC addresses occupy eight bytes; the source comes first, unlike on the wire. */
static void quirk_mac_addresses_are_padded(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_sampled_ethernet,
	                        "00000040 020000000001 0000 020000000002 0000 00000800", &v),
	                 FP_OK);
	assert_int_equal(v.sampled_ethernet.src_mac.bytes[5], 1);
	assert_int_equal(v.sampled_ethernet.dst_mac.bytes[5], 2);
	assert_int_equal(v.sampled_ethernet.type, 0x800);
	assert_int_equal(
	    decode(SF_sampled_ethernet, "00000040 020000000001 020000000002 00000800", &v),
	    FP_SHORT_RECORD);
}

/* 1020 was used for something else once. */
static void quirk_nat_port_of_another_length(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_extended_nat_port, "00000050 00001f90", &v), FP_OK);
	assert_int_equal(v.extended_nat_port.dst_port, 8080);
	assert_int_equal(decode(SF_extended_nat_port, "00000050 00001f90 00000000", &v),
	                 FP_BAD_RECORD);
	assert_int_equal(decode(SF_extended_nat_port, "00000050", &v), FP_SHORT_RECORD);
}

static void quirk_counts_near_the_end_of_32_bits(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_extended_vlantunnel, "40000000 81000001", &v), FP_BAD_RECORD);
	assert_int_equal(decode(SF_extended_vlantunnel, "ffffffff 81000001", &v), FP_BAD_RECORD);
	assert_int_equal(decode(SF_extended_vlantunnel, "00000002 81000001", &v), FP_BAD_RECORD);
	assert_int_equal(decode(SF_port_name, "fffffffd 41424344", &v), FP_BAD_RECORD);
	assert_int_equal(
	    decode(SF_extended_mpls, "00000001 0a000001 00000000 40000001 00010100", &v),
	    FP_BAD_RECORD);
}

static void quirk_next_hop_of_an_unknown_address_type(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_extended_router, "00000003 0a000001 00000018 00000018", &v),
	                 FP_BAD_RECORD);
	assert_int_equal(decode(SF_extended_router, "00000000 00000018 00000010", &v), FP_OK);
	assert_int_equal(v.extended_router.src_mask_len, 24);
	assert_int_equal(decode(SF_extended_router,
	                        "00000002 20010db8000000000000000000000001 00000040 00000030", &v),
	                 FP_OK);
	assert_int_equal(v.extended_router.nexthop.family, ADDR_IPV6);
	assert_int_equal(v.extended_router.dst_mask_len, 48);
}

/* The uuid has no length word. */
static void quirk_host_uuid_is_fixed(void **state)
{
	union sflow_value v;

	(void)state;
	assert_int_equal(decode(SF_host_descr,
	                        "00000005 7370696e65 000000 000102030405060708090a0b0c0d0e0f"
	                        "00000003 00000002 00000003 362e31 00",
	                        &v),
	                 FP_OK);
	assert_int_equal(v.host_descr.hostname.len, 5);
	assert_memory_equal(v.host_descr.hostname.at, "spine", 5);
	assert_int_equal(v.host_descr.uuid.bytes[15], 15);
	assert_int_equal(v.host_descr.machine_type, 3);
	assert_int_equal(v.host_descr.os_name, 2);
	assert_memory_equal(v.host_descr.os_release.at, "6.1", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_a_layout),
		cmocka_unit_test(wire_sizes_are_the_published_ones),
		cmocka_unit_test(nothing_less_than_the_published_size_decodes),
		cmocka_unit_test(every_field_is_read_from_its_place),
		cmocka_unit_test(every_truncation_of_every_record),
		cmocka_unit_test(what_follows_the_known_fields_is_ignored),
		cmocka_unit_test(short_forms_say_which_fields_are_there),
		cmocka_unit_test(unknown_tags_have_no_row),
		cmocka_unit_test(unknown_is_not_zero),
		cmocka_unit_test(quirk_header_length_that_is_no_multiple_of_four),
		cmocka_unit_test(quirk_header_length_beyond_the_record_or_zero),
		cmocka_unit_test(quirk_mac_addresses_are_padded),
		cmocka_unit_test(quirk_nat_port_of_another_length),
		cmocka_unit_test(quirk_counts_near_the_end_of_32_bits),
		cmocka_unit_test(quirk_next_hop_of_an_unknown_address_type),
		cmocka_unit_test(quirk_host_uuid_is_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
