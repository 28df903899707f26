// SPDX-License-Identifier: MIT
// Takes durations of any size from few bytes of the fuzzer's input.
#pragma once

#include <chrono>
#include <cstdint>

#include "tests/fuzz/harness.hpp"

namespace isletime::fuzz {

// Takes a duration of up to some hours.
inline nanoseconds some_time(Input& input) {
  const std::chrono::milliseconds unit{input.u16()};
  return unit * (1 << input.u8() % 9);
}

// Takes a duration of either sign: a mantissa of 16 bits, doubled less than `doublings` times.
inline nanoseconds scaled(Input& input, int doublings) {
  const auto mantissa = static_cast<std::int16_t>(input.u16());
  return nanoseconds{mantissa * (std::int64_t{1} << input.u8() % doublings)};
}

}  // namespace isletime::fuzz
