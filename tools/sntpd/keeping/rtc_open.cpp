// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/rtc_open.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <utility>

#include "libsync/posix/dev_rtc.hpp"
#include "libsync/posix/i2c_dev.hpp"

namespace isletime::sntpd {
namespace {

using Opened = Result<std::unique_ptr<RtcDevice>, SysError>;

std::string text_of(const SysError& error) {
  switch (error.code) {
    case EACCES:
    case EPERM:
      return "not permitted: start sntpd as root, or let its user into the group of the device";
    case EBUSY:
      return "another program has it open: end that, hwclock for instance";
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "there is no such device: connect it, or enable I2C";
    case ENOTTY:
    case EISDIR:
      return "it is neither an I2C bus nor a battery clock";
    case EOPNOTSUPP:
      return "the bus can do SMBus transfers only, which is not enough";
    default:
      return to_string(error);
  }
}

bool is_no_clock(int code) {
  return code == ENOTTY || code == EISDIR || code == EOPNOTSUPP;
}

// Returns the kernel's name for what is behind /dev/rtcN, "rtc-ds1307 1-0068", or nothing. The numbers follow
// the order in which drivers find their chips, and may change.
std::string driver_of(const std::string& path) {
  std::ifstream file("/sys/class/rtc/" + path.substr(path.rfind('/') + 1) + "/name");
  std::string driver;
  std::getline(file, driver);
  constexpr std::size_t kLongest = 64;
  const bool is_plain =
      std::all_of(driver.begin(), driver.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return is_plain && driver.size() <= kLongest ? driver : "";
}

// The kernel's driver gives access to neither the temperature nor the control registers.
class KernelRtc final : public RtcDevice {
 public:
  KernelRtc(DevRtc device, RtcOption option)
      : device_(std::move(device)), option_(std::move(option)), driver_(driver_of(option_.device)) {}

  std::optional<std::string> find_chip(RtcClocks&) override { return std::nullopt; }
  const ChipOscillator& oscillator() const override { return kUnknownOscillator; }
  std::string chip_name() const override { return "kernel"; }
  std::optional<double> trim() override {
    const auto ppb = device_.correction();
    if (!ppb) return std::nullopt;
    return static_cast<double>(*ppb) * 1e-9;
  }
  std::string mark() const override { return driver_; }
  battery_clock::ChipScale scale() const override { return scale_of(option_); }
  bool is_trusted() const override { return option_.is_trusted; }
  bool is_set_by_others() const override { return option_.is_the_kernels_own(); }

  Result<RtcReading, std::string> read(const CivilDate&) override {
    auto reading = device_.read();
    if (!reading) return Unexpected{text_of(reading.error())};
    return *reading;
  }
  Result<std::optional<std::uint8_t>, std::string> read_second() override {
    const auto second = device_.read_second();
    if (!second) return Unexpected{text_of(second.error())};
    return *second;
  }
  Result<std::optional<MilliCelsius>, std::string> temperature() override {
    return std::optional<MilliCelsius>{};
  }
  std::optional<std::string> prepare() override { return std::nullopt; }
  std::optional<std::string> set(const CivilTime& time) override {
    const auto error = device_.set(time);
    return error ? std::optional{text_of(*error)} : std::nullopt;
  }
  nanoseconds set_delay() const override { return std::chrono::milliseconds{1}; }
  Result<RtcHealth, std::string> check(RtcClocks&) override {
    return RtcHealth{.repaired = 0, .trouble = describe(supply_of(device_.flags()))};
  }

 private:
  DevRtc device_;
  RtcOption option_;
  std::string driver_;
};

Opened open_now(const RtcOption& option) {
  if (option.is_of_the_kernel()) {
    auto device = DevRtc::open(option.device);
    if (!device) return Unexpected{device.error()};
    return std::unique_ptr<RtcDevice>{std::make_unique<KernelRtc>(*std::move(device), option)};
  }
  auto bus = I2cDev::open(option.device, I2cDev::Claims::kRespected);
  if (!bus) return Unexpected{bus.error()};
  return chip_rtc(*std::move(bus), option);
}

// A device that was missing at the start; find_chip() tries to open it.
class AwaitedRtc final : public RtcDevice {
 public:
  explicit AwaitedRtc(RtcOption option) : option_(std::move(option)) {}

  std::optional<std::string> find_chip(RtcClocks& clocks) override {
    if (device_) return device_->find_chip(clocks);
    auto opened = open_now(option_);
    if (!opened) return text_of(opened.error());
    device_ = *std::move(opened);
    return device_->find_chip(clocks);
  }
  const ChipOscillator& oscillator() const override { return device_->oscillator(); }
  std::string chip_name() const override { return device_->chip_name(); }
  std::optional<double> trim() override { return device_->trim(); }
  std::string mark() const override { return device_->mark(); }
  battery_clock::ChipScale scale() const override { return device_->scale(); }
  bool is_trusted() const override { return device_->is_trusted(); }
  bool is_set_by_others() const override { return device_->is_set_by_others(); }
  Result<RtcReading, std::string> read(const CivilDate& near) override { return device_->read(near); }
  Result<std::optional<std::uint8_t>, std::string> read_second() override { return device_->read_second(); }
  Result<std::optional<MilliCelsius>, std::string> temperature() override { return device_->temperature(); }
  Result<Dispersion, std::string> ripple() override { return device_->ripple(); }
  std::optional<std::string> prepare() override { return device_->prepare(); }
  std::optional<std::string> set(const CivilTime& time) override { return device_->set(time); }
  nanoseconds set_delay() const override { return device_->set_delay(); }
  Result<RtcHealth, std::string> check(RtcClocks& clocks) override { return device_->check(clocks); }

 private:
  RtcOption option_;
  std::unique_ptr<RtcDevice> device_;
};

}  // namespace

Result<std::unique_ptr<RtcDevice>, std::string> open_rtc(const RtcOption& option) {
  auto opened = open_now(option);
  if (opened) return *std::move(opened);
  if (is_no_clock(opened.error().code)) return Unexpected{text_of(opened.error())};
  return std::unique_ptr<RtcDevice>{std::make_unique<AwaitedRtc>(option)};
}

}  // namespace isletime::sntpd
