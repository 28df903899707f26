// SPDX-License-Identifier: MIT
// The input is a feed: lines of JSON, or of CSV under a header. A record that is read can be written and read
// again as the same, in both forms.
#include <string>
#include <string_view>

#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check(const Result<SampleRecord, std::string>& record) {
  if (!record) {
    require(!record.error().empty() && is_plain(record.error()), "a refusal is plain text");
    return;
  }
  const std::string json = json_line(*record);
  const auto from_json = parse_json_sample(json);
  require(from_json.has_value(), "what was written as JSON can be read");
  require(json_line(*from_json) == json, "what was written as JSON is the same record");
  const std::string csv = csv_row(*record);
  const auto from_csv = CsvSampleReader::open(csv_header())->read(csv);
  require(from_csv.has_value(), "what was written as CSV can be read");
  require(csv_row(*from_csv) == csv, "what was written as CSV is the same record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto csv = CsvSampleReader::open(take_line(text));
  if (!csv) text = {reinterpret_cast<const char*>(data), size};
  while (!text.empty()) {
    const auto line = take_line(text);
    check(csv ? csv->read(line) : parse_json_sample(line));
  }
  return 0;
}
