// SPDX-License-Identifier: MIT
// What happens in the course of a simulation. CLOCKSIM_EVENTS is a list separated by ";" of
//   QUANTITY=VALUE [OPTION=VALUE ...]
// in which values of the same quantity add up:
//   frequency  the oscillator gains it
//   phase      somebody steps the machine's clock by it
//   steering   another program tells the kernel to run the clock at this rate, once, as it begins
//   up         the way to the server takes longer by it
//   down       the way back does
//   both       each way does
//   loss       the share of exchanges that are lost
//   error      the server's clock is wrong by it
//   tick       the server's clock reads whole multiples of it only, and its precision field says so
//   garbled    the share of replies in which something is wrong
// Options, of which the first five say when, and hold for each quantity:
//   at           from then on; else from the start
//   for          so long; else for good
//   each         again and again, in periods of it
//   over         the value grows evenly for so long
//   tau          the value is approached, and left, exponentially
//   exponential  the mean of what is added to a delay's value for each packet
//   share        the share of the packets that a delay affects
//   random       1: the steps of `phase` have either sign, at random times, in the mean `each` apart
//   server       that server alone, of the numbers in servers.hpp
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
  double each = 0;  // 0: once
  double over = 0;
  double tau = 0;
  double exponential = 0;
  double share = 1;
  bool is_random = false;
  int server = 0;    // 0: all
  double level = 0;  // the share of the value reached, where it is approached exponentially
};

class Events {
 public:
  // Refuses text that it does not understand.
  explicit Events(std::string_view text);

  // Must be called at each whole second.
  void tick(double now);

  // The sum of that quantity's values.
  double value(Quantity quantity, double now, int server) const;
  // The sum of a delay's values for one packet.
  double delay(Quantity quantity, double now, int server, Random& random) const;
  // The sum of the steps at this whole second.
  double phase_step(double now, Random& random) const;
  // The rate that another program sets at this whole second.
  std::optional<double> foreign_rate(double now) const;

 private:
  std::vector<Event> events_;
};

}  // namespace isletime::clocksim
