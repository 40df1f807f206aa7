/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's topology document, in and out.
 *
 * In: the text is checked as a whole (json_text_priv.h), its members are counted to know how much
 * there can be, and then described nodes and links are added in one pass each. A mistake does not
 * end the pass: the first few are collected with their path, so that whoever generates the document
 * sees the pattern.
 * Out: the members are kept as they were spelt, but for "version", which is ours. So numbers keep
 * their digits, unknown members their content and everything its order.
 *
 * Limits: as in the header; they are checked before anything is allocated by their number.
 * Source: sflow-rt.com/topology.php (the document), RFC 8259 (the text).
 */
#include <stdio.h>
#include <string.h>

#include "fabricpulse/base/mem.h"
#include "fabricpulse/base/utf8.h"
#include "json_text_priv.h"
#include "topology_priv.h"

enum {
	MISTAKES_SHOWN = 5,
	PATH_MAX_DEPTH = 4,      /* nodes.leaf1.ports.swp1 */
	MISTAKE_NAME_BYTES = 80, /* of a name from the document, with its NUL */
};

struct builder {
	struct topology *t;
	char *scratch; /* the decoded string in hand */
	struct strbuf mistakes;
	unsigned mistake_count;
	struct bytes path[PATH_MAX_DEPTH]; /* names around the value in hand, as in the document */
	unsigned depth;
	bool is_second_name; /* the node in hand has the agent of an earlier one */
};

static void enter(struct builder *b, struct bytes key)
{
	b->path[b->depth++] = key;
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
		struct bytes inside = { b->path[i].at + 1, b->path[i].len - 2 };

		(void)utf8_printable(name, sizeof name, inside);
		strbuf_printf(&b->mistakes, "%s%s", i > 0 ? "." : "", name);
	}
	if (key != NULL) {
		strbuf_printf(&b->mistakes, "%s%s", b->depth > 0 ? "." : "", key);
	}
	strbuf_printf(&b->mistakes, "%s%s", b->depth > 0 || key != NULL ? ": " : "", what);
}

static bool expect_object(struct builder *b, struct bytes value)
{
	if (json_kind(value) == JSON_OBJECT) {
		return true;
	}
	mistake(b, NULL, "expected an object");
	return false;
}

/* Finds the members of an object by name: value[i] is that of known[i], or empty. */
static void pick(struct builder *b, struct bytes object, const char *const *known,
                 struct bytes *value, size_t count)
{
	struct json_walk walk = json_walk_of(object);
	struct bytes key;
	struct bytes member;

	memset(value, 0, count * sizeof *value);
	while (json_walk_next(&walk, &key, &member)) {
		for (size_t i = 0; i < count; i++) {
			if (!json_is(key, known[i])) {
				continue;
			}
			if (value[i].len > 0) {
				mistake(b, known[i], "given twice");
			}
			value[i] = member;
		}
	}
}

/* The number of a name, which must be there; NAME_NONE after a mistake. */
static uint32_t name_of(struct builder *b, const char *key, struct bytes string)
{
	size_t len;

	if (string.len == 0) {
		mistake(b, key, "missing");
		return NAME_NONE;
	}
	if (json_kind(string) != JSON_STRING) {
		mistake(b, key, "expected a string");
		return NAME_NONE;
	}
	len = json_decode(string, b->scratch);
	if (len == 0) {
		mistake(b, key, "expected a name, not an empty string");
		return NAME_NONE;
	}
	return name_pool_intern(&b->t->names, (struct bytes){ (const uint8_t *)b->scratch, len });
}

static uint32_t read_ifindex(struct builder *b, struct bytes value)
{
	uint32_t ifindex = 0;

	if (json_kind(value) == JSON_STRING) {
		(void)json_decode(value, b->scratch);
	} else {
		memcpy(b->scratch, value.at, value.len);
		b->scratch[value.len] = '\0';
	}
	if (!topology_ifindex_parse(b->scratch, &ifindex)) {
		mistake(b, "ifindex", "expected a number from 1 to 4294967295");
	}
	return ifindex;
}

static void read_port(struct builder *b, uint32_t device, struct bytes key, struct bytes value)
{
	static const char *const known[] = { "ifindex" };
	struct bytes member;
	uint32_t name = name_of(b, NULL, key);
	uint32_t ifindex;
	uint32_t port;

	if (name == NAME_NONE || !expect_object(b, value)) {
		return;
	}
	pick(b, value, known, &member, 1);
	ifindex = member.len > 0 ? read_ifindex(b, member) : 0;
	if (!topology_add_port(b->t, device, name, ifindex, &port) && !b->is_second_name) {
		mistake(b, NULL, "given twice");
	}
}

