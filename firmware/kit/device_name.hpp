// SPDX-License-Identifier: MIT
// The device's name in presses, on pages and in the DHCP server's list: the setting "name", or the kind of
// device and the last three bytes of its hardware address, as "button-3f2a01". It stays the same at every
// start.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace isletime::firmware {

class DeviceName {
 public:
  static constexpr std::size_t kLongest = 63;

  // A setting that is too long, or has anything but letters, digits, '-', '_' and '.', is not used: the name
  // is put into JSON and DHCP messages as it is.
  explicit DeviceName(std::string_view kind);

  std::string_view text() const { return {name_.data(), size_}; }
  const char* c_str() const { return name_.data(); }

 private:
  std::array<char, kLongest + 1> name_{};
  std::size_t size_ = 0;
};

}  // namespace isletime::firmware
