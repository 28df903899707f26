// SPDX-License-Identifier: MIT
// Where the rows go: stdout, or a file that an earlier run began and this one continues. A row is written at
// once and whole; a row that was torn, as by a power cut, is removed.
#pragma once

#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/driftlog/log_options.hpp"

namespace isletime::driftlog {

// The rows that an earlier run left.
struct EarlierRows {
  std::set<std::string> sources;
  std::uint64_t whole_size = 0;  // bytes, to the end of the last whole line
  std::uint64_t rows = 0;
  bool has_header = false;         // or, of JSON, a row
  std::optional<WallTime> latest;  // row
};

// Error: a clause that says why it is no file of driftlog's, with its line.
Result<EarlierRows, std::string> read_earlier_rows(std::istream& file, Format format);

// Absent: the sources are the same. Otherwise a clause.
std::optional<std::string> find_difference(const EarlierRows& earlier,
                                           const std::vector<std::string>& sources);

class RecordFile {
 public:
  static RecordFile on_stdout(Format format) { return {format, Fd{}}; }
  // Begins the file if there is none. Error: one line without the program's name, and whether the system is
  // at fault.
  struct Refusal {
    std::string text;
    bool is_systems;  // not the user's
  };
  static Result<RecordFile, Refusal> resume(const std::string& path, Format format,
                                            const std::vector<std::string>& sources);

  // There are rows of an earlier run.
  bool is_resumed() const { return earlier_.rows > 0; }
  const EarlierRows& earlier() const { return earlier_; }

  void begin();
  void add(const SampleRecord& record);
  // Absent: everything was written.
  const std::optional<SysError>& failure() const { return failure_; }

 private:
  RecordFile(Format format, Fd file) : format_(format), file_(std::move(file)) {}

  void line(std::string text);

  Format format_;
  Fd file_;  // closed: stdout
  EarlierRows earlier_;
  std::optional<SysError> failure_;
};

}  // namespace isletime::driftlog
