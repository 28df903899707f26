// SPDX-License-Identifier: MIT
// Runs one command: sends its request and prints replies on stdout and refusals on stderr.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "libsync/record/json_value.hpp"
#include "tools/common/control_connection.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/common/output.hpp"
#include "tools/sntpctl/options.hpp"
#include "tools/sntpctl/sample_lines.hpp"

namespace isletime::sntpctl {

class Session {
 public:
  Session(const Options& options, const Log& log, ControlConnection connection);

  // Runs until the command is done, or with --follow until SIGINT or SIGTERM.
  ExitStatus run();

 private:
  struct Refusal {
    std::string name;
    std::string message;
  };
  struct Reply {
    std::string line;
    JsonValue value;
  };
  // An exit status means that there was no reply, and that stderr says why.
  using Answer = std::variant<Reply, Refusal, ExitStatus>;

  ExitStatus show();
  ExitStatus feed();
  // Returns nothing if the command continues.
  std::optional<ExitStatus> feed_line(const LineSplitter::Line& line);
  std::optional<ExitStatus> feed_sample(const SampleRecord& sample);
  // Returns true if stdin can be read. Otherwise the command stops; stderr says why unless it was a signal.
  bool wait_for_input();
  void refuse_line(const std::string& why);

  Answer ask(const std::string& request);
  Answer receive(std::optional<nanoseconds> patience);
  ExitStatus explain(Silence silence) const;
  ExitStatus explain(const Refusal& refusal) const;
  void print(const Reply& reply);
  ExitStatus finished(ExitStatus status) const;

  const Options& options_;
  const Log& log_;
  ControlConnection connection_;
  Output output_;
  bool is_terminal_;
  bool shows_colours_;
  SampleLines samples_;
  std::size_t line_number_ = 0;
  bool any_refused_ = false;
  bool input_failed_ = false;
  bool is_first_ = true;
};

}  // namespace isletime::sntpctl
