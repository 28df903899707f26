// SPDX-License-Identifier: MIT
// The wiring of a charger's clocks: a battery clock tells the time at the start and while there is no
// network, NTP, a phone or the back end correct both, and the meter is read at instants that are aligned to
// the clock. Every time that it hands out says whether the clock was reliable.
#pragma once

#include <optional>

#include "firmware/apps/charger/energy_meter.hpp"
#include "firmware/apps/charger/ocpp_link.hpp"
#include "firmware/apps/charger/pages.hpp"
#include "firmware/apps/charger/stamp_list.hpp"
#include "firmware/kit/device_memory.hpp"
#include "firmware/kit/device_name.hpp"
#include "firmware/kit/ntp_following.hpp"
#include "firmware/kit/rtc_runner.hpp"
#include "firmware/kit/status_report.hpp"
#include "firmware/net/udp_port.hpp"
#include "libsync/policy/aligned_stamps.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

class Charger {
 public:
  Charger();

  // One turn of the main loop: takes in what has come, and does what is due. Returns how long the board may
  // sleep.
  nanoseconds turn();
  void report(MonoTime now);

 private:
  void take_pulses();
  void stamp(MonoTime now);
  nanoseconds until_next(MonoTime now) const;

  DeviceName name_;
  DeviceMemory memory_;
  DeviceClock clock_;
  NtpFollowing following_;
  RtcRunner rtc_;
  EnergyMeter meter_;
  AlignedStamps stamps_;
  StampList recent_;
  OcppLink ocpp_;
  Pages pages_;
  net::UdpPort broadcasts_;
  std::optional<unsigned> generation_;
  StatusReport status_;
};

}  // namespace isletime::firmware
