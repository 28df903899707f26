// SPDX-License-Identifier: MIT
// The offset of a phone's clock, from exchanges in which the phone stamps its request (t1) and our response
// (t4), and the hub the instant between them (RFC 5905, section 8, with t2 = t3). That instant certainly lies
// between t1 and t4 by the phone's clock, so half the round trip bounds the error whatever the path does.
#pragma once

#include <cstdint>
#include <span>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "tools/syncweb/phone/refusal.hpp"

namespace isletime::syncweb {

// A browser's clock has steps of 1 ms at best, and of 100 ms where it resists fingerprinting.
inline constexpr nanoseconds kFinestResolution = std::chrono::milliseconds{1};
inline constexpr nanoseconds kCoarsestResolution = seconds{1};
// A longer round trip means that the page was hidden or the radio slept. It is useless then.
inline constexpr nanoseconds kLongestRoundTrip = seconds{3};
// Both clocks may be slewed by 500 ppm each, the most that Linux slews.
inline constexpr Ppm kMutualDrift = Ppm::whole(1000);

struct PhoneExchange {
  std::uint32_t number;
  WallTime t1;  // request sent, by the phone's clock; not before 1970
  WallTime t4;  // response received, by the phone's clock
  Instant hub;  // request received and response sent, by ours
};

// The phone's clock at an instant of the hub, as the exchange with the least round trip tells it.
struct PhoneClock {
  WallTime time;     // of the phone at `at`
  Instant at;        // of the hub
  Dispersion bound;  // the time is off by at most this from what the phone shows
  Delay delay;       // round trip
};

// Refuses exchanges that contradict each other by more than half their round trips and the resolution,
// because then the phone's clock was set in between. Those that took too long are left out.
Result<PhoneClock, Refusal> measure_phone(std::span<const PhoneExchange> exchanges, nanoseconds resolution);

// The phone's clock less ours.
struct PhoneDifference {
  Offset to_wall;    // to the machine's wall clock, as sntpd wants it
  Dispersion bound;  // of the difference to what the phone shows
  Delay delay;
};

// Refers a measurement to the present through the monotonic clock, since the wall clock may have been stepped
// meanwhile.
PhoneDifference difference_at(const PhoneClock& phone, Instant now);

}  // namespace isletime::syncweb
