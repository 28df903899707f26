// SPDX-License-Identifier: MIT
// How long a reply takes from reading the clock until it leaves, learned from the kernel's transmit
// timestamps of a few replies: the transmit timestamp in a reply is ahead of the reading by this much. It
// depends on the work in between (signing), and on how long the processor has sent no reply, because its
// caches turn cold.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime {

class SendPath {
 public:
  // How long nothing was sent before the reply; kNone means that it directly follows another one.
  enum class Pause : std::uint8_t { kNone, kShort, kMedium, kLong };
  // The caller defines the kinds of work.
  struct Work {
    Pause pause;
    std::size_t kind;  // below kKinds
  };
  static constexpr nanoseconds kNoPace = std::chrono::microseconds{1};
  static constexpr std::size_t kKinds = 28;

  static constexpr Pause pause_of(nanoseconds since_last) {
    using std::chrono::microseconds;
    if (since_last < microseconds{30}) return Pause::kShort;
    if (since_last < microseconds{1000}) return Pause::kMedium;
    return Pause::kLong;
  }

  // Returns 0 until enough was learned about such work, then the same share of `pace` as when it was learned.
  // `pace` is the time, measured just now, of anything that slows down alike.
  constexpr nanoseconds advance(Work work, nanoseconds pace = kNoPace) const {
    const Entry& entry = of(work);
    if (entry.samples < kFirstSamples) return nanoseconds::zero();
    const nanoseconds told = std::clamp(pace, nanoseconds::zero(), kSlowestPace);
    return std::min(nanoseconds{(entry.typical * told.count() + kHalfShare) >> kShareBits}, kLongest);
  }

  // Returns whether the kernel should stamp the next reply of such work. After a pause it stamps each, since
  // sending takes longer anyway and there is time; in a stream of replies only one now and then.
  constexpr bool wants_sample(Work work, MonoTime now) const {
    return is_always_stamped(work) || now >= of(work).next_sample;
  }
  constexpr void on_sample_sent(Work work, MonoTime now) { of(work).next_sample = now + kSampleInterval; }

  // `taken` is the time from reading the clock to the kernel's timestamp.
  constexpr void learn(Work work, nanoseconds taken, nanoseconds pace = kNoPace) {
    // A longer time means that the clock was stepped in between, or that the machine did something else.
    if (taken < nanoseconds::zero() || taken >= kLongest) return;
    if (pace <= nanoseconds::zero() || pace > kSlowestPace) return;
    const std::int64_t share = (taken.count() << kShareBits) / pace.count();
    Entry& entry = of(work);
    if (entry.samples < kFirstSamples) {
      entry.typical = entry.samples == 0 ? share : std::min(entry.typical, share);
      ++entry.samples;
      return;
    }
    // Follows quickly downwards and slowly upwards, so that most replies take longer: a timestamp too far
    // ahead shortens the delay that a client measures, and with it the bound of its error. Where only a few
    // replies are stamped it stays close to the minimum, because stamping itself takes time.
    const std::int64_t rise = entry.typical / (is_always_stamped(work) ? 128 : 1024);
    if (share < entry.typical) {
      entry.typical -= (entry.typical - share) / 4;
    } else {
      entry.typical += std::min(share - entry.typical, rise + 1);
    }
  }

 private:
  struct Entry {
    std::int64_t typical = 0;  // as a share of the pace, in 2^-20
    MonoTime next_sample{};
    std::uint8_t samples = 0;  // up to kFirstSamples
  };

  static constexpr bool is_always_stamped(Work work) { return work.pause > Pause::kShort; }

  static constexpr std::uint8_t kFirstSamples = 8;
  static constexpr nanoseconds kSampleInterval = std::chrono::milliseconds{10};
  static constexpr int kShareBits = 20;
  static constexpr std::int64_t kHalfShare = 1 << (kShareBits - 1);
  static constexpr nanoseconds kSlowestPace = std::chrono::milliseconds{1};
  static constexpr nanoseconds kLongest = std::chrono::microseconds{100};

  constexpr Entry& of(Work work) { return entries_[work.kind][static_cast<std::size_t>(work.pause)]; }
  constexpr const Entry& of(Work work) const {
    return entries_[work.kind][static_cast<std::size_t>(work.pause)];
  }

  std::array<std::array<Entry, 4>, kKinds> entries_{};
};

}  // namespace isletime
