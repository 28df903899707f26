// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/devices.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "libsync/record/plain_text.hpp"
#include "tools/common/battery_clock/kernel_clock.hpp"

namespace isletime::battery_clock {
namespace {

// Returns 10 for the name "i2c-10" and the prefix "i2c-", or nothing if the name does not match.
std::optional<unsigned> number_behind(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  unsigned number = 0;
  const auto [stop, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  return failure == std::errc{} && stop == name.data() + name.size() ? std::optional{number} : std::nullopt;
}

std::vector<std::string> numbered(std::string_view prefix) {
  std::vector<unsigned> numbers;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", ignored)) {
    if (const auto number = number_behind(prefix, entry.path().filename().native()))
      numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::string> paths;
  paths.reserve(numbers.size());
  for (const unsigned number : numbers)
    paths.push_back("/dev/" + std::string{prefix} + std::to_string(number));
  return paths;
}

// Returns the kernel's name for the driver of /dev/rtcN: "rtc-ds1307 1-0068".
std::string driver_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename();
  std::ifstream file("/sys/class/rtc/" + name + "/name");
  std::string driver;
  if (!std::getline(file, driver) || driver.empty()) return "a clock of the kernel's";
  return made_plain(driver);
}

}  // namespace

std::vector<std::string> DevicesOfLinux::list() {
  std::vector<std::string> paths = numbered("i2c-");
  for (std::string& path : numbered("rtc")) paths.push_back(std::move(path));
  return paths;
}

Result<Device, Fault> DevicesOfLinux::open(const std::string& path, I2cDev::Claims claims) {
  auto bus = I2cDev::open(path, claims);
  if (bus) return Device{Bus{std::move(*bus)}};
  // A clock may be readable without being writable.
  if (bus.error().code != ENOTTY && bus.error().code != EACCES) return Unexpected{fault_of(bus.error())};
  auto clock = DevRtc::open(path);
  if (clock) return Device{Clock{std::make_unique<KernelClock>(std::move(*clock), driver_of(path))}};
  return Unexpected{fault_of(clock.error().code == ENOTTY ? bus.error() : clock.error())};
}

}  // namespace isletime::battery_clock
