/* SPDX-License-Identifier: Apache-2.0 */
/* The writers of `decode`: JSON that any parser takes, text that no wire byte can break out of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "cli/sinks_priv.h"
#include "wire.h"

#define TEXT_BYTES_MAX (1u << 20)

/* One of everything. */
static void feed(struct field_sink *s)
{
	static const char evil[] = "a\"b\\\n\x1b[31m\xff";
	const struct bytes text = { .at = (const uint8_t *)evil, .len = sizeof evil - 1 };

	s->begin_object(s, NULL);
	s->symbol(s, "symbol", "x:1");
	s->u64(s, "u64", UINT64_MAX, "bytes");
	s->i64(s, "i64", INT64_MIN, "");
	s->f64(s, "f64", 0.1, "%");
	s->f64(s, "nan", (double)NAN, "");
	s->boolean(s, "yes", true);
	s->null(s, "null");
	s->text(s, "text", text);
	s->hex(s, "hex", (struct bytes){ .at = (const uint8_t *)"\x01\xab", .len = 2 });
	s->begin_object(s, "empty");
	s->end_object(s);
	s->begin_list(s, "list");
	s->u64(s, NULL, 1, "");
	s->begin_object(s, NULL);
	s->u64(s, "a", 2, "");
	s->begin_list(s, "inner");
	s->u64(s, NULL, 3, "");
	s->end_list(s);
	s->end_object(s);
	s->begin_list(s, NULL);
	s->end_list(s);
	s->end_list(s);
	s->boolean(s, "no", false);
	s->end_object(s);
}

static void json_is_exact(void **state)
{
	struct json_sink json;
	struct strbuf out;

	(void)state;
	strbuf_init(&out, TEXT_BYTES_MAX);
	json_sink_init(&json, &out);
	feed(&json.sink);
	assert_string_equal(out.at, "{\"symbol\":\"x:1\",\"u64\":18446744073709551615,"
	                            "\"i64\":-9223372036854775808,\"f64\":0.1,\"nan\":null,"
	                            "\"yes\":true,\"null\":null,"
	                            "\"text\":\"a\\\"b\\\\\\n\\u001b[31m\xef\xbf\xbd\","
	                            "\"hex\":\"01ab\",\"empty\":{},"
	                            "\"list\":[1,{\"a\":2,\"inner\":[3]},[]],\"no\":false}");
	strbuf_deinit(&out);
}

static void text_is_indented(void **state)
{
	struct text_sink text;
	struct strbuf out;
	struct field_sink *s = &text.sink;

	(void)state;
	strbuf_init(&out, TEXT_BYTES_MAX);
	text_sink_init(&text, &out);
	s->u64(s, "a", 1, "bytes");
	s->begin_object(s, "o");
	s->boolean(s, "b", true);
	s->null(s, "c");
	s->begin_list(s, "l");
	s->begin_object(s, NULL);
	s->symbol(s, "d", "x");
	s->i64(s, "e", -1, "");
	s->end_object(s);
	s->begin_object(s, NULL);
	s->end_object(s);
	s->u64(s, NULL, 7, "");
	s->end_list(s);
	s->f64(s, "f", 0.5, "%");
	s->end_object(s);
	s->text(s, "g", (struct bytes){ .at = (const uint8_t *)"\x1b\n", .len = 2 });
	assert_string_equal(out.at, "a: 1 bytes\n"
	                            "o:\n"
	                            "  b: yes\n"
	                            "  c: unknown\n"
	                            "  l:\n"
	                            "    - d: x\n"
	                            "      e: -1\n"
	                            "    - 7\n"
	                            "  f: 0.5 %\n"
	                            "g: \"\\u001b\\n\"\n");
	strbuf_deinit(&out);
}

/* Another program's parser takes every sample of the vector. */
static void json_parses(void **state)
{
	struct sflow_datagram d;
	struct sflow_sample s;
	struct json_sink json;
	struct strbuf out;
	unsigned samples = 0;

	(void)state;
	strbuf_init(&out, TEXT_BYTES_MAX);
	assert_int_equal(
	    sflow_datagram_open((struct bytes){ .at = wire_vector, .len = sizeof wire_vector }, &d),
	    FP_OK);
	for (uint32_t i = 0; sflow_sample_next(&d, &s); i++) {
		cJSON *tree;

		strbuf_clear(&out);
		json_sink_init(&json, &out);
		json.sink.begin_object(&json.sink, NULL);
		describe_sample(&d, &s, "sample", i, &json.sink);
		json.sink.end_object(&json.sink);
		assert_false(out.failed);
		tree = cJSON_ParseWithLength(out.at, out.len);
		assert_non_null(tree);
		assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "sample"), "tag"));
		cJSON_Delete(tree);
		samples++;
	}
	assert_int_equal(samples, 4);
	strbuf_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_exact),
		cmocka_unit_test(text_is_indented),
		cmocka_unit_test(json_parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
