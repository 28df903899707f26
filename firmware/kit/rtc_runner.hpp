// SPDX-License-Identifier: MIT
// Runs a device's battery clock: finds the chip, reads its time to the millisecond, repairs its control
// registers, and writes a verified time at the instant at which its second begins. It never waits: poll()
// makes at most one call of a driver, and next_wakeup() says when the next is due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "firmware/kit/saved_record.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/rtc_chips.hpp"
#include "libsync/drivers/rtc_detect.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "libsync/policy/device_rtc.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime::firmware {

// The device's clock as the runner needs it; rtc_clock.hpp makes one of a DeviceClock.
struct RtcClock {
  void* context;
  std::optional<RtcTruth> (*truth)(void* context, MonoTime at);
  void (*on_chip_time)(void* context, const DeviceRtc::ChipTime& chip_time, MonoTime at);
};

enum class RtcState : std::uint8_t {
  kNone,         // there is no bus, or the settings say that there is no chip
  kSought,       // nothing has been read yet
  kAbsent,       // no clock answers
  kAmbiguous,    // its registers suit two models: the setting "rtc" must say which one it is
  kGood,         // it has a time that may be believed
  kLost,         // it lost its time
  kNotATime,     // its registers hold no valid time
  kImplausible,  // it reads a time before the build, or long after it
  kStopped,      // it was told to stop
  kNotRunning,   // it stands still, or its seconds contradict each other
  kTooSlow,      // the bus or the device is too busy to find the edge of its second
  kBusFailed,    // its bus or the chip does not work
  kNotKept,      // it did not take what was written
};

class RtcRunner {
 public:
  struct Config {
    I2cBus* bus;                       // null if there is none
    MonoTime (*uptime)();              // read right before and after a call of a driver
    WallTime built;                    // an earlier time is not believed
    std::optional<ChipModel> model{};  // nothing: it is detected
  };
  RtcRunner(const Config& config, const std::optional<SavedRtc>& saved);
  RtcRunner(const RtcRunner&) = delete;
  RtcRunner& operator=(const RtcRunner&) = delete;

  void poll(const RtcClock& clock);
  // Valid after poll().
  MonoTime next_wakeup() const { return next_wakeup_; }

  RtcState state() const { return state_; }
  std::optional<ChipModel> model() const { return model_; }
  unsigned writes() const { return writes_; }
  unsigned repairs() const { return repairs_; }
  unsigned failures() const { return failures_; }
  // Returns true once for each change that is worth a write of the memory: save saved() then, and at no other
  // time.
  bool take_worth_saving();
  // It could not be saved. While an earlier record may vouch for the chip, the chip is not written.
  void on_not_saved();
  std::optional<SavedRtc> saved() const;

 private:
  enum class Phase : std::uint8_t {
    kIdle,
    kDetecting,
    kStepping,
    kSmoothing,  // reads how far the chip's trim holds it off an even pace
    kMarking,    // reads its trim, and what tells it from another
    kInspecting,
    kRepairing,
    kInspectingAgain,
  };

  void begin(DeviceRtcJob job);
  void start_job();
  // Each makes at most one call of a driver.
  void advance(const RtcClock& clock);
  void detect();
  void step(const RtcClock& clock);
  void write(const RtcStep& todo, const std::optional<RtcTruth>& truth);
  void smooth();
  void mark(const RtcClock& clock);
  void meet(const RtcMark& mark);
  void inspect();
  void repair();
  void retry();
  void finish_detecting();
  void use(ChipModel model, std::uint8_t address);
  void finish_steps(const RtcClock& clock);
  void finish_sighted(const RtcClock& clock);
  void finish_written(const RtcSighting& sighting, const std::optional<RtcTruth>& truth, MonoTime now);
  RtcTraits traits(MonoTime now);
  void finish_in_vain(const RtcClock& clock, RtcState why);
  void fail(RtcState why);
  std::optional<RtcState> distrust() const;

  Config config_;
  DeviceRtc rtc_;
  std::optional<SavedRtc> saved_;  // until the chip that it was saved for has been met
  std::optional<nanoseconds> lead_;
  std::optional<RtcMark> mark_;
  std::optional<ChipModel> model_;
  std::optional<RtcChipHolder> chip_;
  std::optional<RtcDetector> detector_;
  std::optional<RtcStepper> stepper_;
  Dispersion ripple_{};
  std::size_t address_ = 0;  // of kClockAddresses
  DeviceRtcJob job_{};
  Phase phase_ = Phase::kIdle;
  RtcState state_;
  RtcState detected_{};  // while chips are sought: what the addresses up to now have shown
  RtcRetries retries_;
  unsigned findings_ = 0;  // that a repair is to remove
  MonoTime next_wakeup_{};
  std::optional<MonoTime> uncompared_since_;
  std::optional<MonoTime> compared_saved_;  // when a comparison was last worth saving
  bool is_worth_saving_ = false;
  // The contents of the stored record, as far as they vouch for the chip.
  struct Stored {
    bool has_comparison;
    bool has_rate;
  };
  Stored stored_;
  Stored stored_before_;
  bool is_saving_barred_ = false;  // until the next job
  unsigned writes_ = 0;
  unsigned repairs_ = 0;
  unsigned failures_ = 0;
};

}  // namespace isletime::firmware
