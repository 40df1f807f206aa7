/* SPDX-License-Identifier: Apache-2.0 */
/* What came in: datagrams, samples, records, and what was wrong with them. Nothing here is scaled:
 * these are the collector's own numbers, exact, and the first place to look when others seem odd.
 */
#pragma once

#include "fabricpulse/analyze/analyzer.h"

/* Slots of header_protocol: its numbers 0 .. 18 as on the wire, then two of our own. */
#define INGEST_PROTOCOL_OTHER 19u /* a number that the specification does not have */
#define INGEST_PROTOCOL_NONE  20u /* no header was sampled */
#define INGEST_PROTOCOL_COUNT 21u

/* Written by the worker, a few lines a datagram. */
struct ingest_fabric {
	struct counter datagrams;
	struct counter bytes;        /* UDP payload */
	struct counter unattributed; /* datagrams of no agent: unreadable, or no room for it */
	struct counter samples[SFLOW_SAMPLE_KIND_COUNT];
	struct counter faults[FP_WIRE_FAULT_END];        /* [FP_OK] stays 0 */
	struct counter protocols[INGEST_PROTOCOL_COUNT]; /* flow samples */
	struct counter timestamped;                      /* flow samples with extended_timestamp */
	struct counter counter_records[SF_COUNT];        /* decoded, by record */
};
