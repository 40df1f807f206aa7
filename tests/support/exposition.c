/* SPDX-License-Identifier: Apache-2.0 */
/* Each line is copied out before it is looked at: string functions on the whole text would cost its
 * whole length each time where a sanitizer checks that a string ends.
 *
 * Source: Prometheus text format 0.0.4; OpenMetrics 1.0 (which adds "# UNIT" and "# EOF"). */
#include "exposition.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fabricpulse/base/utf8.h"

#define LINE_BYTES_MAX 65536

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == ':';
}

/* NULL: no name here. */
static const char *skip_name(const char *at)
{
	if (!is_name_char(*at) || isdigit((unsigned char)*at)) {
		return NULL;
	}
	while (is_name_char(*at)) {
		at++;
	}
	return at;
}

static const char *skip_value(const char *at)
{
	if (*at++ != '"') {
		return NULL;
	}
	while (*at != '"') {
		if (*at == '\n' || *at == '\0' ||
		    (*at == '\\' && (at[1] == '\0' || strchr("\\\"n", at[1]) == NULL))) {
			return NULL;
		}
		at += *at == '\\' ? 2 : 1;
	}
	return at + 1;
}

/* Behind "{…}", or `at` where there is none. */
static const char *skip_labels(const char *at)
{
	if (*at != '{') {
		return at;
	}
	do {
		at = skip_name(at + 1);
		if (at == NULL || *at != '=') {
			return NULL;
		}
		at = skip_value(at + 1);
	} while (at != NULL && *at == ',');
	return at != NULL && *at == '}' ? at + 1 : NULL;
}

static bool is_series(const char *line, bool is_monotonic)
{
	const char *at = skip_name(line);
	char *end;
	double value;

	at = at != NULL ? skip_labels(at) : NULL;
	if (at == NULL || *at != ' ') {
		return false;
	}
	value = strtod(at + 1, &end);
	return *end == '\0' && end > at + 1 && (!is_monotonic || value >= 0);
}

static bool is_comment(const char *line)
{
	return strncmp(line, "# HELP ", 7) == 0 || strncmp(line, "# TYPE ", 7) == 0 ||
	       strncmp(line, "# UNIT ", 7) == 0 || strcmp(line, "# EOF") == 0;
}

/* Of the family that a "# TYPE" line begins. */
static bool says_monotonic(const char *line)
{
	const char *type = strrchr(line, ' ');

	return strcmp(type, " counter") == 0 || strcmp(type, " histogram") == 0;
}

static void assert_utf8(struct bytes text)
{
	while (text.len > 0) {
		bool is_valid;
		const size_t len = utf8_piece(text, &is_valid);

		assert_true(is_valid);
		text.at += len;
		text.len -= len;
	}
}

size_t assert_exposition(struct bytes text)
{
	static char line[LINE_BYTES_MAX];
	bool is_monotonic = false;
	size_t series = 0;

	assert_utf8(text);
	while (text.len > 0) {
		const uint8_t *end = memchr(text.at, '\n', text.len);
		const size_t len = end != NULL ? (size_t)(end - text.at) : 0;

		assert_non_null(end);
		assert_true(len < sizeof line);
		memcpy(line, text.at, len);
		line[len] = '\0';
		text.at += len + 1;
		text.len -= len + 1;
		if (strncmp(line, "# TYPE ", 7) == 0) {
			is_monotonic = says_monotonic(line);
		}
		series += line[0] != '#';
		if (!(line[0] == '#' ? is_comment(line) : is_series(line, is_monotonic))) {
			fail_msg("%s", line);
		}
	}
	return series;
}
