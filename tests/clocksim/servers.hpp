// SPDX-License-Identifier: MIT
// The simulated servers, of stratum 1, and the paths to them. Server N, up to 249, is at every IPv4 address
// that ends in .N, so that some are public and some are local. They know the true time, except for the errors
// that events add. Interleaved mode is that of RFC 9769.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "tests/clocksim/events.hpp"
#include "tests/clocksim/random.hpp"
#include "tests/clocksim/settings.hpp"

namespace isletime::clocksim {

using Header = std::array<std::uint8_t, 48>;

// Store and load the NTP timestamp of `time` seconds after `epoch`, a Unix time.
void store_stamp(std::uint8_t* at, double epoch, double time);
double load_stamp(const std::uint8_t* at, double epoch);

class Servers {
 public:
  Servers(const Settings& settings, const Events& events, Random& random)
      : settings_(settings), events_(events), random_(random) {}

  struct Reply {
    double arrives;
    Header bytes;
    std::size_t size;
  };
  // Returns the reply to a query that leaves now, or nothing. `asleep` is how far UTC is ahead because the
  // machine slept.
  std::optional<Reply> ask(int number, const std::uint8_t* query, std::size_t size, double now,
                           double asleep);

  // Returns UTC at that time of the simulation, which excludes the machine's sleep.
  double utc(double time, double asleep) const {
    return (time < settings_.leap_at ? time : time - 1) + asleep;
  }

  // Prints "packets", "packets_N" and "spacing_N_s": the number of queries to each server, and the shortest
  // time between two, ignoring the first five minutes.
  void print() const;

 private:
  struct Server {
    std::array<std::uint8_t, 8> last_received{};
    double last_left = 0;
    long packets = 0;
    double last_packet = -1;
    std::optional<double> least_spacing;
  };

  void count(Server& server, double now) const;
  double one_way(Quantity way, int server, double now);
  double clock_of(int server, double time, double asleep) const;
  void garble(Reply& reply);

  const Settings& settings_;
  const Events& events_;
  Random& random_;
  std::map<int, Server> servers_;
};

}  // namespace isletime::clocksim