static void read_ports(struct builder *b, uint32_t device, struct bytes ports)
{
	struct json_walk walk;
	struct bytes key;
	struct bytes value;

	if (!expect_object(b, ports)) {
		return;
	}
	walk = json_walk_of(ports);
	while (json_walk_next(&walk, &key, &value)) {
		enter(b, key);
		read_port(b, device, key, value);
		leave(b);
	}
}

static struct addr read_agent(struct builder *b, struct bytes value)
{
	struct addr agent = { .family = ADDR_NONE };

	if (json_kind(value) != JSON_STRING) {
		mistake(b, "agent", "expected a string");
		return agent;
	}
	(void)json_decode(value, b->scratch);
	if (addr_parse(b->scratch, &agent) != FP_OK) {
		mistake(b, "agent", "expected an IPv4 or IPv6 address");
	}
	return agent;
}

static void read_node(struct builder *b, struct bytes key, struct bytes value)
{
	static const char *const known[] = { "agent", "ports" };
	struct bytes member[ARRAY_LEN(known)];
	struct addr agent = { .family = ADDR_NONE };
	uint32_t name;
	uint32_t device;

	name = name_of(b, NULL, key);
	if (name == NAME_NONE || !expect_object(b, value)) {
		return;
	}
	pick(b, value, known, member, ARRAY_LEN(known));
	if (member[0].len > 0) {
		agent = read_agent(b, member[0]);
	}
	if (!topology_add_node(b->t, name, &agent, &device)) {
		mistake(b, NULL, "given twice");
	}
	b->is_second_name = device != b->t->node_count - 1;
	if (member[1].len > 0) {
		enter(b, (struct bytes){ (const uint8_t *)"\"ports\"", 7 });
		read_ports(b, device, member[1]);
		leave(b);
	}
}

static void read_link(struct builder *b, struct bytes key, struct bytes value)
{
	static const char *const known[] = { "node1", "port1", "node2", "port2" };
	struct bytes member[ARRAY_LEN(known)];
	uint32_t name[ARRAY_LEN(known)];
	uint32_t link = name_of(b, NULL, key);
	bool is_whole = link != NAME_NONE;

	if (!expect_object(b, value)) {
		return;
	}
	pick(b, value, known, member, ARRAY_LEN(known));
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		name[i] = name_of(b, known[i], member[i]);
		is_whole = is_whole && name[i] != NAME_NONE;
	}
	if (is_whole && !topology_add_link(b->t, link, (uint32_t[]){ name[0], name[2] },
	                                   (uint32_t[]){ name[1], name[3] })) {
		mistake(b, NULL, "given twice");
	}
}

/* Calls `read` for each member of `object`, which stands under `name` (quoted) in the document. */
static void read_each(struct builder *b, const char *name, struct bytes object,
                      void (*read)(struct builder *b, struct bytes key, struct bytes value))
{
	struct json_walk walk = json_walk_of(object);
	struct bytes key;
	struct bytes value;

	enter(b, (struct bytes){ (const uint8_t *)name, strlen(name) });
	while (json_walk_next(&walk, &key, &value)) {
		enter(b, key);
		read(b, key, value);
		leave(b);
	}
	leave(b);
}

/* Members of a value; 0 when it is no object. */
static size_t count_members(struct bytes value)
{
	struct json_walk walk;
	struct bytes key;
	struct bytes member;
	size_t count = 0;

	if (value.len == 0 || json_kind(value) != JSON_OBJECT) {
		return 0;
	}
	walk = json_walk_of(value);
	while (json_walk_next(&walk, &key, &member)) {
		count++;
	}
	return count;
}

/* How many ports the nodes describe. */
static size_t count_ports(struct bytes nodes)
{
	struct json_walk outer;
	struct bytes key;
	struct bytes node;
	size_t count = 0;

	if (nodes.len == 0 || json_kind(nodes) != JSON_OBJECT) {
		return 0;
	}
	outer = json_walk_of(nodes);
	while (json_walk_next(&outer, &key, &node)) {
		struct json_walk inner = json_walk_of(node);
		struct bytes member;

		while (json_kind(node) == JSON_OBJECT && json_walk_next(&inner, &key, &member)) {
			count += json_is(key, "ports") ? count_members(member) : 0;
		}
	}
	return count;
}

