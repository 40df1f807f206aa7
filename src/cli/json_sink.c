/* SPDX-License-Identifier: Apache-2.0 */
/* Named values as JSON (RFC 8259), without a blank, for programs. */
#include <math.h>
#include <string.h>

#include "sinks_priv.h"

static struct json_sink *json_of(struct field_sink *s)
{
	return (struct json_sink *)s;
}

/* What stands before every value: a comma when it is not the first, and its name. */
static struct strbuf *begin_value(struct field_sink *s, const char *name)
{
	struct json_sink *json = json_of(s);

	if (json->needs_comma) {
		strbuf_putc(json->out, ',');
	}
	json->needs_comma = true;
	if (name != NULL) {
		strbuf_putc(json->out, '"');
		strbuf_puts(json->out, name);
		strbuf_puts(json->out, "\":");
	}
	return json->out;
}

static void open_with(struct field_sink *s, const char *name, char bracket)
{
	strbuf_putc(begin_value(s, name), bracket);
	json_of(s)->needs_comma = false;
}

static void close_with(struct field_sink *s, char bracket)
{
	strbuf_putc(json_of(s)->out, bracket);
	json_of(s)->needs_comma = true;
}

static void json_begin_object(struct field_sink *s, const char *name)
{
	open_with(s, name, '{');
}

static void json_end_object(struct field_sink *s)
{
	close_with(s, '}');
}

static void json_begin_list(struct field_sink *s, const char *name)
{
	open_with(s, name, '[');
}

static void json_end_list(struct field_sink *s)
{
	close_with(s, ']');
}

static void json_u64(struct field_sink *s, const char *name, uint64_t v, const char *unit)
{
	(void)unit;
	strbuf_put_u64(begin_value(s, name), v);
}

static void json_i64(struct field_sink *s, const char *name, int64_t v, const char *unit)
{
	(void)unit;
	strbuf_put_i64(begin_value(s, name), v);
}

static void json_f64(struct field_sink *s, const char *name, double v, const char *unit)
{
	struct strbuf *out = begin_value(s, name);

	(void)unit;
	if (isfinite(v)) {
		strbuf_put_double(out, v);
	} else {
		strbuf_puts(out, "null");
	}
}

static void json_boolean(struct field_sink *s, const char *name, bool v)
{
	strbuf_puts(begin_value(s, name), v ? "true" : "false");
}

static void json_null(struct field_sink *s, const char *name)
{
	strbuf_puts(begin_value(s, name), "null");
}

static void json_text(struct field_sink *s, const char *name, struct bytes v)
{
	strbuf_put_json(begin_value(s, name), v);
}

static void json_symbol(struct field_sink *s, const char *name, const char *v)
{
	json_text(s, name, (struct bytes){ .at = (const uint8_t *)v, .len = strlen(v) });
}

static void json_hex(struct field_sink *s, const char *name, struct bytes v)
{
	struct strbuf *out = begin_value(s, name);

	strbuf_putc(out, '"');
	strbuf_put_hex(out, v);
	strbuf_putc(out, '"');
}

void json_sink_init(struct json_sink *json, struct strbuf *out)
{
	*json = (struct json_sink){
		.sink = {
			.begin_object = json_begin_object,
			.end_object = json_end_object,
			.begin_list = json_begin_list,
			.end_list = json_end_list,
			.u64 = json_u64,
			.i64 = json_i64,
			.f64 = json_f64,
			.boolean = json_boolean,
			.null = json_null,
			.text = json_text,
			.symbol = json_symbol,
			.hex = json_hex,
		},
		.out = out,
	};
}
