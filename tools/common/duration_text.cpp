// SPDX-License-Identifier: MIT
#include "tools/common/duration_text.hpp"

#include <fmt/format.h>

#include "libsync/record/sample_record.hpp"

namespace isletime {

std::string duration_text(nanoseconds duration) {
  using namespace std::chrono;
  const auto count = static_cast<double>(duration.count());
  if (duration < microseconds{1}) return fmt::format("{} ns", duration.count());
  if (duration < milliseconds{1}) return fmt::format("{:.1f} us", count / 1e3);
  if (duration < seconds{1}) return fmt::format("{:.3f} ms", count / 1e6);
  if (duration < minutes{2}) return fmt::format("{:.3f} s", count / 1e9);
  const auto whole_minutes = duration_cast<minutes>(duration).count();
  if (duration < hours{1}) return fmt::format("{} min", whole_minutes);
  if (duration < hours{48}) return fmt::format("{} h {} min", whole_minutes / 60, whole_minutes % 60);
  return fmt::format("{} days", duration_cast<hours>(duration).count() / 24);
}

std::string signed_seconds(nanoseconds value) {
  return fmt::format("{}{}", value < nanoseconds::zero() ? "" : "+", seconds_text(value));
}

}  // namespace isletime
