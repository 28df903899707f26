// SPDX-License-Identifier: MIT
#include "tests/clocksim/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <linux/net_tstamp.h>
#include <unistd.h>

namespace isletime::clocksim {
namespace {

constexpr std::uint32_t kNetwork = 0xc0'a8'7b'00;  // 192.168.123.0
constexpr std::uint16_t kClientPort = 12'345;
constexpr std::uint8_t kVersion4Client = 0x23;
constexpr double kReadingTime = 101e-9;

const char* events_text() {
  const char* text = std::getenv("CLOCKSIM_EVENTS");
  return text == nullptr ? "" : text;
}

}  // namespace

sockaddr_in address_of(int number, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(kNetwork + static_cast<std::uint32_t>(number));
  return address;
}

int number_of(const sockaddr_in& address) {
  if (address.sin_family != AF_INET) refuse("a packet to an address that is not IPv4");
  return static_cast<int>(ntohl(address.sin_addr.s_addr) & 0xff);
}

Simulation::Simulation()
    : events_(events_text()),
      random_(static_cast<std::uint64_t>(settings_.seed)),
      random_of_program_(~static_cast<std::uint64_t>(settings_.seed)),
      clock_(settings_.offset, settings_.frequency),
      servers_(settings_, events_, random_),
      judge_(settings_) {
  clock_.gain(events_.value(Quantity::kFrequency, 0, 0));
  clock_.set_rate(settings_.rate);
  if (settings_.refuses != 0) clock_.refuse_steering();
  if (settings_.kernel_error >= 0) clock_.vouch(settings_.kernel_error);
}

Socket* Simulation::find(int fd) {
  const auto index = static_cast<std::size_t>(fd - kFirstDescriptor);
  return fd >= kFirstDescriptor && index < sockets_.size() && sockets_[index].is_open ? &sockets_[index]
                                                                                      : nullptr;
}

Socket& Simulation::get(int fd) {
  Socket* socket = find(fd);
  if (socket == nullptr) refuse("a socket or timer that is not simulated");
  return *socket;
}

int Simulation::open(bool is_socket) {
  const auto free =
      std::find_if(sockets_.begin(), sockets_.end(), [](const Socket& socket) { return !socket.is_open; });
  if (free == sockets_.end()) refuse("more than 20 sockets");
  *free = Socket{};
  free->is_open = true;
  free->is_socket = is_socket;
  return kFirstDescriptor + static_cast<int>(free - sockets_.begin());
}

void Simulation::close(int fd) {
  get(fd).is_open = false;
  std::erase_if(datagrams_, [fd](const Datagram& datagram) { return datagram.socket == fd; });
}

void Simulation::send(int fd, const std::uint8_t* bytes, std::size_t size, const sockaddr_in& to,
                      bool is_stamped) {
  Socket& socket = get(fd);
  if (is_stamped) socket.transmit_stamps.push_back({socket.stamped++, read(true)});
  const int number = number_of(to);
  if (number == kClientNumber) {
    Header reply{};
    std::copy_n(bytes, std::min(size, reply.size()), reply.begin());
    if (size >= reply.size()) judge_.on_served(reply, utc());
    return;
  }
  const auto reply = servers_.ask(number, bytes, size, now_, asleep_);
  if (reply) deliver({reply->arrives, fd, to, reply->bytes, reply->size});
}

bool Simulation::has_datagram(int fd) const {
  return has_arrived() && datagrams_.front().socket == fd;
}

std::optional<Datagram> Simulation::take_datagram(int fd) {
  if (!has_datagram(fd)) return std::nullopt;
  const Datagram datagram = datagrams_.front();
  datagrams_.pop_front();
  return datagram;
}

void Simulation::drop_unwanted() {
  if (has_arrived()) datagrams_.pop_front();
}

bool Simulation::wait(double seconds) {
  ++waits_;
  precision_steps_ = 0;
  const double until = now_ + seconds / clock_.rate();
  for (;;) {
    double next = std::min(until, std::floor(now_) + 1);
    if (!datagrams_.empty()) next = std::min(next, std::max(now_, datagrams_.front().arrives));
    clock_.advance(next - now_);
    const bool is_whole = next == std::floor(now_) + 1;
    now_ = next;
    if (is_whole) tick();
    if (now_ >= settings_.length) {
      finish();
      return true;
    }
    if (now_ >= until || has_arrived()) return false;
  }
}

timespec Simulation::read(bool is_real) {
  // Before the first wait each reading is later than the last, so that a program can measure the precision.
  const double time =
      (is_real ? clock_.real() : clock_.mono()) + static_cast<double>(precision_steps_) * kReadingTime;
  if (waits_ == 0) ++precision_steps_;
  const double whole = std::floor(time);
  const double epoch = is_real ? settings_.epoch : settings_.uptime;
  return {static_cast<time_t>(whole + epoch), static_cast<long>((time - whole) * 1e9)};
}

timespec Simulation::read_raw() const {
  const double whole = std::floor(clock_.raw());
  return {static_cast<time_t>(whole + settings_.uptime), static_cast<long>((clock_.raw() - whole) * 1e9)};
}

std::string Simulation::uptime_text() const {
  return std::to_string(settings_.uptime + clock_.mono() + asleep_) + " 0.00\n";
}

std::string Simulation::boot_id() const {
  const std::string number = std::to_string(static_cast<int>(settings_.boot));
  return "00000000-0000-0000-0000-" + std::string(12 - number.size(), '0') + number + '\n';
}

void Simulation::deliver(const Datagram& datagram) {
  const auto later = std::find_if(datagrams_.begin(), datagrams_.end(),
                                  [&](const Datagram& other) { return other.arrives > datagram.arrives; });
  datagrams_.insert(later, datagram);
}

void Simulation::ask_program() {
  const auto service = std::find_if(sockets_.begin(), sockets_.end(),
                                    [](const Socket& s) { return s.is_open && s.port != 0; });
  if (service == sockets_.end())
    refuse("CLOCKSIM_ASK, but the program has no socket that is bound to a port");
  Header query{};
  query[0] = kVersion4Client;
  store_stamp(&query[40], settings_.epoch, now_);
  const int fd = kFirstDescriptor + static_cast<int>(service - sockets_.begin());
  deliver({now_, fd, address_of(kClientNumber, kClientPort), query, query.size()});
}

void Simulation::tick() {
  events_.tick(now_);
  clock_.wander(settings_.walk * random_.normal());
  clock_.gain(events_.value(Quantity::kFrequency, now_, 0));
  clock_.jump(events_.phase_step(now_, random_));
  if (const auto rate = events_.foreign_rate(now_)) clock_.set_rate(*rate);
  if (now_ == settings_.step_at) clock_.jump(settings_.step);
  if (now_ == settings_.leap_at && clock_.will_insert_second()) clock_.jump(-1);
  // The battery clock counts only whole seconds.
  if (now_ == settings_.sleep_at) clock_.jump(settings_.sleep + 0.4);
  if (now_ == settings_.sleep_at) asleep_ = settings_.sleep;
  judge_.on_error(now_, clock_.real() - utc());
  if (settings_.ask > 0 && std::fmod(now_, settings_.ask) == 0) ask_program();
}

void Simulation::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  judge_.print();
  servers_.print();
  std::printf("wakeups %ld\nsteps %d\n", waits_, clock_.steps());
  std::fflush(stdout);
  kill(getpid(), SIGTERM);
}

}  // namespace isletime::clocksim
