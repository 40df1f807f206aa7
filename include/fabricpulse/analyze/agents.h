/* SPDX-License-Identifier: Apache-2.0 */
/* How well each agent reports: what it sent, what was lost on the way or inside it, how it samples.
 * Counts are exact. An agent whose numbers are bad here has bad estimates everywhere else.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"
#include "fabricpulse/base/namebox.h"

/* Written by the worker, once a datagram. */
struct agents_agent {
	struct counter datagrams;
	struct counter bytes;                            /* UDP payload */
	struct counter verdicts[SEQUENCE_VERDICT_COUNT]; /* datagrams by enum sequence_verdict */
	struct counter lost;                             /* datagrams; a late one stays counted */
	struct counter samples[SFLOW_SAMPLE_KIND_COUNT];
	struct counter samples_lost;     /* missing by sample sequence numbers */
	struct counter samples_repeated; /* same sequence number as the sample before */
	struct counter samples_dropped;  /* inside the agent, as it says itself */
	struct counter samples_suspect;  /* rate above limits.max_sampling_rate: not used */
	struct counter rate_changes;
	struct counter unknown_records;
	struct counter faults[FP_WIRE_FAULT_END]; /* [FP_OK] stays 0 */
	struct gauge rate;                        /* 1 in N, of the last flow sample */
	struct gauge last_seen_seconds;           /* Unix, event time */
	struct gauge uptime_seconds;              /* as the agent says */
	struct gauge shows[DIRECTION_COUNT]; /* 1: samples of this direction were seen; else 0 */
	struct namebox source;               /* UDP source address of its first datagram */
};
