// SPDX-License-Identifier: MIT
// Limits how often a PIN may be tried: once a second in all, since each try is work for a slow processor, and
// five times a minute from one address. Ages are monotonic. The table needs no other bound: a minute has
// sixty tries.
#pragma once

#include <optional>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

class TryLimit {
 public:
  static constexpr seconds kBetweenAny{1};
  static constexpr seconds kWindow{60};
  static constexpr std::size_t kMostPerAddress = 5;

  // Counts a try and returns nothing if it may be made now; otherwise returns how long to wait.
  std::optional<seconds> take(IpAddress from, MonoTime now);
  // Forgets the tries of whoever has given the right PIN.
  void forgive(IpAddress from);

 private:
  struct Try {
    IpAddress from;
    MonoTime at;
  };

  std::vector<Try> tries_;  // those of the last minute, oldest first
  std::optional<MonoTime> last_;
};

}  // namespace isletime::syncweb
