// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot_thinning.hpp"

#include <algorithm>

namespace isletime::driftlog {
namespace {

// For stretches of equal time, calls use(first, last) with the dots of each stretch that has some.
template <class Use>
void for_each_stretch(const std::vector<Dot>& dots, std::size_t stretches, Use use) {
  const double from = dots.front().x;
  const double width = (dots.back().x - from) / static_cast<double>(stretches);
  auto first = dots.begin();
  for (std::size_t i = 1; first != dots.end(); ++i) {
    // The last stretch takes all remaining dots, so that rounding of its end loses none.
    const auto last =
        i >= stretches ? dots.end() : std::partition_point(first, dots.end(), [&](const Dot& dot) {
          return dot.x < from + width * static_cast<double>(i);
        });
    if (first != last) use(first, last);
    first = last;
  }
}

}  // namespace

std::vector<Dot> thinned(const std::vector<Dot>& dots, std::size_t most) {
  if (dots.size() <= most) return dots;
  std::vector<Dot> out;
  for_each_stretch(dots, std::max<std::size_t>(1, most / 2), [&out](auto first, auto last) {
    auto [low, high] = std::minmax_element(first, last, [](const Dot& a, const Dot& b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    out.push_back(*low);
    if (low != high) out.push_back(*high);
    const bool begins = std::any_of(first, last, [](const Dot& dot) { return dot.begins; });
    out[out.size() - (low != high ? 2 : 1)].begins |= begins;
  });
  return out;
}

std::vector<Dot> enveloped(const std::vector<Dot>& dots, std::size_t most) {
  if (dots.size() <= most) return dots;
  std::vector<Dot> out;
  for_each_stretch(dots, most, [&out](auto first, auto last) {
    Dot whole = *first;
    whole.x = (first->x + (last - 1)->x) / 2.0;
    for (auto dot = first; dot != last; ++dot) {
      whole.low = std::min(whole.low, dot->low);
      whole.high = std::max(whole.high, dot->high);
      whole.begins |= dot->begins;
    }
    out.push_back(whole);
  });
  return out;
}

}  // namespace isletime::driftlog
