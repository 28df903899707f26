// SPDX-License-Identifier: MIT
// The presses of a button until the server has acknowledged them. A press is an interrupt's counter reading;
// it gets its time, bound and reliability when it is first sent, or waits until the time is known, and is
// sent with the same values at every try. No I/O: presses, answers and the time come in; what to send goes
// out.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime {

struct Press {
  std::uint32_t number;  // counts the presses since the start, from 1; those lost have none
  DeviceTime stamp;
};

enum class PressUse : std::uint8_t {
  kQueued,
  kBounce,  // within the lockout after a press: the same one
  kLost,    // the queue is full
};

enum class PressAnswer : std::uint8_t {
  kAcknowledged,
  kRefused,  // it would be refused again, so it is dropped
  kTryLater,
  kUnexpected,  // nothing was under way
};

class PressQueue {
 public:
  static constexpr std::size_t kMost = 32;
  static constexpr nanoseconds kLockout = seconds{2};
  using Wait = std::chrono::duration<std::uint32_t, std::milli>;
  static constexpr Wait kFirstWait = seconds{1};
  static constexpr Wait kLongestWait = seconds{30};
  // A press that was lost or refused is shown as an error for this long.
  static constexpr nanoseconds kErrorShown = seconds{30};

  // `at` is the interrupt's reading; readings come in order. The lockout is counted from the first reading of
  // a press, even of one that was lost: its bounces are no further losses.
  PressUse on_press(MonoTime at);

  // Returns the press to send now: the oldest, if the time of its press is known, none is under way, and the
  // wait after a failure is over.
  std::optional<Press> poll(const DeviceClock& clock, MonoTime now);
  // The press under way was answered with an HTTP status. `random` spreads the retries of several buttons.
  PressAnswer on_status(int status, MonoTime now, std::uint32_t random);
  // It was not answered in time, or could not be sent.
  void on_failure(MonoTime now, std::uint32_t random);

  // Returns when to call poll() next: a time in the past if at once (or once the clock is set), nothing if
  // there is nothing to send or a press is under way.
  std::optional<MonoTime> next_wakeup() const;

  std::size_t waiting() const { return count_; }
  bool is_under_way() const { return is_under_way_; }
  std::uint32_t acknowledged() const { return acknowledged_; }
  std::uint32_t refused() const { return refused_; }  // by the server, for good
  std::uint32_t lost() const { return lost_; }        // while the queue was full
  bool is_error(MonoTime now) const;

 private:
  struct Waiting {
    std::uint32_t number = 0;
    MonoTime at{};
    std::optional<DeviceTime> stamp{};
  };

  void drop_first();
  void retry(MonoTime now, std::uint32_t random);

  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint32_t last_number_ = 0;
  std::optional<MonoTime> last_press_{};
  bool is_under_way_ = false;
  Wait wait_{};  // after the last failure; zero if the last try was answered
  MonoTime retry_at_{};
  std::optional<MonoTime> error_at_{};
  std::uint32_t acknowledged_ = 0;
  std::uint32_t refused_ = 0;
  std::uint32_t lost_ = 0;
  std::array<Waiting, kMost> presses_{};
};

}  // namespace isletime
