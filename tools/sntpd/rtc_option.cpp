// SPDX-License-Identifier: MIT
#include "tools/sntpd/rtc_option.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace isletime::sntpd {
namespace {

// 7-bit addresses that the I2C specification leaves to chips.
constexpr int kLeastAddress = 0x08;
constexpr int kMostAddress = 0x77;

std::optional<std::uint8_t> parse_chip_address(std::string_view text) {
  const bool is_hexadecimal = text.starts_with("0x");
  if (is_hexadecimal) text.remove_prefix(2);
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value, is_hexadecimal ? 16 : 10);
  if (failure != std::errc{} || stop != end || value < kLeastAddress || value > kMostAddress)
    return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Absent: taken. Otherwise what is wrong.
std::optional<std::string> apply(std::string_view word, RtcOption& rtc) {
  const auto equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : word.substr(equals + 1);
  if (name == "chip") {
    rtc.chip = parse_chip_model(value);
    if (rtc.chip) return std::nullopt;
    std::string known;
    for (const ChipModel model : kChipModels)
      known += (known.empty() ? "" : ", ") + std::string{to_string(model)};
    return fmt::format("there is no chip \"{}\": use one of {}", value, known);
  }
  if (name == "address") {
    rtc.address = parse_chip_address(value);
    if (rtc.address) return std::nullopt;
    return std::string{"address takes a number from 0x08 to 0x77"};
  }
  return fmt::format("there is no \"{}\": use chip or address", word);
}

}  // namespace

bool RtcOption::is_of_the_kernel() const {
  return file_name(device).starts_with("rtc");
}

bool RtcOption::is_the_kernels_own() const {
  return file_name(device) == "rtc" || file_name(device) == "rtc0";
}

Result<RtcOption, std::string> parse_rtc_option(const std::string& text) {
  std::string_view rest = text;
  const std::string_view device = rest.substr(0, rest.find(','));
  if (!device.starts_with('/')) return Unexpected{std::string{"expected a device such as /dev/i2c-1"}};
  RtcOption rtc{.device = std::string{device}, .chip = {}, .address = {}};
  rest.remove_prefix(device.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto end = rest.find(',');
    if (const auto fault = apply(rest.substr(0, end), rtc)) return Unexpected{*fault};
    rest = end == std::string_view::npos ? "" : rest.substr(end);
  }
  if (rtc.is_of_the_kernel() && (rtc.chip || rtc.address))
    return Unexpected{std::string{"the kernel knows the chip behind it: leave chip and address out"}};
  return rtc;
}

}  // namespace isletime::sntpd
