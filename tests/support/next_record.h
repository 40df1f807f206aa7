/* SPDX-License-Identifier: Apache-2.0 */
/* Steps through a datagram, for tests that know what comes next. Fails the running test. */
#pragma once

#include "fabricpulse/decode/records.h"

struct bytes bytes_of(const uint8_t *at, size_t len);

/* The next record, which must be this one and whole; fills `value`. */
void next_record(struct sflow_datagram *d, struct sflow_sample *s, enum sflow_record_id id,
                 union sflow_value *value);
