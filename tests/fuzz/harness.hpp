// SPDX-License-Identifier: MIT
// What every fuzz target needs: numbers taken from the front of the input, and a function for requirements. A
// target is one file that defines LLVMFuzzerTestOneInput.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace isletime::fuzz {

inline void require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

// Numbers are big-endian, as in packets. After its end the input continues with zeros.
class Input {
 public:
  explicit Input(Bytes bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  Bytes rest() const { return rest_; }

  Bytes bytes(std::size_t count) {
    const Bytes taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  WallTime wall_time() { return WallTime{nanoseconds{static_cast<std::int64_t>(u64())}}; }
  Endpoint endpoint() {
    const IpAddress address{u64(), u64()};
    return {address, u16()};
  }

 private:
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes(size)) value = value << 8 | byte;
    return value;
  }

  Bytes rest_;
};

}  // namespace isletime::fuzz
