// SPDX-License-Identifier: MIT
#include "libsync/hub/reference.hpp"

#include <algorithm>

#include "libsync/policy/saturated.hpp"
#include "libsync/ports/clock_quality.hpp"

namespace isletime {

void Reference::on_sync(WallTime at, Dispersion bound, const std::optional<Upstream>& upstream) {
  const WallTime reference_time = upstream ? std::min(at, upstream->reference_time) : at;
  sync_ = Sync{at, {std::max(bound.value, nanoseconds::zero())}, upstream, reference_time};
  kernel_.reset();
  more_ = {};
  is_contradicted_ = false;
  const NtpTimestamp stated = to_ntp(reference_time);
  if (stated == stated_[newest_stated_].reference_time) return;
  newest_stated_ = (newest_stated_ + 1) % stated_.size();
  stated_[newest_stated_] = {stated, state({}).stratum, !upstream};
}

bool Reference::is_derived(std::uint8_t stratum, NtpTimestamp reference_time, bool contradicts_clock) const {
  // An instant rounded so coarsely may match another clock's as well.
  constexpr std::uint64_t kFine = 0xffff;
  if ((reference_time.raw() & kFine) == 0) return false;
  // Each hop converts the time, and rounds it.
  constexpr nanoseconds kRounding{100};
  return std::any_of(stated_.begin(), stated_.end(), [&](const Stated& stated) {
    if (contradicts_clock && !stated.is_ours) return false;
    return stated.stratum != 0 && stratum >= stated.stratum &&
           magnitude(stated.reference_time - reference_time) <= kRounding;
  });
}

void Reference::widen(Dispersion bound, WallTime at) {
  widen(bound);
  if (sync_) sync_->at = at;
}

void Reference::on_lost() {
  if (sync_) sync_->upstream.reset();
}

void Reference::on_unset() {
  sync_.reset();
  kernel_.reset();
  more_ = {};
}

void Reference::on_kernel(WallTime at, std::optional<Dispersion> bound) {
  kernel_.reset();
  if (bound && !sync_) kernel_ = Sync{at, *bound, std::nullopt, at};
}

std::optional<Dispersion> Reference::bound_by_kernel(WallTime now, Ppm rate_error) const {
  if (sync_ || !kernel_ || is_contradicted_) return std::nullopt;
  const nanoseconds age = std::max(elapsed(kernel_->at, now), nanoseconds::zero());
  const Ppm rate = std::max(rate_error, kKernelGrowthRate);
  return Dispersion{saturated_sum(kernel_->bound.value, drift(age, rate))};
}

ServerState Reference::state(Ppm rate_error) const {
  const auto& sync = sync_ ? sync_ : kernel_;
  ServerState state = unsynchronised(config_.precision);
  if (sync && !is_contradicted_ && sync->upstream) {
    state = followed(*sync);
  } else if (config_.is_island_reference) {
    const WallTime since = sync ? std::max(sync->at, set_at_) : set_at_;
    return local_reference(config_.local_stratum, config_.precision, since, WallTime::min());
  } else if (sync && !is_contradicted_) {
    state = own_clock(*sync);
  }
  // The error of a clock that another program keeps grows as the kernel lets it grow, also between two looks
  // at it.
  state.growth_rate = std::max(rate_error, sync_ || !kernel_ ? kFrequencyTolerance : kKernelGrowthRate);
  return state;
}

ServerState Reference::own_clock(const Sync& sync) const {
  ServerState state =
      local_reference(config_.local_stratum, config_.precision, sync.reference_time, config_.floor);
  state.dispersion_time = sync.at;
  state.root_dispersion = std::max(sync.bound, more_);
  state.growth_limit = kUnlimited;
  return state;
}

ServerState Reference::followed(const Sync& sync) const {
  const Upstream& upstream = *sync.upstream;
  // RFC 5905, section 7.2: stratum 16 means unsynchronised.
  if (upstream.stratum >= kMaxStratum || upstream.leap == Leap::kUnsynchronised)
    return unsynchronised(config_.precision);
  const nanoseconds bound = std::max(sync.bound, more_).value;
  // Clients that follow us must also learn that the root is an undisciplined clock.
  const ReferenceId identifier = upstream.is_on_local_clock ? kLocalClock : upstream.reference_id;
  return {.leap = upstream.leap,
          .stratum = static_cast<std::uint8_t>(upstream.stratum + 1),
          .precision = config_.precision,
          .reference_id = identifier,
          .reference_time = sync.reference_time,
          .root_delay = upstream.root_delay,
          .root_dispersion = {std::max(saturated_difference(bound, upstream.root_delay.value / 2),
                                       nanoseconds::zero())},
          .dispersion_time = sync.at,
          .growth_limit = kUnlimited,
          .not_before = config_.floor};
}

}  // namespace isletime
