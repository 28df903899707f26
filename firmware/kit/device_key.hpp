// SPDX-License-Identifier: MIT
// The device's key by its settings, "key=" and 32 hexadecimal digits: with it, people set the device's clock,
// and NTP is signed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libsync/policy/signed_setting.hpp"

namespace isletime::firmware {

using DeviceKey = std::array<std::uint8_t, SignedSetting::kKeySize>;

// Returns nothing if there is none, or it is of no use, which is said on the console.
std::optional<DeviceKey> key_setting();
// Returns nothing without a key: nobody can set the clock with one.
std::optional<SignedSetting> signed_setting();

}  // namespace isletime::firmware
