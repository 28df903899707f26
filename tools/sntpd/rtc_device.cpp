// SPDX-License-Identifier: MIT
#include "tools/sntpd/rtc_device.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "libsync/drivers/rtc_detect.hpp"
#include "libsync/posix/dev_rtc.hpp"
#include "libsync/posix/i2c_dev.hpp"

namespace isletime::sntpd {
namespace {

std::optional<std::string> text_of(const std::optional<BusError>& error) {
  return error ? std::optional<std::string>{describe(*error)} : std::nullopt;
}

std::optional<std::string> text_of(const std::optional<SysError>& error) {
  return error ? std::optional{to_string(*error)} : std::nullopt;
}

class ChipRtc final : public RtcDevice {
 public:
  ChipRtc(std::unique_ptr<I2cBus> bus, const RtcOption& option) : bus_(std::move(bus)), option_(option) {}

  std::optional<std::string> find_chip() override {
    if (chip_) return std::nullopt;
    if (option_.chip) {
      chip_.emplace(*option_.chip, *bus_, option_.address.value_or(default_address(*option_.chip)));
      return std::nullopt;
    }
    return option_.address ? find_at(*option_.address) : find_anywhere();
  }
  RtcOscillator oscillator() const override {
    const bool is_compensated = (*chip_)->model() == ChipModel::kDs3231;
    return {.is_compensated = is_compensated, .has_thermometer = is_compensated};
  }
  std::string chip_name() const override { return to_string((*chip_)->model()); }

  Result<RtcReading, std::string> read(const CivilDate& near) override {
    auto reading = (*chip_)->read(near);
    if (!reading) return Unexpected{std::string{describe(reading.error())}};
    return *std::move(reading);
  }
  Result<std::optional<MilliCelsius>, std::string> temperature() override {
    const auto temperature = (*chip_)->temperature();
    if (!temperature) return Unexpected{std::string{describe(temperature.error())}};
    return *temperature;
  }
  std::optional<std::string> prepare() override { return text_of((*chip_)->prepare()); }
  std::optional<std::string> set(const CivilTime& time) override { return text_of((*chip_)->set(time)); }
  nanoseconds set_delay() const override { return (*chip_)->set_delay(); }
  Result<RtcHealth, std::string> check() override {
    const auto before = (*chip_)->inspect();
    if (!before) return Unexpected{std::string{describe(before.error())}};
    const auto is_wrong = [](const RegisterFinding& finding) { return is_repairable(finding.fault); };
    const auto findings = before->findings();
    const auto wrong = std::count_if(findings.begin(), findings.end(), is_wrong);
    if (wrong == 0) return RtcHealth{.repaired = 0, .trouble = trouble_of(*before)};
    if (const auto error = (*chip_)->repair()) return Unexpected{std::string{describe(*error)}};
    const auto after = (*chip_)->inspect();
    if (!after) return Unexpected{std::string{describe(after.error())}};
    const auto left = std::count_if(after->findings().begin(), after->findings().end(), is_wrong);
    return RtcHealth{.repaired = static_cast<int>(std::max<std::ptrdiff_t>(wrong - left, 0)),
                     .trouble = trouble_of(*after)};
  }

 private:
  // A chip without its time says so at each look.
  static std::string trouble_of(const RegisterReport& report) {
    for (const RegisterFinding& finding : report.findings()) {
      if (finding.fault != RegisterFault::kPowerFailed && finding.fault != RegisterFault::kStopped)
        return describe(finding.fault);
    }
    return {};
  }

  std::optional<std::string> find_at(std::uint8_t address) {
    const auto found = detect(*bus_, address);
    if (!found) return describe(found.error());
    if (!*found) return fmt::format("no chip answers at 0x{:02x}", address);
    return take(**found);
  }
  std::optional<std::string> find_anywhere() {
    const auto found = detect(*bus_);
    if (!found) return describe(found.error());
    const Detected* clock = nullptr;
    for (const Detected& chip : found->chips()) {
      if (!chip.model) continue;
      if (clock != nullptr) return "there are several clocks: say which by address=";
      clock = &chip;
    }
    if (clock != nullptr) return take(*clock);
    const auto chips = found->chips();
    const bool is_claimed =
        std::any_of(chips.begin(), chips.end(), [](const Detected& chip) { return chip.is_claimed; });
    return is_claimed ? "a driver of the kernel has the chip: use --rtc /dev/rtc0 instead"
                      : "no clock chip that is known answers";
  }
  std::optional<std::string> take(const Detected& chip) {
    if (chip.is_claimed) return "a driver of the kernel has the chip: use --rtc /dev/rtc0 instead";
    if (!chip.model) return fmt::format("what answers at 0x{:02x} is no clock that is known", chip.address);
    chip_.emplace(*chip.model, *bus_, chip.address);
    return std::nullopt;
  }

  std::unique_ptr<I2cBus> bus_;
  RtcOption option_;
  std::optional<RtcChipHolder> chip_;
};

// Whatever is behind it, its driver tells neither temperature nor registers.
class KernelRtc final : public RtcDevice {
 public:
  explicit KernelRtc(DevRtc device) : device_(std::move(device)) {}

  std::optional<std::string> find_chip() override { return std::nullopt; }
  RtcOscillator oscillator() const override { return {.is_compensated = false, .has_thermometer = false}; }
  std::string chip_name() const override { return "kernel"; }

  Result<RtcReading, std::string> read(const CivilDate&) override {
    const auto time = device_.read();
    if (time) return RtcReading{*time, device_.integrity(), true};
    // The driver does not show what it knows for wrong.
    if (time.error().code == EINVAL)
      return RtcReading{Unexpected{RtcFault::kOutOfRange}, Integrity::kLost, true};
    return Unexpected{to_string(time.error())};
  }
  Result<std::optional<MilliCelsius>, std::string> temperature() override {
    return std::optional<MilliCelsius>{};
  }
  std::optional<std::string> prepare() override { return std::nullopt; }
  std::optional<std::string> set(const CivilTime& time) override { return text_of(device_.set(time)); }
  nanoseconds set_delay() const override { return std::chrono::milliseconds{1}; }
  Result<RtcHealth, std::string> check() override { return RtcHealth{}; }

 private:
  DevRtc device_;
};

}  // namespace

std::string source_name(const RtcOption& option) {
  auto address = option.address;
  if (!address && option.chip) address = default_address(*option.chip);
  return address ? fmt::format("rtc:{}@0x{:02x}", option.device, *address) : "rtc:" + option.device;
}

std::unique_ptr<RtcDevice> chip_rtc(std::unique_ptr<I2cBus> bus, const RtcOption& option) {
  return std::make_unique<ChipRtc>(std::move(bus), option);
}

Result<std::unique_ptr<RtcDevice>, SysError> open_rtc(const RtcOption& option) {
  if (option.is_of_the_kernel()) {
    auto device = DevRtc::open(option.device);
    if (!device) return Unexpected{device.error()};
    return std::unique_ptr<RtcDevice>{std::make_unique<KernelRtc>(*std::move(device))};
  }
  auto bus = I2cDev::open(option.device, I2cDev::Claims::kRespected);
  if (!bus) return Unexpected{bus.error()};
  return chip_rtc(*std::move(bus), option);
}

}  // namespace isletime::sntpd
