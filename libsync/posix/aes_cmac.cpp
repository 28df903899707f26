// SPDX-License-Identifier: MIT
#include "libsync/posix/aes_cmac.hpp"

namespace isletime {
namespace {

// nettle calls ciphers through functions of these types.
void encrypt128(const void* cipher, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
  aes128_encrypt(static_cast<const aes128_ctx*>(cipher), size, to, from);
}
void encrypt256(const void* cipher, std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
  aes256_encrypt(static_cast<const aes256_ctx*>(cipher), size, to, from);
}

}  // namespace

AesCmac::AesCmac(Bytes secret) : encrypt_(secret.size() == AES128_KEY_SIZE ? encrypt128 : encrypt256) {
  if (encrypt_ == encrypt128) {
    aes128_set_encrypt_key(&cipher_.aes128, secret.data());
  } else {
    aes256_set_encrypt_key(&cipher_.aes256, secret.data());
  }
  cmac128_set_key(&key_, &cipher_, encrypt_);
}

AesCmac::Tag AesCmac::tag_of(Bytes message) const {
  cmac128_ctx state;
  cmac128_init(&state);
  cmac128_update(&state, &cipher_, encrypt_, message.size(), message.data());
  Tag tag;
  cmac128_digest(&state, &key_, &cipher_, encrypt_, tag.size(), tag.data());
  return tag;
}

}  // namespace isletime
