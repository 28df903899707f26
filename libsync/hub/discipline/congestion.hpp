// SPDX-License-Identifier: MIT
// Estimates why round trips take longer than usual: a queue stands in one direction, or both directions are
// longer by the same amount. A standing queue persists, so what explained the last long round trip is likely
// to explain the next one: the probabilities are carried from sample to sample. Without that memory an edge
// of the box and its centre would explain each sample equally well, and the estimate could drift across.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace isletime {

enum class CongestionKind : std::uint8_t {
  kUnknown,   // the offset may be anywhere in the box
  kOutward,   // only the way to the server is longer: the phase is near the box's upper edge
  kHomeward,  // only the way back is longer: the phase is near the lower edge
  kBothWays,  // both are longer by the same amount: the phase is near the centre
};
inline constexpr std::size_t kCongestionKinds = 4;

// The probability of each kind; they sum to 1.
using CongestionShares = std::array<double, kCongestionKinds>;

class Congestion {
 public:
  // At first the kind is unknown, or one of the three others with equal probability.
  static constexpr CongestionShares kAtFirst{0.4, 0.2, 0.2, 0.2};
  // The probability that a queue moves to another direction between two samples.
  static constexpr double kChange = 0.02;

  constexpr explicit Congestion(const CongestionShares& at_first = kAtFirst, double change = kChange)
      : at_first_(at_first), change_(change), shares_(at_first) {}

  constexpr const CongestionShares& shares() const { return shares_; }
  constexpr double share(CongestionKind kind) const { return shares_[static_cast<std::size_t>(kind)]; }

  // A round trip was long, and the kinds explain it in these proportions, which need not sum to 1.
  constexpr void on_long_round_trip(const CongestionShares& evidence) {
    const double sum = std::accumulate(evidence.begin(), evidence.end(), 0.0);
    if (sum < kLeastEvidence) return;
    for (std::size_t i = 0; i < kCongestionKinds; ++i) {
      shares_[i] = (1.0 - change_) * evidence[i] / sum + change_ * at_first_[i];
    }
  }
  // A round trip was short, so any standing queue has gone.
  constexpr void on_short_round_trip() { shares_ = at_first_; }

 private:
  // Below this all kinds are practically impossible, and their proportions mean nothing.
  static constexpr double kLeastEvidence = 1e-12;

  CongestionShares at_first_;
  double change_;
  CongestionShares shares_;
};

}  // namespace isletime
