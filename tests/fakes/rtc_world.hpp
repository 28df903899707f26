// SPDX-License-Identifier: MIT
// A simulated machine with its clocks and a chip on its bus. Time passes only during transfers and sleep.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/rtc_model.hpp"
#include "tools/common/battery_clock/chip_clock.hpp"
#include "tools/common/battery_clock/devices.hpp"
#include "tools/common/battery_clock/kernel_clock.hpp"
#include "tools/common/machine.hpp"

namespace isletime::fakes {

inline constexpr CivilTime kNoon{.date = {.year = 2026, .month = 11, .day = 21}, .hour = 12};
inline constexpr WallTime kMade{seconds{1'795'000'000}};  // 2026-11-18

// A seed determines the error of a chip's crystal and how far the chip is ahead.
inline Oscillator crystal_of(unsigned seed) {
  return {.error_ppb = static_cast<std::int64_t>(seed) * 1700 - 90'000};
}
inline nanoseconds phase_of(unsigned seed) {
  return (seed * std::chrono::nanoseconds{617'283'951}) % seconds{7} - seconds{3};
}

class RtcWorld : public Machine, public battery_clock::Devices {
 public:
  // The system clock is right and starts at `begin`; the chip is `ahead` of it.
  explicit RtcWorld(ChipModel model, nanoseconds ahead = {}, Oscillator oscillator = {}, unsigned seed = 0,
                    const CivilTime& begin = kNoon)
      : random_(seed),
        chip_(model, to_civil_time(WallTime{seconds_since_epoch(begin) + std::chrono::floor<seconds>(ahead)}),
              kStart - (ahead - std::chrono::floor<seconds>(ahead)), oscillator),
        begin_(seconds_since_epoch(begin)),
        address_(default_address(model)) {
    bus_.attach(address_, chip_);
    paths_ = {"/dev/i2c-1"};
  }

  // Returns the chip's true error relative to the system clock.
  nanoseconds error() {
    const auto shown = chip_.time_shown(time_.now);
    EXPECT_TRUE(shown);
    return *shown - wall().time_since_epoch();
  }

  // For tests of single parts.
  battery_clock::ChipClock clock() {
    return {std::make_unique<BorrowedBus>(bus_), chip_.model(), address_, to_civil_time(kMade).date};
  }

  ModelChip& chip() { return chip_; }
  ModelBus& bus() { return bus_; }
  nanoseconds now() const { return time_.now; }
  // Returns the time by a clock that is right.
  nanoseconds true_time() const { return begin_ + (time_.now - kStart); }
  void pass(nanoseconds time) { time_.now += time; }
  void shift_system_clock(nanoseconds by) { wall_ahead_ += by; }
  // A path outside of /dev is a clock of the kernel's: see KernelRtc.
  void offer(std::vector<std::string> paths) { paths_ = std::move(paths); }
  void refuse(const std::string& path, battery_clock::Fault fault) { refusals_[path] = std::move(fault); }
  void forbid_steps() { may_step_ = false; }
  bool was_stepped() const { return was_stepped_; }

  WallTime wall_now() override { return wall(); }
  MonoTime mono_now() override {
    time_.now += std::chrono::microseconds{1};
    return MonoTime{time_.now};
  }
  // Sleep ends late, mostly by little.
  void sleep_until(MonoTime time) override {
    std::exponential_distribution<double> late_us(1.0 / 60);
    const auto late = std::chrono::microseconds{static_cast<std::int64_t>(late_us(random_))};
    time_.now = std::max(time_.now, time.time_since_epoch() + late);
  }
  bool is_to_stop() override { return false; }
  std::optional<SysError> step_clock(Offset by) override {
    if (!may_step_) return SysError{EPERM, "clock_adjtime"};
    was_stepped_ = true;
    wall_ahead_ += by.value;
    return std::nullopt;
  }

  std::vector<std::string> list() override { return paths_; }
  Result<battery_clock::Device, battery_clock::Fault> open(const std::string& path,
                                                           I2cDev::Claims claims) override {
    const auto refusal = refusals_.find(path);
    if (refusal != refusals_.end() && claims == I2cDev::Claims::kRespected)
      return Unexpected{refusal->second};
    if (path.starts_with("/dev/"))
      return battery_clock::Device{battery_clock::Bus{std::make_unique<BorrowedBus>(bus_)}};
    auto clock = DevRtc::open(path);
    if (!clock) return Unexpected{battery_clock::fault_of(clock.error())};
    return battery_clock::Device{
        battery_clock::Clock{std::make_unique<battery_clock::KernelClock>(*std::move(clock), "rtc-of-test")}};
  }

 private:
  static constexpr nanoseconds kStart = seconds{1000};

  // A device owns its bus, but the model bus must outlive it.
  class BorrowedBus final : public OwnedI2cBus {
   public:
    explicit BorrowedBus(I2cBus& bus) : bus_(bus) {}
    std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override {
      return bus_.transfer(address, out, in);
    }

   private:
    I2cBus& bus_;
  };

  WallTime wall() const { return WallTime{begin_ + (time_.now - kStart) + wall_ahead_}; }

  std::mt19937 random_;
  TrueTime time_{kStart};
  ModelBus bus_{time_};
  ModelChip chip_;
  seconds begin_;
  std::uint8_t address_;
  nanoseconds wall_ahead_{};
  std::vector<std::string> paths_;
  std::map<std::string, battery_clock::Fault> refusals_;
  bool may_step_ = true;
  bool was_stepped_ = false;
};

}  // namespace isletime::fakes
