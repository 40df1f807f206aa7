/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and endpoints: what is accepted, what is refused, and that text and value agree. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "fabricpulse/base/addr.h"

static struct addr parsed(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), FP_OK);
	return a;
}

static void text_and_value_agree(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0", "10.0.0.1",    "255.255.255.255",         "::",
		"::1",     "2001:db8::1", "fe80::200:5eff:fe00:5301"
	};
	char out[ADDR_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct addr a = parsed(texts[i]);

		assert_string_equal(addr_text(&a, out), texts[i]);
	}
}

static void equal_values_are_equal_memory(void **state)
{
	struct addr a;
	struct addr b;

	(void)state;
	memset(&a, 0xff, sizeof a);
	assert_int_equal(addr_parse("10.1.2.3", &a), FP_OK);
	b = (struct addr){ .family = ADDR_IPV4, .bytes = { 10, 1, 2, 3 } };
	assert_memory_equal(&a, &b, sizeof a);
	assert_true(addr_equal(&a, &b));
	b.bytes[3] = 4;
	assert_false(addr_equal(&a, &b));
	b = (struct addr){ .family = ADDR_IPV6, .bytes = { 10, 1, 2, 3 } };
	assert_false(addr_equal(&a, &b));
}

static void bad_addresses_are_refused(void **state)
{
	static const char *const texts[] = {
		"",     " ",     "10.0.0", "10.0.0.256", "10.0.0.1 ",
		"host", "[::1]", "::1%lo", "1::2::3",    "10.0.0.1:80"
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct addr a = { .family = 9 };

		assert_int_equal(addr_parse(texts[i], &a), FP_BAD_ARGUMENT);
		assert_int_equal(a.family, ADDR_NONE);
	}
}

static void unknown_has_no_text(void **state)
{
	char out[ADDR_TEXT_SIZE] = "before";
	struct addr none = { .family = ADDR_NONE };

	(void)state;
	assert_string_equal(addr_text(&none, out), "");
}

static void anonymous_agents_are_known(void **state)
{
	static const char *const yes[] = { "0.0.0.0", "127.0.0.1", "::", "::1" };
	static const char *const no[] = { "127.0.0.2", "10.0.0.1", "0.0.0.1", "::2", "1::" };
	struct addr a = { .family = ADDR_NONE };

	(void)state;
	assert_true(addr_is_anonymous(&a));
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		a = parsed(yes[i]);
		assert_true(addr_is_anonymous(&a));
	}
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		a = parsed(no[i]);
		assert_false(addr_is_anonymous(&a));
	}
}

static void macs_are_printed(void **state)
{
	char out[MAC_TEXT_SIZE];
	struct mac m = { .bytes = { 0x00, 0x1b, 0x21, 0xab, 0xcd, 0xef } };

	(void)state;
	assert_string_equal(mac_text(&m, out), "00:1b:21:ab:cd:ef");
}

static void endpoints_are_read_and_printed(void **state)
{
	static const struct {
		const char *text;
		uint32_t family;
		uint16_t port;
	} rows[] = {
		{ ":6343", ADDR_NONE, 6343 },
		{ "0.0.0.0:6343", ADDR_IPV4, 6343 },
		{ "127.0.0.1:0", ADDR_IPV4, 0 },
		{ "[::]:6343", ADDR_IPV6, 6343 },
		{ "[2001:db8::1]:8008", ADDR_IPV6, 8008 },
		{ "192.0.2.1:65535", ADDR_IPV4, 65535 },
		{ "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", ADDR_IPV6, 65535 },
	};
	char out[ENDPOINT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct endpoint e;

		assert_int_equal(endpoint_parse(rows[i].text, &e), FP_OK);
		assert_int_equal(e.addr.family, rows[i].family);
		assert_int_equal(e.port, rows[i].port);
		assert_string_equal(endpoint_text(&e, out), rows[i].text);
	}
}

static void bad_endpoints_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"6343",
		":",
		":x",
		": 1",
		":+1",
		":-1",
		":65536",
		":99999",
		":000001",
		":1 ",
		"10.0.0.1",
		"10.0.0.1:",
		"10.0.0:1",
		"host:1",
		"::1:1",
		"2001:db8::1:6343",
		"[10.0.0.1]:1",
		"[::1]",
		"[::1:1",
		"::1]:1",
		"[]:1",
		"[::1]x:1",
		"[::1%lo]:1",
		"1111111111111111111111111111111111111111111111111111111111111111:1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct endpoint e = { .port = 9 };

		assert_int_equal(endpoint_parse(texts[i], &e), FP_BAD_ARGUMENT);
		assert_int_equal(e.port, 0);
		assert_int_equal(e.addr.family, ADDR_NONE);
	}
}

static void socket_addresses_become_endpoints(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(6343) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(6344) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct endpoint e;
	char out[ENDPOINT_TEXT_SIZE];

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "192.0.2.7", &in.sin_addr), 1);
	e = endpoint_of_sockaddr((const struct sockaddr *)&in);
	assert_string_equal(endpoint_text(&e, out), "192.0.2.7:6343");

	assert_int_equal(inet_pton(AF_INET6, "2001:db8::7", &in6.sin6_addr), 1);
	e = endpoint_of_sockaddr((const struct sockaddr *)&in6);
	assert_string_equal(endpoint_text(&e, out), "[2001:db8::7]:6344");

	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr), 1);
	e = endpoint_of_sockaddr((const struct sockaddr *)&in6);
	assert_string_equal(endpoint_text(&e, out), "192.0.2.7:6344");
	struct addr v4 = parsed("192.0.2.7");
	assert_true(addr_equal(&e.addr, &v4));

	e = endpoint_of_sockaddr((const struct sockaddr *)&un);
	assert_int_equal(e.addr.family, ADDR_NONE);
	assert_int_equal(e.port, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_value_agree),
		cmocka_unit_test(equal_values_are_equal_memory),
		cmocka_unit_test(bad_addresses_are_refused),
		cmocka_unit_test(unknown_has_no_text),
		cmocka_unit_test(anonymous_agents_are_known),
		cmocka_unit_test(macs_are_printed),
		cmocka_unit_test(endpoints_are_read_and_printed),
		cmocka_unit_test(bad_endpoints_are_refused),
		cmocka_unit_test(socket_addresses_become_endpoints),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
