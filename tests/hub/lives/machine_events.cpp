// SPDX-License-Identifier: MIT
// What happens to the machine and to the program in a hub's life.
#include <utility>

#include <fmt/format.h>

#include "libsync/drivers/ds3231_chip.hpp"
#include "tests/hub/lives/life.hpp"

namespace isletime::hub_play {
namespace {

constexpr nanoseconds kChipReading = 2ms;

}  // namespace

void Life::jump() {
  const nanoseconds by = chance_.of_either_sign(1ms, 24h * 100);
  tell(fmt::format("somebody sets the clock by {:.6f} s", Seconds{by}.count()));
  play_->jump(by);
}

// The battery clock that the kernel sets the clock by afterwards is off by a second or so, and somebody may
// set the clock before the program runs again.
void Life::sleep() {
  const nanoseconds time = chance_.between(1s, 24h);
  const nanoseconds off = chance_.within(1s);
  const nanoseconds set_by = chance_.one_in(3) ? chance_.within(time * 3 / 2) : 0s;
  tell(fmt::format("the machine sleeps for {:.3f} s; its clock is set {:.3f} s wrong, and by {:.3f} s",
                   Seconds{time}.count(), Seconds{off}.count(), Seconds{set_by}.count()));
  play_->machine.sleep(time);
  play_->machine.wall += off + set_by;
  if (!chance_.one_in(3))
    play_->notice();
  else
    stop_or_be_killed();
}

// Another program tells the kernel how wrong the machine's clock may be.
void Life::be_vouched_for() {
  if (play_->hub->clock().is_machines()) return;
  Machine& machine = play_->machine;
  machine.rate = 0.0;
  const nanoseconds error = magnitude(elapsed(machine.truth, machine.wall));
  machine.others_word = Dispersion{error + chance_.between(100ms, 10s)};
  tell(fmt::format("another program vouches for the clock within {:.3f} s",
                   Seconds{machine.others_word->value}.count()));
  play_->pass(64s);
  machine.others_word.reset();
}

// An experiment finds how wrong the uncorrected clock runs.
void Life::learn_rate_error() {
  const int ppm = static_cast<int>(kMostCrystal * 1e6) + 1 + chance_.below(100);
  tell(fmt::format("an experiment finds {} ppm", ppm));
  play_->hub->set_rate_error(Ppm::whole(ppm), play_->now());
  play_->execute();
}

void Life::be_steered() {
  if (!play_->steers_machine || !chance_.one_in(3)) return;
  const double rate = chance_.within(2e-4);
  tell(fmt::format("another program steers the clock by {:.1f} ppm", rate * 1e6));
  play_->steer_by_others(rate);
}

void Life::refuse_or_obey() {
  if (!play_->steers_machine) return;
  is_unsteerable_ = !is_unsteerable_ && chance_.one_in(2);
  const bool refuses_steps = !is_unsteerable_ && chance_.one_in(2);
  play_->machine.refusal = is_unsteerable_ ? "adjtimex: Operation not permitted" : "";
  play_->machine.refusal_of_steps = refuses_steps ? "adjtimex: Invalid argument" : "";
  tell(is_unsteerable_ ? "the clock may not be steered"
       : refuses_steps ? "the clock may not be stepped"
                       : "the clock may be steered");
}

void Life::slow_disk_down() {
  play_->is_disk_slow = !play_->is_disk_slow;
  tell(play_->is_disk_slow ? "the disk is slow" : "the disk is fast");
}

void Life::stop_or_be_killed() {
  const int how = chance_.below(3);
  if (how == 0) play_->stop();
  const nanoseconds off_for = chance_.one_in(2) ? chance_.between(10ms, 1h) : 0s;
  play_->machine.pass(off_for);
  // Whoever keeps the clock meanwhile may slew it, and leaves the rate as it was.
  if (chance_.one_in(4)) {
    const double before = std::exchange(play_->machine.rate, play_->machine.rate + chance_.within(4e-4));
    play_->machine.pass(chance_.between(1s, 1h));
    play_->machine.rate = before;
  }
  if (how == 2) {
    play_->start_without_state();
  } else {
    play_->start_again();
  }
  tell(how == 0 ? "it is stopped and started" : how == 1 ? "it is killed and started" : "its state is lost");
  begin();
}

// It dies in mid-turn: the clock may have been stepped already, and nothing saved.
void Life::be_killed_between_actions() {
  play_->kill_after(chance_.below(4));
  const nanoseconds time = chance_.between(10ms, 100s);
  for (nanoseconds passed{}; passed < time && !play_->is_killed(); passed += time / 4) play_->pass(time / 4);
  if (!play_->is_killed()) return play_->kill_after(std::nullopt);
  tell("it is killed between two actions");
  play_->start_again();
  begin();
}

void Life::reboot() {
  const WallTime wall =
      chance_.one_in(4) ? WallTime{100s} : play_->machine.truth + chance_.of_either_sign(1ms, 24h);
  tell(fmt::format("the machine is rebooted; its clock is off by {:.3f} s",
                   Seconds{elapsed(play_->machine.truth, wall)}.count()));
  if (chance_.one_in(2)) play_->stop();
  const Machine before = play_->machine;
  play_->reboot(wall);
  play_->machine.refusal = before.refusal;
  play_->machine.refusal_of_steps = before.refusal_of_steps;
  begin();
}

WallTime Life::Chip::reading(WallTime truth) const {
  return truth + off + rounded(Seconds{elapsed(set_at, truth)} * frequency);
}

void Life::use_chip() {
  if (chip_) return;
  const nanoseconds off = chance_.within(bound_of_uncompared(Ds3231Chip::kOscillator, {}).value * 9 / 10);
  chip_ = Chip{.set_at = play_->machine.truth, .off = off, .frequency = chance_.within(3e-6)};
  chip_->is_vouched = !chance_.one_in(4);
  if (!chip_->is_vouched) chip_->off = chance_.of_either_sign(1s, 24h * 1000);
  tell(fmt::format("it has a battery clock that is off by {:.3f} s{}", Seconds{chip_->off}.count(),
                   chip_->is_vouched ? "" : ", which nothing vouches for"));
  read_chip();
}

// From now on the hub uses it.
void Life::read_chip() {
  play_->take_clock();
  play_->hub->use_rtc("rtc:/dev/i2c-1@0x68", play_->steers_machine, play_->now());
  play_->execute();
}

void Life::change_chip() {
  if (!chip_) return;
  if (chance_.one_in(2)) {
    chip_->is_mute = !chip_->is_mute;
    return tell(chip_->is_mute ? "the battery clock does not answer" : "the battery clock answers");
  }
  chip_->has_lost_power = true;
  chip_->set_at = play_->machine.truth;
  chip_->off = chance_.of_either_sign(1s, 24h * 1000);
  tell("the battery clock loses its power");
}

void Life::do_rtc_job(const RtcJob& job) {
  RtcOutcome outcome{.kind = job.kind, .failure = {}, .look = {}, .health = {}};
  if (chip_->is_mute) {
    outcome.failure = "no answer at 0x68";
  } else if (job.kind != RtcJob::Kind::kCheck) {
    const WallTime truth = play_->machine.truth;
    if (job.kind == RtcJob::Kind::kWrite) {
      const WallTime told = job.true_time + elapsed(job.at, play_->machine.mono);
      *chip_ = {.set_at = truth, .off = elapsed(truth, told), .frequency = chip_->frequency};
    }
    outcome.look = RtcLook{.chip = "ds3231",
                           .oscillator = Ds3231Chip::kOscillator,
                           .is_set_by_others = false,
                           .distrust = chip_->has_lost_power ? "its oscillator has stopped" : "",
                           .pair = RtcPair{chip_->reading(truth), play_->machine.wall, {kChipReading}},
                           .temperature = {},
                           .is_vouched = chip_->is_vouched};
  }
  play_->hub->on_rtc(outcome, play_->now());
  play_->execute();
}

}  // namespace isletime::hub_play
