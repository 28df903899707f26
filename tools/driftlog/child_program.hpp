// SPDX-License-Identifier: MIT
// Runs a child program without a shell, and exchanges lines with it. Each wait has a timeout. The child has a
// process group of its own, which is killed at the end, so that no process is left behind.
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
  MonoTime at;       // when it was read
};

class ChildProgram {
 public:
  static constexpr std::size_t kLongestLine = 4096;  // bytes

  // words[0] is a path, or a name that is looked up in PATH.
  static Result<ChildProgram, Failure> start(std::vector<std::string> words);
  ChildProgram(ChildProgram&& other) noexcept;
  ChildProgram& operator=(ChildProgram&&) = delete;
  ~ChildProgram();

  // A failure to write is reported by the next read.
  void say(const std::string& text) const;
  // A last line may lack its line end. The error is "timed-out", "ended", "garbled" or "interrupted".
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
  std::string complaint_;  // the beginning of its output on stderr
};

// Splits a text into words as a shell does, with '...', "..." and \ for quoting; nothing is expanded. The
// error is a clause.
Result<std::vector<std::string>, std::string> split_words(const std::string& command);

}  // namespace isletime::driftlog
