// SPDX-License-Identifier: MIT
#include "tests/sim/tally.hpp"

#include <algorithm>
#include <cmath>

namespace isletime::sim {
namespace {

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void Tally::judge(TrueTime now, const JudgedClock& clock, bool can_know) {
  const double error = clock.error.count();
  if (!clock.belief) return;
  const auto& belief = *clock.belief;
  ++believed_;
  const double ratio = std::abs(error) / Seconds{belief.bound.value}.count();
  if (ratio <= 1.0 || !can_know) ++within_bound_;
  if (can_know) worst_ratio_ = std::max(worst_ratio_, ratio);
  if (belief.is_followed) {
    ++followed_;
    const double unknown = error - Seconds{belief.error}.count();
    if (std::abs(unknown) <= 3.0 * belief.deviation.count()) ++within_deviations_;
  }
  if (!counts(now)) return;
  ++counted_;
  squares_ += error * error;
  frequency_squares_ += belief.frequency_error * belief.frequency_error;
  counted_errors_.push_back(std::abs(error));
}

Outcomes Tally::sum(double packets) const {
  Outcomes o;
  const double n = static_cast<double>(std::max<std::size_t>(counted_, 1));
  o.rms = Seconds{std::sqrt(squares_ / n)};
  o.frequency_error = std::sqrt(frequency_squares_ / n);
  o.worst_ratio = worst_ratio_;
  auto sorted = counted_errors_;
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty()) {
    o.p99 = Seconds{sorted[sorted.size() * 99 / 100]};
    o.maximum = Seconds{sorted.back()};
  }
  o.within_bound = share(within_bound_, believed_);
  o.within_deviations = share(within_deviations_, followed_);
  o.packets = packets * 1e5 / Seconds{scenario_.duration}.count();
  o.convergence = convergence(o.rms);
  o.recovery = recovery();
  return o;
}

bool Tally::counts(TrueTime now) const {
  constexpr nanoseconds kSpared = seconds{600};
  const auto& disturbance = scenario_.disturbance;
  const bool is_spared = disturbance && now >= disturbance->at && now < disturbance->at + kSpared;
  return now >= scenario_.settling && !is_spared;
}

nanoseconds Tally::convergence(Seconds rms) const {
  constexpr std::size_t kMinute = 60;
  const double small = scenario_.converged_within > nanoseconds::zero()
                           ? Seconds{scenario_.converged_within}.count()
                           : 5.0 * rms.count();
  std::size_t good = 0;
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    good = errors_[i] <= small ? good + 1 : 0;
    if (good == kMinute) return seconds{i + 1 - kMinute};
  }
  return scenario_.duration;
}

nanoseconds Tally::recovery() const {
  if (!scenario_.disturbance) return {};
  const auto from = static_cast<std::size_t>(scenario_.disturbance->at / seconds{1});
  const double small = Seconds{scenario_.disturbance->right_within}.count();
  for (std::size_t i = errors_.size(); i > from; --i) {
    if (errors_[i - 1] > small) return seconds{i - from};
  }
  return {};
}

}  // namespace isletime::sim
