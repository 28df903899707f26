// SPDX-License-Identifier: MIT
// The ESP8266 and the ESP32 with Arduino's core. What differs between them is in chip_*.cpp, the network in
// wifi_interface.cpp, and the pins in config.h.
#include "firmware/board.hpp"

#include <Arduino.h>
#include <LittleFS.h>
#if defined(ESP8266)
#include <ESP8266WiFi.h>
#else
#include <WiFi.h>
#endif

#include "firmware/boards/arduino/chip.hpp"
#include "firmware/boards/arduino/config.h"
#include "firmware/boards/arduino/wifi_interface.hpp"
#include "firmware/boards/common/bit_bang_i2c.hpp"
#include "firmware/boards/common/interrupt_ring.hpp"

namespace isletime::board {
namespace {

constexpr char kRecordFile[] = "/record";
constexpr unsigned long kBaud = 115'200;

InterruptRing<32> presses;
bool has_storage = false;

// In RAM, because the flash cannot be read while it is being written. micros() is there too. Arduino's main
// loop and its interrupts are on the same core of an ESP32.
void IRAM_ATTR note_press() {
  presses.push(static_cast<std::uint32_t>(micros()));
}

class Pins final : public I2cLines {
 public:
  void start() {
    for (const std::uint8_t pin : {config::kScl, config::kSda}) {
      pinMode(pin, OUTPUT_OPEN_DRAIN);
      digitalWrite(pin, HIGH);
    }
  }

  // SDA changes while SCL is low, except to start and to stop.
  I2cLevels set(I2cLevels levels) override {
    constexpr unsigned kHalfClock = 5;  // us
    if (!levels.scl) digitalWrite(config::kScl, LOW);
    digitalWrite(config::kSda, levels.sda ? HIGH : LOW);
    if (levels.scl) digitalWrite(config::kScl, HIGH);
    delayMicroseconds(kHalfClock);
    return {.scl = digitalRead(config::kScl) == HIGH, .sda = digitalRead(config::kSda) == HIGH};
  }
};

Pins i2c_pins;
BitBangI2c i2c_bus{i2c_pins};

}  // namespace

void start() {
  Serial.begin(kBaud);
  chip::start();
  has_storage = chip::mount_storage();
  if (!has_storage) write("the file system cannot be used: nothing will be saved\n");
  pinMode(config::kLed, OUTPUT);
  set_led(false);
  for (const std::uint8_t pin : {config::kDisplayData, config::kDisplayClock, config::kDisplayLatch}) {
    pinMode(pin, OUTPUT);
  }
  digitalWrite(config::kDisplayLatch, HIGH);
  i2c_pins.start();
  pinMode(config::kButton, INPUT_PULLUP);
  attachInterrupt(digitalPinToInterrupt(config::kButton), note_press, FALLING);
}

std::string_view name() {
  return chip::name();
}

std::string_view settings() {
  return config::kSettings;
}

std::uint32_t ticks_per_second() {
  return 1'000'000;
}

std::uint32_t ticks() {
  return static_cast<std::uint32_t>(micros());
}

// A tick of the system is 1 ms; a shorter time is waited for in turns of the main loop.
void idle(nanoseconds at_most) {
  constexpr std::chrono::milliseconds kPause{1};
  constexpr unsigned kShortPause = 20;  // us: the other core of an ESP32 can take lwIP's lock
  const wifi::CallbacksMayRun meanwhile;
  if (at_most >= 2 * kPause) {
    delay(kPause.count());
  } else {
    yield();
    delayMicroseconds(kShortPause);
  }
}

std::array<std::uint8_t, 6> mac_address() {
  std::array<std::uint8_t, 6> address{};
  WiFi.macAddress(address.data());
  return address;
}

std::optional<std::uint32_t> take_press() {
  return presses.pop();
}

void set_led(bool is_on) {
  digitalWrite(config::kLed, is_on != config::kLedIsOnWhenLow ? HIGH : LOW);
}

I2cBus* i2c() {
  return &i2c_bus;
}

void send_to_display(Bytes bytes) {
  digitalWrite(config::kDisplayLatch, LOW);
  for (const std::uint8_t byte : bytes) {
    shiftOut(config::kDisplayData, config::kDisplayClock, MSBFIRST, byte);
  }
  digitalWrite(config::kDisplayLatch, HIGH);
}

std::uint16_t light() {
  return chip::light(analogRead(config::kLight));
}

bool load(MutableBytes record) {
  if (!has_storage) return false;
  File file = LittleFS.open(kRecordFile, "r");
  if (!file || file.size() != record.size()) return false;
  return static_cast<std::size_t>(file.read(record.data(), record.size())) == record.size();
}

// LittleFS replaces a file's contents when it is closed: until then, the old ones stay.
bool save(Bytes record) {
  if (!has_storage || record.size() > kSavedSize) return false;
  File file = LittleFS.open(kRecordFile, "w");
  if (!file) return false;
  const bool is_written = file.write(record.data(), record.size()) == record.size();
  file.close();
  return is_written;
}

std::uint64_t random() {
  return std::uint64_t{chip::random()} << 32 | chip::random();
}

void write(std::string_view text) {
  Serial.write(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

bool is_to_stop() {
  return false;
}

void stop(int) {
  Serial.flush();
  for (;;) ESP.restart();
}

StackUse stack_use() {
  return chip::stack_use();
}

}  // namespace isletime::board
