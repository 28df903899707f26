// SPDX-License-Identifier: MIT
#include "libsync/posix/digest.hpp"

#include <array>

#include <sodium.h>

namespace isletime {

std::string digest(std::string_view text) {
  std::array<unsigned char, kDigestDigits / 2> hash{};
  static_assert(hash.size() >= crypto_generichash_BYTES_MIN);
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::array<char, kDigestDigits + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), hash.data(), hash.size());
  return {digits.data(), kDigestDigits};
}

}  // namespace isletime
