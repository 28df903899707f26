// SPDX-License-Identifier: MIT
#include "tools/sntpd/rtc_option.hpp"

#include <string_view>

#include <fmt/format.h>

#include "tools/common/chip_address.hpp"

namespace isletime::sntpd {
namespace {

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Returns nothing if the word was accepted, otherwise what is wrong.
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
  if (word == "local-time") {
    rtc.keeps_local_time = true;
    return std::nullopt;
  }
  if (word == "trust") {
    rtc.is_trusted = true;
    return std::nullopt;
  }
  return fmt::format("there is no \"{}\": use chip, address, local-time or trust", word);
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
