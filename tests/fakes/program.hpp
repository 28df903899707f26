// SPDX-License-Identifier: MIT
// A program under test: started, talked to by signals, its output read, and never left running.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "libsync/posix/fd.hpp"

namespace isletime::fakes {

struct Finished {
  int status = -1;  // exit status; 128 + signal if one ended it
  std::string out;
  std::string err;
};

class Program {
 public:
  // arguments[0] is a path, or a name to look for in PATH.
  explicit Program(std::vector<std::string> arguments);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void send(int signal) const;
  // Reads on until stdout or stderr holds `text`. False: it ended, or kPatience passed, without.
  bool wait_for(const std::string& text);
  // Reads on until there is more output. False: it ended, or kPatience passed, without.
  bool wait_for_more_output();
  // Waits for the program's end; after kPatience it is killed, and the status says so.
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

// The path of a built program: "sntpd" to ".../bin/sntpd".
std::string built(const std::string& name);

// A UDP port that nobody has on 127.0.0.1 and ::1 at the moment.
std::uint16_t free_port();

std::size_t count_lines(const std::string& text);

}  // namespace isletime::fakes
