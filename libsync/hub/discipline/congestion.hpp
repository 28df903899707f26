// SPDX-License-Identifier: MIT
// This says why round trips take longer than usual: a queue stands on one way or the other, or both ways
// are longer by the same. A queue that stands stays where it is, so what explained the last long round trip
// is likely to explain the next one: the belief is carried from sample to sample. Without that memory an edge
// of the box and its centre would explain each sample equally well, and the estimate could drift across.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace isletime {

enum class CongestionKind : std::uint8_t {
  kUnknown,   // the offset may be anywhere in the box
  kOutward,   // the way to the server alone: the phase is near the box's upper edge
  kHomeward,  // the way back alone: near the lower edge
  kBothWays,  // both are longer by the same: near the centre
};
inline constexpr std::size_t kCongestionKinds = 4;

// The probability of each kind; they sum to 1.
using CongestionShares = std::array<double, kCongestionKinds>;

class Congestion {
 public:
  // Before anything was seen: nobody knows, or one of the three that explain more.
  static constexpr CongestionShares kAtFirst{0.4, 0.2, 0.2, 0.2};
  // The chance that a queue moves from one way to another between two samples.
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
  // A round trip was short: whatever stood has gone.
  constexpr void on_short_round_trip() { shares_ = at_first_; }

 private:
  // All of them together are as good as impossible, so that their proportions say nothing.
  static constexpr double kLeastEvidence = 1e-12;

  CongestionShares at_first_;
  double change_;
  CongestionShares shares_;
};

}  // namespace isletime
