/* SPDX-License-Identifier: Apache-2.0 */
/* Captures by libpcap: files (pcap, pcapng, microseconds or nanoseconds) and live interfaces.
 *
 * Any link type a capture of UDP comes in: Ethernet with VLAN tags, Linux cooked v1 and v2, raw IP,
 * null/loopback. Datagrams to UDP `port` are given with the capture's own timestamps; everything
 * else is counted. IP fragments are counted: a first fragment is given as truncated, later ones
 * cannot be used. What the capture cut off (snap length) is given as truncated, too.
 *
 * receive() on a file never waits, unless it is paced (`speed`); on a pipe it waits for the writer.
 * A file that breaks off in the middle is given up to there, logged, counted as a receive error,
 * and the next one begins. A live interface hands packets over in blocks of about 10 ms.
 */
#pragma once

#include "fabricpulse/io/source.h"

struct pcap_options {
	uint16_t port;     /* UDP destination port, by convention 6343; 0: any */
	bool is_interface; /* `name` is an interface, not a file ("-": standard input) */
	/* Files: 0 as fast as possible, 1 real time, 10 ten times faster. A file's clock starts
	 * with its first packet. */
	double speed;
};

/* Open one capture; `name` is copied. Close through ops->close(). On failure `*out` is NULL and
 * `problem` (size bytes) says why: FP_SYSTEM (cannot be opened; needs CAP_NET_RAW if an interface),
 * FP_BAD_DOCUMENT (no capture, or of a link type that cannot be read), FP_NO_MEMORY. */
FP_MUST_USE enum fp_err pcap_source_open(const char *name, const struct pcap_options *options,
                                         struct source **out, char *problem, size_t size);

/* Several files, one after another, as one source. All are looked at now, so that a mistake in the
 * last name shows before the first file is read. FP_BAD_ARGUMENT: no name, or several
 * interfaces. */
FP_MUST_USE enum fp_err pcap_source_open_all(char *const *names, size_t count,
                                             const struct pcap_options *options,
                                             struct source **out, char *problem, size_t size);
