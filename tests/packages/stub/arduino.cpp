// SPDX-License-Identifier: MIT
// Runs a sketch as a program of Linux: UDP by its sockets, the serial line on its standard output. It ends
// after the number of seconds that it is given.
#include <Arduino.h>
#include <WiFi.h>
#include <WiFiUdp.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

HardwareSerial Serial;
WiFiClass WiFi;

namespace {

bool has_begun = false;

std::uint64_t nanoseconds_up() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint32_t random_32() {
  std::uint32_t value = 0;
  if (getrandom(&value, sizeof value, 0) != sizeof value) std::abort();
  return value;
}

sockaddr_in socket_address(IPAddress address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  for (int i = 0; i < 4; ++i) reinterpret_cast<std::uint8_t*>(&out.sin_addr)[i] = address[i];
  return out;
}

}  // namespace

// A chip's counters have 32 bits; this one wraps soon after the start.
unsigned long micros() {
  constexpr std::uint32_t kBeforeWrap = 1'000'000;
  static const std::uint64_t start = nanoseconds_up();
  return static_cast<std::uint32_t>((nanoseconds_up() - start) / 1000 - kBeforeWrap);
}
unsigned long millis() {
  return static_cast<std::uint32_t>(nanoseconds_up() / 1'000'000);
}

void HardwareSerial::begin(unsigned long) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
}
std::size_t HardwareSerial::println(const char* text) {
  std::puts(text);
  return std::strlen(text) + 2;
}

#if defined(ESP8266)
EspClass ESP;
std::uint32_t EspClass::random() {
  return random_32();
}
#else
extern "C" std::uint32_t esp_random() {
  return random_32();
}
#endif

wl_status_t WiFiClass::begin(const char*, const char*) {
  has_begun = true;
  return WL_DISCONNECTED;
}
wl_status_t WiFiClass::status() {
  return has_begun ? WL_CONNECTED : WL_DISCONNECTED;
}
int WiFiClass::hostByName(const char* name, IPAddress& address) {
  return inet_pton(AF_INET, name, &address[0]);
}

WiFiUDP::~WiFiUDP() {
  if (socket_ >= 0) close(socket_);
}
std::uint8_t WiFiUDP::begin(std::uint16_t port) {
  socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const sockaddr_in local = socket_address({}, port);
  return bind(socket_, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0 ? 1 : 0;
}
int WiFiUDP::beginPacket(IPAddress address, std::uint16_t port) {
  remote_ = address;
  remote_port_ = port;
  to_send_ = 0;
  return 1;
}
std::size_t WiFiUDP::write(const std::uint8_t* bytes, std::size_t size) {
  if (size > kLongest - to_send_) return 0;
  std::memcpy(sent_ + to_send_, bytes, size);
  to_send_ += size;
  return size;
}
int WiFiUDP::endPacket() {
  const sockaddr_in to = socket_address(remote_, remote_port_);
  const auto* generic = reinterpret_cast<const sockaddr*>(&to);
  return sendto(socket_, sent_, to_send_, 0, generic, sizeof to) == static_cast<ssize_t>(to_send_) ? 1 : 0;
}
int WiFiUDP::parsePacket() {
  sockaddr_in from{};
  socklen_t length = sizeof from;
  const ssize_t size = recvfrom(socket_, received_, kLongest, 0, reinterpret_cast<sockaddr*>(&from), &length);
  if (size <= 0) return 0;
  std::memcpy(&remote_[0], &from.sin_addr, 4);
  remote_port_ = ntohs(from.sin_port);
  unread_ = static_cast<std::size_t>(size);
  return static_cast<int>(size);
}
int WiFiUDP::read(unsigned char* bytes, std::size_t size) {
  const std::size_t count = size < unread_ ? size : unread_;
  std::memcpy(bytes, received_, count);
  unread_ = 0;
  return static_cast<int>(count);
}
IPAddress WiFiUDP::remoteIP() {
  return remote_;
}
std::uint16_t WiFiUDP::remotePort() {
  return remote_port_;
}

int main(int, char** arguments) {
  constexpr int kMsBetweenLoops = 1;
  const unsigned long end = millis() + 1000 * static_cast<unsigned long>(std::atoi(arguments[1]));
  setup();
  while (millis() < end) {
    loop();
    poll(nullptr, 0, kMsBetweenLoops);
  }
  return 0;
}
