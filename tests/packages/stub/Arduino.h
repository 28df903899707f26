// SPDX-License-Identifier: MIT
// Stands in for the core of Arduino where none is to be had: the part of its interface that the package uses,
// after the documentation of the ESP8266's and the ESP32's core. arduino.cpp makes it run on Linux.
#pragma once

#include <cstddef>
#include <cstdint>

unsigned long millis();
unsigned long micros();

struct HardwareSerial {
  void begin(unsigned long baud);
  std::size_t println(const char* text);
};
extern HardwareSerial Serial;

#if defined(ESP8266)
struct EspClass {
  std::uint32_t random();
};
extern EspClass ESP;
#else
extern "C" std::uint32_t esp_random();
#endif

class IPAddress {
 public:
  IPAddress() = default;
  IPAddress(std::uint8_t first, std::uint8_t second, std::uint8_t third, std::uint8_t fourth)
      : bytes_{first, second, third, fourth} {}
  std::uint8_t operator[](int index) const { return bytes_[index]; }
  std::uint8_t& operator[](int index) { return bytes_[index]; }

 private:
  std::uint8_t bytes_[4] = {};
};

void setup();
void loop();
