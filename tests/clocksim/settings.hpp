// SPDX-License-Identifier: MIT
// The settings of a simulation, from the environment: CLOCKSIM_SEED=3 and so on. Units are SI, times are
// counted from the start, delays are one way, and a frequency is a fraction (20e-6 is 20 ppm). Events in the
// course of a simulation are in CLOCKSIM_EVENTS, for which see events.hpp.
#pragma once

#include <cstdint>

namespace isletime::clocksim {

// Ends the program, as its setting or its call cannot be simulated.
[[noreturn]] void refuse(const char* what);

// Refuses text that is no number.
double setting(const char* name, double otherwise);

enum class Noise : std::uint8_t { kExponential, kPareto, kGamma };

// CLOCKSIM_NOISE: "exponential", "pareto" (shape 1.5) or "gamma" (shape 2). Refuses any other.
Noise noise_setting();

struct Settings {
  double length = setting("CLOCKSIM_SECONDS", 10'000);
  double settled = setting("CLOCKSIM_SETTLED", 0);  // errors count only from this time on
  double epoch = setting("CLOCKSIM_EPOCH", 1'262'304'000);
  double boot = setting("CLOCKSIM_BOOT", 1);  // which boot of the machine this is
  double uptime = setting("CLOCKSIM_UPTIME", 0);
  double seed = setting("CLOCKSIM_SEED", 1);
  double ask = setting("CLOCKSIM_ASK", 0);  // seconds between questions for the program's own time; 0: none

  double walk = setting("CLOCKSIM_WALK", 1e-9);  // of the frequency, per second and root of a second
  double frequency = setting("CLOCKSIM_FREQUENCY", 0);
  double offset = setting("CLOCKSIM_OFFSET", 0);
  double refuses = setting("CLOCKSIM_REFUSES", 0);  // 1: the kernel neither steps it nor sets its rate
  double rate = setting("CLOCKSIM_RATE", 0);        // that a run before has left in the kernel
  double kernel_error =
      setting("CLOCKSIM_KERNEL_ERROR", -1);  // that another program has told it; below 0: none has

  double delay = setting("CLOCKSIM_DELAY", 100e-6);    // the least
  double jitter = setting("CLOCKSIM_JITTER", 100e-6);  // mean of what comes on top; Pareto noise: its scale
  Noise noise = noise_setting();
  double send_path = setting("CLOCKSIM_SEND_PATH", 0);  // a reply leaves this long after its stamp
  double loss = setting("CLOCKSIM_LOSS", 0);
  double up = setting("CLOCKSIM_UP", 1);          // the link is up for so long
  double period = setting("CLOCKSIM_PERIOD", 1);  // in every period

  // One-time events whose end recovered_s tells.
  double step = setting("CLOCKSIM_STEP", 0);
  double step_at = setting("CLOCKSIM_STEP_AT", -1);
  double leap_at = setting("CLOCKSIM_LEAP_AT", 1e18);  // a midnight at which a leap second is inserted
  double sleep = setting("CLOCKSIM_SLEEP", 0);         // the machine sleeps for so long
  double sleep_at = setting("CLOCKSIM_SLEEP_AT", -1);
};

}  // namespace isletime::clocksim
