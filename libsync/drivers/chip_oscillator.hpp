// SPDX-License-Identifier: MIT
// The frequency error of a clock chip's oscillator by its datasheet. Each driver states it, so that no other
// code guesses. It holds between -10 C and 40 C, for ten years.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// A tuning fork loses 0.035 ppm/K^2 on either side of 25 C. The crystal has 20 ppm, and boards and chips add
// 5 ppm each through its load.
inline constexpr std::int32_t kForkTemperaturePpb = 35 * 35 * 35;
inline constexpr std::int32_t kForkAgeingPpb = 10'000;

// How far temperature moves a rate that was learned: a fork whose parabola may turn at 30 C, and one that is
// compensated.
inline constexpr std::int32_t kForkChangePpb = 35 * 40 * 40;
inline constexpr std::int32_t kCompensatedChangePpb = 5'000;

// Values are in parts per 10^9, in either direction.
struct ChipOscillator {
  bool is_compensated;  // for the effect of temperature on its crystal
  bool has_thermometer;
  std::int32_t tolerance_ppb;    // as made and soldered, at 25 C
  std::int32_t temperature_ppb;  // beyond that
  std::int32_t ageing_ppb;       // beyond both
  std::optional<TrimRange> trim;

  // Returns the greatest frequency error. The whole effect of the trim `steps` counts as an error; a program
  // that knows this effect leaves `steps` out, and adds the effect itself. A step may be a fifth larger or
  // smaller than the datasheet states.
  constexpr Ppm bound(TrimSteps steps = {}) const {
    const std::int64_t ppb = std::int64_t{tolerance_ppb} + temperature_ppb + ageing_ppb;
    return scaled(ppb + trimmed_ppb(steps) * 6 / 5);
  }
  // Returns how far the frequency may move, by temperature and age, from one that was measured once.
  constexpr Ppm wander(TrimSteps steps = {}) const {
    const std::int64_t change = is_compensated ? kCompensatedChangePpb : kForkChangePpb;
    return scaled(change + ageing_ppb + trimmed_ppb(steps) / 5);
  }

 private:
  static constexpr Ppm scaled(std::int64_t ppb) { return {(ppb * 65536 + 999) / 1000}; }
  constexpr std::int64_t trimmed_ppb(TrimSteps steps) const {
    const std::int64_t count = steps.value < 0 ? -std::int64_t{steps.value} : steps.value;
    return trim ? count * trim->step_ppb : 0;
  }
};

constexpr ChipOscillator tuning_fork(std::optional<TrimRange> trim) {
  return {.is_compensated = false,
          .has_thermometer = false,
          .tolerance_ppb = 30'000,
          .temperature_ppb = kForkTemperaturePpb,
          .ageing_ppb = kForkAgeingPpb,
          .trim = trim};
}

// Returns the greatest error of a clock that was never compared: a person has set it, to a minute, up to a
// year before it was first read, which was `since` ago.
inline constexpr nanoseconds kErrorOfPerson = std::chrono::minutes{1};
inline constexpr nanoseconds kLongestSinceSet = std::chrono::hours{24 * 365};
constexpr Dispersion bound_of_uncompared(const ChipOscillator& oscillator, nanoseconds since,
                                         TrimSteps steps = {}) {
  constexpr nanoseconds kLongest = std::chrono::hours{24 * 365 * 3};
  const nanoseconds run = since < kLongest ? since : kLongest;
  return {kErrorOfPerson + drift(kLongestSinceSet + run, oscillator.bound(steps))};
}

// The oscillator of an unknown chip behind a kernel driver.
inline constexpr ChipOscillator kUnknownOscillator = tuning_fork(std::nullopt);

}  // namespace isletime
