/* SPDX-License-Identifier: Apache-2.0 */
/* TCP listen sockets. */
#pragma once

#include "fabricpulse/base/addr.h"

/* A non-blocking listening socket on `at` (no address: IPv6 that takes IPv4 too, or IPv4 where
 * there is no IPv6), and in `bound` the address it got. -1: errno says why. */
int listen_open(const struct endpoint *at, struct endpoint *bound);
