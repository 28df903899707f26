// SPDX-License-Identifier: MIT
// A battery clock as the daemon uses it, either a chip on a bus or a device of a kernel driver. Calls may
// block, so only the thread that owns the device makes them. Errors are clauses for people.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/hub/rtc_outcome.hpp"
#include "libsync/posix/owned_i2c_bus.hpp"
#include "tools/common/battery_clock/chip_scale.hpp"
#include "tools/sntpd/rtc_option.hpp"

namespace isletime::sntpd {

// The machine's clocks, and a sleep that another thread can end.
class RtcClocks {
 public:
  RtcClocks() = default;
  RtcClocks(const RtcClocks&) = delete;
  RtcClocks& operator=(const RtcClocks&) = delete;
  virtual ~RtcClocks() = default;

  virtual WallTime wall() = 0;
  virtual MonoTime mono() = 0;
  // Returns false if end() was called meanwhile.
  virtual bool sleep_until(MonoTime time) = 0;

  // Called from another thread: the job under way is to end as soon as it can.
  void end() { is_ended_.store(true, std::memory_order_relaxed); }
  bool is_ended() const { return is_ended_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> is_ended_{false};
};

class RtcDevice {
 public:
  RtcDevice() = default;
  RtcDevice(const RtcDevice&) = delete;
  RtcDevice& operator=(const RtcDevice&) = delete;
  virtual ~RtcDevice() = default;

  // Call this before the other functions, and again after one of them has failed. Returns nothing if the chip
  // was found and identified.
  virtual std::optional<std::string> find_chip(RtcClocks& clocks) = 0;
  // Valid once the chip was found.
  virtual const ChipOscillator& oscillator() const = 0;
  virtual std::string chip_name() const = 0;
  // These are as in RtcLook; if they cannot be read, they count as absent.
  virtual std::optional<double> trim() { return std::nullopt; }
  virtual std::string mark() const { return {}; }
  virtual battery_clock::ChipScale scale() const { return battery_clock::ChipScale::kUtc; }
  // Returns whether the administrator vouches for a chip that cannot tell whether it kept its time.
  virtual bool is_trusted() const { return false; }
  // Returns whether the kernel sets it every 11 minutes, as it does with its own battery clock. That hides
  // the drift.
  virtual bool is_set_by_others() const { return false; }

  virtual Result<RtcReading, std::string> read(const CivilDate& near) = 0;
  virtual Result<std::optional<std::uint8_t>, std::string> read_second() = 0;
  // Returns nothing if the chip has no thermometer.
  virtual Result<std::optional<MilliCelsius>, std::string> temperature() = 0;
  // Returns RtcChip::ripple(). A kernel driver does not tell it.
  virtual Result<Dispersion, std::string> ripple() { return Dispersion{}; }
  virtual std::optional<std::string> prepare() = 0;
  // The second that is set begins set_delay() after the call.
  virtual std::optional<std::string> set(const CivilTime& time) = 0;
  virtual nanoseconds set_delay() const = 0;
  // Checks the control registers and repairs what can be repaired.
  virtual Result<RtcHealth, std::string> check(RtcClocks& clocks) = 0;
};

battery_clock::ChipScale scale_of(const RtcOption& option);
// Returns the source's name: "rtc:/dev/i2c-1@0x68".
std::string source_name(const RtcOption& option);

std::unique_ptr<RtcDevice> chip_rtc(std::unique_ptr<OwnedI2cBus> bus, const RtcOption& option);

}  // namespace isletime::sntpd
