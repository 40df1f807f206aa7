/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and endpoints between wire bytes, socket addresses and text.
 *
 * libc's inet_pton and inet_ntop know the notations; this file adds ports and brackets, and sees to
 * it that the unused bytes of a value are zero, so that values compare and hash as memory. Only
 * numbers are taken: a name would need a resolver, which blocks. IPv6 scopes ("%eth0") are refused
 * for the same reason that names are: they mean another thing on another machine.
 */
#include "fabricpulse/base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct addr) == 20, "addr: hashed and compared as memory");
_Static_assert(ADDR_TEXT_SIZE == INET6_ADDRSTRLEN, "addr: text size is libc's");

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

bool addr_is_anonymous(const struct addr *a)
{
	static const struct addr nobody[] = {
		{ .family = ADDR_IPV4 },
		{ .family = ADDR_IPV4, .bytes = { 127, 0, 0, 1 } },
		{ .family = ADDR_IPV6 },
		{ .family = ADDR_IPV6, .bytes = { [15] = 1 } },
	};

	for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
		if (addr_equal(a, &nobody[i])) {
			return true;
		}
	}
	return a->family == ADDR_NONE;
}

const char *addr_text(const struct addr *a, char out[static ADDR_TEXT_SIZE])
{
	int family = a->family == ADDR_IPV4 ? AF_INET : AF_INET6;

	if (a->family == ADDR_NONE || inet_ntop(family, a->bytes, out, ADDR_TEXT_SIZE) == NULL) {
		out[0] = '\0';
	}
	return out;
}

const char *mac_text(const struct mac *m, char out[static MAC_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;

	for (size_t i = 0; i < sizeof m->bytes; i++) {
		*p++ = digits[m->bytes[i] >> 4];
		*p++ = digits[m->bytes[i] & 15];
		*p++ = ':';
	}
	p[-1] = '\0';
	return out;
}

enum fp_err addr_parse(const char *text, struct addr *out)
{
	*out = (struct addr){ .family = ADDR_IPV4 };
	if (inet_pton(AF_INET, text, out->bytes) == 1) {
		return FP_OK;
	}
	*out = (struct addr){ .family = ADDR_IPV6 };
	if (inet_pton(AF_INET6, text, out->bytes) == 1) {
		return FP_OK;
	}
	*out = (struct addr){ .family = ADDR_NONE };
	return FP_BAD_ARGUMENT;
}

/* One to five digits, at most 65535: strtoul would also take blanks, signs and nothing at all. */
static enum fp_err port_parse(const char *text, uint16_t *out)
{
	uint32_t port = 0;
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 5 || text[len] != '\0') {
		return FP_BAD_ARGUMENT;
	}
	for (size_t i = 0; i < len; i++) {
		port = port * 10 + (uint32_t)(text[i] - '0');
	}
	if (port > UINT16_MAX) {
		return FP_BAD_ARGUMENT;
	}
	*out = (uint16_t)port;
	return FP_OK;
}

/* The text before the port: nothing, an IPv4 address, or an IPv6 address in brackets. */
static enum fp_err host_parse(const char *text, size_t len, struct addr *out)
{
	char host[ADDR_TEXT_SIZE];
	uint32_t family = ADDR_IPV4;

	if (len == 0) {
		return FP_OK;
	}
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		family = ADDR_IPV6;
		text++;
		len -= 2;
	}
	if (len >= sizeof host) {
		return FP_BAD_ARGUMENT;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	if (addr_parse(host, out) != FP_OK || out->family != family) {
		return FP_BAD_ARGUMENT;
	}
	return FP_OK;
}

enum fp_err endpoint_parse(const char *text, struct endpoint *out)
{
	struct endpoint e = { .port = 0 };
	const char *colon = strrchr(text, ':');

	*out = e;
	if (colon == NULL || port_parse(colon + 1, &e.port) != FP_OK ||
	    host_parse(text, (size_t)(colon - text), &e.addr) != FP_OK) {
		return FP_BAD_ARGUMENT;
	}
	*out = e;
	return FP_OK;
}

const char *endpoint_text(const struct endpoint *e, char out[static ENDPOINT_TEXT_SIZE])
{
	char host[ADDR_TEXT_SIZE];
	bool brackets = e->addr.family == ADDR_IPV6;

	(void)snprintf(out, ENDPOINT_TEXT_SIZE, brackets ? "[%s]:%u" : "%s:%u",
	               addr_text(&e->addr, host), (unsigned)e->port);
	return out;
}

static struct endpoint endpoint_of_in6(const struct sockaddr_in6 *in6)
{
	struct endpoint e = { .port = ntohs(in6->sin6_port) };

	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		e.addr.family = ADDR_IPV4;
		memcpy(e.addr.bytes, in6->sin6_addr.s6_addr + 12, 4);
		return e;
	}
	e.addr.family = ADDR_IPV6;
	memcpy(e.addr.bytes, in6->sin6_addr.s6_addr, 16);
	return e;
}

/* Copies instead of casting: the caller's storage may be aligned for struct sockaddr alone. */
struct endpoint endpoint_of_sockaddr(const struct sockaddr *sa)
{
	struct endpoint e = { .port = 0 };

	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof in);
		e.port = ntohs(in.sin_port);
		e.addr.family = ADDR_IPV4;
		memcpy(e.addr.bytes, &in.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof in6);
		e = endpoint_of_in6(&in6);
	}
	return e;
}
