/* SPDX-License-Identifier: MIT */
/* The types of the operating system that lwIP asks for; its functions are the ESP32's. */
#pragma once

#include <stdint.h>

typedef struct isletime_semaphore* sys_sem_t;
typedef struct isletime_mutex* sys_mutex_t;
typedef struct isletime_mailbox* sys_mbox_t;
typedef struct isletime_thread* sys_thread_t;
typedef uint32_t sys_prot_t;
