// SPDX-License-Identifier: MIT
// Stands in for the core of Arduino where none is to be had: the part of its interface that the package and
// firmware/boards/arduino use, after the documentation of the ESP8266's and the ESP32's core. arduino.cpp
// makes what the package uses run on Linux.
#pragma once

#include <cstddef>
#include <cstdint>

unsigned long millis();
unsigned long micros();
void delay(unsigned long ms);
void delayMicroseconds(unsigned us);
void yield();

#define IRAM_ATTR __attribute__((section(".iram.text")))

#define LOW 0x0
#define HIGH 0x1
#define MSBFIRST 1
#define FALLING 0x02
#if defined(ESP8266)
#define INPUT_PULLUP 0x02
#define OUTPUT 0x01
#define OUTPUT_OPEN_DRAIN 0x03
#else
#define INPUT_PULLUP 0x05
#define OUTPUT 0x03
#define OUTPUT_OPEN_DRAIN 0x13
#endif
#define digitalPinToInterrupt(pin) (pin)

void pinMode(std::uint8_t pin, std::uint8_t mode);
void digitalWrite(std::uint8_t pin, std::uint8_t level);
int digitalRead(std::uint8_t pin);
int analogRead(std::uint8_t pin);
void attachInterrupt(std::uint8_t pin, void (*handler)(), int mode);
void shiftOut(std::uint8_t data, std::uint8_t clock, std::uint8_t order, std::uint8_t value);

struct HardwareSerial {
  void begin(unsigned long baud);
  std::size_t println(const char* text);
  std::size_t write(const std::uint8_t* bytes, std::size_t size);
  void flush();
};
extern HardwareSerial Serial;

struct EspClass {
#if defined(ESP8266)
  std::uint32_t random();
  std::uint32_t getFreeContStack();
#endif
  void restart();
};
extern EspClass ESP;

#if !defined(ESP8266)
extern "C" std::uint32_t esp_random();
std::size_t getArduinoLoopTaskStackSize();
extern "C" unsigned uxTaskGetStackHighWaterMark(void* task);
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
