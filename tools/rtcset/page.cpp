// SPDX-License-Identifier: MIT
#include "tools/rtcset/page.hpp"

#include <cstdlib>

#include <unistd.h>

#include <fmt/format.h>

#include "tools/common/duration_text.hpp"
#include "tools/common/table.hpp"

namespace isletime::rtcset {

Page& Page::row(const char* title, const std::string& value, const std::string& remark) {
  rows_ += fmt::format("  {:<14}{}{}{}\n", title, value, remark.empty() ? "" : "  ", remark);
  return *this;
}

Page& Page::rows_of(const Comparison& comparison) {
  row("offset", signed_seconds(comparison.offset.value) + " s", "battery clock - this clock");
  return row("error bound", fmt::format(" {} s", seconds_text(comparison.bound.value)));
}

void Page::print(Job& job) const {
  if (!is_good_) job.log.error(fmt::format("{}: {}", name_, sentence_));
  if (job.options.level == Log::Level::kErrors) return;
  const bool shows_colours = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  const std::string judged = fmt::format("{}: {}", is_good_ ? "good" : "bad", sentence_);
  job.output.line(
      fmt::format("{}: {}", name_, coloured(judged, is_good_ ? Colour::kGood : Colour::kBad, shows_colours)));
  job.output.write(rows_);
}

}  // namespace isletime::rtcset
