// SPDX-License-Identifier: MIT
#include "tools/driftlog/make_source.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "tools/common/host.hpp"
#include "tools/driftlog/child_program.hpp"
#include "tools/driftlog/http_sources.hpp"
#include "tools/driftlog/ntp_source.hpp"
#include "tools/driftlog/program_sources.hpp"
#include "tools/driftlog/rtc_source.hpp"

namespace isletime::driftlog {
namespace {

// Parses "/dev/i2c-1@0x68". An invalid address stays part of the path, which then is no device.
std::pair<std::string, std::optional<std::uint8_t>> device_and_address(const std::string& text) {
  constexpr std::string_view kMark = "@0x";
  const auto mark = text.rfind(kMark);
  if (mark == std::string::npos) return {text, std::nullopt};
  const std::string_view digits = std::string_view{text}.substr(mark + kMark.size());
  std::uint8_t address = 0;
  const auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), address, 16);
  if (failure != std::errc{} || stop != digits.data() + digits.size()) return {text, std::nullopt};
  return {text.substr(0, mark), address};
}

SshHost ssh_host(const std::string& text) {
  const auto at = text.rfind('@');
  const auto begin = at == std::string::npos ? 0 : at + 1;
  const auto host = parse_host(text.substr(begin), 0);
  if (!host || host->port == 0) return {text, ""};
  return {text.substr(0, begin) + host->name, std::to_string(host->port)};
}

}  // namespace

std::unique_ptr<Source> make_source(const SourceText& text, const LogOptions& options, Machine& machine,
                                    battery_clock::Devices& devices, WallTime made) {
  switch (text.kind) {
    case SourceKind::kNtp:
      return std::make_unique<NtpSource>(text.name, *parse_host(text.rest, 123), options.timeout, made);
    case SourceKind::kRtc: {
      auto [device, address] = device_and_address(text.rest);
      return std::make_unique<RtcSource>(text.name, std::move(device), address, machine, devices, made);
    }
    case SourceKind::kCommand:
      return std::make_unique<CommandSource>(text.name, *split_words(text.rest), machine);
    case SourceKind::kSsh:
      return std::make_unique<SshSource>(text.name, ssh_host(text.rest), machine);
    case SourceKind::kHttp:
      return std::make_unique<HttpSource>(
          text.name, text.rest, options.trusts_any_certificate ? Trust::kAny : Trust::kAuthorities, machine);
    case SourceKind::kCcapi:
      return std::make_unique<CameraSource>(text.name, text.rest, options.camera_zone,
                                            options.trusts_any_certificate ? Trust::kAny : Trust::kFirstShown,
                                            machine);
  }
  return nullptr;
}

}  // namespace isletime::driftlog
