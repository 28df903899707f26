// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/finding.hpp"

#include <algorithm>

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

Verdict judge(const Finding& finding, const Options& options) {
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

SampleRecord record_of(const Finding& finding) {
  SampleRecord record;
  record.time = finding.time;
  record.source = "ntp:" + finding.host;
  if (const auto* failure = std::get_if<Failure>(&finding.outcome)) {
    record.error = failure->name;
    return record;
  }
  const Measurement& m = std::get<Measured>(finding.outcome).sample;
  record.offset = m.offset.value;
  record.uncertainty = error_bound(m);
  record.delay = m.delay.value;
  record.stratum = m.server.stratum;
  record.leap = static_cast<std::uint8_t>(m.server.leap);
  record.refid = reference_id_text(m.server.reference_id, m.server.stratum);
  record.root_delay = m.server.root_delay.to_nanoseconds();
  record.root_dispersion = m.server.root_dispersion.to_nanoseconds();
  return record;
}

}  // namespace isletime::ntpprobe
