/* SPDX-License-Identifier: Apache-2.0 */
/* Opening captures with libpcap: a file, or an interface with a filter.
 *
 * All times are nanoseconds, whatever the file has; a link type that link.c cannot read is refused
 * here, with its name. A live interface gets a filter that lets through what could be sFlow, so
 * that a mirror port full of traffic costs nothing here; what a filter cannot tell, link.c tells.
 *
 * Source: libpcap's manual pages; pcap-filter(7).
 */
#include "capture_priv.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "fabricpulse/base/log.h"
#include "link_priv.h"

enum {
	LIVE_SNAP_BYTES = 262144, /* libpcap's own default: whole packets, offloads included */
	LIVE_BUFFER_BYTES = 16 << 20,
	LIVE_BLOCK_MS = 10, /* the kernel hands over a block at the latest after this */
};

static enum fp_err open_failed(pcap_t **handle, enum fp_err err, char *problem, size_t size,
                               const char *name, const char *why)
{
	(void)snprintf(problem, size, "%s: %s", name, why);
	if (*handle != NULL) {
		pcap_close(*handle);
		*handle = NULL;
	}
	return err;
}

static enum fp_err link_type_check(pcap_t **handle, char *problem, size_t size, const char *name)
{
	int link_type = pcap_datalink(*handle);
	const char *text = pcap_datalink_val_to_name(link_type);
	char why[128];

	if (link_is_supported(link_type)) {
		return FP_OK;
	}
	(void)snprintf(why, sizeof why, "link type %s (%d) is not one that UDP can be read from",
	               text != NULL ? text : "unknown", link_type);
	return open_failed(handle, FP_BAD_DOCUMENT, problem, size, name, why);
}

enum fp_err capture_file_open(const char *name, pcap_t **out, char *problem, size_t size)
{
	char why[PCAP_ERRBUF_SIZE];
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rbe");

	*out = NULL;
	if (file == NULL) {
		(void)snprintf(problem, size, "%s: %s", name, strerror(errno));
		return FP_SYSTEM;
	}
	*out = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (*out == NULL) {
		(void)snprintf(problem, size, "%s: %s", name, why);
		(void)fclose(file); /* libpcap takes it only when it succeeds */
		return FP_BAD_DOCUMENT;
	}
	return link_type_check(out, problem, size, name);
}

void capture_filter_write(char out[static CAPTURE_FILTER_SIZE], uint16_t port, bool has_tags)
{
	char port_text[32] = "udp";
	char plain[256];

	if (port != 0) {
		(void)snprintf(port_text, sizeof port_text, "udp dst port %u", port);
	}
	(void)snprintf(plain, sizeof plain,
	               "(%s or (ip proto 17 and ip[6:2] & 0x1fff != 0) or ip6[6] = 0 or "
	               "ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60)",
	               port_text);
	(void)snprintf(out, CAPTURE_FILTER_SIZE, "%s", plain);
	if (has_tags) { /* "vlan" moves the offsets of all that comes after it */
		(void)snprintf(out, CAPTURE_FILTER_SIZE, "%s or (vlan and (%s or (vlan and %s)))",
		               plain, plain, plain);
	}
}

/* Without a filter the capture is as right, only slower: so a refusal is no failure. */
static void filter_set(pcap_t *handle, const char *name, uint16_t port)
{
	char text[CAPTURE_FILTER_SIZE];
	struct bpf_program program;

	capture_filter_write(text, port, pcap_datalink(handle) == DLT_EN10MB);
	if (pcap_compile(handle, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		log_warn("pcap", "capturing without a filter", "interface=%s reason=\"%s\"", name,
		         pcap_geterr(handle));
		return;
	}
	if (pcap_setfilter(handle, &program) != 0) {
		log_warn("pcap", "capturing without a filter", "interface=%s reason=\"%s\"", name,
		         pcap_geterr(handle));
	}
	pcap_freecode(&program);
}

/* What pcap_activate() says, in words: a warning is no failure. */
static bool interface_activate(pcap_t *handle, char *why, size_t size)
{
	int rc = pcap_activate(handle);
	const char *detail = pcap_geterr(handle);

	if (rc >= 0) {
		return true;
	}
	(void)snprintf(why, size, "%s%s%s", pcap_statustostr(rc), detail[0] != '\0' ? ": " : "",
	               detail);
	return false;
}

enum fp_err capture_interface_open(const char *name, uint16_t port, pcap_t **out, char *problem,
                                   size_t size)
{
	char why[2 * PCAP_ERRBUF_SIZE];
	pcap_t *handle = pcap_create(name, why);

	*out = handle;
	if (handle == NULL) {
		return open_failed(out, FP_SYSTEM, problem, size, name, why);
	}
	/* These fail only on a handle that is active already. */
	(void)pcap_set_snaplen(handle, LIVE_SNAP_BYTES);
	(void)pcap_set_promisc(handle, 1);
	(void)pcap_set_timeout(handle, LIVE_BLOCK_MS);
	(void)pcap_set_buffer_size(handle, LIVE_BUFFER_BYTES);
	(void)pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
	if (!interface_activate(handle, why, sizeof why)) {
		return open_failed(out, FP_SYSTEM, problem, size, name, why);
	}
	if (pcap_get_tstamp_precision(handle) != PCAP_TSTAMP_PRECISION_NANO) {
		return open_failed(out, FP_SYSTEM, problem, size, name,
		                   "no timestamps in nanoseconds");
	}
	if (pcap_setnonblock(handle, 1, why) != 0) {
		return open_failed(out, FP_SYSTEM, problem, size, name, why);
	}
	filter_set(handle, name, port);
	return link_type_check(out, problem, size, name);
}
