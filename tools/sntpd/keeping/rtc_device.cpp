// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/rtc_device.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/drivers/chip_mark.hpp"
#include "libsync/drivers/rtc_chips.hpp"
#include "libsync/drivers/rtc_detect.hpp"

namespace isletime::sntpd {
namespace {

const char* text_of(BusError error) {
  switch (error) {
    case BusError::kNoAcknowledge:
      return "no chip answers: is it connected, and to this bus?";
    case BusError::kStuck:
      return "the bus is stuck: check its wiring, or take the power from the chips on it";
    case BusError::kShort:
      return "the bus ended a transfer too early: check its wiring";
    case BusError::kClaimed:
      return "a driver of the kernel has the chip: use its /dev/rtcN instead";
    case BusError::kNotPermitted:
      return "the system permits no transfers";
    case BusError::kAbsent:
      return "the bus is gone: plug it in again, and restart sntpd";
    case BusError::kFailed:
      return "the bus failed: check its wiring";
    case BusError::kNotKept:
      return "the chip did not keep what was written: its memory is worn, so replace the chip";
  }
  return "";
}

// After a failure the chip is identified again, since another one may have been connected meanwhile.
class ChipRtc final : public RtcDevice {
 public:
  ChipRtc(std::unique_ptr<OwnedI2cBus> bus, RtcOption option)
      : bus_(std::move(bus)), option_(std::move(option)) {}

  std::optional<std::string> find_chip(RtcClocks& clocks) override {
    if (chip_ && !has_failed_) return std::nullopt;
    chip_.reset();
    if (option_.chip)
      return find(*option_.chip, option_.address.value_or(default_address(*option_.chip)), clocks);
    return option_.address ? find_at(*option_.address, clocks) : find_anywhere(clocks);
  }
  const ChipOscillator& oscillator() const override { return (*chip_)->oscillator(); }
  std::string chip_name() const override { return to_string((*chip_)->model()); }
  std::optional<double> trim() override {
    const auto range = (*chip_)->trim_range();
    const auto steps = range ? (*chip_)->trim() : Unexpected{BusError::kFailed};
    if (!steps) return std::nullopt;
    return steps->value * range->step_ppb * 1e-9;
  }
  std::string mark() const override { return mark_; }
  battery_clock::ChipScale scale() const override { return scale_of(option_); }
  bool is_trusted() const override { return option_.is_trusted; }

  Result<RtcReading, std::string> read(const CivilDate& near) override {
    return noticed((*chip_)->read(near));
  }
  Result<std::optional<std::uint8_t>, std::string> read_second() override {
    return noticed((*chip_)->read_second());
  }
  Result<std::optional<MilliCelsius>, std::string> temperature() override {
    return noticed((*chip_)->temperature());
  }
  Result<Dispersion, std::string> ripple() override { return noticed((*chip_)->ripple()); }
  std::optional<std::string> prepare() override { return noticed((*chip_)->prepare()); }
  std::optional<std::string> set(const CivilTime& time) override { return noticed((*chip_)->set(time)); }
  nanoseconds set_delay() const override { return (*chip_)->set_delay(); }
  Result<RtcHealth, std::string> check(RtcClocks& clocks) override {
    const auto inspect = [this] { return noticed((*chip_)->inspect()); };
    const auto before = read_patiently(clocks, inspect);
    if (!before) return Unexpected{before.error()};
    const auto is_wrong = [](const RegisterFinding& finding) { return is_repairable(finding.fault); };
    const auto findings = before->findings();
    const auto wrong = std::count_if(findings.begin(), findings.end(), is_wrong);
    if (wrong == 0) return RtcHealth{.repaired = 0, .trouble = trouble_of(*before)};
    if (auto failure = noticed((*chip_)->repair())) return Unexpected{*std::move(failure)};
    const auto after = read_patiently(clocks, inspect);
    if (!after) return Unexpected{after.error()};
    const auto left = std::count_if(after->findings().begin(), after->findings().end(), is_wrong);
    return RtcHealth{.repaired = static_cast<int>(std::max<std::ptrdiff_t>(wrong - left, 0)),
                     .trouble = trouble_of(*after)};
  }

