// SPDX-License-Identifier: MIT
// A machine, its clocks and a chip on its bus, in which time passes only by transfers and sleep. All of
// rtcset except its command line runs in it.
#pragma once

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "tests/fakes/rtc_model.hpp"
#include "tools/rtcset/chip_clock.hpp"
#include "tools/rtcset/job.hpp"

namespace isletime::rtcset {

struct Ran {
  ExitStatus status;
  std::string out;
  std::string err;
};

inline constexpr CivilTime kNoon{.date = {.year = 2026, .month = 11, .day = 21}, .hour = 12};
inline constexpr WallTime kMade{seconds{1'795'000'000}};  // 2026-11-18

class World final : public Machine, public Devices {
 public:
  // The system clock is right and starts at `begin`; the chip is `ahead` of it.
  explicit World(ChipModel model, nanoseconds ahead = {}, fakes::Oscillator oscillator = {},
                 unsigned seed = 0, const CivilTime& begin = kNoon)
      : random_(seed),
        chip_(model, to_civil_time(WallTime{seconds_since_epoch(begin) + std::chrono::floor<seconds>(ahead)}),
              kStart - (ahead - std::chrono::floor<seconds>(ahead)), oscillator),
        begin_(seconds_since_epoch(begin)),
        address_(default_address(model)) {
    bus_.attach(address_, chip_);
    paths_ = {"/dev/i2c-1"};
  }

  Ran run(const std::vector<std::string>& words) {
    std::vector<const char*> argv{"rtcset"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const ExitStatus status = run(static_cast<int>(argv.size()), argv.data());
    return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  // Returns how far the chip is really ahead of the system clock.
  nanoseconds error() {
    const auto shown = chip_.time_shown(time_.now);
    EXPECT_TRUE(shown);
    return *shown - wall().time_since_epoch();
  }

  // Returns a clock for tests of single parts.
  ChipClock clock() {
    return {std::make_unique<BorrowedBus>(bus_), chip_.model(), address_, to_civil_time(kMade).date};
  }

  fakes::ModelChip& chip() { return chip_; }
  fakes::ModelBus& bus() { return bus_; }
  nanoseconds now() const { return time_.now; }
  void pass(nanoseconds time) { time_.now += time; }
  void shift_system_clock(nanoseconds by) { wall_ahead_ += by; }
  void offer(std::vector<std::string> paths) { paths_ = std::move(paths); }
  void refuse(const std::string& path, Fault fault) { refusals_[path] = std::move(fault); }
  void let_sntpd_run(std::string rtc = "") { sntpd_ = {"/run/isletime/sntpd.sock", std::move(rtc)}; }
  void type(std::string input) { input_ = std::move(input); }
  void forbid_steps() { may_step_ = false; }
  bool was_stepped() const { return was_stepped_; }

  WallTime wall_now() override { return wall(); }
  MonoTime mono_now() override {
    time_.now += std::chrono::microseconds{1};
    return MonoTime{time_.now};
  }
  // Wakes up late, as real sleep does, mostly by little.
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
  Result<Device, Fault> open(const std::string& path, I2cDev::Claims claims) override {
    const auto refusal = refusals_.find(path);
    if (refusal != refusals_.end() && claims == I2cDev::Claims::kRespected)
      return Unexpected{refusal->second};
    return Device{Bus{std::make_unique<BorrowedBus>(bus_)}};
  }

 private:
  static constexpr nanoseconds kStart = seconds{1000};

  // Devices own the bus that they open, but the model must survive.
  class BorrowedBus final : public I2cBus {
   public:
    explicit BorrowedBus(I2cBus& bus) : bus_(bus) {}
    std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override {
      return bus_.transfer(address, out, in);
    }

   private:
    I2cBus& bus_;
  };

  WallTime wall() const { return WallTime{begin_ + (time_.now - kStart) + wall_ahead_}; }

  ExitStatus run(int argc, const char* const* argv) {
    const auto parsed = parse_options(argc, argv);
    if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
    const auto& options = std::get<Options>(parsed);
    const Log log("rtcset", options.level);
    Output output;
    Job job{options,
            log,
            output,
            *this,
            *this,
            mono_now(),
            kMade,
            [this] { return sntpd_; },
            [this]() -> Result<std::string, Fault> { return input_; }};
    return rtcset::run(job);
  }

  std::mt19937 random_;
  fakes::TrueTime time_{kStart};
  fakes::ModelBus bus_{time_};
  fakes::ModelChip chip_;
  seconds begin_;
  std::uint8_t address_;
  nanoseconds wall_ahead_{};
  std::vector<std::string> paths_;
  std::map<std::string, Fault> refusals_;
  std::optional<RunningSntpd> sntpd_;
  std::string input_;
  bool may_step_ = true;
  bool was_stepped_ = false;
};

// Expects exactly one line, which says what is wrong and what to do about it.
inline void expect_one_line(const Ran& ran, ExitStatus status, const std::string& part) {
  EXPECT_EQ(ran.status, status) << ran.err;
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_TRUE(ran.err.starts_with("rtcset: ")) << ran.err;
  EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Returns the number of a JSON member.
inline double number(const std::string& record, const std::string& key) {
  const std::string before = '"' + key + "\":";
  const auto at = record.find(before);
  EXPECT_NE(at, std::string::npos) << key << " in " << record;
  return at == std::string::npos ? 1e9 : std::stod(record.substr(at + before.size()));
}

}  // namespace isletime::rtcset
