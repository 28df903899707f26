// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/filter_bank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isletime {
namespace {

// The wander per sqrt(s), and the logarithm of its initial weight relative to the others. No undisturbed
// crystal wanders by 1e-6; one that is heated, shaken or emulated does.
struct WanderModel {
  double wander;
  double log_weight;
};
constexpr std::array kWanders{WanderModel{1e-10, 0.0}, WanderModel{1e-9, 0.0}, WanderModel{1e-8, 0.0},
                              WanderModel{1e-7, 0.0}, WanderModel{1e-6, -9.0}};

// Noise is in mean excesses. For a normal distribution this is the deviation of an offset whose two
// directions both have normal queues, relative to the mean excess over the least of about a hundred of them.
struct NoiseModel {
  NoiseKind kind;
  double softness;
};
constexpr std::array kNoises{NoiseModel{NoiseKind::kBox, 0.03}, NoiseModel{NoiseKind::kBox, 0.2},
                             NoiseModel{NoiseKind::kBox, 1.0}, NoiseModel{NoiseKind::kNormal, 0.35}};

static_assert(kWanders.size() * kNoises.size() == FilterBank::kMembers);

constexpr std::array<FilterModel, FilterBank::kMembers> make_models() {
  std::array<FilterModel, FilterBank::kMembers> models{};
  for (std::size_t i = 0; i < models.size(); ++i) {
    const NoiseModel& noise = kNoises[i % kNoises.size()];
    const WanderModel& wander = kWanders[i / kNoises.size()];
    models[i] = {.wander = wander.wander,
                 .noise = noise.kind,
                 .softness = noise.softness,
                 .log_weight = wander.log_weight};
  }
  return models;
}
constexpr auto kModels = make_models();

// The memory is about 200 samples. A member with a negligible weight restarts from the best one, so that it
// can recover when the oscillator or the path changes.
constexpr double kMemory = 0.995;
constexpr double kLost = -30.0;
constexpr double kRestarted = -12.0;

}  // namespace

std::span<const FilterModel> FilterBank::all_models() {
  return kModels;
}

FilterBank::FilterBank(Frequency initial, std::span<const FilterModel> models)
    : models_(models.first(std::min(models.size(), kMembers))) {
  FilterState state;
  state.frequency = initial.value;
  state.var_frequency = initial.deviation * initial.deviation;
  for (std::size_t i = 0; i < models_.size(); ++i) {
    members_[i] = state;
    members_[i].log_weight = models_[i].log_weight;
  }
}

void FilterBank::predict(double interval) {
  for (std::size_t i = 0; i < models_.size(); ++i)
    members_[i] = predicted(members_[i], models_[i].wander, interval);
}

FilterBank::Explanation FilterBank::observe(const Observation& observation) {
  std::array<Evidence, kMembers> evidence;
  double believed = 0.0;
  double believed_outlier = 0.0;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < models_.size(); ++i) {
    FilterState& member = members_[i];
    evidence[i] = isletime::observe(member, models_[i], observation);
    const double weight = std::exp(member.log_weight);
    believed += weight;
    believed_outlier += weight * evidence[i].outlier;
    member.log_weight = kMemory * member.log_weight + evidence[i].log_likelihood;
    highest = std::max(highest, member.log_weight);
  }
  Explanation explanation{.is_surprise = believed_outlier > believed / 2};
  for (std::size_t i = 0; i < models_.size(); ++i) {
    members_[i].log_weight -= highest;
    const double weight = std::exp(members_[i].log_weight);
    for (std::size_t kind = 0; kind < kCongestionKinds; ++kind) {
      explanation.congestion[kind] += weight * evidence[i].congestion[kind];
    }
  }
  restart_lost();
  return explanation;
}

void FilterBank::restart_lost() {
  const auto members = std::span{members_}.first(models_.size());
  const FilterState best = *std::max_element(
      members.begin(), members.end(),
      [](const FilterState& a, const FilterState& b) { return a.log_weight < b.log_weight; });
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const double usual = models_[i].log_weight;
    if (members_[i].log_weight >= kLost + usual) continue;
    members_[i] = best;
    members_[i].log_weight = kRestarted + usual;
  }
}

bool FilterBank::is_consistent(const Observation& observation) const {
  for (std::size_t i = 0; i < models_.size(); ++i) {
    if (isletime::is_consistent(members_[i], models_[i], observation)) return true;
  }
  return false;
}

void FilterBank::set_phase(double phase, double deviation) {
  for (FilterState& member : members_) isletime::set_phase(member, phase, deviation * deviation);
}

void FilterBank::loosen_frequency(double deviation) {
  for (FilterState& member : members_) isletime::loosen_frequency(member, deviation);
}

void FilterBank::forget_frequency(double deviation) {
  for (FilterState& member : members_) isletime::forget_frequency(member, deviation);
}

FilterState FilterBank::mean_after(double interval) const {
  std::array<FilterState, kMembers> then;
  std::array<double, kMembers> weights;
  double sum = 0.0;
  FilterState mean;
  for (std::size_t i = 0; i < models_.size(); ++i) {
    then[i] = predicted(members_[i], models_[i].wander, interval);
    weights[i] = std::exp(members_[i].log_weight);
    sum += weights[i];
  }
  for (std::size_t i = 0; i < models_.size(); ++i) {
    weights[i] /= sum;
    mean.phase += weights[i] * then[i].phase;
    mean.frequency += weights[i] * then[i].frequency;
  }
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const double phase_apart = then[i].phase - mean.phase;
    const double frequency_apart = then[i].frequency - mean.frequency;
    mean.var_phase += weights[i] * (then[i].var_phase + phase_apart * phase_apart);
    mean.covariance += weights[i] * (then[i].covariance + phase_apart * frequency_apart);
    mean.var_frequency += weights[i] * (then[i].var_frequency + frequency_apart * frequency_apart);
  }
  return mean;
}

}  // namespace isletime
