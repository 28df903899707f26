// SPDX-License-Identifier: MIT
// How long a reply takes from the reading of the clock to the instant at which it really leaves, learned
// from the kernel's transmit stamps of a few: by so much the transmit stamp that a reply bears is ahead
// of the reading. It depends on what is done meanwhile (signing), and on how long the processor had
// nothing to do with replies, whose code and data are then no longer at hand.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime {

class SendPath {
 public:
  // Of the time since the replies before.
  enum class Pause : std::uint8_t { kShort, kMedium, kLong };
  // Which kind of work is whose affair who sends.
  struct Work {
    Pause pause;
    std::size_t kind;  // below kKinds
  };
  static constexpr std::size_t kKinds = 10;

  static constexpr Pause pause_of(nanoseconds since_last) {
    using std::chrono::microseconds;
    if (since_last < microseconds{30}) return Pause::kShort;
    if (since_last < microseconds{1000}) return Pause::kMedium;
    return Pause::kLong;
  }

  // 0 until enough was learned of such work.
  constexpr nanoseconds advance(Work work) const {
    const Entry& entry = of(work);
    return entry.samples < kFirstSamples ? nanoseconds::zero() : entry.typical;
  }

  // Whether the next reply of such work should be stamped by the kernel. After a pause each is, for that
  // takes longer itself, and there is time; in a stream of them one in a while.
  constexpr bool wants_sample(Work work, MonoTime now) const {
    return work.pause > Pause::kShort || now >= of(work).next_sample;
  }
  constexpr void on_sample_sent(Work work, MonoTime now) { of(work).next_sample = now + kSampleInterval; }

  // `taken`: from the reading of the clock to the kernel's stamp.
  constexpr void learn(Work work, nanoseconds taken) {
    // A clock that was stepped in between, or a machine that did something else.
    if (taken < nanoseconds::zero() || taken >= kLongest) return;
    Entry& entry = of(work);
    if (entry.samples < kFirstSamples) {
      entry.typical = entry.samples == 0 ? taken : std::min(entry.typical, taken);
      ++entry.samples;
      return;
    }
    // Soon down and slowly up, to what most replies exceed: a stamp that is too far ahead shortens the
    // delay that a client sees, and with it the bound of its error.
    if (taken < entry.typical) {
      entry.typical -= (entry.typical - taken) / 4;
    } else {
      entry.typical += std::min(taken - entry.typical, entry.typical / 256 + nanoseconds{1});
    }
  }

 private:
  struct Entry {
    nanoseconds typical{};
    MonoTime next_sample{};
    std::uint8_t samples = 0;  // up to kFirstSamples
  };

  static constexpr std::uint8_t kFirstSamples = 8;
  static constexpr nanoseconds kSampleInterval = std::chrono::milliseconds{10};
  static constexpr nanoseconds kLongest = std::chrono::microseconds{100};

  constexpr Entry& of(Work work) { return entries_[work.kind][static_cast<std::size_t>(work.pause)]; }
  constexpr const Entry& of(Work work) const {
    return entries_[work.kind][static_cast<std::size_t>(work.pause)];
  }

  std::array<std::array<Entry, 3>, kKinds> entries_{};
};

}  // namespace isletime
