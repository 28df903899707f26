// SPDX-License-Identifier: MIT
#include "firmware/boards/common/bit_bang_i2c.hpp"

namespace isletime::board {
namespace {

// How often the clock line is looked at while a device holds it low: 5 ms on a bus of 100 kHz. The clock
// chips hold it for microseconds, or not at all.
constexpr int kMostStretch = 1000;
constexpr int kRecoveryClocks = 9;
constexpr std::uint8_t kReadBit = 1;

}  // namespace

// SCL is low between the bits of a transfer; SDA changes only then, except to start and to stop.

std::optional<BusError> BitBangI2c::transfer(std::uint8_t address, Bytes out, MutableBytes in) {
  const auto address_byte = static_cast<std::uint8_t>(address << 1);
  Result error = free_bus();
  if (error) return error;
  if (!out.empty() || in.empty()) error = write_bytes(address_byte, out);
  if (!error && !in.empty()) error = read_bytes(static_cast<std::uint8_t>(address_byte | kReadBit), in);
  const Result stop_error = stop();
  return error ? error : stop_error;
}

// A device that lost a clock in the middle of a byte may hold SDA low until it gets the rest of them.
BitBangI2c::Result BitBangI2c::free_bus() {
  I2cLevels levels{};
  if (const Result error = release_clock(true, levels)) return error;
  for (int i = 0; i < kRecoveryClocks && !levels.sda; ++i) {
    lines_.set({.scl = false, .sda = true});
    if (const Result error = release_clock(true, levels)) return error;
  }
  if (!levels.sda) return BusError::kStuck;
  return std::nullopt;
}

// Also a repeated start, for which SDA is high before SCL is.
BitBangI2c::Result BitBangI2c::start() {
  I2cLevels levels{};
  if (const Result error = release_clock(true, levels)) return error;
  if (!levels.sda) return BusError::kStuck;
  lines_.set({.scl = true, .sda = false});
  lines_.set({.scl = false, .sda = false});
  return std::nullopt;
}

BitBangI2c::Result BitBangI2c::stop() {
  lines_.set({.scl = false, .sda = false});
  I2cLevels levels{};
  if (const Result error = release_clock(false, levels)) {
    lines_.set({.scl = true, .sda = true});
    return error;
  }
  if (!lines_.set({.scl = true, .sda = true}).sda) return BusError::kStuck;
  return std::nullopt;
}

BitBangI2c::Result BitBangI2c::write_bytes(std::uint8_t address_byte, Bytes bytes) {
  if (const Result error = start()) return error;
  if (const Result error = write_byte(address_byte)) return error;
  for (const std::uint8_t byte : bytes) {
    if (const Result error = write_byte(byte)) return error;
  }
  return std::nullopt;
}

BitBangI2c::Result BitBangI2c::read_bytes(std::uint8_t address_byte, MutableBytes bytes) {
  if (const Result error = start()) return error;
  if (const Result error = write_byte(address_byte)) return error;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (const Result error = read_byte(bytes[i], i + 1 == bytes.size())) return error;
  }
  return std::nullopt;
}

BitBangI2c::Result BitBangI2c::write_byte(std::uint8_t byte) {
  bool level = false;
  for (int bit = 7; bit >= 0; --bit) {
    const bool out = (byte >> bit & 1) != 0;
    if (const Result error = clock_bit(out, level)) return error;
    // Somebody else pulls the line low: another controller, or a device that has lost its place.
    if (level != out) return BusError::kStuck;
  }
  if (const Result error = clock_bit(true, level)) return error;
  if (level) return BusError::kNoAcknowledge;
  return std::nullopt;
}

// Every byte but the last one is acknowledged.
BitBangI2c::Result BitBangI2c::read_byte(std::uint8_t& byte, bool is_last) {
  bool level = false;
  byte = 0;
  for (int bit = 7; bit >= 0; --bit) {
    if (const Result error = clock_bit(true, level)) return error;
    byte = static_cast<std::uint8_t>(byte << 1 | (level ? 1 : 0));
  }
  return clock_bit(is_last, level);
}

BitBangI2c::Result BitBangI2c::clock_bit(bool out, bool& in) {
  lines_.set({.scl = false, .sda = out});
  I2cLevels levels{};
  if (const Result error = release_clock(out, levels)) return error;
  in = levels.sda;
  lines_.set({.scl = false, .sda = out});
  return std::nullopt;
}

BitBangI2c::Result BitBangI2c::release_clock(bool sda, I2cLevels& levels) {
  for (int i = 0; i < kMostStretch; ++i) {
    levels = lines_.set({.scl = true, .sda = sda});
    if (levels.scl) return std::nullopt;
  }
  return BusError::kStuck;
}

}  // namespace isletime::board
