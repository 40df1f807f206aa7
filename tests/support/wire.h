/* SPDX-License-Identifier: Apache-2.0 */
/* Wire bytes for tests of decoding: a test vector, bytes from hexadecimal, bytes at the very end of
 * their memory, and captures that lie beside the project. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fabricpulse/base/bytes.h"

#define WIRE_VECTOR_BYTES 580

/* A datagram of agent 10.0.0.11 with a flow sample of a WRITE FIRST, a discarded CNP, an unknown
 * sample and a counters sample; its values are in test_datagram.c. */
extern const uint8_t wire_vector[WIRE_VECTOR_BYTES];

/* Fills `out` from hexadecimal digits, blanks ignored; the number of bytes. */
size_t wire_hex(const char *hex, uint8_t *out, size_t size);

/* A copy in a block of exactly its size, so that a sanitizer sees one byte read beyond it. free()
 * it. */
uint8_t *wire_exact(const uint8_t *at, size_t len);

void wire_store32(uint8_t *at, uint32_t v);

/* Deterministic numbers (splitmix64). */
uint64_t wire_random(uint64_t *state);

/* The folder of captures beside the project (FP_SHARED, or ../shared of the project's root); NULL
 * when there is none. */
const char *wire_shared(void);

typedef void (*wire_each_fn)(const char *path, struct bytes datagram, void *arg);

/* Call `each` with every datagram of the corpora there: raw ones (.bin), and those in captures
 * (.pcap), UDP payloads to any port. Returns how many. */
size_t wire_corpora(wire_each_fn each, void *arg);

/* The same for one file, "sflow/x.bin". */
size_t wire_capture(const char *name, wire_each_fn each, void *arg);
