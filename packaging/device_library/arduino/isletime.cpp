// SPDX-License-Identifier: MIT
#include "isletime.h"

#include <Arduino.h>
#include <algorithm>
#include <string_view>
#if defined(ESP8266)
#include <ESP8266WiFi.h>
#else
#include <WiFi.h>
#endif

#include "libsync/core/civil_time.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/rfc3339.hpp"

namespace isletime {
namespace {

constexpr std::uint16_t kFirstEphemeralPort = 49152;
constexpr std::uint16_t kEphemeralPorts = 16384;
constexpr nanoseconds kLookUpInterval = std::chrono::hours{1};
constexpr nanoseconds kAfterFailedLookUp = seconds{8};
constexpr std::uint32_t kMicrosPerSecond = 1'000'000;

// Returns the day of the compilation, as "Feb  3 2026" says: no earlier time is believed.
constexpr WallTime day_of(std::string_view date) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto digit = [&](std::size_t at) { return date[at] == ' ' ? 0 : date[at] - '0'; };
  CivilTime day;
  day.date.year = ((digit(7) * 10 + digit(8)) * 10 + digit(9)) * 10 + digit(10);
  day.date.month = static_cast<std::uint8_t>(kMonths.find(date.substr(0, 3)) / 3 + 1);
  day.date.day = static_cast<std::uint8_t>(digit(4) * 10 + digit(5));
  return WallTime{seconds_since_epoch(day)};
}

std::uint64_t random_number() {
#if defined(ESP8266)
  const auto half = [] { return std::uint64_t{ESP.random()}; };
#else
  const auto half = [] { return std::uint64_t{esp_random()}; };
#endif
  const std::uint64_t high = half();
  return high << 32 | half();
}

IpAddress ip_address_of(const IPAddress& address) {
  return IpAddress::v4(std::uint32_t{address[0]} << 24 | std::uint32_t{address[1]} << 16 |
                       std::uint32_t{address[2]} << 8 | std::uint32_t{address[3]});
}

IPAddress arduino_address(IpAddress address) {
  const std::uint32_t value = address.v4_value();
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

DeviceClock::Config clock_config(bool trusts_island) {
  DeviceClock::Config config;
  config.built = day_of(__DATE__);
  if (trusts_island) config.may_follow_island = nullptr;
  return config;
}

// A text that grows in a buffer and never beyond its end.
struct Line {
  char* next;
  char* last;  // stays free for the terminating zero

  void put(std::string_view text) {
    for (const char letter : text) {
      if (next < last) *next++ = letter;
    }
    *next = 0;
  }
  void put(std::uint64_t number) {
    char digits[20];
    char* first = digits + sizeof digits;
    do {
      *--first = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    put(std::string_view{first, static_cast<std::size_t>(digits + sizeof digits - first)});
  }
};

}  // namespace

RightTime::RightTime(const char* hub, bool trusts_island)
    : hub_(hub), clock_(clock_config(trusts_island)), follower_({}, clock_) {}

MonoTime RightTime::uptime() {
  return mono_time(micros_.extend(micros()), kMicrosPerSecond);
}

void RightTime::run() {
  const MonoTime now = uptime();
  if (WiFi.status() != WL_CONNECTED) {
    is_open_ = false;
    return;
  }
  if (!is_open_) {
    const auto port = static_cast<std::uint16_t>(kFirstEphemeralPort + random_number() % kEphemeralPorts);
    is_open_ = udp_.begin(port) == 1;
    if (!is_open_) return;
    follower_.on_link_up();
    next_look_up_.reset();
  }
  look_up(now);
  if (follower_.server().port == 0) return;
  listen();
  ask(now);
}

void RightTime::look_up(MonoTime now) {
  if (next_look_up_ && now < *next_look_up_) return;
  IPAddress found;
  const bool is_found = WiFi.hostByName(hub_, found) == 1;
  next_look_up_ = now + (is_found ? kLookUpInterval : kAfterFailedLookUp);
  const Endpoint server{ip_address_of(found), kNtpPort};
  if (is_found && !(server == follower_.server())) follower_.set_server(server, uptime());
}

void RightTime::ask(MonoTime now) {
  const auto query = follower_.poll(now, random_number());
  if (!query) return;
  const Endpoint& server = follower_.server();
  udp_.beginPacket(arduino_address(server.address), server.port);
  udp_.write(query->data(), query->size());
  const MonoTime at = uptime();
  if (udp_.endPacket() == 1) {
    follower_.on_sent(at);
  } else {
    follower_.on_not_sent();
  }
}

void RightTime::listen() {
  constexpr int kMostAtOnce = 8;  // a flood must leave time for the sketch
  for (int i = 0; i < kMostAtOnce; ++i) {
    const int size = udp_.parsePacket();
    if (size <= 0) return;
    const MonoTime at = uptime();
    std::array<std::uint8_t, 128> bytes{};
    const int read = udp_.read(bytes.data(), bytes.size());
    if (read <= 0) continue;
    const Endpoint from{ip_address_of(udp_.remoteIP()), udp_.remotePort()};
    (void)follower_.on_datagram(Bytes{bytes.data(), static_cast<std::size_t>(read)}, from, at);
  }
}

std::optional<DeviceTime> RightTime::now() {
  return clock_.at(uptime());
}

std::optional<DeviceTime> RightTime::at_micros(std::uint32_t micros) {
  uptime();
  return clock_.at(mono_time(micros_.near(micros), kMicrosPerSecond));
}

const char* RightTime::text() {
  Line line{text_.data(), text_.data() + text_.size() - 1};
  const auto known = now();
  if (!known) {
    line.put("no time yet");
    return text_.data();
  }
  constexpr std::size_t kUpToMilliseconds = 23;
  constexpr std::int64_t kTenthOfMs = 100'000;
  const auto time = format_rfc3339(known->time);
  const auto tenths = static_cast<std::uint64_t>(known->bound.value.count() / kTenthOfMs + 1);
  line.put(std::string_view{time.data(), kUpToMilliseconds});
  line.put("Z +-");
  line.put(tenths / 10);
  line.put(".");
  line.put(tenths % 10);
  line.put(known->is_reliable ? " ms" : " ms (unreliable)");
  return text_.data();
}

}  // namespace isletime
