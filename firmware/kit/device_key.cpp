// SPDX-License-Identifier: MIT
#include "firmware/kit/device_key.hpp"

#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "libsync/core/hex.hpp"

namespace isletime::firmware {

std::optional<DeviceKey> key_setting() {
  const std::string_view text = setting("key");
  if (text.empty()) return std::nullopt;
  const auto key = parse_hex<SignedSetting::kKeySize>(text);
  if (!key) board::write("key: not 32 hexadecimal digits; nobody can set this clock\n");
  return key;
}

std::optional<SignedSetting> signed_setting() {
  const auto key = key_setting();
  if (!key) return std::nullopt;
  return SignedSetting{*key, board::random()};
}

}  // namespace isletime::firmware
