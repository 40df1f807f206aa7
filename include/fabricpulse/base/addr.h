/* SPDX-License-Identifier: Apache-2.0 */
/* Network addresses as values: comparable with ==-like functions, hashable, printable. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/err.h"

struct sockaddr;

enum addr_family {
	ADDR_NONE = 0, /* unknown: sFlow address type 0 */
	ADDR_IPV4 = 1, /* values are those of the sFlow address type */
	ADDR_IPV6 = 2,
};

/* 20 bytes without padding surprises; unused bytes are zero, so memcmp and hashing work on the
 * whole. */
struct addr {
	uint8_t bytes[16]; /* network order; IPv4 in the first four */
	uint32_t family;   /* enum addr_family */
};

struct mac {
	uint8_t bytes[6];
};

#define ADDR_TEXT_SIZE 46 /* INET6_ADDRSTRLEN */
#define MAC_TEXT_SIZE  18

bool addr_equal(const struct addr *a, const struct addr *b);

/* True for none, 0.0.0.0, 127.0.0.1, :: and ::1: agents that do not know themselves (identify by
 * UDP source). */
bool addr_is_anonymous(const struct addr *a);

/* Fills `out` with the presentation form ("" for ADDR_NONE); returns `out`. */
const char *addr_text(const struct addr *a, char out[static ADDR_TEXT_SIZE]);
const char *mac_text(const struct mac *m, char out[static MAC_TEXT_SIZE]);

/* Fills `out` from "10.0.0.1" or "2001:db8::1" (no brackets, no port); FP_BAD_ARGUMENT
 * otherwise. */
FP_MUST_USE enum fp_err addr_parse(const char *text, struct addr *out);

/* "host:port", "[v6]:port" or ":port" (all addresses, IPv6 socket that takes IPv4 too), numeric
 * only. FP_BAD_ARGUMENT otherwise. */
struct endpoint {
	struct addr addr; /* ADDR_NONE: any */
	uint16_t port;
};
FP_MUST_USE enum fp_err endpoint_parse(const char *text, struct endpoint *out);

#define ENDPOINT_TEXT_SIZE (ADDR_TEXT_SIZE + 8)
const char *endpoint_text(const struct endpoint *e, char out[static ENDPOINT_TEXT_SIZE]);

/* From a socket address (IPv4, IPv6; IPv4-mapped IPv6 becomes IPv4); ADDR_NONE for other
 * families. */
struct endpoint endpoint_of_sockaddr(const struct sockaddr *sa);
