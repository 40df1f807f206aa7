/* SPDX-License-Identifier: Apache-2.0 */
/* One event, one line, one write.
 *
 * A line is built in a buffer on the caller's stack and leaves in a single write(2), so lines of
 * several threads do not mix and a log call needs neither lock nor heap. The caller's pairs are
 * formatted once and then taken apart again as logfmt: that is what makes the JSON form possible,
 * closes quotes that a cut left open, and keeps a value from forging a second line (control
 * characters were replaced). What does not fit is left out and the line ends in truncated=true.
 */
#include "fabricpulse/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fabricpulse/base/clock.h"
#include "fabricpulse/base/strbuf.h"
#include "fabricpulse/base/utf8.h"

#define LINE_SIZE  2048
#define PAIRS_SIZE 1536
#define TAIL_SIZE  32 /* kept free for the mark of truncation, the brace and the newline */

static const struct {
	const char *name;
	int priority; /* of syslog(3), as the journal takes it */
} levels[LOG_LEVEL_COUNT] = {
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
	[LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_WARN] = { "warn", 4 },
	[LOG_LEVEL_ERROR] = { "error", 3 },
};

/* Relaxed accesses: a thread that still sees the former setting for a line does no harm. */
static _Atomic enum log_level threshold = LOG_LEVEL_INFO;
static _Atomic enum log_format line_format = LOG_FORMAT_LOGFMT;

static void (*sink_call)(enum log_level level, const char *line, void *arg);
static void *sink_arg;

void log_setup(enum log_level level, enum log_format format)
{
	atomic_store_explicit(&threshold, level, memory_order_relaxed);
	atomic_store_explicit(&line_format, format, memory_order_relaxed);
}

void log_redirect(void (*sink)(enum log_level level, const char *line, void *arg), void *arg)
{
	sink_call = sink;
	sink_arg = arg;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ .at = (const uint8_t *)text, .len = strlen(text) };
}

/* A JSON number, spelt as JSON spells it: such values go into JSON bare. */
static bool is_number(const char *text)
{
	static const char digits[] = "0123456789";
	const char *p = text + (*text == '-');
	size_t whole = strspn(p, digits);

	if (whole == 0 || (whole > 1 && *p == '0')) {
		return false;
	}
	p += whole;
	if (*p == '.') {
		size_t fraction = strspn(p + 1, digits);

		if (fraction == 0) {
			return false;
		}
		p += 1 + fraction;
	}
	return *p == '\0';
}

/* One pair. A word that stands alone has the value "true", as in logfmt. */
struct pair {
	const char *key;
	const char *value;
	bool quoted;
};

/* Ends the quoted value that begins at `p` (behind its quote), undoing \" and \\ in place. The
 * quote that ends it is followed by a blank or by the end of the text: quotes inside a badly quoted
 * value do not end it. Returns what follows. */
static char *unquote(char *p)
{
	char *to = p;

	while (*p != '\0' && !(*p == '"' && (p[1] == ' ' || p[1] == '\0'))) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\')) {
			p++;
		}
		*to++ = *p++;
	}
	if (*p == '"') {
		p++;
	}
	if (*p == ' ') {
		p++;
	}
	*to = '\0';
	return p;
}

/* Takes the next pair out of `*at`, which is cut up on the way. False at the end. */
static bool next_pair(char **at, struct pair *pair)
{
	char *p = *at + strspn(*at, " ");
	char *end = p + strcspn(p, "= ");

	if (*p == '\0') {
		return false;
	}
	*pair = (struct pair){ .key = p, .value = "true" };
	if (*end == '=') {
		*end++ = '\0';
		pair->value = end;
		if (*end == '"') {
			pair->quoted = true;
			pair->value = end + 1;
			*at = unquote(end + 1);
			return true;
		}
		end += strcspn(end, " ");
	}
	*at = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return true;
}

