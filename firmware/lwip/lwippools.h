/* SPDX-License-Identifier: MIT */
/* The pools in which lwIP makes what it sends: acknowledgements, ARP, NTP and DNS fit the small blocks; a
   segment of TCP_MSS or a DHCP message, with its headers and its pbuf, fits a large one. */
LWIP_MALLOC_MEMPOOL_START
LWIP_MALLOC_MEMPOOL(8, 168)
LWIP_MALLOC_MEMPOOL(6, 648)
LWIP_MALLOC_MEMPOOL_END
