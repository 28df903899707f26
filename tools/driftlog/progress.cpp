// SPDX-License-Identifier: MIT
#include "tools/driftlog/progress.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/write_all.hpp"
#include "tools/common/duration_text.hpp"

namespace isletime::driftlog {
namespace {

constexpr const char* kErased = "\r\033[K";

}  // namespace

std::string progress_text(std::int64_t rounds, std::optional<nanoseconds> left) {
  if (!left) return fmt::format("round {}, until interrupted", rounds);
  const auto whole = std::chrono::ceil<seconds>(*left);
  if (whole < std::chrono::minutes{2}) return fmt::format("round {}, {} s left", rounds, whole.count());
  return fmt::format("round {}, {} left", rounds, duration_text(whole));
}

void Progress::show(const std::string& text) {
  if (!is_shown_) return;
  is_there_ = true;
  write_all(STDERR_FILENO, kErased + text);
}

void Progress::clear() {
  if (!is_there_) return;
  is_there_ = false;
  write_all(STDERR_FILENO, kErased);
}

}  // namespace isletime::driftlog
