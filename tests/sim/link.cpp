// SPDX-License-Identifier: MIT
#include "tests/sim/link.hpp"

#include <algorithm>
#include <utility>

namespace isletime::sim {
namespace {

Seconds waited(const Queue& queue, Random& random) {
  switch (queue.kind) {
    case QueueKind::kExponential:
      return Seconds{random.exponential(queue.mean.count())};
    case QueueKind::kNormal:
      return Seconds{random.normal() * queue.mean.count()};
    case QueueKind::kPareto:
      return Seconds{random.pareto(queue.mean.count(), queue.shape)};
    case QueueKind::kGamma: {
      Seconds sum{};
      for (int i = 0; i < static_cast<int>(queue.shape); ++i) {
        sum += Seconds{random.exponential(queue.mean.count() / queue.shape)};
      }
      return sum;
    }
  }
  return {};
}

// A packet takes at least this long, so that none arrives before it was sent.
constexpr Seconds kLeastDelay{1e-6};
constexpr Seconds kLongestDelay{100.0};

}  // namespace

Link::Link(LinkModel model, Random random) : model_(std::move(model)), random_(random) {}

bool Link::is_up(TrueTime now) const {
  const auto& outage = model_.outage;
  if (outage && now >= outage->from && now < outage->until) return false;
  return !model_.schedule || now % model_.schedule->period < model_.schedule->up;
}

nanoseconds Link::outward(TrueTime now) {
  Seconds out = delay(model_.outward, now, 1.0);
  for (const Episode& episode : model_.episodes) {
    if (episode.is_on(now)) out += added(episode.outward, episode.outward_mean);
  }
  return rounded(std::max(out, kLeastDelay));
}

nanoseconds Link::homeward(TrueTime now) {
  const bool is_busy = now % model_.load_period >= model_.load_period / 2;
  Seconds home = delay(model_.homeward, now, is_busy ? model_.load_factor : 1.0);
  for (const RouteChange& change : model_.route_changes) {
    if (now >= change.at) home += change.longer_home;
  }
  for (const Episode& episode : model_.episodes) {
    if (episode.is_on(now)) home += added(episode.homeward, episode.homeward_mean);
  }
  return rounded(std::max(home, kLeastDelay));
}

Seconds Link::added(Seconds standing, Seconds mean) {
  if (mean <= Seconds{}) return standing;
  return standing + Seconds{random_.exponential(mean.count())};
}

Seconds Link::delay(const Queue& queue, TrueTime now, double factor) {
  Seconds delay = model_.base + factor * waited(queue, random_);
  for (const RouteChange& change : model_.route_changes) {
    if (now >= change.at) delay += change.longer;
  }
  if (random_.chance(queue.spike_chance)) {
    delay += queue.spike_least + random_.uniform() * (queue.spike_most - queue.spike_least);
  }
  if (random_.chance(queue.congestion_chance))
    delay += Seconds{random_.exponential(queue.congestion_mean.count())};
  return std::clamp(delay, kLeastDelay, kLongestDelay);
}

}  // namespace isletime::sim
