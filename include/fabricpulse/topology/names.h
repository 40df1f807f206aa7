/* SPDX-License-Identifier: Apache-2.0 */
/* Names that the operator gives to agents and ports; they win over what agents report.
 *
 *     names:
 *       10.0.0.1: leaf1                                        # short for { host: leaf1 }
 *       10.0.0.2: { host: leaf2, ports: { 1: swp1, 2: swp2 } } # host or ports may be left out
 *
 * They are what labels show and what a topology knows agents and ports by. A name has 1 to
 * NAME_SIZE - 1 bytes (base/namebox.h) and no control characters.
 */
#pragma once

#include <stdint.h>

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/option.h"

struct names; /* immutable: any number of threads may ask */

/* Section "names"; its one row has the key "": the section's node itself is the value. */
extern const struct option_table names_options;
struct names_config {
	struct names *overrides; /* owned; NULL: none */
};

/* The operator's name of the agent or of its port; NULL when there is none (or `n` is NULL). Lives
 * as long as `n`. O(1), no allocation. */
const char *names_host(const struct names *n, const struct addr *agent);
const char *names_port(const struct names *n, const struct addr *agent, uint32_t ifindex);

/* Tells these names from all others that this process has had, also from those that lay at the same
 * address before; 0 for NULL. */
uint32_t names_serial(const struct names *n);
