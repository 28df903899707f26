// SPDX-License-Identifier: MIT
// The right time on an ESP8266 or ESP32 under Arduino: asks a hub by NTP over Wi-Fi, learns how fast this
// chip's crystal runs, and says how far the time may be off. Nothing in here blocks but the look-up of a
// hub's name. The parts that it consists of are in libsync/, for those who need more.
#pragma once

#include <WiFiUdp.h>
#include <array>
#include <cstdint>
#include <optional>

#include "libsync/core/dialect.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/device_follower.hpp"
#include "libsync/policy/tick_counter.hpp"

namespace isletime {

class RightTime {
 public:
  // `hub` is an address or a name and must outlive this object. An island's hub that serves its own clock
  // (sntpd --local) counts as reliable unless `trusts_island` is false.
  explicit RightTime(const char* hub, bool trusts_island = true);

  // Call this in loop(): the sooner a reply is seen, the less uncertain the time is. A pause of an hour is
  // too long.
  void run();

  // Returns nothing until the time is known. `bound` is how far the time may be off.
  std::optional<DeviceTime> now();
  // Returns when micros() showed that, for example in an interrupt less than half an hour ago.
  std::optional<DeviceTime> at_micros(std::uint32_t micros);
  // Returns "2026-02-03T04:05:06.789Z +-0.8 ms", with "(unreliable)" if need be, or "no time yet". Valid
  // until the next call.
  const char* text();

 private:
  MonoTime uptime();
  void look_up(MonoTime now);
  void ask(MonoTime now);
  void listen();

  const char* hub_;
  TickExtender micros_;
  DeviceClock clock_;
  DeviceFollower follower_;
  WiFiUDP udp_;
  bool is_open_ = false;
  std::optional<MonoTime> next_look_up_{};
  std::array<char, 64> text_{};
};

}  // namespace isletime
