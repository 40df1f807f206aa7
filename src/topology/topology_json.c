/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's topology document, in and out.
 *
 * In: cJSON makes a tree of the text, whose members are counted to know how much there can be, and
 * then described nodes and links are added in one pass each. Objects are lists, so each is walked
 * once and never searched by name in a loop. A mistake does not end the pass: the first few are
 * collected with their path, so that whoever generates the document sees the pattern.
 * Out: the tree without "version", which is ours, is printed once and then given up; the text is a
 * tenth of its size.
 *
 * Limits: as in the header; they are checked before anything is allocated by their number. Where
 * memory ends while cJSON parses, the text seems not to be JSON: cJSON does not tell which.
 * Source: sflow-rt.com/topology.php (the document), RFC 8259 (the text).
 */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/utf8.h"
#include "topology_priv.h"

enum {
	MISTAKES_SHOWN = 5,
	PATH_MAX_DEPTH = 4,      /* nodes.leaf1.ports.swp1 */
	MISTAKE_NAME_BYTES = 80, /* of a name from the document, with its NUL */
};

struct builder {
	struct topology *t;
	struct strbuf mistakes;
	unsigned mistake_count;
	const char *path[PATH_MAX_DEPTH]; /* names around the value in hand */
	unsigned depth;
	uint32_t device;     /* that of the node in hand */
	bool is_second_name; /* the node in hand has the agent of an earlier one */
};

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void enter(struct builder *b, const char *name)
{
	b->path[b->depth++] = name;
}

static void leave(struct builder *b)
{
	b->depth--;
}

/* Notes what is wrong with member `key` (NULL: the value itself) of the value in hand. */
static void mistake(struct builder *b, const char *key, const char *what)
{
	char name[MISTAKE_NAME_BYTES];

	if (b->mistake_count++ >= MISTAKES_SHOWN) {
		return;
	}
	strbuf_puts(&b->mistakes, b->mistake_count > 1 ? "; " : "");
	for (unsigned i = 0; i < b->depth; i++) {
		(void)utf8_printable(name, sizeof name, bytes_of(b->path[i]));
		strbuf_printf(&b->mistakes, "%s%s", i > 0 ? "." : "", name);
	}
	if (key != NULL) {
		strbuf_printf(&b->mistakes, "%s%s", b->depth > 0 ? "." : "", key);
	}
	strbuf_printf(&b->mistakes, "%s%s", b->depth > 0 || key != NULL ? ": " : "", what);
}

static bool expect_object(struct builder *b, const char *key, const cJSON *value)
{
	if (cJSON_IsObject(value)) {
		return true;
	}
	mistake(b, key, "expected an object");
	return false;
}

/* Finds the members of an object by name: value[i] is the first called known[i], or NULL. */
static void pick(struct builder *b, const cJSON *object, const char *const *known, cJSON **value,
                 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		value[i] = NULL;
	}
	for (cJSON *member = object->child; member != NULL; member = member->next) {
		for (size_t i = 0; i < count; i++) {
			if (strcmp(member->string, known[i]) != 0) {
				continue;
			}
			if (value[i] == NULL) {
				value[i] = member;
			} else {
				mistake(b, known[i], "given twice");
			}
		}
	}
}

/* The number of a name; NAME_NONE after a mistake. */
static uint32_t name_of(struct builder *b, const char *key, const char *text)
{
	if (text[0] == '\0') {
		mistake(b, key, "expected a name, not an empty string");
		return NAME_NONE;
	}
	return name_pool_intern(&b->t->names, bytes_of(text));
}

/* The number of the name that `value` is, which must be there; NAME_NONE after a mistake. */
static uint32_t name_at(struct builder *b, const char *key, const cJSON *value)
{
	if (value == NULL || !cJSON_IsString(value)) {
		mistake(b, key, value == NULL ? "missing" : "expected a string");
		return NAME_NONE;
	}
	return name_of(b, key, value->valuestring);
}

/* A whole number from 1 to UINT32_MAX, else 0 (as for NULL). */
static uint32_t whole_number(const cJSON *value)
{
	double d = value != NULL && cJSON_IsNumber(value) ? value->valuedouble : 0;

	return d >= 1 && d <= UINT32_MAX && (uint32_t)d == d ? (uint32_t)d : 0;
}

