// SPDX-License-Identifier: MIT
// Counts that an interrupt hands over to the main loop, in their order, on a CPU with one core. When it is
// full, new ones are lost: of a bouncing contact, the first matters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace isletime::board {

template <std::size_t size>
class InterruptRing {
  static_assert((size & (size - 1)) == 0, "indexes wrap at 2^32");

 public:
  // Called by the interrupt alone. Inline, so that it is in RAM where the interrupt's function must be.
  [[gnu::always_inline]] void push(std::uint32_t count) {
    if (written_ - read_ == size) return;
    counts_[written_ % size] = count;
    written_ = written_ + 1;
  }

  // Called by the main loop alone.
  std::optional<std::uint32_t> pop() {
    if (is_empty()) return std::nullopt;
    const std::uint32_t count = counts_[read_ % size];
    read_ = read_ + 1;
    return count;
  }
  bool is_empty() const { return written_ == read_; }

 private:
  // All are volatile, so that a count is in memory before the index that says so.
  std::array<volatile std::uint32_t, size> counts_{};
  volatile std::uint32_t written_ = 0;
  volatile std::uint32_t read_ = 0;
};

}  // namespace isletime::board
