// SPDX-License-Identifier: MIT
// The tests of GCC 10's dialect and of integers must reject this file; otherwise they would detect nothing.
enum class Colour { kRed };

constexpr int number_of(Colour colour) {
  using enum Colour;
  return colour == kRed ? 1 : 0;
}

constexpr double half(int of) {
  return of / 2.0;
}
