// SPDX-License-Identifier: MIT
// The clock's display: shows the face of each moment on the chain of MAX7219, dims it by the light around,
// and measures how late a picture is complete, since nothing that the network does may delay it.
#pragma once

#include <cstdint>

#include "libsync/core/posix_tz.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/max7219.hpp"
#include "libsync/policy/clock_face.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/dimmer.hpp"

namespace isletime::firmware {

class Display {
 public:
  // A scrolled picture must be complete before the next one is due.
  static constexpr nanoseconds kDeadline = kColumnTime;

  Display(const PosixZone& zone, const NightHours& night) : zone_(zone), night_(night) {}

  // Shows what is due. Call this in every turn of the main loop.
  void turn(const DeviceClock& clock, MonoTime now);
  MonoTime next_wakeup() const;
  // Writes to the console how many pictures were shown since the last report, and how late the latest of them
  // was.
  void report();

 private:
  void draw(const DeviceClock& clock, MonoTime now);
  void send(MonoTime now);

  PosixZone zone_;
  NightHours night_;
  Max7219Chain chain_;
  Dimmer dimmer_;
  Picture picture_;
  std::uint32_t settings_ = 0;  // DeviceClock::settings() for which the picture was drawn
  MonoTime due_{};              // the next picture
  MonoTime next_measurement_{};
  std::uint32_t pictures_ = 0;
  std::uint32_t missed_ = 0;  // beyond the deadline
  nanoseconds latest_{};
};

}  // namespace isletime::firmware
