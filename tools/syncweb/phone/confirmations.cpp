// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/confirmations.hpp"

#include <algorithm>

#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb {

void Confirmations::ask(const std::string& token, const Question& question, MonoTime now) {
  if (open_.size() >= kMostOpen) open_.pop_front();
  open_.push_back({token, question, now});
}

bool Confirmations::redeem(std::string_view token, const Question& question, MonoTime now) {
  while (!open_.empty() && elapsed(open_.front().asked, now) > kLongestWait) open_.pop_front();
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const Open& open) {
    const nanoseconds apart =
        magnitude(saturated_difference(open.question.offset.value, question.offset.value));
    return open.token == token && open.question.of == question.of && apart <= kTolerance;
  });
  if (found == open_.end()) return false;
  open_.erase(found);
  return true;
}

}  // namespace isletime::syncweb
