/* SPDX-License-Identifier: Apache-2.0 */
/* See next_record.h. */
#include "next_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct bytes bytes_of(const uint8_t *at, size_t len)
{
	return (struct bytes){ .at = at, .len = len };
}

void next_record(struct sflow_datagram *d, struct sflow_sample *s, enum sflow_record_id id,
                 union sflow_value *value)
{
	struct sflow_record r;
	const struct sflow_record_type *type;

	assert_true(sflow_record_next(d, s, &r));
	type = sflow_record_find(r.space, r.tag);
	assert_ptr_equal(type, sflow_record_type_of(id));
	assert_int_equal(sflow_record_decode(type, r.body, value), FP_OK);
}
