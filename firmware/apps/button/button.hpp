// SPDX-License-Identifier: MIT
// The wiring of a race button: the board's interrupts and the network on one side, the policies of libsync on
// the other. It follows the hub by NTP and its broadcasts, and hands each press to the hub's syncweb until
// that has acknowledged it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/kit/device_memory.hpp"
#include "firmware/kit/device_name.hpp"
#include "firmware/kit/ntp_following.hpp"
#include "firmware/kit/status_report.hpp"
#include "firmware/net/http_client.hpp"
#include "firmware/net/udp_port.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/led_pattern.hpp"
#include "libsync/policy/press_queue.hpp"

namespace isletime::firmware {

class Button {
 public:
  Button();

  // One turn of the main loop: takes in what has come, and does what is due. Returns how long the board may
  // sleep.
  nanoseconds turn();
  void report(MonoTime now);

 private:
  struct Callbacks;  // what the network calls

  void follow_network(MonoTime now);
  void take_presses();
  void deliver(MonoTime now);
  void show(MonoTime now);
  LedState led_state(MonoTime now) const;
  nanoseconds until_next(MonoTime now) const;

  DeviceName name_;
  std::uint64_t boot_;
  std::uint16_t web_port_;
  DeviceMemory memory_;
  DeviceClock clock_;
  NtpFollowing following_;
  PressQueue presses_;
  net::UdpPort broadcasts_;
  net::HttpClient web_;
  std::optional<unsigned> generation_;
  StatusReport status_;
  bool is_led_on_ = false;
};

}  // namespace isletime::firmware
