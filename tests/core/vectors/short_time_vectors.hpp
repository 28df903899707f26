// SPDX-License-Identifier: MIT
// Root delay and dispersion, unsigned 16.16 seconds. By hand: 1 unit is 15'258.789 ns.
#pragma once

#include <cstdint>
#include <limits>

#include "libsync/core/short_time.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

struct ShortTimeDuration {
  std::uint32_t raw;
  nanoseconds expected;

  constexpr bool holds() const { return ShortTime::from_raw(raw).to_nanoseconds() == expected; }
};

inline constexpr ShortTimeDuration kShortTimes[] = {
    {0, nanoseconds{0}},
    {0x0000'8000, nanoseconds{500'000'000}},
    {0x0001'0000, seconds{1}},
    {0x0010'0000, seconds{16}},
};

inline constexpr ShortTimeDuration kShortTimesAbove32767Seconds[] = {
    {0x8000'0000, seconds{32'768}},
    {0xffff'ff1b, nanoseconds{65'535'996'505'738}},  // seen from a public server; 65'535.9965057373...
    {0xffff'ffff, nanoseconds{65'535'999'984'742}},
};

inline constexpr ShortTimeDuration kShortTimesRoundUp[] = {
    {1, nanoseconds{15'259}},                 // 15'258.8
    {2, nanoseconds{30'518}},                 // 30'517.6
    {0x0000'ffff, nanoseconds{999'984'742}},  // 999'984'741.2
    // Wireshark's sample capture NTP_sync, packet 18: root delay 109.2377 ms, dispersion 81.7261 ms.
    {0x0000'1bf7, nanoseconds{109'237'671}},  // 109'237'670.9
    {0x0000'14ec, nanoseconds{81'726'075}},   // 81'726'074.2
};

struct ShortTimeRounding {
  nanoseconds duration;
  std::uint32_t expected;

  constexpr bool holds() const { return ShortTime::round_up(duration).raw() == expected; }
};

inline constexpr ShortTimeRounding kRoundings[] = {
    {nanoseconds{0}, 0},      {nanoseconds{500'000'000}, 0x8000}, {seconds{1}, 0x1'0000},
    {seconds{16}, 0x10'0000}, {seconds{65'535}, 0xffff'0000},
};

inline constexpr ShortTimeRounding kRoundingsUp[] = {
    {nanoseconds{1}, 1},
    {nanoseconds{15'258}, 1},
    {nanoseconds{15'259}, 2},
    {nanoseconds{30'517}, 2},
    {nanoseconds{30'518}, 3},
    {nanoseconds{999'999'999}, 0x1'0000},
    {nanoseconds{1'000'000'001}, 0x1'0001},
    {nanoseconds{65'535'999'984'741}, 0xffff'ffff},
};

inline constexpr ShortTimeRounding kSaturations[] = {
    {nanoseconds{65'535'999'984'742}, 0xffff'ffff},
    {nanoseconds{65'535'999'999'999}, 0xffff'ffff},
    {seconds{65'536}, 0xffff'ffff},
    {seconds{4'294'967'296}, 0xffff'ffff},
    {nanoseconds{std::numeric_limits<std::int64_t>::max()}, 0xffff'ffff},
    {nanoseconds{-1}, 0},
    {nanoseconds{std::numeric_limits<std::int64_t>::min()}, 0},
};

inline constexpr Check kShortTimeChecks[] = {
    {"ShortTime.Durations", first_failing<kShortTimes>},
    {"ShortTime.DurationsAbove32767Seconds", first_failing<kShortTimesAbove32767Seconds>},
    {"ShortTime.DurationsRoundUp", first_failing<kShortTimesRoundUp>},
    {"ShortTime.Roundings", first_failing<kRoundings>},
    {"ShortTime.RoundingsUp", first_failing<kRoundingsUp>},
    {"ShortTime.Saturations", first_failing<kSaturations>},
};

}  // namespace isletime::vectors
