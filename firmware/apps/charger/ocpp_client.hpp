// SPDX-License-Identifier: MIT
// A small OCPP 1.6 charge point, as far as time and metering are concerned: it boots, sends heartbeats at the
// interval that the back end tells, and delivers meter readings, one request at a time. No I/O: messages come
// in, and the next one to send goes out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "firmware/apps/charger/ocpp_message.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

class OcppClient {
 public:
  // Readings that are not acknowledged; if there are more, the oldest is lost, and counts as missed.
  static constexpr std::size_t kMostReadings = 32;
  // A back end that has not replied by then is left, and connected to anew.
  static constexpr nanoseconds kPatience = seconds{30};
  // OCPP 1.6, TransactionMessageAttempts and its RetryInterval: a reading that the back end refuses so often
  // is given up.
  static constexpr int kMostRefusals = 3;
  static constexpr nanoseconds kAfterRefusal = seconds{60};
  // A clock that becomes reliable and unreliable in turn is told of at most this often.
  static constexpr nanoseconds kBetweenStatuses = seconds{10};
  static constexpr seconds kUsualInterval{300};
  static constexpr seconds kLongestInterval{86'400};
  static constexpr seconds kBootAgain{60};

  // `serial` must outlive the object.
  explicit OcppClient(std::string_view serial) : serial_(serial) {}

  void on_opened(MonoTime now);
  void on_closed();
  // Returns true if a request has waited for its reply too long.
  bool is_stalled(MonoTime now) const { return pending_ && elapsed(pending_->sent, now) > kPatience; }

  void add(const MeterReading& reading, std::uint32_t missed_before);

  // Returns the next message to send, within `out`; empty if there is none. If it cannot be sent, close the
  // connection.
  std::string_view next_message(std::span<char> out, const std::optional<DeviceTime>& time, MonoTime now);

  struct Outcome {
    std::optional<BackendTime> time;  // to report to the device's clock
    std::string_view reply;           // to send at once, within `out`; empty if there is none
  };
  Outcome on_message(std::string_view text, std::span<char> out, MonoTime now);

  // Returns when next_message() may have something new, unless a reading is added.
  MonoTime next_wakeup(const std::optional<DeviceTime>& time) const;

  bool is_accepted() const { return is_open_ && is_accepted_; }
  seconds interval() const { return interval_; }
  std::size_t waiting() const { return count_; }
  std::uint32_t delivered() const { return delivered_; }
  std::uint32_t refused() const { return refused_; }
  std::uint32_t garbled() const { return garbled_; }

 private:
  enum class Request : std::uint8_t { kBoot, kHeartbeat, kClockStatus, kMissedStamps, kMeterValues };
  struct Pending {
    Request request;
    std::uint32_t id;
    MonoTime sent;
    bool said_reliable = false;
    std::uint32_t said_missed = 0;
  };

  std::optional<Request> due(const std::optional<DeviceTime>& time, MonoTime now) const;
  bool has_news(const std::optional<DeviceTime>& time) const;
  void take_result(const Pending& pending, const JsonValue& payload, MonoTime now);
  void take_error(const Pending& pending, MonoTime now);
  void drop_oldest();
  void miss(std::uint32_t count);

  std::string_view serial_;
  bool is_open_ = false;
  bool is_accepted_ = false;
  std::optional<Pending> pending_;
  std::uint32_t last_id_ = 0;
  seconds interval_ = kUsualInterval;
  MonoTime next_boot_{};
  MonoTime next_heartbeat_{};
  MonoTime next_status_{};
  MonoTime next_reading_{};
  std::optional<bool> told_reliable_;  // nothing: not told on this connection
  std::uint32_t missed_ = 0;           // stamps that the back end was not yet told of

  std::array<MeterReading, kMostReadings> readings_{};  // a ring
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint32_t reading_id_ =
      0;              // of the oldest; 0 if it was never sent: it keeps its id when it is repeated
  int refusals_ = 0;  // of the oldest
  std::uint32_t delivered_ = 0;
  std::uint32_t refused_ = 0;
  std::uint32_t garbled_ = 0;
};

}  // namespace isletime::firmware
