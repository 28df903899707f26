// SPDX-License-Identifier: MIT
// Writes the rows to stdout, or to a file that an earlier run may have started. Each row is written at once
// as a whole. A row that was cut off, as by a power failure, is removed.
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

// A summary of the rows that an earlier run has written.
struct EarlierRows {
  std::set<std::string> sources;
  std::uint64_t whole_size = 0;  // bytes, to the end of the last whole line
  std::uint64_t rows = 0;
  bool has_header = false;         // for JSON: has a row
  std::optional<WallTime> latest;  // the time of the latest row
};

// The error is a clause that says in which line and why this is not a file of driftlog.
Result<EarlierRows, std::string> read_earlier_rows(std::istream& file, Format format);

// Returns nothing if the sources are the same, or else a clause.
std::optional<std::string> find_difference(const EarlierRows& earlier,
                                           const std::vector<std::string>& sources);

class RecordFile {
 public:
  static RecordFile on_stdout(Format format) { return {format, Fd{}}; }
  // Creates the file if there is none. The error is one line without the program's name, and whether the
  // system has failed.
  struct Refusal {
    std::string text;
    bool is_systems;  // a failure of the system, not a mistake of the user
  };
  static Result<RecordFile, Refusal> resume(const std::string& path, Format format,
                                            const std::vector<std::string>& sources);

  // Returns whether there are rows of an earlier run.
  bool is_resumed() const { return earlier_.rows > 0; }
  const EarlierRows& earlier() const { return earlier_; }

  void begin();
  void add(const SampleRecord& record);
  // Returns nothing if everything was written.
  const std::optional<SysError>& failure() const { return failure_; }

 private:
  RecordFile(Format format, Fd file) : format_(format), file_(std::move(file)) {}

  void line(std::string text);

  Format format_;
  Fd file_;  // if it is closed, rows go to stdout
  EarlierRows earlier_;
  std::optional<SysError> failure_;
};

}  // namespace isletime::driftlog
