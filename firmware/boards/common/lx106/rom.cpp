// SPDX-License-Identifier: MIT
// Integer arithmetic that the compiler calls and that the ESP8266 has in its mask ROM, which is why Debian's
// libgcc leaves it out. The CPU has only the low half of a 32 by 32 bit product, and no division.
#include <bit>
#include <cstdint>

namespace {

template <class Unsigned>
struct Division {
  Unsigned quotient;
  Unsigned remainder;
};

// Long division, bit by bit, but for the zeros at the left that both have.
template <class Unsigned>
constexpr Division<Unsigned> divide(Unsigned dividend, Unsigned divisor) {
  if (divisor == 0) return {static_cast<Unsigned>(-1), dividend};
  Division<Unsigned> result{0, dividend};
  int shift = std::countl_zero(divisor) - std::countl_zero(dividend);
  if (shift < 0) return result;
  for (Unsigned subtrahend = divisor << shift; shift >= 0; --shift, subtrahend >>= 1) {
    result.quotient <<= 1;
    if (result.remainder < subtrahend) continue;
    result.remainder -= subtrahend;
    result.quotient |= 1;
  }
  return result;
}

template <class Unsigned>
constexpr Unsigned magnitude(Unsigned value, bool negative) {
  return negative ? Unsigned{0} - value : value;
}

static_assert(divide<std::uint32_t>(0xffff'ffff, 0x8000'0001).remainder == 0x7fff'fffe);
static_assert(divide<std::uint64_t>(0xffff'ffff'ffff'ffff, 0xffff'ffff'ffff'fffe).quotient == 1);
static_assert(divide<std::uint64_t>(1'000'000'000'000'000'007, 1'000'000'000).quotient == 1'000'000'000);
static_assert(divide<std::uint64_t>(0xffff'ffff, 7).quotient == 613'566'756);
static_assert(divide<std::uint32_t>(0xffff, 7).remainder == 1);
static_assert(divide<std::uint64_t>(6, 7).remainder == 6);
static_assert(divide<std::uint64_t>(0, 7).quotient == 0);
static_assert(divide<std::uint64_t>(0xffff'ffff'ffff'ffff, 1).quotient == 0xffff'ffff'ffff'ffff);

}  // namespace

// The names are the compiler's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

std::uint64_t __umulsidi3(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t low = (a & 0xffff) * (b & 0xffff);
  const std::uint32_t cross_a = (a >> 16) * (b & 0xffff);
  const std::uint32_t cross_b = (a & 0xffff) * (b >> 16);
  const std::uint32_t high = (a >> 16) * (b >> 16);
  const std::uint32_t middle = (low >> 16) + (cross_a & 0xffff) + (cross_b & 0xffff);
  const std::uint32_t upper = high + (cross_a >> 16) + (cross_b >> 16) + (middle >> 16);
  return std::uint64_t{upper} << 32 | middle << 16 | (low & 0xffff);
}

std::uint64_t __muldi3(std::uint64_t a, std::uint64_t b) {
  const auto a_low = static_cast<std::uint32_t>(a);
  const auto b_low = static_cast<std::uint32_t>(b);
  const std::uint32_t cross =
      a_low * static_cast<std::uint32_t>(b >> 32) + static_cast<std::uint32_t>(a >> 32) * b_low;
  return __umulsidi3(a_low, b_low) + (std::uint64_t{cross} << 32);
}

std::uint32_t __udivsi3(std::uint32_t a, std::uint32_t b) {
  return divide(a, b).quotient;
}

std::uint32_t __umodsi3(std::uint32_t a, std::uint32_t b) {
  return divide(a, b).remainder;
}

std::int32_t __divsi3(std::int32_t a, std::int32_t b) {
  const std::uint32_t quotient =
      divide(magnitude<std::uint32_t>(a, a < 0), magnitude<std::uint32_t>(b, b < 0)).quotient;
  return static_cast<std::int32_t>(magnitude(quotient, (a < 0) != (b < 0)));
}

std::uint64_t __udivdi3(std::uint64_t a, std::uint64_t b) {
  return divide(a, b).quotient;
}

std::uint64_t __umoddi3(std::uint64_t a, std::uint64_t b) {
  return divide(a, b).remainder;
}

std::int64_t __divdi3(std::int64_t a, std::int64_t b) {
  const std::uint64_t quotient =
      divide(magnitude<std::uint64_t>(a, a < 0), magnitude<std::uint64_t>(b, b < 0)).quotient;
  return static_cast<std::int64_t>(magnitude(quotient, (a < 0) != (b < 0)));
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
