// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/exchange.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb {
namespace {

using std::chrono::milliseconds;
using FractionalSeconds = std::chrono::duration<double>;

nanoseconds round_trip(const PhoneExchange& x) {
  return elapsed(x.t1, x.t4);
}

// Returns how far the phone's clock may differ from the middle of t1 and t4 at the hub's instant.
nanoseconds exchange_bound(const PhoneExchange& x, nanoseconds resolution) {
  return (round_trip(x) + nanoseconds{1}) / 2 + resolution + x.hub.bound;
}

// Returns the middle of t1 and t4, less the hub's monotonic clock.
nanoseconds ahead_of_mono(const PhoneExchange& x) {
  return (x.t1 + round_trip(x) / 2).time_since_epoch() - x.hub.mono.time_since_epoch();
}

// Returns by how much two exchanges contradict each other; none or less if they do not.
nanoseconds contradiction(const PhoneExchange& a, const PhoneExchange& b, nanoseconds resolution) {
  const nanoseconds apart = magnitude(saturated_difference(ahead_of_mono(a), ahead_of_mono(b)));
  const nanoseconds between = magnitude(elapsed(a.hub.mono, b.hub.mono));
  return apart - exchange_bound(a, resolution) - exchange_bound(b, resolution) - drift(between, kMutualDrift);
}

// A browser that claims a finer resolution than its stamps have coarsens them silently.
nanoseconds plausible_resolution(std::span<const PhoneExchange> exchanges, nanoseconds claimed) {
  constexpr std::array<nanoseconds, 3> kCoarse{milliseconds{100}, milliseconds{20}, milliseconds{10}};
  const auto has_only_multiples = [&](nanoseconds step) {
    return std::all_of(exchanges.begin(), exchanges.end(), [step](const PhoneExchange& x) {
      return x.t1.time_since_epoch() % step == nanoseconds::zero() &&
             x.t4.time_since_epoch() % step == nanoseconds::zero();
    });
  };
  const auto seen = std::find_if(kCoarse.begin(), kCoarse.end(), has_only_multiples);
  const nanoseconds least = seen == kCoarse.end() ? kFinestResolution : *seen;
  return std::clamp(claimed, least, kCoarsestResolution);
}

Refusal phone_fault(const char* name, std::string message) {
  return {Status::kConflict, name, std::move(message)};
}

Refusal ran_backwards(const PhoneExchange& x) {
  return phone_fault("phone-backwards",
                     fmt::format("the phone's clock ran backwards by {:.3f} s during exchange {}; try again",
                                 FractionalSeconds{-round_trip(x)}.count(), x.number));
}

Refusal was_set(const PhoneExchange& a, const PhoneExchange& b) {
  const nanoseconds by = saturated_difference(ahead_of_mono(b), ahead_of_mono(a));
  return phone_fault(
      "phone-stepped",
      fmt::format("the phone's clock was set by {:+.3f} s between exchanges {} and {}; try again",
                  FractionalSeconds{by}.count(), a.number, b.number));
}

std::optional<Refusal> find_contradiction(std::span<const PhoneExchange> exchanges, nanoseconds resolution) {
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    for (std::size_t j = i + 1; j < exchanges.size(); ++j) {
      if (contradiction(exchanges[i], exchanges[j], resolution) > nanoseconds::zero())
        return was_set(exchanges[i], exchanges[j]);
    }
  }
  return std::nullopt;
}

}  // namespace

Result<PhoneClock, Refusal> measure_phone(std::span<const PhoneExchange> exchanges, nanoseconds resolution) {
  std::vector<PhoneExchange> quick;
  for (const PhoneExchange& x : exchanges) {
    if (x.t4 < x.t1) return Unexpected{ran_backwards(x)};
    if (round_trip(x) <= kLongestRoundTrip) quick.push_back(x);
  }
  if (quick.empty()) {
    return Unexpected{phone_fault(
        "too-slow", fmt::format("every exchange took longer than {} s; keep the page open and try again",
                                std::chrono::duration_cast<seconds>(kLongestRoundTrip).count()))};
  }
  resolution = plausible_resolution(exchanges, resolution);
  if (auto refusal = find_contradiction(quick, resolution)) return Unexpected{*std::move(refusal)};
  const PhoneExchange& best = *std::min_element(
      quick.begin(), quick.end(),
      [](const PhoneExchange& a, const PhoneExchange& b) { return round_trip(a) < round_trip(b); });
  return PhoneClock{.time = best.t1 + round_trip(best) / 2,
                    .at = best.hub,
                    .bound = {exchange_bound(best, resolution)},
                    .delay = {round_trip(best)}};
}

PhoneDifference difference_at(const PhoneClock& phone, Instant now) {
  const nanoseconds since = std::max(elapsed(phone.at.mono, now.mono), nanoseconds::zero());
  const nanoseconds then = elapsed(now.wall, phone.time);
  return {.to_wall = {saturated_sum(then, since)},
          .bound = {saturated_sum(phone.bound.value, drift(since, kMutualDrift) + now.bound)},
          .delay = phone.delay};
}

}  // namespace isletime::syncweb
