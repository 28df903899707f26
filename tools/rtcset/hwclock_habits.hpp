// SPDX-License-Identifier: MIT
// Who comes from hwclock(8) types its options out of habit. They are answered by the line of rtcset to type
// instead, and not carried out: the two programs do not mean quite the same by them.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace isletime::rtcset {

// `arguments` are those of the command line, without the program's name. Returns one clause, or nothing if
// none of them is an option of hwclock's alone.
std::optional<std::string> answer_hwclock_habit(std::span<const char* const> arguments);

}  // namespace isletime::rtcset
