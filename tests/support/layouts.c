/* SPDX-License-Identifier: Apache-2.0 */
/* See layouts.h. Sources: sFlow v5 and the structure documents that records.def names. */
#include "layouts.h"

#include <string.h>

#include "wire.h"

#define F SFLOW_SPACE_FLOW
#define C SFLOW_SPACE_COUNTER

const struct layout layouts[] = {
	{ F, 0, 1, "sampled_header", "444S", 16 },
	{ F, 0, 2, "sampled_ethernet", "4MM4", 24 },
	{ F, 0, 3, "sampled_ipv4", "44VV4444", 32 },
	{ F, 0, 4, "sampled_ipv6", "44XX4444", 56 },
	{ F, 0, 1001, "extended_switch", "4444", 16 },
	{ F, 0, 1002, "extended_router", "A44", 16 },
	{ F, 0, 1003, "extended_gateway", "A444PW4", 32 },
	{ F, 0, 1004, "extended_user", "4S4S", 16 },
	{ F, 0, 1005, "extended_url", "4SS", 12 },
	{ F, 0, 1006, "extended_mpls", "AWW", 16 },
	{ F, 0, 1007, "extended_nat", "AA", 16 },
	{ F, 0, 1008, "extended_mpls_tunnel", "S44", 12 },
	{ F, 0, 1009, "extended_mpls_vc", "S44", 12 },
	{ F, 0, 1010, "extended_mpls_FTN", "S4", 8 },
	{ F, 0, 1011, "extended_mpls_LDP_FEC", "4", 4 },
	{ F, 0, 1012, "extended_vlantunnel", "W", 4 },
	{ F, 0, 1017, "extended_openflow_v1", "844", 16 },
	{ F, 0, 1018, "extended_fc", "4444", 16 },
	{ F, 0, 1019, "extended_queue_length", "44", 8 },
	{ F, 0, 1020, "extended_nat_port", "44", 8 },
	{ F, 0, 1021, "extended_L2_tunnel_egress", "4MM4", 24 },
	{ F, 0, 1022, "extended_L2_tunnel_ingress", "4MM4", 24 },
	{ F, 0, 1023, "extended_ipv4_tunnel_egress", "44VV4444", 32 },
	{ F, 0, 1024, "extended_ipv4_tunnel_ingress", "44VV4444", 32 },
	{ F, 0, 1025, "extended_ipv6_tunnel_egress", "44XX4444", 56 },
	{ F, 0, 1026, "extended_ipv6_tunnel_ingress", "44XX4444", 56 },
	{ F, 0, 1027, "extended_decapsulate_egress", "4", 4 },
	{ F, 0, 1028, "extended_decapsulate_ingress", "4", 4 },
	{ F, 0, 1029, "extended_vni_egress", "4", 4 },
	{ F, 0, 1030, "extended_vni_ingress", "4", 4 },
	{ F, 0, 1031, "extended_ib_lrh", "4*10", 40 },
	{ F, 0, 1032, "extended_ib_grh", "44XX44", 48 },
	{ F, 0, 1033, "extended_ib_bth", "444", 12 },
	{ F, 0, 1034, "extended_vlanin", "W", 4 },
	{ F, 0, 1035, "extended_vlanout", "W", 4 },
	{ F, 0, 1036, "extended_egress_queue", "4", 4 },
	{ F, 0, 1037, "extended_acl", "4S4", 12 },
	{ F, 0, 1038, "extended_function", "S", 4 },
	{ F, 0, 1039, "extended_transit", "4", 4 },
	{ F, 0, 1040, "extended_queue", "4", 4 },
	{ F, 0, 1041, "extended_hw_trap", "SS", 8 },
	{ F, 0, 1042, "extended_linux_drop_reason", "S", 4 },
	{ F, 0, 1043, "extended_timestamp", "8", 8 },
	{ F, 0, 2000, "transaction", "444488", 32 },
	{ F, 0, 2001, "extended_nfs_storage_transaction", "S44", 12 },
	{ F, 0, 2002, "extended_scsi_storage_transaction", "444", 12 },
	{ F, 0, 2003, "extended_http_transaction", "S*054", 24 },
	{ F, 0, 2100, "extended_socket_ipv4", "4VV44", 20 },
	{ F, 0, 2101, "extended_socket_ipv6", "4XX44", 44 },
	{ F, 0, 2102, "extended_proxy_socket_ipv4", "4VV44", 20 },
	{ F, 0, 2103, "extended_proxy_socket_ipv6", "4XX44", 44 },
	{ F, 0, 2200, "memcache_operation", "44S4444", 28 },
	{ F, 0, 2201, "http_request_deprecated", "4SSSSSSS8844", 56 },
	{ F, 0, 2202, "app_operation", "SSSS8844", 40 },
	{ F, 0, 2203, "app_parent_context", "SSS", 12 },
	{ F, 0, 2204, "app_initiator", "S", 4 },
	{ F, 0, 2205, "app_target", "S", 4 },
	{ F, 0, 2206, "http_request", "44SSSSSSS8844", 60 },
	{ F, 0, 2207, "extended_proxy_request", "SS", 8 },
	{ F, 0, 2208, "extended_nav_timing", "4*23", 92 },
	{ F, 0, 2209, "extended_tcp_info", "4*12", 48 },
	{ F, 0, 2210, "extended_entities", "4444", 16 },
	{ F, 4413, 1, "bst_egress_queue", "4", 4 },
	{ C, 0, 1, "if_counters", "4484484444448444444", 88 },
	{ C, 0, 2, "ethernet_counters", "4*13", 52 },
	{ C, 0, 3, "tokenring_counters", "4*18", 72 },
	{ C, 0, 4, "vg_counters", "48484444484888", 80 },
	{ C, 0, 5, "vlan_counters", "484444", 28 },
	{ C, 0, 6, "ieee80211_counters", "4*20", 80 },
	{ C, 0, 7, "lag_port_stats", "MM4O44444444", 56 },
	{ C, 0, 8, "slow_path_counts", "4*06", 24 },
	{ C, 0, 9, "ib_counters", "884*12", 64 },
	{ C, 0, 10, "sfp", "4444L", 20 },
	{ C, 0, 11, "pfc_counters", "44444", 20 },
	{ C, 0, 1001, "processor", "44488", 28 },
	{ C, 0, 1002, "radio_utilization", "444", 12 },
	{ C, 0, 1003, "queue_length", "4*13", 52 },
	{ C, 0, 1004, "of_port", "84", 12 },
	{ C, 0, 1005, "port_name", "S", 4 },
	{ C, 0, 2000, "host_descr", "SU44S", 32 },
	{ C, 0, 2001, "host_adapters", "D", 4 },
	{ C, 0, 2002, "host_parent", "44", 8 },
	{ C, 0, 2003, "host_cpu", "FFF4*14|444", 80 },
	{ C, 0, 2004, "host_memory", "8*074444", 72 },
	{ C, 0, 2005, "host_disk_io",
	  "8844844"
	  "84",
	  52 },
	{ C, 0, 2006, "host_net_io", "84448444", 40 },
	{ C, 0, 2007, "mib2_ip_group", "4*19", 76 },
	{ C, 0, 2008, "mib2_icmp_group", "4*25", 100 },
	{ C, 0, 2009, "mib2_tcp_group", "4*15", 60 },
	{ C, 0, 2010, "mib2_udp_group", "4*07", 28 },
	{ C, 0, 2100, "virt_node", "44884", 28 },
	{ C, 0, 2101, "virt_cpu", "444", 12 },
	{ C, 0, 2102, "virt_memory", "88", 16 },
	{ C, 0, 2103, "virt_disk_io", "88848484", 52 },
	{ C, 0, 2104, "virt_net_io", "84448444", 40 },
	{ C, 0, 2105, "jvm_runtime", "SSS", 12 },
	{ C, 0, 2106, "jvm_statistics", "8*084*09|44", 108 },
	{ C, 0, 2201, "http_counters", "4*15", 60 },
	{ C, 0, 2202, "app_operations", "S4*11", 48 },
	{ C, 0, 2203, "app_resources", "44884444", 40 },
	{ C, 0, 2205, "vdi_counters", "4*23", 92 },
	{ C, 0, 2206, "app_workers", "44444", 20 },
	{ C, 0, 2207, "ovs_dp_stats", "444444", 24 },
	{ C, 0, 3000, "energy", "444444", 24 },
	{ C, 0, 3001, "temperature", "444", 12 },
	{ C, 0, 3002, "humidity", "4", 4 },
	{ C, 0, 3003, "fans", "444", 12 },
	{ C, 4413, 1, "bst_device_buffers", "44", 8 },
	{ C, 4413, 2, "bst_port_buffers", "4444WW", 24 },
	{ C, 4413, 3, "hw_tables", "4*36", 144 },
	{ C, 5703, 1, "nvidia_gpu",
	  "44448844"
	  "44",
	  48 },
};
const size_t layout_count = sizeof layouts / sizeof layouts[0];

