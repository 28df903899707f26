// SPDX-License-Identifier: MIT
// The battery clock as sntpd keeps it, from the hub's claims down to the bytes on the bus: a model of the
// chip, its driver, the jobs and the keeper, over simulated days.
#pragma once

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "libsync/hub/rtc_keeper.hpp"
#include "tests/fakes/rtc_model.hpp"
#include "tools/sntpd/keeping/rtc_device.hpp"
#include "tools/sntpd/keeping/rtc_jobs.hpp"

namespace isletime::sntpd {

using namespace std::chrono_literals;
using fakes::ModelBus;
using fakes::ModelChip;
using fakes::Oscillator;
using fakes::TrueTime;

inline constexpr WallTime kStart{1'790'000'000s};  // 2026-09-21
inline constexpr WallTime kBuilt{1'780'000'000s};
inline constexpr const char* kSource = "rtc:/dev/i2c-1";

// The machine's clocks are true time, except for the wall clock's error.
class ModelClocks final : public RtcClocks {
 public:
  explicit ModelClocks(TrueTime& time) : time_(time) {}
  WallTime wall() override { return WallTime{time_.now} + machine_ahead; }
  MonoTime mono() override { return MonoTime{time_.now - asleep - kBuilt.time_since_epoch() + 100s}; }
  bool sleep_until(MonoTime time) override {
    time_.now += std::max(elapsed(mono(), time), nanoseconds::zero());
    return true;
  }

  nanoseconds machine_ahead{};
  nanoseconds asleep{};  // while the monotonic clock stood still

 private:
  TrueTime& time_;
};

// RtcDevice owns its bus, but the test needs to keep it.
class BorrowedBus final : public OwnedI2cBus {
 public:
  explicit BorrowedBus(I2cBus& bus) : bus_(bus) {}
  std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override {
    return bus_.transfer(address, out, in);
  }

 private:
  I2cBus& bus_;
};

class RtcWithModel : public testing::Test {
 protected:
  RtcWithModel() {
    plug(ChipModel::kDs3231, {.error_ppb = 1500});
    boot();
  }

  // Attaches a chip that shows true time.
  void plug(ChipModel model, Oscillator oscillator) {
    if (chip) bus.detach(default_address(chip->model()));
    chip = std::make_unique<ModelChip>(model, to_civil_time(WallTime{time.now}), time.now, oscillator);
    bus.attach(default_address(model), *chip);
  }
  void boot(std::optional<RtcKeeper::LastRun> last_run = {}) {
    const std::optional<SavedRtc> saved = keeper ? keeper->saved() : std::nullopt;
    device = chip_rtc(std::make_unique<BorrowedBus>(bus), option);
    keeper.emplace(RtcKeeper::Config{.source = kSource, .may_write = may_write, .earliest = kBuilt}, saved,
                   last_run, clocks.mono());
  }
  RtcTime hub() {
    return {.host = {.is_verified = is_verified,
                     .bound = is_verified ? Dispersion{1ms} : Dispersion{10s},
                     .rate_uncertainty = Ppm::whole(15)},
            .true_less_machine = {is_verified ? -clocks.machine_ahead : 0ns},
            .true_time = is_verified ? WallTime{time.now} : clocks.wall()};
  }
  // Runs every job that is due.
  void work() {
    while (const auto job = keeper->next_job(hub(), to_civil_time(kStart).date, clocks.mono())) {
      const RtcOutcome outcome = do_rtc_job(*job, *device, clocks);
      writes_begun += job->kind == RtcJob::Kind::kWrite ? 1 : 0;
      RtcKeeper::News news = keeper->take(outcome, hub(), clocks.mono());
      for (const auto& note : news.notes) notes += note.text + '\n';
      if (news.chip_time) chip_time = news.chip_time;
    }
  }
  void pass(nanoseconds span) {
    const nanoseconds end = time.now + span;
    for (;;) {
      work();
      const auto next = keeper->next_wakeup(hub().host);
      const nanoseconds until = next ? elapsed(clocks.mono(), *next) : span;
      if (time.now + until >= end) break;
      time.now += std::max(until, nanoseconds{1});
    }
    time.now = std::max(time.now, end);
  }
  RtcKeeper::View view() { return keeper->view(clocks.mono()); }
  // Returns the machine's error that would remain if its clock were set by the chip time.
  nanoseconds error_of_chip_time() const { return clocks.machine_ahead + chip_time->offset.value; }
  nanoseconds chip_ahead() { return *chip->time_shown(time.now) - time.now; }
  bool is_told(const std::string& words) const { return notes.find(words) != std::string::npos; }

  TrueTime time{kStart.time_since_epoch()};
  ModelBus bus{time};
  ModelClocks clocks{time};
  std::unique_ptr<ModelChip> chip;
  RtcOption option{.device = "/dev/i2c-1", .chip = {}, .address = {}};
  std::unique_ptr<RtcDevice> device;
  std::optional<RtcKeeper> keeper;
  bool is_verified = false;
  bool may_write = true;
  std::optional<RtcKeeper::ChipTime> chip_time;
  std::string notes;
  int writes_begun = 0;
};

}  // namespace isletime::sntpd