 private:
  // The loss of the time is left out, because each reading reports it.
  static std::string trouble_of(const RegisterReport& report) {
    for (const RegisterFinding& finding : report.findings()) {
      if (finding.fault != RegisterFault::kPowerFailed && finding.fault != RegisterFault::kStopped)
        return describe(finding.fault);
    }
    return {};
  }

  template <class T>
  Result<T, std::string> noticed(Result<T, BusError> result) {
    has_failed_ = !result;
    if (!result) return Unexpected{std::string{text_of(result.error())}};
    return *std::move(result);
  }
  std::optional<std::string> noticed(std::optional<BusError> error) {
    has_failed_ = error.has_value();
    return error ? std::optional<std::string>{text_of(*error)} : std::nullopt;
  }

  // The configured model is accepted unless the registers contradict it.
  std::optional<std::string> find(ChipModel model, std::uint8_t address, RtcClocks& clocks) {
    const auto chip = detect(*bus_, address, clocks);
    if (!chip) return text_of(BusError::kNoAcknowledge);
    if (chip->error) return text_of(*chip->error);
    if (chip->model && !chip->may_be(model))
      return fmt::format("what answers is a {}, and no {}: say so by chip=", to_string(*chip->model),
                         to_string(model));
    return take(model, address);
  }
  std::optional<std::string> find_at(std::uint8_t address, RtcClocks& clocks) {
    const auto chip = detect(*bus_, address, clocks);
    return chip ? take(*chip) : text_of(BusError::kNoAcknowledge);
  }
  // Finds the only clock on the bus; if there is none, the failure that explains most is returned.
  std::optional<std::string> find_anywhere(RtcClocks& clocks) {
    const Detections found = detect(*bus_, clocks);
    const Detected* clock = nullptr;
    const Detected* failed = nullptr;
    for (const Detected& chip : found.chips()) {
      if (chip.error && chip.error != BusError::kClaimed) failed = &chip;
      if (!chip.model && !chip.candidates[0] && chip.error != BusError::kClaimed) continue;
      if (clock != nullptr) return "there are several clocks: say which by address=";
      clock = &chip;
    }
    if (clock != nullptr) return take(*clock);
    if (failed != nullptr) return take(*failed);
    if (found.chips().empty()) return text_of(BusError::kNoAcknowledge);
    return "what answers is no clock that is known: if it is one, say which by chip=";
  }
  std::optional<std::string> take(const Detected& chip) {
    if (chip.error) return text_of(*chip.error);
    if (!chip.model && chip.candidates[0])
      return fmt::format("its registers do not tell which clock it is at 0x{:02x}: say so, as in chip={}",
                         chip.address, to_string(*chip.candidates[0]));
    if (!chip.model)
      return fmt::format(
          "what answers at 0x{:02x} is no clock that is known: if it is one, say which by chip=",
          chip.address);
    return take(*chip.model, chip.address);
  }
  std::optional<std::string> take(ChipModel model, std::uint8_t address) {
    chip_.emplace(model, *bus_, address);
    const auto mark = chip_mark(model, *bus_, address, true);
    mark_ = mark && *mark ? fmt::format("{:016x}", **mark) : "";
    has_failed_ = false;
    return std::nullopt;
  }

  std::unique_ptr<OwnedI2cBus> bus_;
  RtcOption option_;
  std::optional<RtcChipHolder> chip_;
  std::string mark_;
  bool has_failed_ = false;
};

}  // namespace

battery_clock::ChipScale scale_of(const RtcOption& option) {
  return option.keeps_local_time ? battery_clock::ChipScale::kLocalTime : battery_clock::ChipScale::kUtc;
}

std::string source_name(const RtcOption& option) {
  auto address = option.address;
  if (!address && option.chip) address = default_address(*option.chip);
  return address ? fmt::format("rtc:{}@0x{:02x}", option.device, *address) : "rtc:" + option.device;
}

std::unique_ptr<RtcDevice> chip_rtc(std::unique_ptr<OwnedI2cBus> bus, const RtcOption& option) {
  return std::make_unique<ChipRtc>(std::move(bus), option);
}

}  // namespace isletime::sntpd
