/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one line an event, to standard error, as logfmt, JSON or with journal priorities.
 *
 *     ts=2026-01-02T03:04:05.678Z level=info sys=udp msg="listening" addr=[::]:6343 workers=2
 *
 * `sys` names the room, `msg` the event; the rest are pairs that the caller formats as logfmt, with
 * the quotes of values that may hold blanks in the format: `err=\"%s\"`. Control characters become
 * '?'; in JSON unquoted numbers and booleans stay bare, everything else is a string. A line is at
 * most 2 KiB; a longer one says truncated=true.
 *
 * Levels: error = cannot do what was configured; warn = degraded and the operator can act; info =
 * state changes; debug = off by default. Never on the hot path and never per datagram.
 */
#pragma once

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_DEBUG = 0,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_COUNT, /* last */
};

enum log_format {
	LOG_FORMAT_LOGFMT = 0,
	LOG_FORMAT_JSON,
	LOG_FORMAT_JOURNAL, /* logfmt without time, prefixed "<6>" */
	LOG_FORMAT_COUNT,   /* last */
};

/* Set both before threads start; may be changed later (reload), takes effect at the next line. */
void log_setup(enum log_level level, enum log_format format);

/* `pairs` is a printf format giving zero or more logfmt pairs. Keeps errno. */
void log_line(enum log_level level, const char *sys, const char *msg, const char *pairs, ...)
    __attribute__((format(printf, 4, 5)));

/* `pairs` is a literal here, "" for none. The blank before it keeps the compiler from
 * warning of an empty format. */
#define log_error(sys, msg, ...) log_line(LOG_LEVEL_ERROR, sys, msg, " " __VA_ARGS__)
#define log_warn(sys, msg, ...)  log_line(LOG_LEVEL_WARN, sys, msg, " " __VA_ARGS__)
#define log_info(sys, msg, ...)  log_line(LOG_LEVEL_INFO, sys, msg, " " __VA_ARGS__)
#define log_debug(sys, msg, ...) log_line(LOG_LEVEL_DEBUG, sys, msg, " " __VA_ARGS__)

/* True at most once in `seconds` for each call site:
 *
 *     static struct log_throttle t;
 *     if (log_due(&t, 10)) {
 *             log_warn("room", "event", "suppressed=%llu", t.suppressed);
 *     }
 *
 * `suppressed` says how many calls were refused since the last true. Safe from several threads, but
 * not for the hot path. */
struct log_throttle {
	_Atomic unsigned long long last_ns;
	_Atomic unsigned long long suppressed; /* set when log_due() is true */
	_Atomic unsigned long long pending;    /* refused since; log_due()'s own */
};
bool log_due(struct log_throttle *t, unsigned seconds);

/* Test hook: lines go to `sink` instead of standard error; NULL restores. */
void log_redirect(void (*sink)(enum log_level level, const char *line, void *arg), void *arg);
