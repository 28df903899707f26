// SPDX-License-Identifier: MIT
// A press of a race button. Its time, bound and reliability are the device's own words; nothing is added to
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

struct Press {
  std::string sender;                   // "button-3f2a"
  std::string boot;                     // of the sender, if its numbers begin anew with each; otherwise empty
  std::optional<std::uint64_t> number;  // counts the presses of the sender; the older form has none
  WallTime time;
  std::optional<Dispersion> uncertainty;  // the time is off by at most this
  std::optional<bool> is_reliable;        // the older form does not say
};

// When and from where a press or a reset reached the hub.
struct Arrival {
  std::optional<WallTime> time;     // by the hub's clock; nothing if nothing vouched for that
  std::optional<Dispersion> bound;  // the hub's time was off by at most this
  std::string address;              // "192.168.4.17"
};

struct StoredPress {
  std::int64_t id = 0;  // from 1, in the order of arrival
  Press press;
  std::optional<WallTime> received;
  std::string address;
};

}  // namespace isletime::syncweb