static void put_pair(struct strbuf *line, enum log_format format, const struct pair *pair)
{
	bool bare = !pair->quoted;

	if (format == LOG_FORMAT_JSON) {
		bare = bare && (is_number(pair->value) || strcmp(pair->value, "true") == 0 ||
		                strcmp(pair->value, "false") == 0);
		strbuf_putc(line, line->len > 0 ? ',' : '{');
		strbuf_put_json(line, bytes_of(pair->key));
		strbuf_putc(line, ':');
	} else {
		if (line->len > 0) {
			strbuf_putc(line, ' ');
		}
		strbuf_puts(line, pair->key);
		strbuf_putc(line, '=');
	}
	if (bare) {
		strbuf_puts(line, pair->value);
	} else {
		strbuf_put_json(line, bytes_of(pair->value));
	}
}

/* Adds the caller's pairs as long as they fit; false when one did not. */
static bool put_pairs(struct strbuf *line, enum log_format format, char *pairs)
{
	struct pair pair;

	while (next_pair(&pairs, &pair)) {
		size_t before = line->len;

		put_pair(line, format, &pair);
		if (line->failed) {
			line->failed = false;
			line->len = before;
			line->at[before] = '\0';
			return false;
		}
	}
	return true;
}

static void put_head(struct strbuf *line, enum log_format format, enum log_level level,
                     const char *sys, const char *msg)
{
	char ts[CLOCK_TEXT_SIZE];

	if (format == LOG_FORMAT_JOURNAL) {
		strbuf_printf(line, "<%d>level=%s", levels[level].priority, levels[level].name);
	} else {
		clock_text(clock_realtime_ns(), ts);
		put_pair(line, format, &(struct pair){ "ts", ts, .quoted = false });
		put_pair(line, format, &(struct pair){ "level", levels[level].name, false });
	}
	put_pair(line, format, &(struct pair){ "sys", sys, .quoted = false });
	put_pair(line, format, &(struct pair){ "msg", msg, .quoted = true });
}

/* Hands the line over: to the hook, or with its newline to standard error. A log that cannot be
 * written has nowhere to say so. */
static void emit(enum log_level level, struct strbuf *line)
{
	ssize_t written;

	if (sink_call != NULL) {
		sink_call(level, line->at, sink_arg);
		return;
	}
	strbuf_putc(line, '\n');
	written = write(STDERR_FILENO, line->at, line->len);
	(void)written;
}

void log_line(enum log_level level, const char *sys, const char *msg, const char *pairs, ...)
{
	enum log_format format = atomic_load_explicit(&line_format, memory_order_relaxed);
	int saved_errno = errno;
	char storage[LINE_SIZE];
	char raw[PAIRS_SIZE];
	char clean[PAIRS_SIZE];
	struct strbuf line;
	va_list args;
	int len;

	if (level < atomic_load_explicit(&threshold, memory_order_relaxed)) {
		return;
	}
	va_start(args, pairs);
	len = vsnprintf(raw, sizeof raw, pairs, args);
	va_end(args);
	if (len < 0) {
		raw[0] = '\0';
	}
	utf8_printable(clean, sizeof clean, bytes_of(raw));

	strbuf_init_fixed(&line, storage, sizeof storage);
	line.ceiling -= TAIL_SIZE;
	put_head(&line, format, level, sys, msg);
	bool whole = put_pairs(&line, format, clean) && len >= 0 && (size_t)len < sizeof raw;
	line.ceiling += TAIL_SIZE;
	if (!whole) {
		put_pair(&line, format, &(struct pair){ "truncated", "true", .quoted = false });
	}
	if (format == LOG_FORMAT_JSON) {
		strbuf_putc(&line, '}');
	}
	emit(level, &line);
	errno = saved_errno;
}

bool log_due(struct log_throttle *t, unsigned seconds)
{
	unsigned long long now = clock_monotonic_ns();
	/* Relaxed throughout: the words stand for themselves; the exchange lets exactly one thread
	 * through. */
	unsigned long long last = atomic_load_explicit(&t->last_ns, memory_order_relaxed);

	if ((last != 0 && now - last < seconds * NS_PER_SECOND) ||
	    !atomic_compare_exchange_strong_explicit(&t->last_ns, &last, now, memory_order_relaxed,
	                                             memory_order_relaxed)) {
		atomic_fetch_add_explicit(&t->pending, 1, memory_order_relaxed);
		return false;
	}
	atomic_store_explicit(&t->suppressed,
	                      atomic_exchange_explicit(&t->pending, 0, memory_order_relaxed),
	                      memory_order_relaxed);
	return true;
}
