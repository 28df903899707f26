// SPDX-License-Identifier: MIT
// The exit statuses of all programs.
#pragma once

namespace isletime {

enum class ExitStatus : int {
  kGood = 0,
  kBadVerdict = 1,    // it ran, and the result is bad: no reply, out of tolerance
  kUsage = 2,         // options or configuration
  kSystemFailed = 3,  // socket, permission
};

}  // namespace isletime
