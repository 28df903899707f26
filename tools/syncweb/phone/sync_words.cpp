// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_words.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb {
namespace {

struct VerdictSentence {
  std::string_view verdict;
  std::string_view sentence;  // with {apart}, {hub_was}, {holder} and sntpd's {message}
};

constexpr std::array kSentences{
    VerdictSentence{"adopt", "the hub's clock was {hub_was} this phone's, and now follows it"},
    VerdictSentence{"agree", "the hub's clock agrees with this phone's within {apart}, and is left as it is"},
    VerdictSentence{
        "below-threshold",
        "the hub's clock agrees with this phone's within {apart}, and is known better by {holder}"},
    VerdictSentence{"outranked",
                    "{message}: it is {holder}, by which the hub's clock is {hub_was} this phone's"},
    VerdictSentence{"too-uncertain",
                    "the hub's clock, set by {holder}, is known better than by this phone, from which it "
                    "differs by {apart}"},
    VerdictSentence{"absurd",
                    "this phone is {apart} away from the hub's clock, which {holder} has set lately: one of "
                    "the two is wrong"},
    VerdictSentence{"below-floor", "this phone claims a time that the hub knows to have passed"},
    VerdictSentence{"falseticker",
                    "this phone and {holder} disagree by {apart}, and nothing tells which of them is right"},
    VerdictSentence{"outlier", "this phone is further off than the other sources, by {apart}"},
    VerdictSentence{"suspect", "this phone contradicts what it said before, by {apart}: let it say so again"},
    VerdictSentence{"not-permitted",
                    "sntpd does not let syncweb set the time: its user must be in the group isletime-feed"},
    VerdictSentence{"too-old", "the hub's clock was set meanwhile: try again"},
};

}  // namespace

std::string amount_text(nanoseconds amount) {
  using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
  using std::chrono::duration_cast;
  const nanoseconds size = magnitude(amount);
  const auto days = duration_cast<Days>(size).count();
  const auto hours = duration_cast<std::chrono::hours>(size).count();
  const auto minutes = duration_cast<std::chrono::minutes>(size).count();
  constexpr std::int64_t kFewHours = 48;
  if (hours >= kFewHours) return fmt::format("{} days", days);
  if (hours > 0) return fmt::format("{} h {} min", hours, minutes - hours * 60);
  const double in_seconds = std::chrono::duration<double>{size}.count();
  if (minutes >= 2)
    return fmt::format("{} min {:.0f} s", minutes, in_seconds - static_cast<double>(minutes * 60));
  return fmt::format("{:.3f} s", in_seconds);
}

std::string hub_is_text(Offset phone_less_hub) {
  const bool is_behind = phone_less_hub.value >= nanoseconds::zero();
  return amount_text(phone_less_hub.value) + (is_behind ? " behind" : " ahead of");
}

std::string describe_sync(const SyncOutcome& outcome) {
  const auto found = std::find_if(kSentences.begin(), kSentences.end(), [&](const VerdictSentence& sentence) {
    return sentence.verdict == outcome.verdict;
  });
  if (found == kSentences.end()) return std::string{outcome.message};
  return fmt::format(fmt::runtime(found->sentence), fmt::arg("apart", amount_text(outcome.offset.value)),
                     fmt::arg("hub_was", hub_is_text(outcome.offset)),
                     fmt::arg("holder", outcome.holder.empty() ? "another source" : outcome.holder),
                     fmt::arg("message", outcome.message));
}

}  // namespace isletime::syncweb
