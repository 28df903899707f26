// SPDX-License-Identifier: MIT
// The servers of a simulation, of stratum 1, and the ways to them. Server N, up to 249, is at every IPv4
// address that ends in .N, so that there are public ones and ones of the own network. They know the true
// time, except for the errors that events give them. Interleaved mode is RFC 9769's.
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

// The NTP timestamp of this many seconds since `epoch`, a Unix time.
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
  // The reply to a query that leaves now; absent: there is none. `asleep` is how far UTC is ahead because the
  // machine slept.
  std::optional<Reply> ask(int number, const std::uint8_t* query, std::size_t size, double now,
                           double asleep);

  // UTC at that time of the simulation, whose time leaves out the machine's sleep.
  double utc(double time, double asleep) const {
    return (time < settings_.leap_at ? time : time - 1) + asleep;
  }

  // Prints "packets", "packets_N" and "spacing_N_s": how many went to each, and the shortest time between
  // two, the first five minutes left out.
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
