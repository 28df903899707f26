// SPDX-License-Identifier: MIT
#include "libsync/posix/dev_rtc.hpp"

#include <array>
#include <string_view>

#include <fcntl.h>
#include <linux/rtc.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace isletime {
namespace {

constexpr int kFirstYear = 1900;  // of rtc_time

// Returns whether the kernel lists it as an RTC, since other devices may also answer unknown requests with
// EINVAL.
bool is_of_class_rtc(const Fd& device) {
  struct stat about {};
  if (fstat(device.get(), &about) < 0 || !S_ISCHR(about.st_mode)) return false;
  const std::string link = "/sys/dev/char/" + std::to_string(major(about.st_rdev)) + ':' +
                           std::to_string(minor(about.st_rdev)) + "/subsystem";
  std::array<char, 256> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  return size > 0 && std::string_view{target.data(), static_cast<std::size_t>(size)}.ends_with("/rtc");
}

}  // namespace

std::optional<CivilTime> to_civil_time(const rtc_time& time) {
  const auto is_byte = [](int value) { return value >= 0 && value < 100; };
  if (!is_byte(time.tm_mon) || !is_byte(time.tm_mday) || !is_byte(time.tm_hour) || !is_byte(time.tm_min) ||
      !is_byte(time.tm_sec) || time.tm_year < 0 || time.tm_year > 9999 - kFirstYear) {
    return std::nullopt;
  }
  const CivilTime civil{.date = {.year = kFirstYear + time.tm_year,
                                 .month = static_cast<std::uint8_t>(time.tm_mon + 1),
                                 .day = static_cast<std::uint8_t>(time.tm_mday)},
                        .hour = static_cast<std::uint8_t>(time.tm_hour),
                        .minute = static_cast<std::uint8_t>(time.tm_min),
                        .second = static_cast<std::uint8_t>(time.tm_sec)};
  if (!is_valid(civil)) return std::nullopt;
  return civil;
}

rtc_time to_rtc_time(const CivilTime& time) {
  rtc_time out{};
  out.tm_year = time.date.year - kFirstYear;
  out.tm_mon = time.date.month - 1;
  out.tm_mday = time.date.day;
  out.tm_hour = time.hour;
  out.tm_min = time.minute;
  out.tm_sec = time.second;
  out.tm_wday = iso_weekday(days_since_epoch(time.date)) % 7;  // 0 is Sunday
  return out;
}

Integrity integrity_of(std::optional<unsigned> flags) {
  if (!flags) return Integrity::kUntold;
  if ((*flags & RTC_VL_DATA_INVALID) != 0) return Integrity::kLost;
  return (*flags & RTC_VL_BACKUP_EMPTY) != 0 ? Integrity::kUntold : Integrity::kGood;
}

// Ordered by what matters most. RTC_VL_BACKUP_SWITCH only tells that the battery was used.
RtcSupply supply_of(std::optional<unsigned> flags) {
  const unsigned told = flags.value_or(0);
  if ((told & RTC_VL_BACKUP_EMPTY) != 0) return RtcSupply::kBackupEmpty;
  if ((told & RTC_VL_BACKUP_LOW) != 0) return RtcSupply::kBackupLow;
  return (told & RTC_VL_ACCURACY_LOW) != 0 ? RtcSupply::kWeak : RtcSupply::kGood;
}

Result<DevRtc, SysError> DevRtc::open(const std::string& path) {
  // O_NONBLOCK, because the path may be anything, such as a pipe.
  Fd device(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!device.is_open()) return last_error("open");
  rtc_time time{};
  // A chip without a valid time is an RTC too.
  if (ioctl(device.get(), RTC_RD_TIME, &time) < 0 && (errno == ENOTTY || !is_of_class_rtc(device))) {
    return Unexpected{SysError{ENOTTY, "RTC_RD_TIME"}};
  }
  return DevRtc{std::move(device)};
}

Result<CivilTime, SysError> DevRtc::read_time() const {
  rtc_time time{};
  if (ioctl(device_.get(), RTC_RD_TIME, &time) < 0) return last_error("RTC_RD_TIME");
  const auto civil = to_civil_time(time);
  if (!civil) return Unexpected{SysError{EINVAL, "RTC_RD_TIME"}};
  return *civil;
}

Result<RtcReading, SysError> DevRtc::read() const {
  const auto told = flags();
  const auto time = read_time();
  if (time) return RtcReading{*time, integrity_of(told), true, supply_of(told)};
  if (time.error().code != EINVAL) return Unexpected{time.error()};
  return RtcReading{Unexpected{RtcFault::kOutOfRange}, Integrity::kLost, true, supply_of(told)};
}

Result<std::optional<std::uint8_t>, SysError> DevRtc::read_second() const {
  const auto time = read_time();
  if (time) return std::optional{time->second};
  if (time.error().code != EINVAL) return Unexpected{time.error()};
  return std::optional<std::uint8_t>{};
}

std::optional<SysError> DevRtc::set(const CivilTime& time) const {
  rtc_time wanted = to_rtc_time(time);
  if (ioctl(device_.get(), RTC_SET_TIME, &wanted) < 0) return SysError{errno, "RTC_SET_TIME"};
  return std::nullopt;
}

std::optional<unsigned> DevRtc::flags() const {
  unsigned flags = 0;
  if (ioctl(device_.get(), RTC_VL_READ, &flags) < 0) return std::nullopt;
  return flags;
}

// The kernel uses the opposite sign: a positive correction lengthens the day (Documentation/ABI,
// sysfs-class-rtc).
Result<std::int64_t, SysError> DevRtc::correction() const {
  rtc_param parameter{};
  parameter.param = RTC_PARAM_CORRECTION;
  if (ioctl(device_.get(), RTC_PARAM_GET, &parameter) < 0) return last_error("RTC_PARAM_GET");
  return -parameter.svalue;
}

std::optional<SysError> DevRtc::set_correction(std::int64_t ppb) const {
  rtc_param parameter{};
  parameter.param = RTC_PARAM_CORRECTION;
  parameter.svalue = -ppb;
  if (ioctl(device_.get(), RTC_PARAM_SET, &parameter) < 0) return SysError{errno, "RTC_PARAM_SET"};
  return std::nullopt;
}

}  // namespace isletime
