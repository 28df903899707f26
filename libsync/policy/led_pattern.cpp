// SPDX-License-Identifier: MIT
#include "libsync/policy/led_pattern.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace isletime {
namespace {

using std::chrono::milliseconds;

// The times at which the LED changes within a period: on first, then off, and so on; the last is the period.
constexpr std::array<std::int16_t, 2> kJoiningMs{100, 200};
constexpr std::array<std::int16_t, 2> kUnsetMs{500, 1000};
constexpr std::array<std::int16_t, 2> kGoodMs{100, 10'000};
constexpr std::array<std::int16_t, 4> kErrorMs{100, 200, 300, 1000};

std::span<const std::int16_t> changes_of(LedState state) {
  switch (state) {
    case LedState::kJoining:
      return kJoiningMs;
    case LedState::kUnset:
      return kUnsetMs;
    case LedState::kGood:
      return kGoodMs;
    case LedState::kError:
      return kErrorMs;
  }
  return kErrorMs;
}

Led within(std::span<const std::int16_t> changes, nanoseconds since_epoch) {
  const nanoseconds period = milliseconds{changes.back()};
  nanoseconds phase = since_epoch % period;
  if (phase < nanoseconds::zero()) phase += period;
  Led led{false, nanoseconds::zero()};
  for (std::size_t i = 0; led.lasts <= nanoseconds::zero(); ++i) {
    led = {!led.is_on, milliseconds{changes[i]} - phase};
  }
  return led;
}

}  // namespace

Led led_at(LedState state, MonoTime now, std::optional<WallTime> time) {
  if (state != LedState::kGood) return within(changes_of(state), now.time_since_epoch());
  if (!time) return within(changes_of(LedState::kUnset), now.time_since_epoch());
  return within(changes_of(LedState::kGood), time->time_since_epoch());
}

}  // namespace isletime
