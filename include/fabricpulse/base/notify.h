/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's notification protocol: one datagram of NAME=value lines to the socket that
 * $NOTIFY_SOCKET names.
 *
 * Source: sd_notify(3), sd_watchdog_enabled(3). Without that variable everything here does nothing,
 * so the daemon behaves the same outside of systemd.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Send `state`, e.g. "READY=1\nSTATUS=collecting". False: there is nobody to notify, or sending
 * failed. */
bool notify_send(const char *state);

/* How often the service manager wants WATCHDOG=1; 0: not at all. */
uint64_t notify_watchdog_ns(void);
