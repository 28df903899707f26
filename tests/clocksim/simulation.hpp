// SPDX-License-Identifier: MIT
// One run of a program in simulated time, which passes only while the program waits. Its sockets exchange
// datagrams with the simulated servers, and with a client that queries the program.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include <netinet/in.h>
#include <time.h>

#include "tests/clocksim/events.hpp"
#include "tests/clocksim/judge.hpp"
#include "tests/clocksim/local_clock.hpp"
#include "tests/clocksim/random.hpp"
#include "tests/clocksim/servers.hpp"
#include "tests/clocksim/settings.hpp"

namespace isletime::clocksim {

// The last byte of the addresses of the program and of its client, in 192.168.123.0/24.
constexpr int kOwnNumber = 250;
constexpr int kClientNumber = 251;
sockaddr_in address_of(int number, std::uint16_t port);
// The last byte of any address.
int number_of(const sockaddr_in& address);

struct Datagram {
  double arrives;
  int socket;
  sockaddr_in from;
  Header bytes;
  std::size_t size;
};

struct TransmitStamp {
  std::uint32_t number;
  timespec at;
};

struct Socket {
  bool is_open = false;
  bool is_socket = false;           // otherwise it is a timer that never expires
  unsigned stamping = 0;            // SO_TIMESTAMPING
  bool stamps_nanoseconds = false;  // SO_TIMESTAMPNS
  bool reports_address = false;
  std::uint16_t port = 0;  // the port to which it is bound
  std::optional<sockaddr_in> peer;
  std::uint32_t stamped = 0;
  std::deque<TransmitStamp> transmit_stamps;
};

class Simulation {
 public:
  Simulation();

  // Returns nullptr if the descriptor is not simulated.
  Socket* find(int fd);
  // Ends the program if the descriptor is not simulated.
  Socket& get(int fd);
  int open(bool is_socket);
  void close(int fd);

  void send(int fd, const std::uint8_t* bytes, std::size_t size, const sockaddr_in& to, bool is_stamped);
  bool has_datagram(int fd) const;
  std::optional<Datagram> take_datagram(int fd);
  // Drops datagrams that arrived at sockets on which the program does not wait.
  void drop_unwanted();

  // Waits until a datagram arrives or that much of the local clock has passed. Returns true if the program
  // has been told to end.
  bool wait(double seconds);

  timespec read(bool is_real);
  timespec read_raw() const;
  // Return the contents of /proc/uptime and /proc/sys/kernel/random/boot_id.
  std::string uptime_text() const;
  std::string boot_id() const;
  void set(double unix_time) { clock_.step(unix_time - settings_.epoch - clock_.real()); }
  LocalClock& clock() { return clock_; }
  Random& random() { return random_of_program_; }

 private:
  static constexpr int kFirstDescriptor = 100;

  bool has_arrived() const { return !datagrams_.empty() && datagrams_.front().arrives <= now_; }
  double utc() const { return servers_.utc(now_, asleep_); }
  void deliver(const Datagram& datagram);
  void ask_program();
  void tick();
  void finish();

  Settings settings_;
  Events events_;
  Random random_;
  Random random_of_program_;
  LocalClock clock_;
  Servers servers_;
  Judge judge_;
  double now_ = 0;
  std::array<Socket, 20> sockets_{};
  std::deque<Datagram> datagrams_;  // sorted by arrival
  double asleep_ = 0;
  long waits_ = 0;
  int precision_steps_ = 0;
  bool is_finished_ = false;
};

}  // namespace isletime::clocksim
