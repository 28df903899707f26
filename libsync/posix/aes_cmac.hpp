// SPDX-License-Identifier: MIT
// AES-CMAC (RFC 4493) with a key that is expanded only once, for a server that signs many packets.
#pragma once

#include <array>
#include <cstdint>

#include <nettle/aes.h>
#include <nettle/cmac.h>

#include "libsync/core/bytes.hpp"

namespace isletime {

// The object contains the expanded key, so it must be kept in memory for secrets.
class AesCmac {
 public:
  using Tag = std::array<std::uint8_t, CMAC128_DIGEST_SIZE>;

  // `secret` has 16 or 32 bytes.
  explicit AesCmac(Bytes secret);

  Tag tag_of(Bytes message) const;

 private:
  union Cipher {
    aes128_ctx aes128;
    aes256_ctx aes256;
  };

  Cipher cipher_;
  nettle_cipher_func* encrypt_;
  cmac128_key key_;
};

}  // namespace isletime
