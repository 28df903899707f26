// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_decision.hpp"

#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb {
namespace {

// An unset clock has nothing to lose. Forward steps are its normal case: it read 1970, the build time or the
// last shutdown until now. A step back is not, if its time is plausible.
bool may_step_unasked(const SyncQuestion& question) {
  if (question.is_hub_synchronised) return false;
  return question.offset.value > nanoseconds::zero() || question.hub_time < question.built;
}

}  // namespace

SyncDecision decide_sync(const SyncQuestion& question) {
  if (question.by == SyncBy::kLook) return SyncDecision::kMeasured;
  if (question.phone_time < question.built) return SyncDecision::kBeforeBuild;
  if (question.phone_time > question.built + kLongestUse) return SyncDecision::kBeyondUse;
  if (question.is_confirmed) return SyncDecision::kFeed;
  const bool is_large = magnitude(question.offset.value) > kLargestUnaskedStep;
  // Nobody is asked what sntpd could not be told. A small difference is fed all the same: it may be back.
  if (!question.is_hub_connected) return is_large ? SyncDecision::kDisconnected : SyncDecision::kFeed;
  if (question.follows_hub) return SyncDecision::kOwnTime;
  if (!is_large) return SyncDecision::kFeed;
  if (question.by == SyncBy::kHand) return SyncDecision::kConfirm;
  return may_step_unasked(question) ? SyncDecision::kFeed : SyncDecision::kConfirm;
}

}  // namespace isletime::syncweb
