// SPDX-License-Identifier: MIT
// What every program's exit status means.
#pragma once

namespace isletime {

enum class ExitStatus : int {
  kGood = 0,
  kBadVerdict = 1,    // it ran, and the answer is bad: no reply, out of tolerance
  kUsage = 2,         // options or configuration
  kSystemFailed = 3,  // socket, permission
};

}  // namespace isletime
