/* SPDX-License-Identifier: Apache-2.0 */
/* The strict JSON checker and the walker over what it lets pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "topology/json_text_priv.h"

/* Checks a heap copy of exactly that size, so that a sanitizer sees a read beyond it. */
static bool check(const char *text, size_t len, struct json_fault *fault)
{
	uint8_t *copy;
	bool sound;

	if (len == 0) {
		return json_check((struct bytes){ NULL, 0 }, 8, fault);
	}
	copy = malloc(len);
	assert_non_null(copy);
	memcpy(copy, text, len);
	sound = json_check((struct bytes){ copy, len }, 8, fault);
	free(copy);
	return sound;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void every_form_of_value_is_json(void **state)
{
	static const char *const sound[] = {
		"{}",
		"[]",
		" [ ] ",
		"\"\"",
		"0",
		"-0",
		"-12.5e+3",
		"1E9",
		"true",
		"false",
		"null",
		"{\"a\":1,\"b\":[1,2,{\"c\":null}]}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fF\"",
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
		"[[[[[[[[1]]]]]]]]",
		"[{},{},{},{},{},{},{},{},{},{}]", /* beside is not inside */
		"\t\r\n{\r\n\"a\"\t:\n1 }\n",
	};
	struct json_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
		assert_true(check(sound[i], strlen(sound[i]), &fault));
	}
}

static void mistakes_are_found_where_they_are(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *expected;
	} rows[] = {
		{ "", 1, 1, "expected a value" },
		{ " \n ", 2, 2, "expected a value" },
		{ "{\"a\":1,}", 1, 8, "expected a string" },
		{ "[1,]", 1, 4, "expected a value" },
		{ "{\"a\" 1}", 1, 6, "expected ':'" },
		{ "{\n\"a\":1\n\"b\":2}", 3, 1, "expected ',' or '}'" },
		{ "[1 2]", 1, 4, "expected ',' or ']'" },
		{ "[1}", 1, 3, "expected ',' or ']'" },
		{ "{} x", 1, 4, "expected the end of the document" },
		{ "{}{}", 1, 3, "expected the end of the document" },
		{ "tru", 1, 1, "expected a value" },
		{ "nul", 1, 1, "expected a value" },
		{ "True", 1, 1, "expected a value" },
		{ "+1", 1, 1, "expected a value" },
		{ ".5", 1, 1, "expected a value" },
		{ "01", 1, 2, "expected the end of the document" },
		{ "1.", 1, 3, "expected a digit" },
		{ "-", 1, 2, "expected a digit" },
		{ "1e", 1, 3, "expected a digit" },
		{ "\"abc", 1, 5, "the string does not end" },
		{ "\"\\x\"", 1, 3, "expected an escape character" },
		{ "\"\\u12g4\"", 1, 6, "expected four hexadecimal digits" },
		{ "\"a\nb\"", 1, 3, "a control character must be escaped" },
		{ "\"a\xff\"", 1, 3, "the text is not UTF-8" },
		{ "\"\xed\xa0\x80\"", 1, 2, "the text is not UTF-8" },
		{ "[[[[[[[[[1]]]]]]]]]", 1, 9, "nested too deep" },
		{ "{'a':1}", 1, 2, "expected a string" },
		{ "{a:1}", 1, 2, "expected a string" },
		{ "// no\n1", 1, 1, "expected a value" },
		{ "\xef\xbb\xbf{}", 1, 1, "expected a value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct json_fault fault = { 0 };

		assert_false(check(rows[i].text, strlen(rows[i].text), &fault));
		assert_string_equal(fault.expected, rows[i].expected);
		assert_int_equal(fault.line, rows[i].line);
		assert_int_equal(fault.column, rows[i].column);
	}
}

static void a_nul_byte_is_no_json_anywhere(void **state)
{
	static const char text[] = "{\"a\":\"b\\n\"}";
	struct json_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof text - 1; i++) {
		char broken[sizeof text];

		memcpy(broken, text, sizeof text);
		broken[i] = '\0';
		assert_false(check(broken, sizeof text - 1, &fault));
	}
}

static void no_beginning_of_a_document_is_one(void **state)
{
	static const char text[] = "{\"a\":[true,-1.5e3,\"\\u00e4\xc3\xa4\"],\"b\":{\"c\":null}}";
	struct json_fault fault;

	(void)state;
	assert_true(check(text, sizeof text - 1, &fault));
	for (size_t len = 0; len < sizeof text - 1; len++) {
		assert_false(check(text, len, &fault));
	}
}

