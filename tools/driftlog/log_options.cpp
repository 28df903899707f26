// SPDX-License-Identifier: MIT
#include "tools/driftlog/log_options.hpp"

#include <array>

#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tools/common/host.hpp"
#include "tools/common/seconds_option.hpp"
#include "tools/driftlog/child_program.hpp"

namespace isletime::driftlog {
namespace {

using Fault = std::optional<std::string>;

struct Kind {
  const char* prefix;
  SourceKind kind;
};
constexpr std::array kKinds{Kind{"ntp:", SourceKind::kNtp},     Kind{"rtc:", SourceKind::kRtc},
                            Kind{"cmd:", SourceKind::kCommand}, Kind{"ssh:", SourceKind::kSsh},
                            Kind{"http:", SourceKind::kHttp},   Kind{"ccapi:", SourceKind::kCcapi}};

bool is_url(const std::string& text) {
  for (const std::string scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size()) return true;
  }
  return false;
}

// Converts "http://user:secret@camera/" to "http://camera/".
std::string without_login(const std::string& text) {
  const auto scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const auto begin = scheme + 3;
  const auto end = std::min(text.find_first_of("/?#", begin), text.size());
  const auto at = text.rfind('@', end);
  if (at == std::string::npos || at < begin || at >= end) return text;
  return text.substr(0, begin) + text.substr(at + 1);
}

Fault find_fault(const SourceText& source) {
  switch (source.kind) {
    case SourceKind::kNtp:
      if (!parse_host(source.rest, 123)) return "is not ntp:HOST, ntp:HOST:PORT or ntp:[IPV6]:PORT";
      return std::nullopt;
    case SourceKind::kRtc:
      if (!source.rest.starts_with('/')) return "is not rtc:DEVICE, as in rtc:/dev/i2c-1 or rtc:/dev/rtc0";
      return std::nullopt;
    case SourceKind::kCommand:
      if (const auto words = split_words(source.rest); !words) return words.error();
      return std::nullopt;
    case SourceKind::kSsh:
      // ssh would interpret such a name as an option.
      if (source.rest.empty() || source.rest[0] == '-') return "is not ssh:HOST, as in ssh:pi@192.168.4.7";
      return std::nullopt;
    case SourceKind::kHttp:
    case SourceKind::kCcapi:
      if (!is_url(source.rest)) return "has no URL, which begins with http:// or https://";
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<SourceText, std::string> parse_source(const std::string& text) {
  for (const Kind& kind : kKinds) {
    if (!text.starts_with(kind.prefix)) continue;
    SourceText source{kind.kind, without_login(text), text.substr(std::string_view{kind.prefix}.size())};
    // http://HOST is short for http:http://HOST.
    if (kind.kind == SourceKind::kHttp && source.rest.starts_with("//")) source.rest = text;
    if (auto fault = find_fault(source)) return Unexpected{*std::move(fault)};
    if (source.name.size() > kLongestSampleText || !is_plain(source.name))
      return Unexpected{std::string{"is too long, or not plain text"}};
    return source;
  }
  if (is_url(text)) return SourceText{SourceKind::kHttp, without_login(text), text};
  return Unexpected{
      std::string{"is not a source: ntp:HOST, rtc:DEVICE, ssh:HOST, http:URL, ccapi:URL or cmd:COMMAND"}};
}

}  // namespace isletime::driftlog
