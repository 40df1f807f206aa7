/* SPDX-License-Identifier: Apache-2.0 */
/* Printers that both halves of describe use. */
#pragma once

#include "fabricpulse/decode/describe.h"

void describe_mac(struct field_sink *sink, const char *name, const struct mac *mac);
void describe_addr(struct field_sink *sink, const char *name,
                   const struct addr *addr); /* none: null */
