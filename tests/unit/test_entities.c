/* SPDX-License-Identifier: Apache-2.0 */
/* Who is gathered, under which labels, and what names are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "export/entities_priv.h"
#include "export/writer_priv.h"
#include "small_fabric.h"

static int setup(void **state)
{
	static struct small_fabric f;

	small_fabric_open(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	small_fabric_close(*state);
	return 0;
}

static void assert_labels(const struct entities *e, const struct entity *entity, const char *wanted)
{
	const struct text text = entity_labels(e, entity);

	assert_int_equal(text.len, strlen(wanted));
	assert_memory_equal(text.at, wanted, text.len);
}

static void labels_are_written_once_in_the_readers_form(void **state)
{
	const struct small_fabric *f = *state;
	struct entity_limits limits = { 9, 9, writer_text_labels };
	struct entities e;

	assert_int_equal(entities_init(&e, &f->shards, &limits), FP_OK);
	assert_int_equal(e.agents.count, 2);
	assert_int_equal(e.ports.count, 3);
	assert_labels(&e, &e.agents.at[1], "agent=\"10.0.0.2\",host=\"spine1\"");
	assert_labels(&e, &e.ports.at[1],
	              "agent=\"10.0.0.1\",host=\"leaf1\",ifindex=\"2\",port=\"a\\\"b\\\\c\"");
	entities_deinit(&e);
	limits.form = writer_json.labels;
	assert_int_equal(entities_init(&e, &f->shards, &limits), FP_OK);
	assert_labels(&e, &e.ports.at[1],
	              "\"agent\":\"10.0.0.1\",\"host\":\"leaf1\",\"ifindex\":\"2\","
	              "\"port\":\"a\\\"b\\\\c\"");
	entities_deinit(&e);
	limits.form = NULL;
	assert_int_equal(entities_init(&e, &f->shards, &limits), FP_OK);
	assert_int_equal(e.ports.count, 3);
	assert_int_equal(e.labels.len, 0);
	entities_deinit(&e);
}

static void the_longest_names_fit(void **state)
{
	struct small_fabric *f = *state;
	struct directory *d = &f->shards.at[SMALL_LEAF].directory;
	const struct entity_limits limits = { 9, 9, writer_json.labels };
	uint8_t quotes[NAME_SIZE - 1];
	struct entities e;

	memset(quotes, '"', sizeof quotes);
	directory_name_agent(d, 0, (struct bytes){ quotes, sizeof quotes });
	directory_name_port(d, SMALL_SWP1, (struct bytes){ quotes, sizeof quotes });
	assert_int_equal(entities_init(&e, &f->shards, &limits), FP_OK);
	assert_int_equal(e.ports.count, 3);
	assert_true(e.ports.at[0].label_len > 4 * (NAME_SIZE - 1));
	entities_deinit(&e);
}

static void limits_leave_out_the_later_ones(void **state)
{
	const struct small_fabric *f = *state;
	const struct entity_limits limits = { 1, 2, writer_text_labels };
	const struct entity_limits only_ports = { 0, 1, writer_text_labels };
	struct entities e;

	assert_int_equal(entities_init(&e, &f->shards, &limits), FP_OK);
	assert_int_equal(e.agents.count, 1);
	assert_int_equal(e.ports.count, 2);
	entities_deinit(&e);
	assert_int_equal(entities_init(&e, &f->shards, &only_ports), FP_OK);
	assert_int_equal(e.agents.count, 0);
	assert_labels(&e, &e.ports.at[0],
	              "agent=\"10.0.0.1\",host=\"leaf1\",ifindex=\"1\",port=\"swp1\"");
	entities_deinit(&e);
}

static void the_silent_are_not_counted(void **state)
{
	struct small_fabric *f = *state;
	struct directory *d = &f->shards.at[SMALL_LEAF].directory;

	assert_int_equal(entities_live_agents(&f->shards), 2);
	assert_int_equal(entities_live_ports(&f->shards), 3);
	atomic_store(&f->shards.now_ns, SMALL_NOW_NS + 601 * NS_PER_SECOND);
	(void)directory_port(d, 0, 2, SMALL_NOW_NS + 600 * NS_PER_SECOND);
	assert_int_equal(entities_live_agents(&f->shards), 0);
	assert_int_equal(entities_live_ports(&f->shards), 1);
}

static void an_agent_answers_to_address_and_name(void **state)
{
	const struct small_fabric *f = *state;
	const struct agent_entry *leaf = &f->shards.at[SMALL_LEAF].directory.agent[0];

	assert_true(entity_agent_is(&f->shards, leaf, (struct text){ "10.0.0.1,x", 8 }));
	assert_true(entity_agent_is(&f->shards, leaf, (struct text){ "leaf1", 5 }));
	assert_false(entity_agent_is(&f->shards, leaf, (struct text){ "leaf1", 4 }));
	assert_false(entity_agent_is(&f->shards, leaf, (struct text){ "", 0 }));
}

#define ON_FABRIC(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FABRIC(labels_are_written_once_in_the_readers_form),
		ON_FABRIC(the_longest_names_fit),
		ON_FABRIC(limits_leave_out_the_later_ones),
		ON_FABRIC(the_silent_are_not_counted),
		ON_FABRIC(an_agent_answers_to_address_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
