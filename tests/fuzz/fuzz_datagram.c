/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a datagram: walks stay inside, cost what they are given, and writing settles. */
#include <stdint.h>
#include <stdlib.h>

#include "fabricpulse/decode/datagram.h"
#include "flat_sink.h"
#include "rewrite.h"

#define BYTES_MAX 65535u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void require_inside(struct bytes outer, struct bytes inner)
{
	require(inner.len <= outer.len);
	require(inner.len == 0 ||
	        (inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len));
}

static void walk(struct bytes payload)
{
	struct sflow_datagram d;
	struct sflow_sample s;
	struct sflow_record r;
	size_t envelopes = 0;

	if (sflow_datagram_open(payload, &d) != FP_OK) {
		require(d.has_faults);
		return;
	}
	while (sflow_sample_next(&d, &s)) {
		envelopes++;
		require_inside(payload, s.body);
		while (sflow_record_next(&d, &s, &r)) {
			envelopes++;
			require_inside(s.body, r.body);
		}
	}
	require(xdr_left(&d.body) == 0);
	require(envelopes <= payload.len / 8);
}

static void describe(struct bytes payload)
{
	struct flat_sink flat;
	struct sflow_datagram d;
	struct sflow_sample s;

	flat_sink_init(&flat);
	if (sflow_datagram_open(payload, &d) == FP_OK) {
		describe_datagram(&d, &flat.sink);
		for (uint32_t i = 0; sflow_sample_next(&d, &s); i++) {
			describe_sample(&d, &s, "s", i, &flat.sink);
		}
		require(!flat.is_broken && flat.depth == 0);
		require(flat.values <= 4 * payload.len);
	}
	flat_sink_deinit(&flat);
}

static void write_twice(struct bytes payload)
{
	static uint8_t once[2 * BYTES_MAX];
	static uint8_t twice[2 * BYTES_MAX];
	size_t len = rewrite(payload, once, sizeof once);

	if (len > 0) {
		require(rewrite((struct bytes){ .at = once, .len = len }, twice, sizeof twice) ==
		        len);
		require(memcmp(once, twice, len) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes payload = { .at = data, .len = size };

	if (size <= BYTES_MAX) {
		walk(payload);
		describe(payload);
		write_twice(payload);
	}
	return 0;
}
