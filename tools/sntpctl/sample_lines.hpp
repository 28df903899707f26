// SPDX-License-Identifier: MIT
// Parses sample records line by line: JSON objects, or CSV after a header. The first line that is not blank
// decides which. No I/O: lines come in, and what to do with each comes out.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "libsync/record/sample_reader.hpp"
#include "tools/common/line_splitter.hpp"

namespace isletime::sntpctl {

class SampleLines {
 public:
  struct Nothing {};  // a blank line or a header
  struct NoOffset {   // a record of a failed measurement, which is not a fault of the file
    std::string source;
    std::string error;
  };
  struct Fault {
    std::string text;       // a clause
    bool is_final = false;  // no line after this one can be read
  };
  using Taken = std::variant<SampleRecord, Nothing, NoOffset, Fault>;

  Taken take(const LineSplitter::Line& line);

 private:
  enum class Format { kUnknown, kJson, kCsv };

  Taken begin(const std::string& line);

  Format format_ = Format::kUnknown;
  std::string header_;
  std::optional<CsvSampleReader> csv_;
};

}  // namespace isletime::sntpctl
