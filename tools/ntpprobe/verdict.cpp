// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/verdict.hpp"

#include <fmt/format.h>

#include "tools/common/duration_text.hpp"

namespace isletime::ntpprobe {
namespace {

std::string sentence_of(const Measurement& m) {
  const nanoseconds offset = m.offset.value;
  const nanoseconds bound = error_bound(m);
  if (std::chrono::abs(offset) <= bound) {
    return fmt::format("the clocks agree to within {}", duration_text(std::chrono::abs(offset) + bound));
  }
  return fmt::format("this clock is {} {}, give or take {}", duration_text(std::chrono::abs(offset)),
                     offset > nanoseconds::zero() ? "behind" : "ahead", duration_text(bound));
}

}  // namespace

ProbeVerdict verdict_of(const Finding& finding, const Options& options) {
  if (const auto* failure = std::get_if<Failure>(&finding.outcome))
    return {false, failure->name, failure->text};
  const auto& [m, follows_us] = std::get<Measured>(finding.outcome);
  const std::string sentence = sentence_of(m);
  if (options.max_offset && std::chrono::abs(m.offset.value) > *options.max_offset) {
    return {false, "offset", sentence + "; more than " + duration_text(*options.max_offset) + " is too much"};
  }
  if (options.max_stratum && m.server.stratum > *options.max_stratum) {
    return {false, "stratum",
            fmt::format("{}; but stratum {} is above {}", sentence, m.server.stratum, *options.max_stratum)};
  }
  if (follows_us) return {true, "good", sentence + "; but it follows this machine: do not follow it"};
  return {true, "good", sentence};
}

}  // namespace isletime::ntpprobe
