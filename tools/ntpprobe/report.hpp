// SPDX-License-Identifier: MIT
// ntpprobe's output on stdout: records as CSV or JSON, sentences for one host, or a table for several hosts
// or a monitored one. Failures go to stderr as well, one line each.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tools/common/log.hpp"
#include "tools/common/output.hpp"
#include "tools/ntpprobe/options.hpp"
#include "tools/ntpprobe/verdict.hpp"

namespace isletime::ntpprobe {

class Report {
 public:
  Report(const Options& options, const Log& log);

  void begin();
  // Adds a finding on the host at this place of the command line.
  void add(std::size_t host, const Finding& finding);
  void finish();

  // Returns whether the last verdict on each host is good.
  bool all_good() const;
  // Returns nothing if everything was written to stdout.
  const std::optional<SysError>& write_failure() const { return output_.failure(); }

 private:
  struct Judged {
    Finding finding;
    ProbeVerdict verdict;
  };

  bool prints_table() const;
  void print(const Judged& judged);
  void print_sentences(const Judged& judged);
  void print_row(const Judged& judged);
  void print_columns(const std::array<std::string, 7>& columns);
  void print_comparison();
  std::string coloured(bool good, const std::string& text) const;

  const Options& options_;
  const Log& log_;
  Output output_;
  bool colours_;
  std::size_t host_width_;
  std::vector<std::optional<Judged>> last_;  // of each host; nothing if it was interrupted before
};

}  // namespace isletime::ntpprobe
