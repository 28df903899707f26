// SPDX-License-Identifier: MIT
// rtcset detect: lists the battery clocks of the machine.
#include <algorithm>

#include <fmt/format.h>

#include "tools/rtcset/job.hpp"
#include "tools/rtcset/words.hpp"

namespace isletime::rtcset {
namespace {

void print(Job& job, const std::vector<Candidate>& candidates) {
  std::size_t width = 0;
  for (const Candidate& candidate : candidates) width = std::max(width, name_of(candidate).size());
  for (const Candidate& candidate : candidates) {
    if (job.options.json) {
      job.output.line(
          JsonWriter{}
              .text("device", candidate.path)
              .text("address", candidate.address ? std::optional{fmt::format("{:#04x}", *candidate.address)}
                                                 : std::nullopt)
              .text("chip", candidate.fault ? std::nullopt : std::optional{candidate.kind})
              .text("error", candidate.fault ? std::optional{candidate.fault->name} : std::nullopt)
              .object());
    } else if (job.options.level != Log::Level::kErrors) {
      job.output.line(fmt::format("{:<{}}  {}", name_of(candidate), width,
                                  candidate.fault ? candidate.fault->text : candidate.kind));
    }
  }
}

}  // namespace

ExitStatus detect(Job& job) {
  const auto candidates = find_candidates(wanted_clock(job.options), job.devices, job.machine);
  print(job, candidates);
  const bool has_one =
      std::any_of(candidates.begin(), candidates.end(), [](const auto& each) { return !each.fault; });
  if (has_one) return ExitStatus::kGood;
  if (candidates.size() == 1) {
    job.log.error(fmt::format("{}: {}", name_of(candidates[0]), candidates[0].fault->text));
    return candidates[0].fault->status;
  }
  job.log.error(candidates.empty()
                    ? "no battery clock answers: enable I2C, connect a chip, or name its device with --device"
                    : "no battery clock that can be used");
  return ExitStatus::kBadVerdict;
}

}  // namespace isletime::rtcset
