// SPDX-License-Identifier: MIT
// What is to be logged, how often, and where to. A source is given as a text, here taken apart.
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
  std::string rest;  // behind the kind and its colon
};
// Error: a clause.
Result<SourceText, std::string> parse_source(const std::string& text);

// Which offset a camera's zone has while its daylight saving is on: controllers differ.
enum class CameraZone : std::uint8_t { kCurrent, kStandard };

struct LogOptions {
  std::vector<SourceText> sources;
  std::optional<SourceText> reference;  // absent: the system clock
  nanoseconds interval = seconds{60};
  std::optional<nanoseconds> duration;  // absent: until interrupted
  nanoseconds timeout = seconds{10};    // of a measurement
  std::optional<std::string> resume;    // a file
  std::optional<std::string> thermal;   // a file of thousandths of a degree
  Format format = Format::kCsv;
  CameraZone camera_zone = CameraZone::kCurrent;
  bool sets_first = false;
  bool trusts_any_certificate = false;
};

}  // namespace isletime::driftlog
