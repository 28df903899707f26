// SPDX-License-Identifier: MIT
#include "tools/driftlog/record_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <istream>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/write_all.hpp"
#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"

namespace isletime::driftlog {
namespace {

// No one logs more at once, so a file with more is not one of driftlog.
constexpr std::size_t kMostSources = 1000;

// Reads the next line with its end. Returns false after the last whole line; `line` is then cut off, or
// empty.
bool read_line(std::istream& file, std::string& line) {
  line.clear();
  for (int c = file.get(); c != std::istream::traits_type::eof(); c = file.get()) {
    line += static_cast<char>(c);
    if (c == '\n') return true;
    if (line.size() > kLargestSampleLine) return true;
  }
  return false;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

std::string text_of(const SampleRecord& record, Format format) {
  switch (format) {
    case Format::kCsv:
      return csv_row(record);
    case Format::kJson:
      return json_line(record);
  }
  return {};
}

RecordFile::Refusal refusal(const std::string& path, int code) {
  return {fmt::format("{}: {}", path, std::strerror(code)), true};
}

}  // namespace

Result<EarlierRows, std::string> read_earlier_rows(std::istream& file, Format format) {
  EarlierRows earlier;
  const auto reader = CsvSampleReader::open(csv_header());
  std::string line;
  for (std::uint64_t number = 1; read_line(file, line); ++number) {
    const auto wrong = [number](const std::string& why) {
      return Unexpected{fmt::format("line {}: {}", number, why)};
    };
    if (line.size() > kLargestSampleLine) return wrong("is too long for a row");
    const std::string_view text = without_end(line);
    earlier.whole_size += line.size();
    if (format == Format::kCsv && number == 1) {
      if (text != csv_header()) return wrong("is not the header that driftlog writes");
      earlier.has_header = true;
      continue;
    }
    const auto record = format == Format::kCsv ? reader->read(text) : parse_json_sample(text);
    if (!record) return wrong(record.error());
    earlier.has_header = true;
    earlier.sources.insert(record->source);
    if (earlier.sources.size() > kMostSources) return wrong("has too many sources");
    earlier.latest = std::max(earlier.latest.value_or(record->time), record->time);
    ++earlier.rows;
  }
  return earlier;
}

std::optional<std::string> find_difference(const EarlierRows& earlier,
                                           const std::vector<std::string>& sources) {
  if (earlier.rows == 0) return std::nullopt;
  for (const std::string& source : sources) {
    // A run that was interrupted in its first round may lack rows of some sources.
    if (!earlier.sources.contains(source) && earlier.rows >= sources.size())
      return fmt::format("has no rows of {}: name the sources that it was begun with", source);
  }
  for (const std::string& source : earlier.sources) {
    if (std::find(sources.begin(), sources.end(), source) == sources.end())
      return fmt::format("has rows of {}: name the sources that it was begun with", source);
  }
  return std::nullopt;
}

Result<RecordFile, RecordFile::Refusal> RecordFile::resume(const std::string& path, Format format,
                                                           const std::vector<std::string>& sources) {
  Fd file{open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644)};
  if (!file.is_open()) return Unexpected{refusal(path, errno)};
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return Unexpected{refusal(path, errno)};
  if (!S_ISREG(status.st_mode)) return Unexpected{Refusal{path + ": is not a file", false}};
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return Unexpected{Refusal{path + ": another driftlog writes it", true}};
  std::ifstream content(path, std::ios::binary);
  const auto earlier = read_earlier_rows(content, format);
  if (!earlier) return Unexpected{Refusal{fmt::format("{}: {}", path, earlier.error()), false}};
  if (const auto difference = find_difference(*earlier, sources))
    return Unexpected{Refusal{fmt::format("{}: {}", path, *difference), false}};
  // Removes the incomplete last line.
  if (ftruncate(file.get(), static_cast<off_t>(earlier->whole_size)) != 0)
    return Unexpected{refusal(path, errno)};
  RecordFile resumed(format, std::move(file));
  resumed.earlier_ = *earlier;
  return resumed;
}

void RecordFile::begin() {
  if (format_ == Format::kCsv && !earlier_.has_header) line(csv_header());
}

void RecordFile::add(const SampleRecord& record) {
  line(text_of(record, format_));
}

void RecordFile::line(std::string text) {
  if (failure_) return;
  text += '\n';
  if (const auto error = write_all(file_.is_open() ? file_.get() : STDOUT_FILENO, text)) {
    failure_ = SysError{error->code, file_.is_open() ? "the file" : "stdout"};
  }
}

}  // namespace isletime::driftlog
