// SPDX-License-Identifier: MIT
// People who know hwclock(8) type its options out of habit. The answer is the line of rtcset to type instead.
// It is not carried out, because the two programs do not mean quite the same by it.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace isletime::rtcset {

// `arguments` are those of the command line, without the program's name. Returns one clause, or nothing if
// none of them is an option of hwclock's alone.
std::optional<std::string> answer_hwclock_habit(std::span<const char* const> arguments);

}  // namespace isletime::rtcset
