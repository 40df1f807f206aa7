/* SPDX-License-Identifier: Apache-2.0 */
/* Names of drop reasons, from drop_reasons.def.
 *
 * Codes are few and dense, so an array indexed by the code is the table. Agents invent codes faster
 * than lists are published: whatever has no name shares one slot, "other". Source: see the rows.
 */
#include "fabricpulse/decode/drop_reason.h"

#include <stddef.h>

static const char *const names[DROP_REASON_SLOTS] = {
#define DROP_REASON(code, name) [code] = #name,
#define DROP_REASON_ALIAS(code, meant)
#include "fabricpulse/decode/drop_reasons.def"
	[DROP_REASON_OTHER] = "other",
};

/* 0: the code means itself. */
static const uint16_t meant_by[DROP_REASON_LIMIT] = {
#define DROP_REASON(code, name)
#define DROP_REASON_ALIAS(code, meant) [code] = meant,
#include "fabricpulse/decode/drop_reasons.def"
};

uint32_t drop_reason_slot(uint32_t code)
{
	if (code >= DROP_REASON_LIMIT) {
		return DROP_REASON_OTHER;
	}
	if (meant_by[code] != 0) {
		return meant_by[code];
	}
	return names[code] != NULL ? code : DROP_REASON_OTHER;
}

const char *drop_reason_name(uint32_t slot)
{
	return slot < DROP_REASON_SLOTS ? names[slot] : NULL;
}
