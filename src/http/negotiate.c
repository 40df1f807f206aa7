/* SPDX-License-Identifier: Apache-2.0 */
/* What a client says it wants: header fields read as RFC 9110 has them (section 12.5), without
 * allocation. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "request_priv.h"

/* The weight that the parameters of an item give it, which end at `end`: 1 where no q is said. */
static double q_of(const char *item, const char *end)
{
	const char *q = memchr(item, ';', (size_t)(end - item));

	while (q != NULL) {
		const char *parameter = q + 1 + strspn(q + 1, " \t");

		if (strncasecmp(parameter, "q=", 2) == 0) {
			return strtod(parameter + 2, NULL);
		}
		q = memchr(q + 1, ';', (size_t)(end - q - 1));
	}
	return 1;
}

/* The weight that a list such as "text/html, application/openmetrics-text;version=1.0.0;q=0.8"
 * gives `name`; -1 where the name is not in the list. */
static double weight_of(const char *list, const char *name)
{
	const size_t name_len = strlen(name);

	while (*list != '\0') {
		const char *end = list + strcspn(list, ",");
		const char *item = list + strspn(list, " \t");

		if (strcspn(item, ",; \t") == name_len && strncasecmp(item, name, name_len) == 0) {
			return q_of(item, end);
		}
		list = *end == ',' ? end + 1 : end;
	}
	return -1;
}

enum export_format negotiate_format(const char *accept)
{
	const double openmetrics = weight_of(accept, "application/openmetrics-text");
	const double text = weight_of(accept, "text/plain");

	return openmetrics > 0 && openmetrics >= text ? EXPORT_OPENMETRICS : EXPORT_PROMETHEUS;
}

bool negotiate_gzip(const char *accept_encoding)
{
	const double gzip = weight_of(accept_encoding, "gzip");

	return gzip > 0 || (gzip < 0 && weight_of(accept_encoding, "*") > 0);
}

bool negotiate_same_origin(const char *origin, const char *host)
{
	const char *authority = strstr(origin, "://");

	if (origin[0] == '\0') {
		return true; /* no browser */
	}
	return authority != NULL && strcasecmp(authority + 3, host) == 0;
}