static void members_come_in_their_order(void **state)
{
	static const struct {
		const char *key, *value;
		enum json_kind kind;
	} rows[] = {
		{ "\"a\"", "1", JSON_NUMBER },
		{ "\"b,}\"", "\"x\\\"}\"", JSON_STRING },
		{ "\"c\"", "{\"d\":[1,{}],\"e\":\"}\"}", JSON_OBJECT },
		{ "\"f\"", "[\"]\",[ ]]", JSON_ARRAY },
		{ "\"g\"", "true", JSON_TRUE },
		{ "\"h\"", "false", JSON_FALSE },
		{ "\"\"", "null", JSON_NULL },
		{ "\"i\"", "-1.5E3", JSON_NUMBER },
	};
	char text[512] = "{";
	struct json_fault fault;
	struct json_walk walk;
	struct bytes key;
	struct bytes value;
	size_t len = 1;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		len += (size_t)snprintf(text + len, sizeof text - len, "%s\n%s :\t%s%s",
		                        i > 0 ? "," : "", rows[i].key, rows[i].value,
		                        i % 2 == 0 ? " " : "");
	}
	(void)snprintf(text + len, sizeof text - len, "}");
	assert_true(json_check(bytes_of(text), 8, &fault));
	walk = json_walk_of(bytes_of(text));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(json_walk_next(&walk, &key, &value));
		assert_int_equal(key.len, strlen(rows[i].key));
		assert_memory_equal(key.at, rows[i].key, key.len);
		assert_int_equal(value.len, strlen(rows[i].value));
		assert_memory_equal(value.at, rows[i].value, value.len);
		assert_int_equal(json_kind(value), rows[i].kind);
	}
	assert_false(json_walk_next(&walk, &key, &value));
	assert_false(json_walk_next(&walk, &key, &value));
}

static void strings_are_decoded(void **state)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
		{ "\"\"", "" },
		{ "\"swp1\"", "swp1" },
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz" },
		{ "\"\\u0041\\u00e4\\u20AC\"", "A\xc3\xa4\xe2\x82\xac" },
		{ "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80" },
		{ "\"\\ud83dx\"", "\xef\xbf\xbdx" },
		{ "\"\\ud83d\\u0041\"", "\xef\xbf\xbd"
		                        "A" },
		{ "\"\\ude00\"", "\xef\xbf\xbd" },
		{ "\"a\\u0000b\"", "a\xef\xbf\xbd"
		                   "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t size = strlen(rows[i].json);
		char *out = malloc(size);
		struct json_fault fault;

		assert_non_null(out);
		assert_true(json_check(bytes_of(rows[i].json), 1, &fault));
		assert_int_equal(json_decode(bytes_of(rows[i].json), out), strlen(rows[i].text));
		assert_string_equal(out, rows[i].text);
		free(out);
	}
}

static void keys_are_compared_as_characters(void **state)
{
	char longer[200];

	(void)state;
	assert_true(json_is(bytes_of("\"links\""), "links"));
	assert_true(json_is(bytes_of("\"\\u006cinks\""), "links"));
	assert_false(json_is(bytes_of("\"link\""), "links"));
	assert_false(json_is(bytes_of("\"linkss\""), "links"));
	assert_false(json_is(bytes_of("\"Links\""), "links"));
	memset(longer, 'a', sizeof longer);
	longer[0] = '"';
	longer[sizeof longer - 2] = '"';
	longer[sizeof longer - 1] = '\0';
	assert_false(json_is(bytes_of(longer), "links"));
}

static void blanks_around_a_value_are_cut(void **state)
{
	struct bytes value = json_trim(bytes_of(" \t\r\n{ } \n"));

	(void)state;
	assert_int_equal(value.len, 3);
	assert_memory_equal(value.at, "{ }", 3);
	assert_int_equal(json_trim(bytes_of(" \n ")).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_value_is_json),
		cmocka_unit_test(mistakes_are_found_where_they_are),
		cmocka_unit_test(a_nul_byte_is_no_json_anywhere),
		cmocka_unit_test(no_beginning_of_a_document_is_one),
		cmocka_unit_test(members_come_in_their_order),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(keys_are_compared_as_characters),
		cmocka_unit_test(blanks_around_a_value_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
