// SPDX-License-Identifier: MIT
// The device that --rtc opens in sntpd_with_rtc_model, which is otherwise sntpd: a model of a DS3231 on a bus
// with realistic transfer times. The name of the device selects its fault.
#include <memory>
#include <string>
#include <thread>

#include "libsync/posix/clocks.hpp"
#include "tests/fakes/rtc_model.hpp"
#include "tools/sntpd/keeping/rtc_open.hpp"

namespace isletime::sntpd {
namespace {

using namespace std::chrono_literals;

constexpr nanoseconds kTransfer = 1ms;

class ModelledBus final : public OwnedI2cBus {
 public:
  explicit ModelledBus(const std::string& fault)
      : hangs_(fault == "hangs"), chip_(ChipModel::kDs3231, shown(fault), time_.now) {
    if (fault != "absent") bus_.attach(default_address(ChipModel::kDs3231), chip_);
    if (fault == "lost") chip_.poke(0x0f, 0x80, time_.now);
    if (fault == "flipped") chip_.poke(0x0e, 0x9c, time_.now);
  }

  std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override {
    while (hangs_) std::this_thread::sleep_for(1h);
    std::this_thread::sleep_for(kTransfer);
    time_.now = std::max(time_.now, wall_now().time_since_epoch());
    return bus_.transfer(address, out, in);
  }

 private:
  CivilTime shown(const std::string& fault) const {
    const WallTime now{time_.now};
    if (fault == "ahead") return to_civil_time(now + 2h);
    if (fault == "of2000") return {.date = {.year = 2000, .month = 1, .day = 1}};
    return to_civil_time(now);
  }

  bool hangs_;
  fakes::TrueTime time_{wall_now().time_since_epoch()};
  fakes::ModelBus bus_{time_};
  fakes::ModelChip chip_;
};

}  // namespace

Result<std::unique_ptr<RtcDevice>, std::string> open_rtc(const RtcOption& option) {
  return chip_rtc(std::make_unique<ModelledBus>(option.device.substr(option.device.rfind('/') + 1)), option);
}

}  // namespace isletime::sntpd