#undef F
#undef C

/* One field at `out`; its length. */
static size_t build_field(char width, uint32_t number, uint8_t *out)
{
	static const uint8_t text[] = { 0, 0, 0, 3, 'a', 'b', 'c', 0 };
	static const struct {
		char width;
		size_t bytes, pad;
	} fills[] = { { 'M', 6, 2 }, { 'V', 4, 0 }, { 'X', 16, 0 }, { 'U', 16, 0 }, { 'O', 4, 0 } };

	for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++) {
		if (fills[i].width == width) {
			memset(out, (int)number, fills[i].bytes);
			memset(out + fills[i].bytes, 0, fills[i].pad);
			return fills[i].bytes + fills[i].pad;
		}
	}
	switch (width) {
	case '8':
		wire_store32(out, 0);
		wire_store32(out + 4, number);
		return 8;
	case 'F': /* 1.0, 2.0, … by their bits */
		wire_store32(out, number == 1 ? 0x3f800000 : number == 2 ? 0x40000000 : 0x40400000);
		return 4;
	case 'A':
		wire_store32(out, 1);
		memset(out + 4, (int)number, 4);
		return 8;
	case 'S': memcpy(out, text, sizeof text); return sizeof text;
	case 'W':
		wire_store32(out, 2);
		wire_store32(out + 4, number);
		wire_store32(out + 8, number + 1);
		return 12;
	case 'P': /* two segments: a sequence of two, an empty set */
		return wire_hex("00000002 00000002 00000002 0000fde8 0000fde9 00000001 00000000",
		                out, 64);
	case 'D': /* one adapter with two MACs, one with none */
		return wire_hex("00000002 00000007 00000002 020000000001 0000 020000000002 0000"
		                "00000009 00000000",
		                out, 64);
	case 'L': /* one lane */
		return wire_hex("00000001 00000001 00000002 00000003 00000004 00000005 00000006"
		                "00000007 00000008 00000009 0000000a",
		                out, 64);
	default: wire_store32(out, number); return 4;
	}
}

size_t layout_build(const struct layout *l, uint8_t *out, uint32_t *fields, size_t *short_bytes)
{
	const char *w = l->widths;
	size_t len = 0;

	*fields = 0;
	if (short_bytes != NULL) {
		*short_bytes = 0;
	}
	while (*w != '\0') {
		uint32_t repeat = 1;
		char width = *w++;

		if (width == '|') {
			if (short_bytes != NULL) {
				*short_bytes = len;
			}
			continue;
		}
		if (*w == '*') {
			repeat = (uint32_t)(w[1] - '0') * 10 + (uint32_t)(w[2] - '0');
			w += 3;
		}
		while (repeat-- > 0) {
			len += build_field(width, ++*fields, out + len);
		}
	}
	return len;
}
