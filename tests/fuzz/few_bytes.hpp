// SPDX-License-Identifier: MIT
// Durations of any size that a fuzzer chooses with few bytes.
#pragma once

#include <chrono>
#include <cstdint>

#include "tests/fuzz/harness.hpp"

namespace isletime::fuzz {

// A duration of up to some hours.
inline nanoseconds some_time(Input& input) {
  const std::chrono::milliseconds unit{input.u16()};
  return unit * (1 << input.u8() % 9);
}

// A duration of either sign; a mantissa of 16 bits, less than `doublings` times doubled.
inline nanoseconds scaled(Input& input, int doublings) {
  const auto mantissa = static_cast<std::int16_t>(input.u16());
  return nanoseconds{mantissa * (std::int64_t{1} << input.u8() % doublings)};
}

}  // namespace isletime::fuzz
