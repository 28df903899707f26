// SPDX-License-Identifier: MIT
// What all of hub_fuzz draws from the input: times and shares of every size, and a path's queues. It can
// trace what happens while an input is read.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "libsync/hub/discipline/free_time.hpp"
#include "tests/fuzz/harness.hpp"

namespace isletime::fuzz {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A duration of any size.
inline nanoseconds scaled(Input& input) {
  const auto mantissa = static_cast<std::int16_t>(input.u16());
  return nanoseconds{mantissa * (std::int64_t{1} << input.u8() % 49)};
}

// A duration of up to two days, and not negative.
inline nanoseconds some_time(Input& input) {
  const std::uint8_t byte = input.u8();
  return milliseconds{(byte % 16 + 1) << (byte / 16)} * (byte / 128 + 1) * 5;
}

// How far off a machine's clock may be set: it holds some centuries.
constexpr nanoseconds kMostError = hours{24 * 365 * 60};
inline nanoseconds jump(Input& input) {
  return std::clamp(scaled(input), -kMostError, kMostError);
}

// What an oscillator without correction gains, a fraction.
inline double oscillator_frequency(Input& input) {
  return static_cast<std::int8_t>(input.u8()) / 127.0 * 100e-6;
}

// A part of the whole, of either sign.
inline double share(Input& input) {
  return static_cast<std::int8_t>(input.u8()) / 128.0;
}

inline nanoseconds part(nanoseconds whole, double share) {
  return rounded(Seconds{whole} * share);
}

// A path's queues, the same for the same seed: mostly short, sometimes long.
class Queue {
 public:
  Queue(std::uint8_t seed, nanoseconds mean) : state_(seed), mean_(mean) {}

  nanoseconds next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const auto uniform = static_cast<double>(state_ >> 11) / 9007199254740992.0;
    return rounded(Seconds{mean_} * -std::log1p(-uniform));
  }

 private:
  std::uint64_t state_;
  nanoseconds mean_;
};

// Set ISLETIME_TRACE to be told what happens while an input is read.
template <class... Values>
void trace(const char* format, Values... values) {
  static const bool kIsWanted = std::getenv("ISLETIME_TRACE") != nullptr;
  if (kIsWanted) std::fprintf(stderr, format, values...);
}

inline double in_seconds(nanoseconds time) {
  return Seconds{time}.count();
}

}  // namespace isletime::fuzz
