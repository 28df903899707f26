// SPDX-License-Identifier: MIT
// Detects the clock chips on a bus by their registers (where the register pointer wraps round, bits that read
// as zero, seconds that tick), never by the address alone, which sensors and EEPROMs use too. It writes
// nothing but register pointers. No I/O: it says what to read next and when; detect() does it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

struct Detected {
  std::uint8_t address = 0;
  // Nothing if a device answers that is no known clock.
  std::optional<ChipModel> model;
  // No reading distinguishes the two; the driver of `model` suits both.
  std::optional<ChipModel> or_model;
  // Without a model: the clocks that it may be. No reading distinguishes these either, and their drivers
  // differ, so that somebody must say which one it is.
  std::array<std::optional<ChipModel>, 2> candidates{};
  // The bus failed before the chip was identified. kClaimed means that a kernel driver has the address.
  std::optional<BusError> error;

  bool may_be(ChipModel wanted) const {
    return model == wanted || or_model == wanted || candidates[0] == wanted || candidates[1] == wanted;
  }
};

inline constexpr std::array<std::uint8_t, 6> kClockAddresses{0x32, 0x51, 0x52, 0x53, 0x68, 0x6f};

class RtcDetector {
 public:
  // The most transactions for one address, however often reads fail.
  static constexpr int kMostTransactions = 48;
  // How long seconds are watched if only ticking identifies the chip.
  static constexpr nanoseconds kWatched = std::chrono::milliseconds{1100};

  explicit RtcDetector(std::uint8_t address) : found_{address, {}, {}, {}, {}} {}

  struct Step {
    enum class Kind : std::uint8_t { kWait, kRead, kDone };
    Kind kind;
    MonoTime at{};           // for kWait: until this time
    std::uint8_t first = 0;  // for kRead: from this register on
    MutableBytes in{};
  };
  Step next(MonoTime now);
  // The requested bytes have been stored in their place.
  void on_read(MonoTime before, MonoTime after);
  void on_failed(BusError error, MonoTime now);

  // Valid once it is done. Returns nothing if no device answers.
  std::optional<Detected> found() const;

 private:
  static constexpr std::size_t kRoom = 94;  // for the longest list of reads
  // A register whose seconds must tick.
  struct Watched {
    std::uint8_t seconds_at;
    std::uint8_t bits;
    std::array<std::optional<ChipModel>, 2> models;  // that it tells; both if it does not tell which
    int first_second = 0;
    bool ticks = true;  // until it is seen that it does not
  };
  struct Look {
    MonoTime before;
    MonoTime after;
  };

  void conclude();
  void conclude_0x68();
  void conclude_0x51();
  void conclude_0x6f();
  void watch(std::uint8_t seconds_at, std::uint8_t bits, std::optional<ChipModel> model,
             std::optional<ChipModel> or_model = {});
  void watch_if_time(std::size_t image, std::uint8_t seconds_at, const std::array<std::uint8_t, 7>& absent,
                     ChipModel model);
  void take_look(const Look& look);
  bool shows_time(Watched& watched, const Look& look);
  bool wraps(std::size_t pair) const;

  Detected found_;
  std::array<std::uint8_t, kRoom> seen_{};
  std::size_t filled_ = 0;
  std::size_t reads_ = 0;  // of the list
  std::array<std::optional<Watched>, 2> watched_{};
  std::optional<Look> first_look_;
  int looks_ = 0;
  std::array<std::uint8_t, 8> seconds_{};  // as read last, from register 0 on
  RtcRetries retries_;
  std::optional<MonoTime> barred_until_;
  bool is_done_ = false;
};

// Finds the chip at one address. The host has mono() and sleep_until(), which returns false when the caller
// has given up. Returns nothing if no device answers, or the caller has given up.
template <class Host>
std::optional<Detected> detect(I2cBus& bus, std::uint8_t address, Host& host) {
  RtcDetector detector{address};
  for (;;) {
    const RtcDetector::Step step = detector.next(host.mono());
    if (step.kind == RtcDetector::Step::Kind::kDone) return detector.found();
    if (step.kind == RtcDetector::Step::Kind::kWait) {
      if (!host.sleep_until(step.at)) return std::nullopt;
      continue;
    }
    const MonoTime before = host.mono();
    if (const auto error = bus.transfer(address, Bytes{&step.first, 1}, step.in)) {
      detector.on_failed(*error, host.mono());
    } else {
      detector.on_read(before, host.mono());
    }
  }
}

class Detections {
 public:
  std::span<const Detected> chips() const { return {chips_.data(), count_}; }
  void add(const Detected& chip) {
    if (count_ < chips_.size()) chips_[count_++] = chip;
  }

 private:
  std::array<Detected, kClockAddresses.size()> chips_{};
  std::size_t count_ = 0;
};

// Tries all addresses of clocks, even if one of them fails.
template <class Host>
Detections detect(I2cBus& bus, Host& host) {
  Detections found;
  for (const std::uint8_t address : kClockAddresses) {
    if (const auto chip = detect(bus, address, host)) found.add(*chip);
  }
  return found;
}

}  // namespace isletime
