// SPDX-License-Identifier: MIT
// The clock's wheel: does what control_law decides, ends slews in time, inserts leap seconds where the
// kernel does not, and notices when somebody else sets the clock.
#pragma once

#include <optional>

#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/keeping/hub_clock.hpp"
#include "tools/sntpd/storing/memory.hpp"

namespace isletime::sntpd {

struct SteeringConfig {
  ControlLimits limits;
  bool leaves_machine_clock = false;  // --no-clock
};

enum class SteeringFault : std::uint8_t {
  kPanic,  // it would move the clock too far
  kClock,  // the clock could not be moved, which has been said
};

class Steering {
 public:
  Steering(const SteeringConfig& config, const Log& log, Memory& memory);

  // Uses the machine's clock if it may; to be called before the clock has been steered.
  void take_clock();

  const HubClock& clock() const { return clock_; }
  FreeTime free_now() const;
  // By how much steering has put the hub's clock ahead of the free-running one.
  nanoseconds steered_now() const;
  WallTime hub_now() const;

  struct Steered {
    nanoseconds left;  // the error that the slew is to take away
    bool is_stepped;
  };
  // `was_synchronised`: by a source as good.
  Result<Steered, SteeringFault> steer(const Estimate& estimate, nanoseconds until_next,
                                       bool was_synchronised);
  // The clock's rate is what is believed right, and nothing is slewed: what another run has left is undone.
  // Absent: nobody knows; a rate that no crystal needs is a slew's.
  void settle(const std::optional<double>& rate);
  // What is still to be slewed away.
  Offset left(MonoTime now) const;
  std::optional<MonoTime> next_wakeup(MonoTime now) const;
  void end_slew_if_due(MonoTime now);
  // The clock stays at the rate that is believed right.
  void stop();

  // The rate of the clock on its oscillator, without slews.
  double steady_rate() const { return rate_; }
  // Another program steers the clock, and is left to it.
  bool gives_way() const;
  // Empty, or what people should know: why the clock is not steered.
  const std::string& trouble() const { return gives_way() ? intrusion_ : trouble_; }

  // Programs that ask the kernel are told; it inserts the leap second that is announced, which can only be
  // at the end of a month.
  void tell(const ClockQuality& quality);
  // Half of the time after which the kernel would call the clock unsynchronised has passed. retell() says
  // how far off it may be by now, and the rest as before; give_up_telling() leaves it to the kernel.
  bool is_telling_due(MonoTime now) const { return tell_again_ && now >= *tell_again_; }
  void retell(Dispersion max_error);
  void give_up_telling() { tell_again_.reset(); }
  // Nobody vouches for the clock any more as a server does: whoever asks the kernel hears so.
  void untell();

  // What the clock was set by since the last call, and why. What the machine has slept, its clock was
  // told by its battery clock, to a second or so.
  enum class Cause : std::uint8_t { kSomebody, kLeapSecond, kSleep, kSteeredByOthers };
  struct Jump {
    Offset by;
    Cause cause;
  };
  std::optional<Jump> take_jump();

 private:
  // False: the clock refused, which has been said.
  bool apply(const Correction& correction, MonoTime now);
  bool is_leap_second(Offset by) const;
  bool has_slept(nanoseconds by);
  Jump insert_leap_second();
  bool must(const std::optional<SysError>& error);
  std::optional<Jump> take_foreign_rate(MonoTime now);

  const SteeringConfig config_;
  const Log& log_;
  Memory& memory_;
  HubClock clock_;
  nanoseconds wall_less_mono_;
  nanoseconds asleep_;  // since the machine was started
  double rate_ = 0.0;   // without slews
  Slew slew_;
  std::optional<MonoTime> slew_until_;
  Leap announced_ = Leap::kNone;     // for the end of this day
  std::optional<WallTime> leap_at_;  // where no kernel does it
  ClockQuality told_;
  std::optional<MonoTime> tell_again_;
  bool was_refused_ = false;
  std::string trouble_;
  int intrusions_ = 0;     // by others who steer, lately
  std::string intrusion_;  // what people should know of the last
  MonoTime last_look_{};   // for others' rates
  std::optional<MonoTime> last_intrusion_;
};

}  // namespace isletime::sntpd