static uint32_t read_ifindex(struct builder *b, const cJSON *value)
{
	uint32_t ifindex = whole_number(value);

	if (cJSON_IsString(value)) {
		(void)topology_ifindex_parse(value->valuestring, &ifindex);
	}
	if (ifindex == 0) {
		mistake(b, "ifindex", "expected a number from 1 to 4294967295");
	}
	return ifindex;
}

static void read_port(struct builder *b, const cJSON *port)
{
	static const char *const known[] = { "ifindex" };
	cJSON *member;
	uint32_t name = name_of(b, NULL, port->string);
	uint32_t ifindex;
	uint32_t at;

	if (name == NAME_NONE || !expect_object(b, NULL, port)) {
		return;
	}
	pick(b, port, known, &member, 1);
	ifindex = member != NULL ? read_ifindex(b, member) : 0;
	if (!topology_add_port(b->t, b->device, name, ifindex, &at) && !b->is_second_name) {
		mistake(b, NULL, "given twice");
	}
}

/* Calls `read` for each member of `object` (NULL: no such), which stands under `name`. */
static void read_each(struct builder *b, const char *name, const cJSON *object,
                      void (*read)(struct builder *b, const cJSON *member))
{
	if (object == NULL || !expect_object(b, name, object)) {
		return;
	}
	enter(b, name);
	for (const cJSON *member = object->child; member != NULL; member = member->next) {
		enter(b, member->string);
		read(b, member);
		leave(b);
	}
	leave(b);
}

static struct addr read_agent(struct builder *b, const cJSON *value)
{
	struct addr agent = { .family = ADDR_NONE };

	if (!cJSON_IsString(value)) {
		mistake(b, "agent", "expected a string");
	} else if (addr_parse(value->valuestring, &agent) != FP_OK) {
		mistake(b, "agent", "expected an IPv4 or IPv6 address");
	}
	return agent;
}

static void read_node(struct builder *b, const cJSON *node)
{
	static const char *const known[] = { "agent", "ports" };
	cJSON *member[ARRAY_LEN(known)];
	struct addr agent = { .family = ADDR_NONE };
	uint32_t name = name_of(b, NULL, node->string);

	if (name == NAME_NONE || !expect_object(b, NULL, node)) {
		return;
	}
	pick(b, node, known, member, ARRAY_LEN(known));
	if (member[0] != NULL) {
		agent = read_agent(b, member[0]);
	}
	if (!topology_add_node(b->t, name, &agent, &b->device)) {
		mistake(b, NULL, "given twice");
	}
	b->is_second_name = b->device != b->t->node_count - 1;
	read_each(b, "ports", member[1], read_port);
}

static void read_link(struct builder *b, const cJSON *link)
{
	static const char *const known[] = { "node1", "port1", "node2", "port2" };
	cJSON *member[ARRAY_LEN(known)];
	uint32_t name[ARRAY_LEN(known)];
	uint32_t own = name_of(b, NULL, link->string);
	bool is_whole = own != NAME_NONE;

	if (!expect_object(b, NULL, link)) {
		return;
	}
	pick(b, link, known, member, ARRAY_LEN(known));
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		name[i] = name_at(b, known[i], member[i]);
		is_whole = is_whole && name[i] != NAME_NONE;
	}
	if (is_whole && !topology_add_link(b->t, own, (uint32_t[]){ name[0], name[2] },
	                                   (uint32_t[]){ name[1], name[3] })) {
		mistake(b, NULL, "given twice");
	}
}

/* How many ports the nodes describe. */
static size_t count_ports(const cJSON *nodes)
{
	size_t count = 0;

	for (const cJSON *node = nodes != NULL ? nodes->child : NULL; node != NULL;
	     node = node->next) {
		/* The first "ports", as pick() has it; once a node, so all nodes are walked
		 * once. */
		count +=
		    (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(node, "ports"));
	}
	return count;
}

/* True when arrays and objects nest more than `levels` deep in `value`. The recursion ends
 * there. */
