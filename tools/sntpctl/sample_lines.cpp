// SPDX-License-Identifier: MIT
#include "tools/sntpctl/sample_lines.hpp"

#include <utility>

namespace isletime::sntpctl {
namespace {

SampleLines::Taken judged(Result<SampleRecord, std::string> record) {
  if (!record) return SampleLines::Fault{record.error()};
  if (!record->offset && record->error) return SampleLines::NoOffset{record->source, *record->error};
  if (!record->offset) return SampleLines::Fault{"offset_s: is missing"};
  return std::move(*record);
}

}  // namespace

SampleLines::Taken SampleLines::begin(const std::string& line) {
  if (line[line.find_first_not_of(" \t\r")] == '{') {
    format_ = Format::kJson;
    return judged(parse_json_sample(line));
  }
  auto reader = CsvSampleReader::open(line);
  if (!reader) return Fault{"neither JSON nor the header of a CSV file: " + reader.error(), true};
  format_ = Format::kCsv;
  header_ = line;
  csv_ = std::move(*reader);
  return Nothing{};
}

SampleLines::Taken SampleLines::take(const LineSplitter::Line& line) {
  if (line.is_cut) return Fault{"is longer than 4096 bytes", format_ == Format::kUnknown};
  if (line.text.find_first_not_of(" \t\r") == std::string::npos) return Nothing{};
  switch (format_) {
    case Format::kUnknown:
      return begin(line.text);
    case Format::kJson:
      return judged(parse_json_sample(line.text));
    case Format::kCsv:
      // Files that were concatenated repeat the header.
      if (line.text == header_) return Nothing{};
      return judged(csv_->read(line.text));
  }
  return Nothing{};
}

}  // namespace isletime::sntpctl
