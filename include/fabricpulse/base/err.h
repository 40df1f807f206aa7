/* SPDX-License-Identifier: Apache-2.0 */
/* Every way in which something can go wrong, once.
 *
 * One list gives the enum, the label and the sentence. The label of a wire fault is the `reason`
 * label of `fabricpulse_decode_errors_total`, so a fault is countable, printable and testable from
 * one row. Wire faults are hostile or broken input: counted, never logged. The others are
 * operational: they are reported to the operator by whoever meets them.
 */
#pragma once

#include <stdint.h>

/* Faults of what came over the wire: X(enumerator, label, sentence). */
#define FP_WIRE_FAULTS(X)                                                                          \
	X(SHORT_HEADER, "short_header", "the datagram ends inside its header")                     \
	X(BAD_VERSION, "bad_version", "the datagram is not sFlow version 5")                       \
	X(BAD_ADDRESS_TYPE, "bad_address_type",                                                    \
	  "the agent address is neither unknown, IPv4 nor IPv6")                                   \
	X(TRUNCATED_DATAGRAM, "truncated_datagram",                                                \
	  "the datagram was longer than the receive buffer")                                       \
	X(SAMPLE_OVERRUN, "sample_overrun", "a sample claims more bytes than the datagram has")    \
	X(SAMPLE_MISSING, "sample_missing", "the datagram announces more samples than it holds")   \
	X(SHORT_SAMPLE, "short_sample", "a sample ends inside its fixed fields")                   \
	X(TRAILING_SAMPLE_BYTES, "trailing_sample_bytes",                                          \
	  "bytes are left in a sample after its last record")                                      \
	X(TRAILING_DATAGRAM_BYTES, "trailing_datagram_bytes",                                      \
	  "bytes are left in the datagram after its last sample")                                  \
	X(RECORD_OVERRUN, "record_overrun", "a record claims more bytes than its sample has")      \
	X(RECORD_MISSING, "record_missing", "a sample announces more records than it holds")       \
	X(SHORT_RECORD, "short_record", "a record is shorter than its layout")                     \
	X(BAD_RECORD, "bad_record",                                                                \
	  "a record holds a count, length or type that its layout forbids")                        \
	X(POLLUTED_INTERFACE, "polluted_interface",                                                \
	  "an interface or source word carries bits that its form forbids")                        \
	X(ZERO_RATE, "zero_rate", "a flow sample has sampling rate 0 and cannot be scaled")        \
	X(NO_CNP_BECN, "no_cnp_becn", "a CNP (opcode 0x81) does not set BECN")                     \
	X(BAD_BTH_VERSION, "bad_bth_version", "a BTH has a transport version other than 0")

/* Faults of the machine and of the operator. */
#define FP_OPERATION_FAULTS(X)                                                                     \
	X(NO_MEMORY, "no_memory", "out of memory")                                                 \
	X(FULL, "full", "the table or buffer has reached its configured limit")                    \
	X(BAD_ARGUMENT, "bad_argument", "an argument is not valid")                                \
	X(BAD_CONFIG, "bad_config", "the configuration is not valid")                              \
	X(BAD_DOCUMENT, "bad_document", "the document is not valid")                               \
	X(NOT_FOUND, "not_found", "there is no such thing")                                        \
	X(SYSTEM, "system", "a system call failed; errno says why")                                \
	X(END, "end", "there is no more input")

enum fp_err {
	FP_OK = 0,
#define X(name, label, text) FP_##name,
	FP_WIRE_FAULTS(X) FP_OPERATION_FAULTS(X)
#undef X
	    FP_ERR_COUNT, /* last: how many there are */
};

/* Wire faults lie in [FP_SHORT_HEADER, FP_WIRE_FAULT_END): arrays of counters are sized by the
 * latter. */
#define FP_WIRE_FAULT_END FP_NO_MEMORY

#define FP_MUST_USE __attribute__((warn_unused_result))

/* The short label ("ok" for FP_OK) and the sentence of an error. Static storage, never NULL. */
const char *fp_err_label(enum fp_err err);
const char *fp_err_text(enum fp_err err);