static bool is_deeper(const cJSON *value, unsigned levels)
{
	if (!cJSON_IsObject(value) && !cJSON_IsArray(value)) {
		return false;
	}
	if (levels == 0) {
		return true;
	}
	for (const cJSON *child = value->child; child != NULL; child = child->next) {
		if (is_deeper(child, levels - 1)) {
			return true;
		}
	}
	return false;
}

enum { LINKS = 0, NODES, VERSION, TOP_COUNT };

/* Looks at the outside of the document: what kinds its members have, and how much there is. */
static void measure(struct builder *b, const cJSON *root, cJSON *top[TOP_COUNT],
                    struct topology_size *size)
{
	static const char *const known[TOP_COUNT] = { "links", "nodes", "version" };
	size_t links;
	size_t nodes;
	size_t ports;

	if (!expect_object(b, NULL, root)) {
		return;
	}
	if (is_deeper(root, TOPOLOGY_DEPTH_MAX)) {
		mistake(b, NULL, "nested too deep");
		return;
	}
	pick(b, root, known, top, TOP_COUNT);
	if (top[LINKS] == NULL) {
		mistake(b, "links", "missing");
	}
	for (unsigned i = LINKS; i <= NODES; i++) {
		if (top[i] != NULL) {
			(void)expect_object(b, known[i], top[i]);
		}
	}
	links = (size_t)cJSON_GetArraySize(top[LINKS]);
	nodes = (size_t)cJSON_GetArraySize(top[NODES]);
	ports = count_ports(top[NODES]);
	if (links > TOPOLOGY_LINKS_MAX) {
		mistake(b, "links", "more than 1000000 links");
	}
	if (nodes > TOPOLOGY_NODES_MAX) {
		mistake(b, "nodes", "more than 1000000 nodes");
	}
	if (ports > TOPOLOGY_PORTS_MAX) {
		mistake(b, "nodes", "more than 4000000 ports");
	}
	size->links = (uint32_t)links;
	size->nodes = (uint32_t)nodes;
	size->ports = (uint32_t)ports;
}

#define VERSION_FORMAT    ",\"version\":%u}"
#define VERSION_BYTES_MAX (sizeof VERSION_FORMAT + 10)

/* Keeps the text of all members but "version". What is given back must not be refused when it is
 * posted or read from the disk again, and printing can make a text longer (1e9, escapes). */
static enum fp_err keep_document(struct builder *b, cJSON *root)
{
	cJSON_DeleteItemFromObjectCaseSensitive(root, "version");
	b->t->document = cJSON_PrintUnformatted(root);
	if (b->t->document == NULL) {
		return FP_NO_MEMORY;
	}
	b->t->document_bytes = strlen(b->t->document);
	if (b->t->document_bytes > TOPOLOGY_BYTES_MAX - VERSION_BYTES_MAX) {
		mistake(b, NULL, TOPOLOGY_TOO_LONG);
	}
	return FP_OK;
}

/* FP_OK with b->t set, or with mistakes noted. `bytes`: all names in the document together. */
static enum fp_err build(struct builder *b, cJSON *root, size_t bytes)
{
	cJSON *top[TOP_COUNT] = { NULL };
	struct topology_size size = { .bytes = bytes };
	enum fp_err err;

	measure(b, root, top, &size);
	if (b->mistake_count > 0) {
		return FP_OK;
	}
	err = topology_alloc(&size, &b->t);
	if (err != FP_OK) {
		return err;
	}
	read_each(b, "nodes", top[NODES], read_node);
	read_each(b, "links", top[LINKS], read_link);
	if (b->mistake_count > 0) {
		return FP_OK;
	}
	topology_seal(b->t);
	b->t->written_version = whole_number(top[VERSION]);
	return keep_document(b, root);
}

/* The mistakes in one line, cut at a whole character to fit. */
static void show_mistakes(const struct builder *b, char *problem, size_t size)
{
	char more[32] = "";
	struct bytes text = { (const uint8_t *)b->mistakes.at, b->mistakes.len };
	size_t len;

	if (b->mistake_count > MISTAKES_SHOWN) {
		(void)snprintf(more, sizeof more, "; and %u more",
		               b->mistake_count - MISTAKES_SHOWN);
	}
	len = utf8_printable(problem, size, text);
	(void)snprintf(problem + len, size - len, "%s", more);
}

