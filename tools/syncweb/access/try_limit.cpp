// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/try_limit.hpp"

#include <algorithm>

namespace isletime::syncweb {
namespace {

// At least a second, as Retry-After has whole ones.
seconds rounded_up(nanoseconds wait) {
  return std::max(seconds{1}, std::chrono::ceil<seconds>(wait));
}

}  // namespace

std::optional<seconds> TryLimit::take(IpAddress from, MonoTime now) {
  const auto is_old = [now](const Try& made) { return elapsed(made.at, now) >= kWindow; };
  tries_.erase(std::remove_if(tries_.begin(), tries_.end(), is_old), tries_.end());
  const auto is_same = [from](const Try& made) { return made.from == from; };
  if (std::count_if(tries_.begin(), tries_.end(), is_same) >= static_cast<std::ptrdiff_t>(kMostPerAddress)) {
    const auto oldest = std::find_if(tries_.begin(), tries_.end(), is_same);
    return rounded_up(kWindow - elapsed(oldest->at, now));
  }
  if (last_ && elapsed(*last_, now) < kBetweenAny) return rounded_up(kBetweenAny - elapsed(*last_, now));
  last_ = now;
  tries_.push_back({from, now});
  return std::nullopt;
}

void TryLimit::forgive(IpAddress from) {
  const auto is_same = [from](const Try& made) { return made.from == from; };
  tries_.erase(std::remove_if(tries_.begin(), tries_.end(), is_same), tries_.end());
}

}  // namespace isletime::syncweb
