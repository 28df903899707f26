// SPDX-License-Identifier: MIT
#include "tests/clocksim/judge.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace isletime::clocksim {
namespace {

constexpr double kUsable = 0.01;
constexpr double kMicrosecond = 1e-6;

// RFC 5905, section 7.3, defines these offsets.
constexpr std::size_t kRootDelay = 4;
constexpr std::size_t kRootDispersion = 8;
constexpr std::size_t kTransmit = 40;

// `values` must be sorted.
double quantile(const std::vector<double>& values, double share) {
  return values[static_cast<std::size_t>(static_cast<double>(values.size()) * share)];
}

double short_time(const std::uint8_t* at) {
  return (at[0] << 8 | at[1]) + (at[2] << 8 | at[3]) / 65'536.0;
}

}  // namespace

void Judge::on_error(double now, double error) {
  const double size = std::abs(error);
  if (now >= settings_.settled) errors_.push_back(size);
  if (settings_.step_at >= 0) {
    if (now >= settings_.step_at && size > kUsable) recovered_ = now - settings_.step_at;
  } else if (size >= kUsable) {
    usable_.reset();
  }
  if (!usable_ && size < kUsable) usable_ = now;
}

void Judge::on_served(const Header& reply, double utc) {
  ++asked_;
  if (reply[0] >> 6 == 3) return;
  const double bound = short_time(&reply[kRootDelay]) / 2 + short_time(&reply[kRootDispersion]);
  const double error = std::abs(load_stamp(&reply[kTransmit], settings_.epoch) - utc);
  bounds_.push_back(bound);
  if (error > bound) ++broken_;
  worst_ratio_ = std::max(worst_ratio_, error / bound);
}

void Judge::print() {
  double squares = 0;
  for (const double error : errors_) squares += error * error;
  std::sort(errors_.begin(), errors_.end());
  if (errors_.empty()) refuse("CLOCKSIM_SETTLED is not before CLOCKSIM_SECONDS");
  std::printf("rms_us %.3f\n", std::sqrt(squares / static_cast<double>(errors_.size())) / kMicrosecond);
  std::printf("p99_us %.3f\nmax_us %.3f\n", quantile(errors_, 0.99) / kMicrosecond,
              errors_.back() / kMicrosecond);
  std::printf("usable_s %.0f\nrecovered_s %.0f\n", usable_.value_or(-1), recovered_);
  print_bounds();
}

void Judge::print_bounds() {
  if (asked_ == 0) return;
  std::printf("asked %ld\nserved %zu\n", asked_, bounds_.size());
  if (bounds_.empty()) return;
  std::sort(bounds_.begin(), bounds_.end());
  std::printf("broken_percent %.4f\nworst_ratio %.3f\nmedian_bound_us %.3f\n",
              100.0 * static_cast<double>(broken_) / static_cast<double>(bounds_.size()), worst_ratio_,
              quantile(bounds_, 0.5) / kMicrosecond);
}

}  // namespace isletime::clocksim
