// SPDX-License-Identifier: MIT
// One program's life in simulated time, which passes only while the program waits. Its sockets take datagrams
// from the simulated servers, and from a client that asks it for its own time.
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
  bool is_socket = false;           // otherwise it is a timer, which never expires
  unsigned stamping = 0;            // SO_TIMESTAMPING
  bool stamps_nanoseconds = false;  // SO_TIMESTAMPNS
  bool reports_address = false;
  std::uint16_t port = 0;  // the port that it is bound to
  std::optional<sockaddr_in> peer;
  std::uint32_t stamped = 0;
  std::deque<TransmitStamp> transmit_stamps;
};

class Simulation {
 public:
  Simulation();

  // Absent: the descriptor is none of the simulation's.
  Socket* find(int fd);
  // Refuses a descriptor that the simulation does not have.
  Socket& get(int fd);
  int open(bool is_socket);
  void close(int fd);

  void send(int fd, const std::uint8_t* bytes, std::size_t size, const sockaddr_in& to, bool is_stamped);
  bool has_datagram(int fd) const;
  std::optional<Datagram> take_datagram(int fd);
  // A datagram that has come to a socket on which nobody waits is lost.
  void drop_unwanted();

  // Waits until something comes, or so much of the local clock has passed. True: the program has been told to
  // end.
  bool wait(double seconds);

  timespec read(bool is_real);
  // The contents of /proc/uptime and /proc/sys/kernel/random/boot_id.
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
  std::deque<Datagram> datagrams_;  // sorted by their arrival
  double asleep_ = 0;
  long waits_ = 0;
  int precision_steps_ = 0;
  bool is_finished_ = false;
};

}  // namespace isletime::clocksim
