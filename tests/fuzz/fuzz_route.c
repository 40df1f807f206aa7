/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as what a client sends: a path, and the headers that are negotiated, one a line.
 *
 * A path that finds a route gives parameters without a slash, put together with the pattern it is
 * the path again; one that finds none has a status, and with 405 the methods that there are.
 * Decoding escapes never lengthens and is idempotent where no escape is left.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/request_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES 4

static void demand(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* `path` is the pattern with its parameters put in. */
static void check_parameters(const struct route *route, const char *path,
                             char param[][ROUTE_PARAM_SIZE])
{
	const char *p = route->pattern;
	size_t params = 0;

	while (*p != '\0') {
		const size_t len = *p == '{' ? strlen(param[params]) : 1;

		if (*p == '{') {
			demand(len > 0 && strchr(param[params], '/') == NULL);
			demand(strncmp(path, param[params], len) == 0);
			params++;
			p = strchr(p, '}') + 1;
		} else {
			demand(*path == *p++);
		}
		path += len;
	}
	demand(*path == '\0');
}

static void check_path(const char *path)
{
	char param[ROUTE_PARAM_MAX][ROUTE_PARAM_SIZE];

	for (enum method method = METHOD_GET; method < METHOD_COUNT; method++) {
		const char *allow = NULL;
		unsigned status = 0;
		const struct route *route = route_find(method, path, param, &status, &allow);

		if (route != NULL) {
			demand(route->method == method);
			check_parameters(route, path, param);
		} else {
			demand(status == 405 ? allow != NULL : status == 404 && allow == NULL);
		}
	}
}

static void check_escapes(char *text)
{
	const size_t len = strlen(text);
	const size_t left = percent_decode(text);

	demand(left <= len && strlen(text) == left);
	if (strchr(text, '%') == NULL) {
		demand(percent_decode(text) == left);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *line[LINES];
	char *at = text;

	demand(text != NULL);
	if (size > 0) {
		memcpy(text, data, size);
	}
	text[size] = '\0';
	for (size_t i = 0; i < LINES; i++) {
		line[i] = at;
		at += strcspn(at, "\n");
		if (*at != '\0') {
			*at++ = '\0';
		}
	}
	demand(negotiate_format(line[1]) < EXPORT_FORMAT_COUNT);
	(void)negotiate_gzip(line[1]);
	/* Who is asked as the host that the page came from is no stranger. */
	if (strstr(line[2], "://") != NULL) {
		demand(negotiate_same_origin(line[2], strstr(line[2], "://") + 3));
	}
	(void)negotiate_same_origin(line[2], line[3]);
	check_path(line[0]);
	check_escapes(line[0]);
	check_path(line[0]);
	free(text);
	return 0;
}
