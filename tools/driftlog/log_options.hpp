// SPDX-License-Identifier: MIT
// The options of logging: the sources, the interval and the output. A source is given as a text, which is
// parsed here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

enum class Format : std::uint8_t { kCsv, kJson };

enum class SourceKind : std::uint8_t { kNtp, kRtc, kCommand, kSsh, kHttp, kCcapi };

struct SourceText {
  SourceKind kind = SourceKind::kNtp;
  std::string name;  // as given, but without a password
  std::string rest;  // after the kind and its colon
};
// The error is a clause.
Result<SourceText, std::string> parse_source(const std::string& text);

// Whether a camera's zone offset includes the daylight saving, which differs between programs that set it.
enum class CameraZone : std::uint8_t { kCurrent, kStandard };

struct LogOptions {
  std::vector<SourceText> sources;
  std::optional<SourceText> reference;  // nothing means the system clock
  nanoseconds interval = seconds{60};
  std::optional<nanoseconds> duration;  // nothing means until interrupted
  nanoseconds timeout = seconds{10};    // of a measurement
  std::optional<std::string> resume;    // a file
  std::optional<std::string> thermal;   // a file of thousandths of a degree
  Format format = Format::kCsv;
  CameraZone camera_zone = CameraZone::kCurrent;
  bool sets_first = false;
  bool trusts_any_certificate = false;
};

}  // namespace isletime::driftlog
