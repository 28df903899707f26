// SPDX-License-Identifier: MIT
#include "firmware/boards/kc705-lx106/fifo_lines.hpp"

#include <cstdint>

namespace isletime::board {

// Opened for update, because that does not create a file.
bool FifoLines::open() {
  out_ = host::File::open("i2c.out", host::Mode::kUpdate);
  in_ = host::File::open("i2c.in", host::Mode::kRead);
  return out_.has_value() && in_.has_value();
}

I2cLevels FifoLines::set(I2cLevels levels) {
  constexpr std::uint8_t kScl = 1;
  constexpr std::uint8_t kSda = 2;
  auto byte = static_cast<std::uint8_t>((levels.scl ? kScl : 0) | (levels.sda ? kSda : 0));
  if (!out_ || !in_ || out_->write({&byte, 1}) != 1 || in_->read({&byte, 1}) != 1) return {};
  return {.scl = (byte & kScl) != 0, .sda = (byte & kSda) != 0};
}

}  // namespace isletime::board
