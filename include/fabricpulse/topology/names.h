/* SPDX-License-Identifier: Apache-2.0 */
/* Names that the operator gives to agents and ports; they win over what agents report (`names:` in YAML).
 *
 *     names:
 *       10.0.0.1: leaf1
 *       10.0.0.2: { host: leaf2, ports: { 1: swp1, 2: swp2 } }
 */
#pragma once

#include "fabricpulse/base/addr.h"
#include "fabricpulse/base/option.h"

struct names; /* immutable */

extern const struct option_table names_options; /* section "names": struct names_config */
struct names_config {
	struct names *overrides; /* NULL: none */
};

/* NULL when the operator gave none. O(1). */
const char *names_host(const struct names *n, const struct addr *agent);
const char *names_port(const struct names *n, const struct addr *agent, uint32_t ifindex);
