/* SPDX-License-Identifier: MIT */
/* What the ESP32's core of Arduino says of its compiler and platform to lwIP. */
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

#define LWIP_RAND() esp_random()
#define SNTP_SET_SYSTEM_TIME(seconds) sntp_set_system_time(seconds)

#ifdef __cplusplus
extern "C" {
#endif
unsigned long esp_random(void);
void sntp_set_system_time(unsigned long seconds);
#ifdef __cplusplus
}
#endif
