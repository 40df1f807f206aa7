/* SPDX-License-Identifier: Apache-2.0 */
/* A small schema for the tests of the config room: a section of scalars and lists, one that is
 * itself a value, a tree, and two tables that share a section. */
#pragma once

#include "fabricpulse/config/config.h"

struct demo {
	uint32_t workers;                /* sflow.workers, default 1, 1 to 64 */
	struct option_endpoints listen;  /* sflow.listen, default ":6343" */
	struct option_endpoints web;     /* web.listen, default ":8008" */
	bool gzip;                       /* web.gzip, default true */
	struct option_endpoints forward; /* forward, default [] */
	int level;                       /* log.level, default info */
	char *prefix;                    /* log.prefix, default "" */
	struct {
		uint64_t bytes;     /* limits.memory, default 1M */
		uint64_t expire_ns; /* limits.expire, default 10m; a table of its own */
	} limits;
	char *tree; /* names, a map or nothing: the first key; owned */
};

extern const struct config_schema demo_schema;
