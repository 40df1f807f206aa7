/* SPDX-License-Identifier: Apache-2.0 */
/* A fabric small enough to check byte for byte: leaf1 (10.0.0.1, ports 1 "swp1" and 2, whose name
 * needs escapes) in the first shard, spine1 (10.0.0.2, port 49 without a name) in the second. All
 * were heard of at SMALL_NOW_NS, which is now. */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/strbuf.h"

#define SMALL_NOW_NS (UINT64_C(1700000000) * NS_PER_SECOND)

#define SMALL_LEAF  0 /* shards */
#define SMALL_SPINE 1

/* Dense indices in their shard. */
#define SMALL_SWP1     0
#define SMALL_ODD_PORT 1
#define SMALL_UPLINK   0

struct small_fabric {
	struct shards shards;
	struct strbuf out;
};

/* Fail the test when memory is out. */
void small_fabric_open(struct small_fabric *f);
void small_fabric_close(struct small_fabric *f);

/* The entries of an analyzer in a shard. */
void *small_fabric_entries(struct small_fabric *f, uint32_t shard, enum analyzer_id analyzer,
                           enum scope scope);

/* What was printed, and an empty buffer for the next; the text lives until the next call. */
const char *small_fabric_take(struct small_fabric *f);

/* Fails the test unless `text` is what tests/golden/<name> holds. */
void assert_golden(const char *text, const char *name);
