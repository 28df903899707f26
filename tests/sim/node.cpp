// SPDX-License-Identifier: MIT
#include "tests/sim/node.hpp"

#include <chrono>
#include <cmath>

namespace isletime::sim {
namespace {

// The first correction may be a step: not on the word of a single sample, nor while the next contradict it.
constexpr int kFirstSamples = 3;

}  // namespace

Node::Node(const NodeConfig& config, WallTime now)
    : config_(config), clock_(now), discipline_(config.model == nullptr ? EstimatorModel{} : *config.model) {
  if (config.saved_frequency) discipline_.seed_frequency(*config.saved_frequency);
}

std::size_t Node::add(Tier tier) {
  return *discipline_.add({.tier = tier, .poll = config_.poll, .owner = config_.owner});
}

void Node::on_sample(std::size_t source, MonoTime now, const OffsetSample& sample) {
  Association& association = associations_[source];
  ++association.samples;
  association.reach = static_cast<std::uint8_t>(association.reach << 1 | 1);
  discipline_.on_sample(source, now, sample, {.stratum = 1});
}

void Node::on_loss(std::size_t source) {
  std::uint8_t& reach = associations_[source].reach;
  reach = static_cast<std::uint8_t>(reach << 1);
  discipline_.on_trouble(source, Trouble::kNoReply, reach != 0);
}

void Node::on_rtc(std::size_t source, MonoTime now, WallTime wall, WallTime reading, Dispersion uncertainty) {
  const FreeTime free = clock_.free_at(wall);
  const HoldoverSource::Reading both{.local = free, .clock = reading, .uncertainty = uncertainty};
  const auto consensus = discipline_.select(free, steered(clock_, wall));
  const bool others_know = consensus && consensus->system_peer != source;
  if (others_know) holdover_.learn(both, consensus->estimate, consensus->bound);
  if (const auto told = holdover_.tell(both)) {
    ++associations_[source].samples;
    discipline_.on_sample(source, now, told->sample, {.root_dispersion = told->root_dispersion});
  }
  // It has its knowledge from them: their vote is not to count twice.
  if (others_know) discipline_.on_trouble(source, Trouble::kNone, false);
}

void Node::on_leap_second(Offset by) {
  clock_.on_step(by);
  discipline_.on_leap_second(by);
  if (agreed_) agreed_->consensus.estimate.phase -= by.value;
}

void Node::on_resume() {
  discipline_.forget_phase();
  agreed_.reset();
}

nanoseconds Node::interval(std::size_t source, MonoTime now, WallTime wall) const {
  return discipline_.interval(source, now, clock_.free_at(wall));
}

std::optional<Correction> Node::correction(MonoTime now, WallTime wall) {
  const FreeTime free = clock_.free_at(wall);
  const auto consensus = discipline_.select(free, steered(clock_, wall));
  is_followed_ = consensus.has_value();
  if (!consensus) return std::nullopt;
  const std::size_t peer = consensus->system_peer;
  const bool is_vouched_for =
      associations_[peer].samples >= kFirstSamples && !discipline_.source(peer)->estimator.is_suspicious();
  if (!was_synchronised_ && !is_vouched_for) return std::nullopt;
  const ClockError error{.phase = saturated_sum(consensus->estimate.phase, steered(clock_, wall)),
                         .frequency = consensus->estimate.frequency};
  const auto correction = correct(error, interval(peer, now, wall), was_synchronised_, config_.control);
  if (!correction) return std::nullopt;
  was_synchronised_ = true;
  agreed_ = Agreed{.at = free,
                   .consensus = *consensus,
                   .left = correction->step ? nanoseconds::zero() : magnitude(error.phase)};
  return *correction;
}

std::optional<Node::Belief> Node::belief(WallTime now) const {
  if (!agreed_) return std::nullopt;
  const FreeTime free = clock_.free_at(now);
  const Estimate& estimate = agreed_->consensus.estimate;
  const nanoseconds since = elapsed(agreed_->at, free);
  const nanoseconds phase = saturated_sum(estimate.phase, rounded(estimate.frequency * Seconds{since}));
  const nanoseconds error = saturated_sum(phase, steered(clock_, now));
  const nanoseconds known = saturated_sum(agreed_->consensus.bound.value, agreed_->left);
  return Belief{.error = error,
                .frequency = estimate.frequency,
                .deviation = Seconds{std::sqrt(estimate.var_phase)},
                .bound = {saturated_sum(
                    known, rounded(Seconds{since} * std::max(15e-6, agreed_->consensus.frequency_bound)))},
                .is_followed = is_followed_};
}

}  // namespace isletime::sim
