// SPDX-License-Identifier: MIT
#include "firmware/boards/common/painted_stack.hpp"

#include <algorithm>

namespace isletime::board {
namespace {

constexpr std::uint32_t kPattern = 0xa5c3'3c5a;
constexpr int kOverflowStatus = 100;

}  // namespace

// Leaves alone what is in use, with a margin for this function itself.
void paint_stack() {
  constexpr std::ptrdiff_t kMargin = 16;
  const auto* const here = static_cast<const std::uint32_t*>(__builtin_frame_address(0));
  for (volatile std::uint32_t* word = stack_lowest; word < here - kMargin; ++word) *word = kPattern;
}

void check_stack() {
  if (stack_lowest[0] == kPattern) return;
  write("\nfault: the stack is too small\n");
  stop(kOverflowStatus);
}

StackUse stack_use() {
  const auto* const deepest =
      std::find_if(stack_lowest, stack_top, [](auto word) { return word != kPattern; });
  const auto bytes = [](std::ptrdiff_t words) { return static_cast<std::size_t>(words) * sizeof kPattern; };
  return {.deepest = bytes(stack_top - deepest), .size = bytes(stack_top - stack_lowest)};
}

}  // namespace isletime::board
