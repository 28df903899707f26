// SPDX-License-Identifier: MIT
// Tables of test vectors: constexpr arrays of structs that each have `constexpr bool holds() const`.
// They are freestanding and free of floating point, so that the unit tests, the compiler
// (static_assert) and the devices' own CPUs (tests/firmware) all check the same vectors.
#pragma once

#include <span>
#include <type_traits>

namespace isletime::vectors {

inline constexpr int kNone = -1;

// Hides the vector from the optimiser, so that the CPU computes what is checked.
template <class Vector>
constexpr const Vector& opaque(const Vector& vector) {
  if (std::is_constant_evaluated()) return vector;
  const Vector* address = &vector;
  asm("" : "+r"(address));
  return *address;
}

// Returns the index of the first vector that does not hold, or kNone.
template <const auto& kTable>
constexpr int first_failing() {
  int index = 0;
  for (const auto& vector : kTable) {
    if (!opaque(vector).holds()) return index;
    ++index;
  }
  return kNone;
}

struct Check {
  const char* name;
  int (*first_failing)();
};

constexpr bool all_hold(std::span<const Check> checks) {
  for (const Check& check : checks) {
    if (check.first_failing() != kNone) return false;
  }
  return true;
}

}  // namespace isletime::vectors
