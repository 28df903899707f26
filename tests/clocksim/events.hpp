// SPDX-License-Identifier: MIT
// The events in the course of a simulation. CLOCKSIM_EVENTS is a list, separated by ";", of
//   QUANTITY=VALUE [OPTION=VALUE ...]
// in which values of the same quantity add up:
//   frequency  change of the oscillator's frequency
//   phase      step of the machine's clock by another program
//   steering   rate that another program sets in the kernel, once, when the event begins
//   up         additional delay towards the server
//   down       additional delay on the way back
//   both       additional delay in each direction
//   loss       share of exchanges that are lost
//   error      error of the server's clock
//   tick       resolution of the server's clock, which its precision field states
//   garbled    share of replies that are damaged
// The first five options hold for every quantity and say when the event takes place:
//   at           beginning; without it, the start of the simulation
//   for          duration; without it, the event does not end
//   each         period with which the event recurs
//   over         time during which the value grows linearly
//   tau          time constant with which the value is approached and left
//   exponential  mean of an exponential addition to the delay of each packet
//   share        share of the packets that a delay affects
//   random       1: the steps of `phase` have random signs and come at random times, `each` apart on average
//   server       number of the only server affected, as in servers.hpp
// A heater that is on for 6 of 12 h, and a server with a long way back:
//   CLOCKSIM_EVENTS="frequency=8e-6 tau=600 for=21600 each=43200; down=5e-3 server=2"
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/clocksim/random.hpp"

namespace isletime::clocksim {

enum class Quantity : std::uint8_t {
  kFrequency,
  kPhase,
  kSteering,
  kUp,
  kDown,
  kBoth,
  kLoss,
  kError,
  kTick,
  kGarbled,
};

struct Event {
  Quantity quantity = Quantity::kFrequency;
  double value = 0;
  double at = 0;
  double length = 1e18;
  double each = 0;  // 0 means once
  double over = 0;
  double tau = 0;
  double exponential = 0;
  double share = 1;
  bool is_random = false;
  int server = 0;    // 0 means all servers
  double level = 0;  // the share of its value that it has reached, if that is approached exponentially
};

class Events {
 public:
  // Ends the program if it does not understand the text.
  explicit Events(std::string_view text);

  // Must be called at each whole second.
  void tick(double now);

  // Returns the sum of that quantity's values.
  double value(Quantity quantity, double now, int server) const;
  // Returns the sum of a delay's values for one packet.
  double delay(Quantity quantity, double now, int server, Random& random) const;
  // Returns the sum of the steps at this whole second.
  double phase_step(double now, Random& random) const;
  // Returns the rate that another program sets at this whole second.
  std::optional<double> foreign_rate(double now) const;

 private:
  std::vector<Event> events_;
};

}  // namespace isletime::clocksim
