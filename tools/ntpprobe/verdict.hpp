// SPDX-License-Identifier: MIT
// The verdict on the result of a round of queries to one host.
#pragma once

#include <string>

#include "tools/common/probe/finding.hpp"
#include "tools/ntpprobe/options.hpp"

namespace isletime::ntpprobe {

using probe::Finding;
using probe::Measured;

struct ProbeVerdict {
  bool good;
  std::string word;      // "good", or the reason in a word: "offset", "stratum", "no-reply"
  std::string sentence;  // "this clock is 0.0012 s behind, give or take 0.0001 s"
};

ProbeVerdict verdict_of(const Finding& finding, const Options& options);

}  // namespace isletime::ntpprobe
