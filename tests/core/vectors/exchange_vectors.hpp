// SPDX-License-Identifier: MIT
// Four timestamps each, with offset and delay worked out by hand from the formulas of RFC 5905, section 8.
#pragma once

#include "libsync/core/exchange.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

struct Measured {
  nanoseconds t1;
  nanoseconds t2;
  nanoseconds t3;
  nanoseconds t4;
  nanoseconds offset;
  nanoseconds delay;

  constexpr bool holds() const {
    const auto [o, d] =
        measure({to_ntp(WallTime{t1}), to_ntp(WallTime{t2}), to_ntp(WallTime{t3}), to_ntp(WallTime{t4})});
    return o.value == offset && d.value == delay;
  }
};

using std::chrono::microseconds;
using std::chrono::milliseconds;
inline constexpr seconds kStart{100};

// The query takes 2 ms, the reply 1 ms and the server 5 ms; the server is 10 s ahead, then 10 s behind.
inline constexpr Measured kOffsets[] = {
    {kStart, seconds{110} + milliseconds{2}, seconds{110} + milliseconds{7}, kStart + milliseconds{8},
     seconds{10} + microseconds{500}, milliseconds{3}},
    {kStart, seconds{90} + milliseconds{2}, seconds{90} + milliseconds{7}, kStart + milliseconds{8},
     seconds{-10} + microseconds{500}, milliseconds{3}},
};

inline constexpr Measured kNegativeDelays[] = {
    {kStart, kStart, kStart + milliseconds{2}, kStart + milliseconds{1}, microseconds{500}, milliseconds{-1}},
};

// Era 1 starts at 2036-02-07T06:28:16Z: first between the two clocks' readings, then between request and
// reply.
inline constexpr seconds kEraStart{2'085'978'496};
inline constexpr Measured kExchangesAcrossEras[] = {
    {kEraStart - seconds{1}, kEraStart + seconds{1}, kEraStart + seconds{1},
     kEraStart - seconds{1} + milliseconds{2}, seconds{2} - milliseconds{1}, milliseconds{2}},
    {kEraStart - milliseconds{1}, kEraStart - milliseconds{1}, kEraStart + milliseconds{1},
     kEraStart + milliseconds{1}, nanoseconds{0}, nanoseconds{0}},
};

// One clock starts at 1970 because its battery is dead; the other is set to 2036.
inline constexpr Measured kClocksYearsApart[] = {
    {nanoseconds{0}, seconds{1'770'000'000}, seconds{1'770'000'000}, milliseconds{4},
     seconds{1'770'000'000} - milliseconds{2}, milliseconds{4}},
    {seconds{2'086'041'600}, seconds{0}, seconds{0}, seconds{2'086'041'600} + milliseconds{4},
     seconds{-2'086'041'600} - milliseconds{2}, milliseconds{4}},
    // Half an era apart, T2 - T1 seems to be half an era negative, and T3 - T4 half an era positive.
    {nanoseconds{0}, seconds{2'147'483'648}, seconds{2'147'483'648}, milliseconds{4},
     seconds{-2'147'483'648} - milliseconds{2}, milliseconds{4}},
};

// Offsets are known modulo 2^32 s = 4'294'967'296 s. 2026-11-21T00:00:00Z is 1'795'219'200 s and 2040-01-01
// is 2'208'988'800 s after 1970; the offset nearest to zero would lead to 1903.
struct Unfolded {
  nanoseconds offset;
  nanoseconds near;
  nanoseconds result;

  constexpr bool holds() const { return unfold(Offset{offset}, Offset{near}).value == result; }
};

inline constexpr seconds kBuilt{1'795'219'200};
inline constexpr seconds kEra{4'294'967'296};
inline constexpr Unfolded kUnfoldedOffsets[] = {
    {seconds{2'208'988'800} - kEra, kBuilt, seconds{2'208'988'800}},
    {seconds{2'208'988'800} - kEra + nanoseconds{1}, kBuilt, seconds{2'208'988'800} + nanoseconds{1}},
    {seconds{1}, nanoseconds{0}, seconds{1}},
    {seconds{-1}, nanoseconds{0}, seconds{-1}},
    {nanoseconds{0}, kBuilt, nanoseconds{0}},
    // The server is in 2026 and the local clock reads 2150, so the offset is 124 years back.
    {kEra - seconds{3'900'000'000}, seconds{-3'900'000'000}, seconds{-3'900'000'000}},
    // The first is two eras ahead; the second would overflow nanoseconds and stays unchanged.
    {seconds{-2'000'000'000}, seconds{6'500'000'000}, seconds{-2'000'000'000} + 2 * kEra},
    {seconds{1'000'000'000}, nanoseconds::max(), seconds{1'000'000'000}},
};

inline constexpr Check kExchangeChecks[] = {
    {"Exchange.Offsets", first_failing<kOffsets>},
    {"Exchange.NegativeDelays", first_failing<kNegativeDelays>},
    {"Exchange.AcrossEras", first_failing<kExchangesAcrossEras>},
    {"Exchange.ClocksYearsApart", first_failing<kClocksYearsApart>},
    {"Exchange.UnfoldedOffsets", first_failing<kUnfoldedOffsets>},
};

}  // namespace isletime::vectors