/* The version that a document claims; 0 when it cannot be one. */
static uint32_t read_version(struct bytes value)
{
	char text[12] = "";
	uint32_t version = 0;

	if (value.len > 0 && value.len < sizeof text) {
		memcpy(text, value.at, value.len);
		(void)topology_ifindex_parse(text, &version); /* the same range of numbers */
	}
	return version;
}

/* Keeps the text of all members but "version". */
static void keep_document(struct topology *t, struct bytes object)
{
	struct json_walk walk = json_walk_of(object);
	struct bytes key;
	struct bytes value;
	char *p = t->document;

	while (json_walk_next(&walk, &key, &value)) {
		size_t len = (size_t)(value.at + value.len - key.at);

		if (json_is(key, "version")) {
			continue;
		}
		if (p != t->document) {
			*p++ = ',';
		}
		memcpy(p, key.at, len);
		p += len;
	}
	t->document_bytes = (size_t)(p - t->document);
}

enum { LINKS = 0, NODES, VERSION, TOP_COUNT };

/* Looks at the outside of the document: what kinds its members have, and how much there is. */
static void measure(struct builder *b, struct bytes json, struct bytes top[TOP_COUNT],
                    struct topology_size *size)
{
	static const char *const known[TOP_COUNT] = { "links", "nodes", "version" };
	size_t links;
	size_t nodes;
	size_t ports;

	if (!expect_object(b, json)) {
		return;
	}
	pick(b, json, known, top, TOP_COUNT);
	if (top[LINKS].len == 0) {
		mistake(b, "links", "missing");
	}
	for (unsigned i = LINKS; i <= NODES; i++) {
		if (top[i].len > 0 && json_kind(top[i]) != JSON_OBJECT) {
			mistake(b, known[i], "expected an object");
		}
	}
	links = count_members(top[LINKS]);
	nodes = count_members(top[NODES]);
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
	*size = (struct topology_size){
		.links = (uint32_t)links,
		.nodes = (uint32_t)nodes,
		.ports = (uint32_t)ports,
		.bytes = json.len,
	};
}

/* FP_OK with b->t set, or with mistakes noted. */
static enum fp_err build(struct builder *b, struct bytes json)
{
	struct bytes top[TOP_COUNT] = { { NULL, 0 } };
	struct topology_size size = { 0 };
	enum fp_err err;

	measure(b, json, top, &size);
	if (b->mistake_count > 0) {
		return FP_OK;
	}
	err = topology_alloc(&size, &b->t);
	if (err != FP_OK) {
		return err;
	}
	b->scratch = mem_new(json.len + 1, 1);
	b->t->document = mem_new(json.len + 1, 1);
	if (b->scratch == NULL || b->t->document == NULL) {
		return FP_NO_MEMORY;
	}
	if (top[NODES].len > 0) {
		read_each(b, "\"nodes\"", top[NODES], read_node);
	}
	read_each(b, "\"links\"", top[LINKS], read_link);
	if (b->mistake_count == 0) {
		topology_seal(b->t);
		b->t->written_version = read_version(top[VERSION]);
		keep_document(b->t, json);
	}
	return FP_OK;
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

/* Builds from text that is known to be JSON. */
static enum fp_err parse_checked(struct bytes json, struct topology **out, char *problem,
                                 size_t size)
{
	struct builder b = { 0 };
	enum fp_err err;

	strbuf_init(&b.mistakes, 8192);
	err = build(&b, json);
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
	mem_free(b.scratch);
	strbuf_deinit(&b.mistakes);
	return err;
}

enum fp_err topology_parse_json(struct bytes json, struct topology **out, char *problem,
                                size_t size)
{
	struct json_fault fault;

	*out = NULL;
	problem[0] = '\0';
	if (json.len > TOPOLOGY_BYTES_MAX) {
		(void)snprintf(problem, size, "longer than 64 MiB");
		return FP_BAD_DOCUMENT;
	}
	if (!json_check(json, TOPOLOGY_DEPTH_MAX, &fault)) {
		(void)snprintf(problem, size, "line %u, column %u: not valid JSON: %s", fault.line,
		               fault.column, fault.expected);
		return FP_BAD_DOCUMENT;
	}
	return parse_checked(json_trim(json), out, problem, size);
}

void topology_print_json(const struct topology *t, uint32_t version, struct strbuf *out)
{
	strbuf_putc(out, '{');
	if (t != NULL && t->document_bytes > 0) {
		strbuf_put(out, t->document, t->document_bytes);
		strbuf_putc(out, ',');
	}
	strbuf_printf(out, "\"version\":%u}", version);
}
