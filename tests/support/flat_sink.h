/* SPDX-License-Identifier: Apache-2.0 */
/* A sink for tests: one line a value, "sample.records[0].packet.ip.ttl=64", so that a test can look
 * for a line. Balance and names are checked on the way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/decode/describe.h"

#define FLAT_DEPTH 16

struct flat_sink {
	struct field_sink sink; /* first */
	struct strbuf out;
	size_t depth;
	struct {
		bool is_list;
		size_t items;
		size_t path_len; /* of the level above */
	} level[FLAT_DEPTH];
	char path[1024];
	size_t path_len;
	size_t values;  /* how many were given */
	bool is_broken; /* unbalanced, a name where none belongs or none where one does */
};

void flat_sink_init(struct flat_sink *flat);
void flat_sink_deinit(struct flat_sink *flat);

/* True when exactly this line was given. */
bool flat_sink_has(const struct flat_sink *flat, const char *line);
