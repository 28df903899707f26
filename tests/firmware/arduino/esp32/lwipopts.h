/* SPDX-License-Identifier: MIT */
/* lwIP's options as the ESP32's core of Arduino has them from 3.1 on, as far as our sources see them: a
   thread with a core lock, IPv4 and IPv6. */
#pragma once

#define NO_SYS 0
#define LWIP_TCPIP_CORE_LOCKING 1
#define TCPIP_THREAD_STACKSIZE (4096 + 512)
#define TCPIP_MBOX_SIZE 32
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_STATS 0
#define LWIP_IPV6 1
#define LWIP_DHCP 1
#define LWIP_DHCP_GET_NTP_SRV 1
#define LWIP_DHCP_MAX_NTP_SERVERS 1
#define SNTP_MAX_SERVERS 3
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_DNS 1
#define IP_SOF_BROADCAST 1
#define IP_SOF_BROADCAST_RECV 1
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 4
#define TCP_MSS 1436
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_WND (4 * TCP_MSS)
#define TCP_LISTEN_BACKLOG 1
