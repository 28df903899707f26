// SPDX-License-Identifier: MIT
// The ESP8266: its core calls lwIP's callbacks only while the main loop is in yield() or delay(), so they
// need no lock.
#if defined(ESP8266)
#include <Arduino.h>
#include <ESP8266WiFi.h>
#include <LittleFS.h>

#include "firmware/boards/arduino/chip.hpp"

namespace isletime::chip {

std::string_view name() {
  return "esp8266";
}

void start() {}

bool mount_storage() {
  return LittleFS.begin();
}

// The number comes from the chip's generator, not from the C library's.
std::uint32_t random() {
  return ESP.random();
}

std::uint16_t light(int reading) {
  constexpr int kScale = 4;  // the converter has 10 bits
  return static_cast<std::uint16_t>(reading * kScale);
}

board::StackUse stack_use() {
  constexpr std::size_t kSize = 4096;  // CONT_STACKSIZE
  return {.deepest = kSize - ESP.getFreeContStack(), .size = kSize};
}

void start_station(const char* hostname) {
  WiFi.persistent(false);
  WiFi.mode(WIFI_STA);
  WiFi.setSleepMode(WIFI_NONE_SLEEP);
  WiFi.hostname(hostname);
}

void release_network() {}
void own_network() {}

}  // namespace isletime::chip
#endif
