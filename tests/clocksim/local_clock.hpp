// SPDX-License-Identifier: MIT
// The machine's clock: an oscillator with a wandering frequency, steered by adjtimex(2). Times are in seconds
// since the start of the simulation.
#pragma once

#include <sys/timex.h>

namespace isletime::clocksim {

class LocalClock {
 public:
  LocalClock(double offset, double frequency) : real_(offset), frequency_(frequency) {}

  double real() const { return real_; }
  double mono() const { return mono_; }
  double raw() const { return raw_; }  // by the oscillator alone
  bool will_insert_second() const { return (status_ & STA_INS) != 0; }
  int steps() const { return steps_; }

  // Local seconds per true second.
  double rate() const {
    const double steered = static_cast<double>(tick_) / 10'000 + static_cast<double>(fine_) / 65'536e6;
    return (1 + frequency_ + extra_) * steered;
  }
  void advance(double by);
  void wander(double by) { frequency_ += by; }
  // Sets the frequency that events add to the oscillator's own.
  void gain(double extra) { extra_ = extra; }
  // Another program sets the clock.
  void jump(double by) { real_ += by; }
  // Another program sets the kernel's rate.
  void set_rate(double rate);
  // From now on the kernel refuses to let the program steer the clock.
  void refuse_steering() { refuses_ = true; }
  // Another program has given the kernel this maximum error.
  void vouch(double error);
  // The program sets the clock.
  void step(double by);

  // Does what clock_adjtime(2) does, and ends the program if a mode is not simulated.
  int adjust(timex& request);

 private:
  double real_;
  double mono_ = 0;
  double raw_ = 0;
  double frequency_;
  double extra_ = 0;
  long tick_ = 10'000;
  long fine_ = 0;
  double max_error_ = 16e6;  // in microseconds
  int status_ = STA_UNSYNC;
  int steps_ = 0;
  bool refuses_ = false;
};

}  // namespace isletime::clocksim
