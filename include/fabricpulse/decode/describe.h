/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram as a stream of named values, for any writer: the data is walked once, outputs are
 * sinks.
 *
 * Objects and lists nest; inside a list names are NULL. Units are those of the record table
 * ("bytes", "ms", …, "" where there is none). Text is whatever the agent sent: a sink must make it
 * fit to print. Values that the specification calls unknown are null; fields beyond a short form
 * are absent. What is emitted is linear in the bytes described.
 *
 * A sample gives "type", "tag" ("0:3"), "length", its leading fields and "records". A known record
 * gives "type", "tag", "length" and each field by its name, an unknown one "tag" and "length", one
 * that could not be decoded its "fault". Fields that are called like one of the first three are
 * prefixed with "sampled_". A sampled_header has a "packet" object with what its bytes say.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"
#include "fabricpulse/decode/datagram.h"
#include "fabricpulse/decode/packet.h"

struct field_sink {
	void (*begin_object)(struct field_sink *s, const char *name);
	void (*end_object)(struct field_sink *s);
	void (*begin_list)(struct field_sink *s, const char *name);
	void (*end_list)(struct field_sink *s);
	void (*u64)(struct field_sink *s, const char *name, uint64_t v, const char *unit);
	void (*i64)(struct field_sink *s, const char *name, int64_t v, const char *unit);
	void (*f64)(struct field_sink *s, const char *name, double v, const char *unit);
	void (*boolean)(struct field_sink *s, const char *name, bool v);
	void (*null)(struct field_sink *s, const char *name);
	void (*text)(struct field_sink *s, const char *name, struct bytes v); /* from the wire */
	void (*symbol)(struct field_sink *s, const char *name,
	               const char *v); /* ours: ASCII, safe */
	void (*hex)(struct field_sink *s, const char *name, struct bytes v);
};

/* The header's fields: agent, sub_agent, sequence, uptime_ms. */
void describe_datagram(const struct sflow_datagram *d, struct field_sink *sink);

/* One sample, the `index`th of its datagram, as an object called `name`. Walks its records, so that
 * faults land in `d`. */
void describe_sample(struct sflow_datagram *d, struct sflow_sample *s, const char *name,
                     uint32_t index, struct field_sink *sink);

/* What the sampled bytes say, as an object called `name`. */
void describe_packet(const struct packet *p, const char *name, struct field_sink *sink);
