/* SPDX-License-Identifier: MIT */
/* What lwIP asks of the compiler and the platform: see lwIP's arch.h. It prints nothing; a broken invariant
   restarts the device. The functions are in firmware/net/lwip_port.cpp. */
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

#define LWIP_RAND() isletime_lwip_random()
#define LWIP_PLATFORM_DIAG(message)
#define LWIP_PLATFORM_ASSERT(message) isletime_lwip_failed()

#ifdef __cplusplus
extern "C" {
#endif
unsigned isletime_lwip_random(void);
void isletime_lwip_failed(void);
#ifdef __cplusplus
}
#endif
