/* SPDX-License-Identifier: Apache-2.0 */
/* One datagram on its way through classify: what all of its samples share. */
#pragma once

#include "fabricpulse/classify/classify.h"

struct passage {
	struct classifier *classifier;
	struct sflow_datagram wire;
	struct datagram_event event; /* appended to the batch when the datagram is done */
	uint32_t agent;              /* dense */
	uint32_t generation;         /* of its stream */
	bool is_late;
};

/* The data source of a sample, with its port where it names one; NULL: no room. */
struct source_entry *passage_source(struct passage *p, const struct sflow_sample *s);

/* The dense index of the port that an interface word names; OBS_PORT_NONE otherwise. Adds
 * nothing. */
uint32_t passage_port(const struct passage *p, const struct source_entry *source,
                      const struct sflow_interface *i, const struct sflow_sample *s);

/* Skip a record of unknown number: counted under it. */
void passage_unknown_record(struct passage *p, const struct sflow_record *r);

void classify_flow(struct passage *p, struct sflow_sample *s);
void classify_discard(struct passage *p, struct sflow_sample *s);
void classify_counters(struct passage *p, struct sflow_sample *s);

/* Fill the packet part of `o` from header bytes (record sampled_header). */
void classify_packet(struct passage *p, struct bytes record, struct observation *o);
