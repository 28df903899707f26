// SPDX-License-Identifier: MIT
// The state that the daemon shows: plain values that it fills in and that view_json writes. Texts are for
// people. Names are single words for programs, and do not change between versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

struct StatusView {
  WallTime time;            // of the hub's clock
  nanoseconds ahead{};      // hub's clock - machine's clock; not 0 with --no-clock
  double ahead_rate_ppm{};  // how fast that grows
  bool synchronised = false;
  bool reliable = false;
  std::optional<nanoseconds> reliable_for;  // if no source is heard again; nothing if it is not reliable
  std::string source = "free run";          // "ntp:192.0.2.1"
  std::string kind = "free-run";            // a name: "ntp", "phone", "rtc", "manual"
  std::optional<nanoseconds> age;           // since the clock was last set or checked
  std::optional<Dispersion> bound;          // the clock's error is at most this
  std::optional<Offset> offset;             // the estimated rest that is still to be slewed
  std::optional<double> frequency_ppm;
  std::optional<double> frequency_error_ppm;
  std::optional<RateError> rate_error;  // the one that windows and bounds follow
  std::uint8_t stratum = 0;             // 0: unsynchronised
  Leap leap = Leap::kUnsynchronised;
  std::string refid;
  Delay root_delay{};
  Dispersion root_dispersion{};
  std::vector<std::string> warnings;
  nanoseconds uptime{};
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  std::uint64_t limited = 0;  // requests beyond their clients' limits, answered or not
  std::string version;
  struct Rtc {
    std::string source;   // "rtc:/dev/i2c-1@0x68"
    std::string chip;     // "ds3231"; empty if it has not answered yet
    std::string trouble;  // a clause; empty if there is none
    std::optional<double> temperature_c;
    std::optional<double> frequency_ppm;  // positive if the chip is slow
    std::uint64_t repairs = 0;            // of its control registers
    std::uint64_t writes = 0;
    std::uint64_t failures = 0;
  };
  std::optional<Rtc> rtc;  // if one is configured
};

// The window that follows from an experiment with the clock's rate.
struct WindowView {
  RateError rate_error;
  Dispersion tolerance;
  nanoseconds window;  // after a sync by a phone without error
  std::string message;
};

struct SourceView {
  std::string source;                     // "ntp:192.0.2.1"
  std::string kind;                       // a name
  std::string tier;                       // a name: "preferred", "normal", "fallback"
  std::string standing;                   // a name: "selected", "falseticker"
  std::string standing_text;              // why the source is or is not used
  char tally = ' ';                       // the tally code of ntpq
  std::optional<std::uint8_t> reach;      // the last eight polls, a bit each, the latest in bit 0
  std::optional<nanoseconds> poll;        // interval
  std::optional<nanoseconds> age;         // of the last sample
  std::optional<Offset> offset;           // remote - local
  std::optional<Dispersion> uncertainty;  // the offset's error is at most this
  std::optional<Delay> delay;
  std::optional<Dispersion> deviation;  // one sigma
  std::optional<std::uint8_t> stratum;
  std::optional<std::string> refid;
  std::optional<std::string> last_error;
  std::optional<double> frequency_ppm;
  struct Broadcasts {
    std::uint64_t taken = 0;
    std::uint64_t refused = 0;
    std::string refusal;  // why the last one was refused; empty if it was taken
  };
  std::optional<Broadcasts> broadcasts;  // if the server's broadcasts are configured
};

}  // namespace isletime
