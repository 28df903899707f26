// SPDX-License-Identifier: MIT
#include "tools/common/poll_timeout.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "libsync/posix/clocks.hpp"
#include "tools/common/sanitizer.hpp"

namespace isletime {

int poll_timeout(std::optional<MonoTime> wakeup, std::chrono::milliseconds least) {
  constexpr std::int64_t kMost = kIsSanitized ? 1000 : std::numeric_limits<int>::max();
  if (!wakeup) return kIsSanitized ? static_cast<int>(kMost) : -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(elapsed(mono_now(), *wakeup));
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), least.count(), kMost));
}

}  // namespace isletime
