// SPDX-License-Identifier: MIT
// A device with a battery clock on a modelled bus, in simulated time: its own clock is right, or unset. Every
// time that the battery clock tells must be as near to the true time as it says.
#pragma once

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "firmware/kit/rtc_runner.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime::firmware {

using namespace std::chrono_literals;

inline constexpr CivilTime kStart{
    .date = {2026, 11, 21}, .hour = 16, .minute = 5, .second = 9, .nanosecond = 0};
inline const WallTime kStartTime = *to_wall_time(kStart);
inline const WallTime kBuilt = *to_wall_time(CivilTime{.date = {2026, 6, 1}});

inline fakes::TrueTime* passing = nullptr;
inline MonoTime time_passed() {
  return MonoTime{passing->now};
}

class RtcDevice : public testing::Test {
 protected:
  RtcDevice() { passing = &time_; }

  // The chip shows kStart when the true time is `ahead` of that.
  void attach(ChipModel model, fakes::Oscillator oscillator = {}) {
    chip_.emplace(model, kStart, time_.now, oscillator);
    bus_.attach(default_address(model), *chip_);
  }
  void boot(const std::optional<SavedRtc>& saved = {}, std::optional<ChipModel> model = {}) {
    runner_.emplace(RtcRunner::Config{.bus = &bus_, .uptime = &time_passed, .built = kBuilt, .model = model},
                    saved);
  }
  WallTime truth(nanoseconds at) const { return kStartTime + at; }

  void run(nanoseconds duration) {
    const nanoseconds end = time_.now + duration;
    const RtcClock clock{.context = this, .truth = &RtcDevice::known, .on_chip_time = &RtcDevice::take};
    while (time_.now < end) {
      runner_->poll(clock);
      const std::size_t transactions = bus_.transactions().size();
      bus_.forget_transactions();
      EXPECT_LE(transactions, 6U);
      if (runner_->take_worth_saving()) save();
      const nanoseconds next = runner_->next_wakeup().time_since_epoch();
      time_.now = std::max(time_.now + 20us, std::min(next, end) + timer_late_);
    }
  }
  void save() {
    ++attempts_to_save_;
    if (is_storage_broken_) {
      runner_->on_not_saved();
    } else {
      saved_ = runner_->saved();
    }
  }
  static std::optional<RtcTruth> known(void* context, MonoTime at) {
    const auto& device = *static_cast<const RtcDevice*>(context);
    if (!device.is_set_) return std::nullopt;
    return RtcTruth{device.truth(at.time_since_epoch()) + device.clock_error_, device.clock_bound_,
                    device.is_verified_};
  }
  static void take(void* context, const DeviceRtc::ChipTime& chip_time, MonoTime at) {
    auto& device = *static_cast<RtcDevice*>(context);
    device.chip_time_ = chip_time;
    ++device.chip_times_;
    device.chip_time_error_ = chip_time.time - device.truth(at.time_since_epoch());
    EXPECT_LE(std::max(device.chip_time_error_, -device.chip_time_error_), chip_time.bound.value);
  }
  // Returns how far the chip is ahead of the true time.
  nanoseconds chip_error() { return *chip_->time_shown(time_.now) - truth(time_.now).time_since_epoch(); }
  void verify() { is_set_ = is_verified_ = true; }
  // The device and its chip have no power but the chip's battery's for so long.
  void lose_power_for(nanoseconds time) {
    chip_->power_off(time_.now);
    time_.now += time;
    chip_->power_on(time_.now);
    is_set_ = is_verified_ = false;
    chip_times_ = 0;
    chip_time_.reset();
  }

  fakes::TrueTime time_{};
  fakes::ModelBus bus_{time_};
  std::optional<fakes::ModelChip> chip_;
  std::optional<RtcRunner> runner_;
  std::optional<SavedRtc> saved_;
  bool is_storage_broken_ = false;
  int attempts_to_save_ = 0;
  bool is_set_ = false;
  bool is_verified_ = false;
  Dispersion clock_bound_{1ms};
  nanoseconds clock_error_{};
  nanoseconds timer_late_{};
  std::optional<DeviceRtc::ChipTime> chip_time_;
  nanoseconds chip_time_error_{};
  int chip_times_ = 0;
};

}  // namespace isletime::firmware
