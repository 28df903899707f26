// SPDX-License-Identifier: MIT
#include "libsync/policy/discipline/filter_bank.hpp"

#include <algorithm>
#include <cmath>

namespace isletime {
namespace {

constexpr std::array kWanders{1e-10, 1e-9, 1e-8, 1e-7};

// Noise is counted in mean excesses. That of a normal: the deviation of an offset whose ways both have
// normal queues, against the mean excess over the least of some hundred of them.
struct NoiseModel {
  NoiseKind kind;
  double softness;
};
constexpr std::array kNoises{NoiseModel{NoiseKind::kBox, 0.03}, NoiseModel{NoiseKind::kBox, 0.2},
                             NoiseModel{NoiseKind::kBox, 1.0}, NoiseModel{NoiseKind::kNormal, 0.35}};

constexpr std::array<FilterModel, FilterBank::kMembers> make_models() {
  std::array<FilterModel, FilterBank::kMembers> models{};
  for (std::size_t i = 0; i < models.size(); ++i) {
    const NoiseModel& noise = kNoises[i % kNoises.size()];
    models[i] = {.wander = kWanders[i / kNoises.size()], .noise = noise.kind, .softness = noise.softness};
  }
  return models;
}
constexpr auto kModels = make_models();
static_assert(kWanders.size() * kNoises.size() == FilterBank::kMembers);

// The past counts for about 200 samples. A member that has become unbelievable starts again from the best,
// near enough to be found again when the oscillator or the path changes.
constexpr double kMemory = 0.995;
constexpr double kLost = -30.0;
constexpr double kRestarted = -12.0;

}  // namespace

FilterBank::FilterBank(Frequency initial) {
  FilterState state;
  state.frequency = initial.value;
  state.var_frequency = initial.deviation * initial.deviation;
  members_.fill(state);
}

void FilterBank::predict(double interval) {
  for (std::size_t i = 0; i < kMembers; ++i)
    members_[i] = predicted(members_[i], kModels[i].wander, interval);
}

void FilterBank::observe(const Observation& observation) {
  for (std::size_t i = 0; i < kMembers; ++i) {
    const double log_likelihood = isletime::observe(members_[i], kModels[i], observation);
    members_[i].log_weight = kMemory * members_[i].log_weight + log_likelihood;
  }
  const FilterState best = *std::max_element(
      members_.begin(), members_.end(),
      [](const FilterState& a, const FilterState& b) { return a.log_weight < b.log_weight; });
  for (FilterState& member : members_) {
    member.log_weight -= best.log_weight;
    if (member.log_weight >= kLost) continue;
    member = best;
    member.log_weight = kRestarted;
  }
}

bool FilterBank::is_consistent(const Observation& observation) const {
  for (std::size_t i = 0; i < kMembers; ++i) {
    if (isletime::is_consistent(members_[i], kModels[i], observation)) return true;
  }
  return false;
}

void FilterBank::set_phase(double phase, double deviation) {
  for (FilterState& member : members_) isletime::set_phase(member, phase, deviation * deviation);
}

FilterState FilterBank::mean_after(double interval) const {
  std::array<FilterState, kMembers> then;
  std::array<double, kMembers> weights;
  double sum = 0.0;
  FilterState mean;
  for (std::size_t i = 0; i < kMembers; ++i) {
    then[i] = predicted(members_[i], kModels[i].wander, interval);
    weights[i] = std::exp(members_[i].log_weight);
    sum += weights[i];
  }
  for (std::size_t i = 0; i < kMembers; ++i) {
    weights[i] /= sum;
    mean.phase += weights[i] * then[i].phase;
    mean.frequency += weights[i] * then[i].frequency;
  }
  for (std::size_t i = 0; i < kMembers; ++i) {
    const double phase_apart = then[i].phase - mean.phase;
    const double frequency_apart = then[i].frequency - mean.frequency;
    mean.var_phase += weights[i] * (then[i].var_phase + phase_apart * phase_apart);
    mean.covariance += weights[i] * (then[i].covariance + phase_apart * frequency_apart);
    mean.var_frequency += weights[i] * (then[i].var_frequency + frequency_apart * frequency_apart);
  }
  return mean;
}

}  // namespace isletime
