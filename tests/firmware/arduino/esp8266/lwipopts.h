/* SPDX-License-Identifier: MIT */
/* lwIP's options as the ESP8266's core of Arduino has them (its variant "v2 lower memory"), as far as our
   sources see them: no operating system, IPv4 alone, memory from the heap. */
#pragma once

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_STATS 0
#define LWIP_IPV6 0
#define LWIP_DHCP 1
#define LWIP_DHCP_GET_NTP_SRV 1
#define LWIP_DHCP_MAX_NTP_SERVERS 1
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_DNS 1
#define IP_SOF_BROADCAST 0
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 4
#define TCP_MSS 536
#define TCP_SND_BUF (2 * TCP_MSS)
#define TCP_LISTEN_BACKLOG 1
