// SPDX-License-Identifier: MIT
// A program under test: the test starts it, sends signals, reads its output, and never leaves it running.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "libsync/posix/fd.hpp"

namespace isletime::fakes {

struct Finished {
  int status = -1;  // exit status, or 128 + the number of the signal that ended it
  std::string out;
  std::string err;
};

class Program {
 public:
  // arguments[0] is a path, or a name that is looked up in PATH.
  explicit Program(std::vector<std::string> arguments);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void send(int signal) const;
  // Reads until stdout or stderr contains the text, or one of them. Returns false if it ends or kPatience
  // passes before that.
  bool wait_for(const std::string& text) { return wait_for_one_of({text}); }
  bool wait_for_one_of(const std::vector<std::string>& texts);
  // Reads until there is more output. Returns false if it ends or kPatience passes before that.
  bool wait_for_more_output();
  // Waits for the program to end; after kPatience it is killed, and the status says so.
  Finished finish();

  pid_t pid() const { return pid_; }
  const std::string& out() const { return finished_.out; }
  const std::string& err() const { return finished_.err; }

 private:
  bool read_some(std::chrono::steady_clock::time_point deadline);

  pid_t pid_ = -1;
  Fd out_;
  Fd err_;
  Finished finished_;
};

Finished run(std::vector<std::string> arguments);

// Returns the path of a built program: ".../bin/sntpd" for "sntpd".
std::string built(const std::string& name);

// Returns a UDP port that is free on 127.0.0.1 and ::1 at the moment.
std::uint16_t free_port();

std::size_t count_lines(const std::string& text);

}  // namespace isletime::fakes
