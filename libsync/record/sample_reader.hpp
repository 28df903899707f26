// SPDX-License-Identifier: MIT
// Reads untrusted sample records as JSON lines or CSV rows (RFC 4180) under a header; the reverse of
// sample_record. `time` and `source` are required, other fields are optional, and unknown ones are ignored.
// It only parses: policy decides whether to believe a record.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime {

inline constexpr std::size_t kLargestSampleLine = 4096;  // bytes
inline constexpr std::size_t kLongestSampleText = 255;   // bytes of a field

// An error is one clause that names the field: "uncertainty_s: is negative".
Result<SampleRecord, std::string> parse_json_sample(std::string_view line);
Result<SampleRecord, std::string> to_sample(const JsonValue& value);

class CsvSampleReader {
 public:
  static Result<CsvSampleReader, std::string> open(std::string_view header);

  Result<SampleRecord, std::string> read(std::string_view row) const;

 private:
  explicit CsvSampleReader(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  std::vector<std::string> columns_;
};

}  // namespace isletime
