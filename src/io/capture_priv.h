/* SPDX-License-Identifier: Apache-2.0 */
/* Opening captures: what the capture source needs of libpcap before the first packet.
 */
#pragma once

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/err.h"

#define CAPTURE_FILTER_SIZE 1024

/* Open a file ("-": standard input). Timestamps are nanoseconds, the link type is one that link.c
 * knows. On failure `*out` is NULL and `problem` (size bytes) says why: FP_SYSTEM, or
 * FP_BAD_DOCUMENT when it is no capture that can be read. */
FP_MUST_USE enum fp_err capture_file_open(const char *name, pcap_t **out, char *problem,
                                          size_t size);

/* Open an interface: promiscuous, non-blocking, filtered. Otherwise as capture_file_open(). */
FP_MUST_USE enum fp_err capture_interface_open(const char *name, uint16_t port, pcap_t **out,
                                               char *problem, size_t size);

/* Fills `out` with the filter of a live interface: UDP to the port (0: to any), and those fragments
 * and IPv6 extension headers behind which it may hide; with `has_tags` the same behind one VLAN tag
 * and behind two, which libpcap knows for Ethernet only. */
void capture_filter_write(char out[static CAPTURE_FILTER_SIZE], uint16_t port, bool has_tags);
