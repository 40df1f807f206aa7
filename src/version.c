/* SPDX-License-Identifier: Apache-2.0 */
/* The version comes from the Makefile and is known in this file only, so that a commit rebuilds one
 * object. Libraries are asked at run time: what is loaded need not be what was there when this was
 * built. This is the one place that calls a library that a room owns, for its name alone.
 */
#include "version.h"

#include <cjson/cJSON.h>
#include <microhttpd.h>
#include <pcap/pcap.h>
#include <yaml.h>
#include <zlib.h>

#ifndef FP_VERSION
#define FP_VERSION "0.1.0"
#endif
#ifndef FP_REVISION
#define FP_REVISION "unknown"
#endif

const char *version_text(void)
{
	return FP_VERSION;
}

const char *version_revision(void)
{
	return FP_REVISION;
}

const char *version_compiler(void)
{
#ifdef __clang__
	return "clang " __clang_version__;
#else
	return "gcc " __VERSION__;
#endif
}

void version_print(struct strbuf *out)
{
	strbuf_printf(out, "fabricpulse %s, revision %s\n", version_text(), version_revision());
	strbuf_printf(out, "built with %s\n", version_compiler());
	strbuf_printf(out, "libmicrohttpd %s, libyaml %s, cJSON %s, zlib %s\n%s\n",
	              MHD_get_version(), yaml_get_version_string(), cJSON_Version(), zlibVersion(),
	              pcap_lib_version());
}
