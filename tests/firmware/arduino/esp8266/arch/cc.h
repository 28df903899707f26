/* SPDX-License-Identifier: MIT */
/* What the ESP8266's core of Arduino says of its compiler and platform to lwIP: some of lwIP's functions have
   other names, because binary libraries of an older lwIP have those. */
#pragma once

#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_CTYPE_H 1
#define X8_F "x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "lu"
#define S32_F "ld"
#define X32_F "lx"
#define SZT_F "u"
#define LWIP_NOASSERT 1
#define LWIP_PLATFORM_DIAG(message)

#define sys_now millis
#define LWIP_RAND r_rand
#define SNTP_SET_SYSTEM_TIME(seconds) sntp_set_system_time(seconds)
#define etharp_output etharp_output_LWIP2
#define ethernet_input ethernet_input_LWIP2
#define lwip_init lwip_init_LWIP2
#define netif_add netif_add_LWIP2
#define netif_default netif_default_LWIP2
#define pbuf_alloc pbuf_alloc_LWIP2
#define pbuf_free pbuf_free_LWIP2
#define pbuf_ref pbuf_ref_LWIP2
#define sys_timeout sys_timeout_LWIP2
#define sys_untimeout sys_untimeout_LWIP2

#ifdef __cplusplus
extern "C" {
#endif
unsigned r_rand(void);
void sntp_set_system_time(unsigned long seconds);
#ifdef __cplusplus
}
#endif
