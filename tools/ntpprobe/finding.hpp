// SPDX-License-Identifier: MIT
// The result of one round of queries to one host, and the verdict on it.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/measurement.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/ntpprobe/options.hpp"

namespace isletime::ntpprobe {

struct Failure {
  std::string name;  // one word, for the record: "no-reply", "kiss-rate"
  std::string text;  // a clause for people
};

struct Measured {
  Measurement sample;
  bool follows_us = false;  // the server's reference id is this machine's address
};

struct Finding {
  std::string host;  // as given
  WallTime time;
  std::variant<Failure, Measured> outcome;
};

struct Verdict {
  bool good;
  std::string word;      // "good", or the reason in a word: "offset", "stratum", "no-reply"
  std::string sentence;  // "this clock is 0.0012 s behind, give or take 0.0001 s"
};

Verdict judge(const Finding& finding, const Options& options);
SampleRecord record_of(const Finding& finding);

}  // namespace isletime::ntpprobe
