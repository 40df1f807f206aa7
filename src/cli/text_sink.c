/* SPDX-License-Identifier: Apache-2.0 */
/* Named values as indented text, for people. What agents send is quoted and escaped as in JSON, so
 * that nothing on the wire can drive a terminal. */
#include <string.h>

#include "sinks_priv.h"

static struct text_sink *text_of(struct field_sink *s)
{
	return (struct text_sink *)s;
}

/* Indentation, and "- " before the first line of a list's item. */
static struct strbuf *begin_line(struct field_sink *s)
{
	struct text_sink *text = text_of(s);
	unsigned depth = text->depth;

	if (text->is_item && depth > 0) {
		depth--;
	}
	for (unsigned i = 0; i < depth; i++) {
		strbuf_puts(text->out, "  ");
	}
	if (text->is_item) {
		strbuf_puts(text->out, "- ");
		text->is_item = false;
	}
	return text->out;
}

static void begin_nested(struct field_sink *s, const char *name)
{
	struct strbuf *out = begin_line(s);

	strbuf_puts(out, name);
	strbuf_puts(out, ":\n");
	text_of(s)->depth++;
}

static void end_line(struct field_sink *s, const char *unit)
{
	struct strbuf *out = text_of(s)->out;

	if (unit[0] != '\0') {
		strbuf_putc(out, ' ');
		strbuf_puts(out, unit);
	}
	strbuf_putc(out, '\n');
}

static void text_begin_object(struct field_sink *s, const char *name)
{
	if (name != NULL) {
		begin_nested(s, name);
	} else {
		text_of(s)->is_item = true;
		text_of(s)->depth++;
	}
}

static void text_end_object(struct field_sink *s)
{
	text_of(s)->depth--;
	text_of(s)->is_item = false; /* an empty one leaves no line */
}

static void text_begin_list(struct field_sink *s, const char *name)
{
	begin_nested(s, name);
}

static void text_end_list(struct field_sink *s)
{
	text_of(s)->depth--;
}

/* A bare value in a list is an item of its own. */
static struct strbuf *begin_value(struct field_sink *s, const char *name)
{
	struct text_sink *text = text_of(s);

	if (name == NULL) {
		text->is_item = true;
		text->depth++;
		(void)begin_line(s);
		text->depth--;
	} else {
		(void)begin_line(s);
		strbuf_puts(text->out, name);
		strbuf_puts(text->out, ": ");
	}
	return text->out;
}

static void text_u64(struct field_sink *s, const char *name, uint64_t v, const char *unit)
{
	strbuf_put_u64(begin_value(s, name), v);
	end_line(s, unit);
}

static void text_i64(struct field_sink *s, const char *name, int64_t v, const char *unit)
{
	strbuf_put_i64(begin_value(s, name), v);
	end_line(s, unit);
}

static void text_f64(struct field_sink *s, const char *name, double v, const char *unit)
{
	strbuf_put_double(begin_value(s, name), v);
	end_line(s, unit);
}

static void text_symbol(struct field_sink *s, const char *name, const char *v)
{
	strbuf_puts(begin_value(s, name), v);
	end_line(s, "");
}

static void text_boolean(struct field_sink *s, const char *name, bool v)
{
	text_symbol(s, name, v ? "yes" : "no");
}

static void text_null(struct field_sink *s, const char *name)
{
	text_symbol(s, name, "unknown");
}

static void text_text(struct field_sink *s, const char *name, struct bytes v)
{
	strbuf_put_json(begin_value(s, name), v);
	end_line(s, "");
}

static void text_hex(struct field_sink *s, const char *name, struct bytes v)
{
	strbuf_put_hex(begin_value(s, name), v);
	end_line(s, "");
}

void text_sink_init(struct text_sink *text, struct strbuf *out)
{
	*text = (struct text_sink){
		.sink = {
			.begin_object = text_begin_object,
			.end_object = text_end_object,
			.begin_list = text_begin_list,
			.end_list = text_end_list,
			.u64 = text_u64,
			.i64 = text_i64,
			.f64 = text_f64,
			.boolean = text_boolean,
			.null = text_null,
			.text = text_text,
			.symbol = text_symbol,
			.hex = text_hex,
		},
		.out = out,
	};
}
