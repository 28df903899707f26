// SPDX-License-Identifier: MIT
// The settings of a simulation, taken from the environment: CLOCKSIM_SEED=3 and so on. Units are SI, times
// count from the start, delays are one way, and a frequency is a fraction (20e-6 is 20 ppm). CLOCKSIM_EVENTS
// describes the events in the course of a simulation; see events.hpp.
#pragma once

#include <cstdint>

namespace isletime::clocksim {

// Ends the program because a setting or a call cannot be simulated.
[[noreturn]] void refuse(const char* what);

// Ends the program if the text is not a number.
double setting(const char* name, double otherwise);

enum class Noise : std::uint8_t { kExponential, kPareto, kGamma };

// CLOCKSIM_NOISE is "exponential", "pareto" (shape 1.5) or "gamma" (shape 2).
Noise noise_setting();

struct Settings {
  double length = setting("CLOCKSIM_SECONDS", 10'000);
  double settled = setting("CLOCKSIM_SETTLED", 0);  // errors before this time do not count
  double epoch = setting("CLOCKSIM_EPOCH", 1'262'304'000);
  double boot = setting("CLOCKSIM_BOOT", 1);  // number of the machine's boot
  double uptime = setting("CLOCKSIM_UPTIME", 0);
  double seed = setting("CLOCKSIM_SEED", 1);
  double ask = setting("CLOCKSIM_ASK", 0);  // seconds between queries to the program; 0 means none

  double walk = setting("CLOCKSIM_WALK", 1e-9);  // frequency change per second, per sqrt(s)
  double frequency = setting("CLOCKSIM_FREQUENCY", 0);
  double offset = setting("CLOCKSIM_OFFSET", 0);
  double refuses = setting("CLOCKSIM_REFUSES", 0);  // 1: the kernel refuses to step or to change the rate
  double rate = setting("CLOCKSIM_RATE", 0);        // left in the kernel by an earlier run
  double kernel_error = setting("CLOCKSIM_KERNEL_ERROR", -1);  // set by another program; negative: none

  double delay = setting("CLOCKSIM_DELAY", 100e-6);    // minimum
  double jitter = setting("CLOCKSIM_JITTER", 100e-6);  // mean of the queue; for Pareto noise its scale
  Noise noise = noise_setting();
  double send_path = setting("CLOCKSIM_SEND_PATH", 0);  // a reply leaves this long after its timestamp
  double loss = setting("CLOCKSIM_LOSS", 0);
  double up = setting("CLOCKSIM_UP", 1);          // how long the link is up
  double period = setting("CLOCKSIM_PERIOD", 1);  // in each period

  // recovered_s counts from the time of these one-time events.
  double step = setting("CLOCKSIM_STEP", 0);
  double step_at = setting("CLOCKSIM_STEP_AT", -1);
  double leap_at = setting("CLOCKSIM_LEAP_AT", 1e18);  // a midnight at which a leap second is inserted
  double sleep = setting("CLOCKSIM_SLEEP", 0);         // duration of the machine's sleep
  double sleep_at = setting("CLOCKSIM_SLEEP_AT", -1);
};

}  // namespace isletime::clocksim
