// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/signing_keys.hpp"

#include <fmt/format.h>

namespace isletime::ntpprobe {

Result<KeyRing, std::string> read_signing_keys(const Options& options) {
  if (!options.keys || !options.key) return KeyRing{};
  auto keys = read_key_file(*options.keys);
  if (!keys) return keys;
  if (keys->find(*options.key) == nullptr) {
    return Unexpected{fmt::format("{}: there is no key {}", *options.keys, *options.key)};
  }
  return keys;
}

}  // namespace isletime::ntpprobe
