/* SPDX-License-Identifier: Apache-2.0 */
/* Captures by libpcap: files (pcap, pcapng, microseconds or nanoseconds) and live interfaces.
 *
 * Any link type a capture of UDP comes in: Ethernet with VLAN tags, Linux cooked v1 and v2, raw IP, null/loopback.
 * Datagrams to UDP `port` (0: any port) are given; everything else is counted. IP fragments are counted: a first fragment
 * is given as truncated, later ones cannot be used.
 */
#pragma once

#include "fabricpulse/io/source.h"

struct pcap_options {
	uint16_t port;     /* UDP destination port; default 6343 */
	double speed;      /* files: 0 as fast as possible, 1 real time, 10 ten times faster */
	bool is_interface; /* `name` is an interface, not a file */
};

/* Open one capture. `problem` says why not. Close through ops->close(). */
FP_MUST_USE enum fp_err pcap_source_open(const char *name, const struct pcap_options *options,
                                         struct source **out, char *problem, size_t size);

/* Several files, one after another, as one source. */
FP_MUST_USE enum fp_err pcap_source_open_all(char *const *names, size_t count,
                                             const struct pcap_options *options,
                                             struct source **out, char *problem, size_t size);
