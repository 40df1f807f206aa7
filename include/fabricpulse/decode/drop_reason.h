/* SPDX-License-Identifier: Apache-2.0 */
/* Drop reason codes of discarded_packet and of interface format 1, from drop_reasons.def.
 *
 * Source: sFlow v5 interface typedef, Dropped Packet Notification Structures, and the later codes
 * that agents send.
 */
#pragma once

#include <stdint.h>

/* Codes are few and dense enough for an array: DROP_REASON_LIMIT entries plus "other" for whatever
 * lies above or has no name. drop_reason_slot() gives the dense slot, drop_reason_name() the label
 * of a slot. */
#define DROP_REASON_LIMIT 384u
#define DROP_REASON_OTHER DROP_REASON_LIMIT /* the slot of codes without a name */
#define DROP_REASON_SLOTS (DROP_REASON_LIMIT + 1u)

uint32_t drop_reason_slot(
    uint32_t code); /* known code: itself (33 and 36 map to 332 and 366); else DROP_REASON_OTHER */
const char *
drop_reason_name(uint32_t slot); /* "no_buffer_space"; "other"; NULL for a slot without a reason */
