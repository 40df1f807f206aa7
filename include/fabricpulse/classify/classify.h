/* SPDX-License-Identifier: Apache-2.0 */
/* From datagrams to batches of events. Owned by one worker; never allocates after
 * classifier_init(). */
#pragma once

#include "fabricpulse/base/option.h"
#include "fabricpulse/classify/batch.h"
#include "fabricpulse/classify/directory.h"

struct classify_config {
	struct option_u32s
	    trim_dscp; /* rdma.trim_dscp, default [11]: DSCP of trimmed packets; [] = none */
};
extern const struct option_table classify_options; /* section "rdma" */

struct classifier {
	struct directory *directory; /* borrowed */
	uint64_t trim_mask;          /* bit DSCP */
	struct batch *batch;         /* owned */
	/* Called when the batch is full, before anything is lost; the batch is emptied
	 * afterwards. */
	void (*flush)(void *arg, const struct batch *batch);
	void *flush_arg;
};

FP_MUST_USE enum fp_err classifier_init(struct classifier *c, struct directory *directory,
                                        const struct classify_config *config,
                                        void (*flush)(void *arg, const struct batch *batch),
                                        void *flush_arg);
void classifier_deinit(struct classifier *c);
void classifier_configure(struct classifier *c, const struct classify_config *config);

/* Decode one datagram and append its events to the batch. `payload` must stay valid until the batch
 * is flushed. */
void classify_datagram(struct classifier *c, struct bytes payload, const struct endpoint *from,
                       uint64_t time_ns, bool is_truncated);

/* Hand what has gathered to `flush` (nothing when the batch is empty) and empty the batch. */
void classify_flush(struct classifier *c);
