/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and sentences of the errors, from the one list in the header.
 *
 * The table is sized by the enum and indexed by it, so a row can neither be forgotten nor shifted.
 */
#include "fabricpulse/base/err.h"

#include <assert.h>

static const struct {
	const char *label;
	const char *text;
} rows[FP_ERR_COUNT] = { [FP_OK] = { "ok", "no error" },
#define X(name, row_label, row_text) [FP_##name] = { row_label, row_text },
	                 FP_WIRE_FAULTS(X) FP_OPERATION_FAULTS(X)
#undef X
};

const char *fp_err_label(enum fp_err err)
{
	assert((unsigned)err < FP_ERR_COUNT);
	return rows[err].label;
}

const char *fp_err_text(enum fp_err err)
{
	assert((unsigned)err < FP_ERR_COUNT);
	return rows[err].text;
}
