// SPDX-License-Identifier: MIT
// The address of the hub by the setting "hub": an address, or a name that is looked up again every minute. If
// that fails, the last address stays.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::net {

class HubLookup {
 public:
  void start(std::string_view name);  // an empty name is none
  void poll(MonoTime now);            // while there is a network
  void on_new_network() { next_.reset(); }
  bool has_name() const { return name_[0] != '\0'; }
  std::optional<IpAddress> address() const { return address_; }
  void on_found(IpAddress address) { address_ = address; }

 private:
  std::array<char, 64> name_{};  // ends with a zero
  std::optional<IpAddress> address_;
  std::optional<MonoTime> next_;
};

}  // namespace isletime::net
