// SPDX-License-Identifier: MIT
// The battery clock of a device by its settings, "rtc=ds3231" or "rtc=none", and what is said of its state.
#pragma once

#include <algorithm>

#include "firmware/board.hpp"
#include "firmware/kit/build_time.hpp"
#include "firmware/kit/rtc_runner.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "libsync/drivers/chip_model.hpp"

namespace isletime::firmware {

// Without the setting, or with an unknown name, the chip is detected.
inline RtcRunner::Config rtc_config() {
  const std::string_view name = setting("rtc");
  RtcRunner::Config config{.bus = board::i2c(), .uptime = uptime, .built = build_time()};
  if (name == "none") config.bus = nullptr;
  const auto* const model =
      std::find_if(kChipModels.begin(), kChipModels.end(), [&](ChipModel m) { return to_string(m) == name; });
  if (model != kChipModels.end()) config.model = *model;
  return config;
}

// One word, for programs.
constexpr const char* name_of(RtcState state) {
  switch (state) {
    case RtcState::kNone:
      return "none";
    case RtcState::kSought:
      return "sought";
    case RtcState::kAbsent:
      return "absent";
    case RtcState::kAmbiguous:
      return "ambiguous";
    case RtcState::kGood:
      return "good";
    case RtcState::kLost:
      return "lost";
    case RtcState::kNotATime:
      return "not-a-time";
    case RtcState::kImplausible:
      return "implausible";
    case RtcState::kStopped:
      return "stopped";
    case RtcState::kNotRunning:
      return "not-running";
    case RtcState::kTooSlow:
      return "too-slow";
    case RtcState::kBusFailed:
      return "bus-failed";
    case RtcState::kNotKept:
      return "not-kept";
  }
  return "";
}

// A clause for people.
constexpr const char* describe(RtcState state) {
  switch (state) {
    case RtcState::kNone:
      return "there is none";
    case RtcState::kSought:
      return "not read yet";
    case RtcState::kAbsent:
      return "no clock answers on the bus";
    case RtcState::kAmbiguous:
      return "its registers suit two models: set \"rtc\" to its name";
    case RtcState::kGood:
      return "good";
    case RtcState::kLost:
      return "it lost its time: is its battery empty?";
    case RtcState::kNotATime:
      return "its registers hold no valid time";
    case RtcState::kImplausible:
      return "it tells a time before this program's build, or long after it";
    case RtcState::kStopped:
      return "it was told to stop";
    case RtcState::kNotRunning:
      return "it does not run evenly";
    case RtcState::kTooSlow:
      return "its bus is too slow to read it";
    case RtcState::kBusFailed:
      return "its bus or the chip does not work";
    case RtcState::kNotKept:
      return "it did not keep what was written to it";
  }
  return "";
}

}  // namespace isletime::firmware
