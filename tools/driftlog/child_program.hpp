// SPDX-License-Identifier: MIT
// A child program that lines are written to and read from, without a shell between. Each wait has an end, and
// nothing that it started is left behind: it runs in a process group of its own, which is killed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "tools/common/failure.hpp"

namespace isletime::driftlog {

struct HeardLine {
  std::string text;  // without its end
  MonoTime at;       // it was there
};

class ChildProgram {
 public:
  static constexpr std::size_t kLongestLine = 4096;  // bytes

  // words[0] is a path, or a name to look for in PATH.
  static Result<ChildProgram, Failure> start(std::vector<std::string> words);
  ChildProgram(ChildProgram&& other) noexcept;
  ChildProgram& operator=(ChildProgram&&) = delete;
  ~ChildProgram();

  // A failure to write shows when nothing can be read.
  void say(const std::string& text) const;
  // A last line without its end counts. Error: "timed-out", "ended", "garbled" or "interrupted".
  Result<HeardLine, Failure> hear(MonoTime deadline);

 private:
  ChildProgram(pid_t pid, Fd in_out, Fd err) : pid_(pid), in_out_(std::move(in_out)), err_(std::move(err)) {}

  bool take_output();
  void take_complaint();
  Failure ended();

  pid_t pid_;
  Fd in_out_;
  Fd err_;
  std::string heard_;
  std::string complaint_;  // the beginning of its words on stderr
};

// Splits words as a shell would: blanks between, '...', "..." and \ to keep them; nothing is expanded. Error:
// a clause.
Result<std::vector<std::string>, std::string> split_words(const std::string& command);

}  // namespace isletime::driftlog