/* Builds from the tree. */
static enum fp_err parse_tree(cJSON *root, size_t bytes, struct topology **out, char *problem,
                              size_t size)
{
	struct builder b = { 0 };
	enum fp_err err;

	strbuf_init(&b.mistakes, 8192);
	err = build(&b, root, bytes);
	if (err == FP_OK && b.mistake_count > 0) {
		err = FP_BAD_DOCUMENT;
		show_mistakes(&b, problem, size);
	} else if (err != FP_OK) {
		(void)snprintf(problem, size, "%s", fp_err_text(err));
	} else {
		*out = b.t;
		b.t = NULL;
	}
	topology_free(b.t);
	strbuf_deinit(&b.mistakes);
	return err;
}

/* How far `text` is text: UTF-8 without NUL. cJSON takes any bytes, but names become labels, and
 * what was set must come back whole. */
static size_t text_length(struct bytes text)
{
	size_t at = 0;
	bool is_valid = true;

	while (at < text.len && text.at[at] != '\0') {
		size_t len = utf8_piece((struct bytes){ text.at + at, text.len - at }, &is_valid);

		if (!is_valid) {
			break;
		}
		at += len;
	}
	return at;
}

/* Says that the text goes wrong behind `before`. */
static void show_fault(struct bytes before, const char *what, char *problem, size_t size)
{
	unsigned line = 1;
	unsigned column = 1;

	for (size_t i = 0; i < before.len; i++) {
		bool is_end = before.at[i] == '\n';

		line += is_end ? 1 : 0;
		column = is_end ? 1 : column + 1;
	}
	(void)snprintf(problem, size, "line %u, column %u: %s", line, column, what);
}

/* FP_OK: `*root` is the document as a tree, which the caller deletes. */
static enum fp_err parse_text(struct bytes json, cJSON **root, char *problem, size_t size)
{
	size_t len = text_length(json);
	const char *end;
	char *text;

	*root = NULL;
	if (len < json.len) {
		show_fault((struct bytes){ json.at, len }, "not UTF-8 text", problem, size);
		return FP_BAD_DOCUMENT;
	}
	/* A copy with a NUL behind it: some releases of cJSON look there after a last comma. */
	text = mem_new(json.len + 1, 1);
	if (text == NULL) {
		(void)snprintf(problem, size, "%s", fp_err_text(FP_NO_MEMORY));
		return FP_NO_MEMORY;
	}
	if (json.len > 0) {
		memcpy(text, json.at, json.len);
	}
	*root = cJSON_ParseWithLengthOpts(text, json.len + 1, &end, true);
	if (*root == NULL) {
		/* `end`, not cJSON_GetErrorPtr(), which is one for all threads. */
		show_fault((struct bytes){ (const uint8_t *)text, (size_t)(end - text) },
		           "not valid JSON", problem, size);
	}
	mem_free(text);
	return *root != NULL ? FP_OK : FP_BAD_DOCUMENT;
}

enum fp_err topology_parse_json(struct bytes json, struct topology **out, char *problem,
                                size_t size)
{
	enum fp_err err;
	cJSON *root;

	*out = NULL;
	problem[0] = '\0';
	if (json.len > TOPOLOGY_BYTES_MAX) {
		(void)snprintf(problem, size, "%s", TOPOLOGY_TOO_LONG);
		return FP_BAD_DOCUMENT;
	}
	err = parse_text(json, &root, problem, size);
	if (err == FP_OK) {
		err = parse_tree(root, json.len, out, problem, size);
	}
	cJSON_Delete(root);
	/* The tree was many small pieces, which the allocator would keep: as much again as what is
	 * left of the document. */
	(void)malloc_trim(0);
	return err;
}

void topology_print_json(const struct topology *t, uint32_t version, struct strbuf *out)
{
	if (t == NULL) {
		strbuf_printf(out, "{\"version\":%u}", version);
		return;
	}
	/* Its closing brace gives way to the version; "links" is there, so a comma belongs
	 * between. */
	strbuf_put(out, t->document, t->document_bytes - 1);
	strbuf_printf(out, VERSION_FORMAT, version);
}
