/* SPDX-License-Identifier: Apache-2.0 */
/* See flat_sink.h. */
#include "flat_sink.h"

#include <stdio.h>
#include <string.h>

#define TEXT_BYTES_MAX (64u << 20)

static struct flat_sink *flat_of(struct field_sink *s)
{
	return (struct flat_sink *)s;
}

/* Append ".name" or "[i]" to the path; the length that it had. */
static size_t enter(struct flat_sink *f, const char *name)
{
	size_t before = f->path_len;
	size_t room = sizeof f->path - before;
	bool is_list = f->depth > 0 && f->level[f->depth - 1].is_list;
	int len = 0;

	f->is_broken = f->is_broken || is_list != (name == NULL);
	if (is_list) {
		len = snprintf(f->path + before, room, "[%zu]", f->level[f->depth - 1].items++);
	} else if (name != NULL) {
		len = snprintf(f->path + before, room, "%s%s", before > 0 ? "." : "", name);
	}
	f->path_len += (size_t)len;
	return before;
}

static void leave(struct flat_sink *f, size_t before)
{
	f->path_len = before;
	f->path[before] = '\0';
}

static void begin(struct field_sink *s, const char *name, bool is_list)
{
	struct flat_sink *f = flat_of(s);
	size_t before = enter(f, name);

	if (f->depth == FLAT_DEPTH) {
		f->is_broken = true;
		return;
	}
	f->level[f->depth].is_list = is_list;
	f->level[f->depth].items = 0;
	f->level[f->depth].path_len = before;
	f->depth++;
}

static void end(struct field_sink *s, bool is_list)
{
	struct flat_sink *f = flat_of(s);

	if (f->depth == 0 || f->level[f->depth - 1].is_list != is_list) {
		f->is_broken = true;
		return;
	}
	f->depth--;
	leave(f, f->level[f->depth].path_len);
}

static void begin_object(struct field_sink *s, const char *name)
{
	begin(s, name, false);
}

static void end_object(struct field_sink *s)
{
	end(s, false);
}

static void begin_list(struct field_sink *s, const char *name)
{
	begin(s, name, true);
}

static void end_list(struct field_sink *s)
{
	end(s, true);
}

static struct strbuf *begin_value(struct field_sink *s, const char *name, size_t *before)
{
	struct flat_sink *f = flat_of(s);

	*before = enter(f, name);
	f->values++;
	strbuf_puts(&f->out, f->path);
	strbuf_putc(&f->out, '=');
	return &f->out;
}

static void end_value(struct field_sink *s, const char *unit, size_t before)
{
	struct flat_sink *f = flat_of(s);

	strbuf_puts(&f->out, unit[0] != '\0' ? " " : "");
	strbuf_puts(&f->out, unit);
	strbuf_putc(&f->out, '\n');
	leave(f, before);
}

static void put_u64(struct field_sink *s, const char *name, uint64_t v, const char *unit)
{
	size_t before;

	strbuf_put_u64(begin_value(s, name, &before), v);
	end_value(s, unit, before);
}

static void put_i64(struct field_sink *s, const char *name, int64_t v, const char *unit)
{
	size_t before;

	strbuf_put_i64(begin_value(s, name, &before), v);
	end_value(s, unit, before);
}

static void put_f64(struct field_sink *s, const char *name, double v, const char *unit)
{
	size_t before;

	strbuf_put_double(begin_value(s, name, &before), v);
	end_value(s, unit, before);
}

static void put_symbol(struct field_sink *s, const char *name, const char *v)
{
	size_t before;

	strbuf_puts(begin_value(s, name, &before), v);
	end_value(s, "", before);
}

static void put_boolean(struct field_sink *s, const char *name, bool v)
{
	put_symbol(s, name, v ? "true" : "false");
}

static void put_null(struct field_sink *s, const char *name)
{
	put_symbol(s, name, "null");
}

static void put_text(struct field_sink *s, const char *name, struct bytes v)
{
	size_t before;

	strbuf_put_json(begin_value(s, name, &before), v);
	end_value(s, "", before);
}

static void put_hex(struct field_sink *s, const char *name, struct bytes v)
{
	size_t before;

	strbuf_put_hex(begin_value(s, name, &before), v);
	end_value(s, "", before);
}

void flat_sink_init(struct flat_sink *flat)
{
	*flat = (struct flat_sink){
		.sink = { begin_object, end_object, begin_list, end_list, put_u64, put_i64, put_f64,
		          put_boolean, put_null, put_text, put_symbol, put_hex },
	};
	strbuf_init(&flat->out, TEXT_BYTES_MAX);
	strbuf_puts(&flat->out, "\n");
}

void flat_sink_deinit(struct flat_sink *flat)
{
	strbuf_deinit(&flat->out);
}

bool flat_sink_has(const struct flat_sink *flat, const char *line)
{
	size_t len = strlen(line);
	const char *at = flat->out.at;

	while ((at = strstr(at, line)) != NULL) {
		if (at[-1] == '\n' && at[len] == '\n') {
			return true;
		}
		at++;
	}
	return false;
}
