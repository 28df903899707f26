/* SPDX-License-Identifier: MIT */
/* lwIP 2.1's options for the boards with Ethernet: the raw interface without threads, IPv4, a DHCP client
   that asks for NTP servers (option 42), and DNS. All memory is in static pools, and nothing calls malloc. */
#pragma once

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_RAW 0
#define LWIP_STATS 0

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define IP_REASSEMBLY 0 /* Nobody sends a device more than a frame holds; fragments only fill memory. */
#define IP_FRAG 0
#define ARP_QUEUEING 0 /* One packet waits for each address, the newest. */

#define LWIP_DHCP 1
#define LWIP_DHCP_GET_NTP_SRV 1
#define LWIP_DHCP_MAX_NTP_SERVERS 1
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_DNS 1
#define DNS_TABLE_SIZE 2
#define DNS_MAX_NAME_LENGTH 64
#define LWIP_DNS_SUPPORT_MDNS_QUERIES 1 /* "hub.local" needs no name server (RFC 6762, section 5.1). */

#define LWIP_TCP 1
#define TCP_MSS 536 /* What every IPv4 host takes (RFC 9293, section 3.7.1). */
#define TCP_WND (2 * TCP_MSS)
#define TCP_SND_BUF (2 * TCP_MSS)
#define TCP_SND_QUEUELEN 6
#define TCP_QUEUE_OOSEQ 0 /* The sender repeats what arrives out of order. */
#define TCP_LISTEN_BACKLOG 1
#define LWIP_TCP_KEEPALIVE 0
/* lwIP's own are the same after each start: a stranger could guess them (RFC 6528), and the hub would take a
   new connection for one that it still has. */
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1
#define LWIP_HOOK_TCP_ISN(local_address, local_port, remote_address, remote_port) isletime_lwip_random()
#define MEMP_NUM_TCP_PCB 8 /* Those in TIME_WAIT give way to new ones. */
#define MEMP_NUM_TCP_PCB_LISTEN 2
#define MEMP_NUM_TCP_SEG 16
#define MEMP_NUM_UDP_PCB 8

#define MEM_ALIGNMENT __SIZEOF_POINTER__
#define MEM_USE_POOLS 1
#define MEM_USE_POOLS_TRY_BIGGER_POOL 1
#define MEMP_USE_CUSTOM_POOLS 1 /* lwippools.h */
/* A received frame stays in the link's buffer while it is processed, so lwIP's pool for that is not used. */
#define MEMP_NUM_PBUF 4
#define PBUF_POOL_SIZE 1
#define PBUF_POOL_BUFSIZE 128
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* They compare TCP_WND with that pool. */
