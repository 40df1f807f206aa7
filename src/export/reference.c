/* SPDX-License-Identifier: Apache-2.0 */
/* The reference of all metrics, printed from the rows that the exposition is printed from: what is
 * documented is what is exported.
 */
#include <string.h>

#include "fabricpulse/export/metrics.h"
#include "json_put_priv.h"
#include "self_rows_priv.h"

static const char *const type_names[METRIC_TYPE_COUNT] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
	[METRIC_INFO] = "info",
};

static const struct {
	const char *name, *labels;
} scopes[SCOPE_COUNT] = {
	[SCOPE_FABRIC] = { "fabric", "" },
	[SCOPE_AGENT] = { "agent", "agent,host" },
	[SCOPE_PORT] = { "port", "agent,host,ifindex,port" },
	[SCOPE_SELF] = { "process", "" },
};

static void put_more(struct strbuf *out, const char *names)
{
	if (names == NULL || names[0] == '\0') {
		return;
	}
	if (out->len > 0) {
		strbuf_putc(out, ',');
	}
	strbuf_puts(out, names);
}

/* "agent,host,role"; returns the text in `out`, "" when there is none. */
static const char *label_names(const struct metric_row *row, struct strbuf *out)
{
	strbuf_clear(out);
	put_more(out, scopes[row->scope].labels);
	put_more(out, row->dim1 != NULL ? row->dim1->label_names : NULL);
	put_more(out, row->dim2 != NULL ? row->dim2->label_names : NULL);
	put_more(out, row->info_labels);
	put_more(out, row->type == METRIC_HISTOGRAM ? "le" : NULL);
	return out->at;
}

static void print_text(const struct metric_row *row, const char *group, const char *labels,
                       struct strbuf *out)
{
	(void)group;
	strbuf_puts(out, row->name);
	if (labels[0] != '\0') {
		strbuf_printf(out, "{%s}", labels);
	}
	strbuf_printf(out, " %s\n    %s\n", type_names[row->type], row->help);
}

static void print_markdown(const struct metric_row *row, const char *group, const char *labels,
                           struct strbuf *out)
{
	(void)group;
	strbuf_printf(out, "| `%s` | %s | ", row->name, type_names[row->type]);
	for (const char *p = labels; *p != '\0'; p++) {
		if (*p == ',') {
			strbuf_puts(out, ", ");
		} else {
			strbuf_putc(out, *p);
		}
	}
	strbuf_puts(out, " | ");
	for (const char *p = row->help; *p != '\0'; p++) {
		if (*p == '|') {
			strbuf_putc(out, '\\');
		}
		strbuf_putc(out, *p);
	}
	strbuf_puts(out, " |\n");
}

static void print_json(const struct metric_row *row, const char *group, const char *labels,
                       struct strbuf *out)
{
	json_open(out, NULL, '{');
	json_text(out, "name", row->name);
	json_text(out, "type", type_names[row->type]);
	json_text(out, "group", group);
	json_text(out, "scope", scopes[row->scope].name);
	json_open(out, "labels", '[');
	while (labels[0] != '\0') {
		const size_t len = strcspn(labels, ",");

		json_key(out, NULL);
		strbuf_put_json(out, (struct bytes){ (const uint8_t *)labels, len });
		labels += len + (labels[len] == ',' ? 1 : 0);
	}
	json_close(out, ']');
	json_text(out, "help", row->help);
	json_close(out, '}');
}

static const struct {
	const char *begin, *group_head, *group_table, *end;
	void (*print)(const struct metric_row *row, const char *group, const char *labels,
	              struct strbuf *out);
} forms[REFERENCE_FORMAT_COUNT] = {
	[REFERENCE_TEXT] = { "", "# ", "\n", "", print_text },
	[REFERENCE_MARKDOWN] = { "# Metrics\n\nPrinted by `fabricpulse metrics --format markdown`. "
	                         "Each group can be asked for alone: `/metrics?collect[]=GROUP`.\n",
	                         "\n## ",
	                         "\n\n| name | type | labels | meaning |\n|---|---|---|---|\n", "",
	                         print_markdown },
	[REFERENCE_JSON] = { "[", NULL, NULL, "]\n", print_json },
};

static bool is_same_family(const struct metric_row *row, const struct metric_row *before)
{
	return before != NULL && strcmp(row->name, before->name) == 0;
}

void export_reference(enum reference_format format, struct strbuf *out)
{
	char storage[256];
	struct strbuf names;

	strbuf_init_fixed(&names, storage, sizeof storage);
	strbuf_puts(out, forms[format].begin);
	for (size_t g = 0; g < METRIC_GROUP_COUNT; g++) {
		const struct metric_group group = metric_group_at(g);
		const struct metric_row *before = NULL;

		if (forms[format].group_head != NULL && group.row_count > 0) {
			strbuf_puts(out, forms[format].group_head);
			strbuf_puts(out, group.name);
			strbuf_puts(out, forms[format].group_table);
		}
		for (size_t r = 0; r < group.row_count; r++) {
			const struct metric_row *row = &group.rows[r];

			if (!is_same_family(row, before)) {
				forms[format].print(row, group.name, label_names(row, &names), out);
			}
			before = row;
		}
	}
	strbuf_puts(out, forms[format].end);
}
