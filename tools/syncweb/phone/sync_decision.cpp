// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_decision.hpp"

#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb {

SyncDecision decide_sync(const SyncQuestion& question) {
  if (question.by == SyncBy::kLook) return SyncDecision::kMeasured;
  if (question.phone_time < question.built) return SyncDecision::kBeforeBuild;
  if (question.phone_time > question.built + kLongestUse) return SyncDecision::kBeyondUse;
  if (question.is_confirmed) return SyncDecision::kFeed;
  const bool is_large = magnitude(question.offset.value) > kLargestUnaskedStep;
  // Nobody is asked what sntpd could not be told. A small difference is fed all the same: it may be back.
  if (!question.is_hub_connected) return is_large ? SyncDecision::kDisconnected : SyncDecision::kFeed;
  if (question.follows_hub) return SyncDecision::kOwnTime;
  // An unset hub asks, too: it would believe a wrong phone for its whole window, against whoever is right.
  return is_large ? SyncDecision::kConfirm : SyncDecision::kFeed;
}

}  // namespace isletime::syncweb
