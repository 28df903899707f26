// SPDX-License-Identifier: MIT
// The reference that the filter bank must beat: a straight line through the last samples, each weighted by
// its delay. Phases are local - true, in the free-running frame.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "libsync/hub/discipline/offset_sample.hpp"

namespace isletime {

class WeightedRegression {
 public:
  void add(const OffsetSample& sample) {
    if (!sample.delay) return;
    samples_[added_++ % kSamples] = sample;
  }

  // Evaluates the line at `now`.
  Seconds phase(FreeTime now) const {
    const std::size_t size = std::min(added_, kSamples);
    if (size == 0) return {};
    Seconds least = samples_[0].delay->value;
    Seconds mean{};
    for (std::size_t i = 0; i < size; ++i) {
      least = std::min(least, Seconds{samples_[i].delay->value});
      mean += Seconds{samples_[i].delay->value} / static_cast<double>(size);
    }
    const FreeTime newest = samples_[(added_ - 1) % kSamples].at;
    const nanoseconds origin = samples_[(added_ - 1) % kSamples].offset.value;
    double w = 0, wt = 0, wtt = 0, wy = 0, wty = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const Seconds deviation =
          (Seconds{samples_[i].delay->value} - least) / 2 + (mean - least) / 4 + Seconds{2e-7};
      const double weight = 1.0 / (deviation.count() * deviation.count());
      const double t = Seconds{samples_[i].at - newest}.count();
      const double y = Seconds{origin - samples_[i].offset.value}.count();
      w += weight;
      wt += weight * t;
      wtt += weight * t * t;
      wy += weight * y;
      wty += weight * t * y;
    }
    const double determinant = w * wtt - wt * wt;
    const double slope = size < 3 || determinant <= 0 ? 0.0 : (w * wty - wt * wy) / determinant;
    const double at_newest = (wy - slope * wt) / w;
    return Seconds{at_newest + slope * Seconds{now - newest}.count()} - origin;
  }

 private:
  static constexpr std::size_t kSamples = 16;
  std::array<OffsetSample, kSamples> samples_{};
  std::size_t added_ = 0;
};

}  // namespace isletime
