// SPDX-License-Identifier: MIT
// The ESP32: lwIP has a thread of its own, which holds lwIP's core lock while it runs our callbacks. The main
// loop holds that lock whenever it does not sleep.
#if defined(ESP32)
#include <Arduino.h>
#include <LittleFS.h>
#include <WiFi.h>
#include <bootloader_random.h>
#include <esp_random.h>
#include <lwip/opt.h>
#include <lwip/tcpip.h>

#include "firmware/boards/arduino/chip.hpp"

#if !LWIP_TCPIP_CORE_LOCKING
#error \
    "isletime needs lwIP's core lock (CONFIG_LWIP_TCPIP_CORE_LOCKING=y), which Arduino's core has from 3.1 on"
#endif

namespace isletime::chip {
namespace {

// Our callbacks need about 1.5 KB of the stack of lwIP's thread, and lwIP itself about as much.
static_assert(TCPIP_THREAD_STACKSIZE >= 4096, "CONFIG_LWIP_TCPIP_TASK_STACK_SIZE is too small");

}  // namespace

std::string_view name() {
  return "esp32";
}

// Without the radio the generator has no other source of entropy.
void start() {
  bootloader_random_enable();
}

bool mount_storage() {
  constexpr bool kFormatIfBlank = true;
  return LittleFS.begin(kFormatIfBlank);
}

std::uint32_t random() {
  return esp_random();
}

std::uint16_t light(int reading) {
  return static_cast<std::uint16_t>(reading);
}

board::StackUse stack_use() {
  const std::size_t size = getArduinoLoopTaskStackSize();
  return {.deepest = size - uxTaskGetStackHighWaterMark(nullptr), .size = size};
}

void start_station(const char* hostname) {
  bootloader_random_disable();
  WiFi.persistent(false);
  WiFi.setHostname(hostname);
  WiFi.mode(WIFI_STA);
  WiFi.setSleep(WIFI_PS_NONE);
}

void release_network() {
  UNLOCK_TCPIP_CORE();
}

void own_network() {
  LOCK_TCPIP_CORE();
}

}  // namespace isletime::chip
#endif
