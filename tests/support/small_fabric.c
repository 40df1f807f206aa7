/* SPDX-License-Identifier: Apache-2.0 */
/* Agents and ports by hand, through the directory's own doors. */
#include "small_fabric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void add_agent(struct small_fabric *f, uint32_t shard, const char *address, const char *name)
{
	struct directory *d = &f->shards.at[shard].directory;
	struct endpoint from = { .port = 6343 };
	struct addr addr;

	assert_int_equal(addr_parse(address, &addr), FP_OK);
	from.addr = addr;
	assert_int_equal(directory_agent(d, &addr, &from, SMALL_NOW_NS), 0);
	directory_name_agent(d, 0, bytes_of(name));
}

static void add_port(struct small_fabric *f, uint32_t shard, uint32_t ifindex, const char *name)
{
	struct directory *d = &f->shards.at[shard].directory;
	const uint32_t port = directory_port(d, 0, ifindex, SMALL_NOW_NS);

	assert_int_not_equal(port, TABLE_NONE);
	directory_name_port(d, port, bytes_of(name));
}

void small_fabric_open(struct small_fabric *f)
{
	const struct limits_config limits = {
		.max_agents = 4, .max_ports = 8, .max_sources = 8, .expire_ns = 600 * NS_PER_SECOND
	};

	memset(f, 0, sizeof *f);
	assert_int_equal(shards_init(&f->shards, 2, &limits), FP_OK);
	atomic_store(&f->shards.now_ns, SMALL_NOW_NS);
	strbuf_init(&f->out, 16u << 20);
	add_agent(f, SMALL_LEAF, "10.0.0.1", "leaf1");
	add_port(f, SMALL_LEAF, 1, "swp1");
	add_port(f, SMALL_LEAF, 2, "a\"b\\c");
	add_agent(f, SMALL_SPINE, "10.0.0.2", "spine1");
	add_port(f, SMALL_SPINE, 49, "");
}

void small_fabric_close(struct small_fabric *f)
{
	strbuf_deinit(&f->out);
	shards_deinit(&f->shards);
}

void *small_fabric_entries(struct small_fabric *f, uint32_t shard, enum analyzer_id analyzer,
                           enum scope scope)
{
	void *entries = f->shards.at[shard].entries[analyzer][scope];

	assert_non_null(entries);
	return entries;
}

const char *small_fabric_take(struct small_fabric *f)
{
	static char *text;

	free(text);
	assert_false(f->out.failed);
	text = strdup(f->out.at != NULL ? f->out.at : "");
	assert_non_null(text);
	strbuf_clear(&f->out);
	return text;
}

void assert_golden(const char *text, const char *name)
{
	const char *root = getenv("FP_ROOT");
	char path[512];
	static char expected[1u << 16];
	size_t len;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/tests/golden/%s", root != NULL ? root : ".", name);
	file = fopen(path, "re");
	if (file == NULL) {
		fail_msg("cannot read %s", path);
		return;
	}
	len = fread(expected, 1, sizeof expected - 1, file);
	(void)fclose(file);
	expected[len] = '\0';
	assert_string_equal(text, expected);
}
