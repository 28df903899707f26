// SPDX-License-Identifier: MIT
// Events of the battery clock of hub_fuzz's hub.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_simulation.hpp"
#include "tests/fuzz/hub_values.hpp"
#include "tests/fuzz/hub_world.hpp"

namespace isletime::fuzz {

// Each event takes its operands from the input.
class RtcEvents {
 public:
  RtcEvents(Input& input, Simulation& simulation)
      : input_(input), simulation_(simulation), host_(simulation.host) {}

  void use() {
    if (host_.is_rtc_used()) return;
    const double error = share(input_);
    const double frequency = share(input_) * 5e-6;
    std::optional<Chip>& chip = simulation_.chip;
    if (!chip)
      chip.emplace(host_.truth(), part(bound_of_uncompared(Chip::kOscillator, {}).value, error), frequency);
    host_.use_rtc();
  }

  void change_answers() { simulation_.chip_answers = static_cast<ChipAnswers>(input_.u8() % 4); }

  void hear_hostile_outcome() {
    simulation_.allowance.on_deception();
    const std::uint8_t flags = input_.u8();
    RtcOutcome outcome{.kind = static_cast<RtcJob::Kind>(flags % 3), .failure = {}, .look = {}, .health = {}};
    if (!host_.is_rtc_used() || (host_.job() && host_.job()->kind != outcome.kind)) return;
    host_.take_job();
    const RtcPair pair{
        .chip = flags / 64 % 2 == 1 ? input_.wall_time() : shifted(host_.truth(), scaled(input_)),
        .machine = shifted(host_.now().wall, scaled(input_)),
        .bound = {magnitude(scaled(input_))}};
    outcome.look = Chip{pair.chip, {}, 0.0}.look(pair.chip, pair.machine);
    outcome.look->pair = pair;
    if (flags / 4 % 4 == 3) outcome.look->pair.reset();
    outcome.look->is_set_by_others = flags / 16 % 2 == 1;
    if (flags / 32 % 2 == 1) outcome.look->distrust = "it has stopped";
    outcome.health.repaired = flags / 128;
    // These take no input of their own, so that the seeds keep their meaning.
    const std::int64_t chance = pair.bound.value.count();
    outcome.look->is_vouched = chance % 5 != 0;
    outcome.look->keeps_local_time = chance % 3 == 0;
    outcome.look->zone_change = {seconds{chance % 4 * 1800}};
    if (chance % 7 != 0) outcome.look->trim = 1e-6 * static_cast<double>(chance % 1000);
    if (chance % 11 == 0) outcome.look->mark = std::to_string(chance % 13);
    if (chance % 2 == 0) outcome.lead = saturated_difference(pair.bound.value, pair.chip.time_since_epoch());
    host_.report([&](Hub& hub) { hub.on_rtc(outcome, host_.now()); });
  }

 private:
  Input& input_;
  Simulation& simulation_;
  Host& host_;
};

}  // namespace isletime::fuzz
