// SPDX-License-Identifier: MIT
// The MAC of an NTP packet by AES-CMAC (RFC 8573): the key's id, then the tag of all that precedes the MAC,
// that is header and extension fields. Between devices that have only this algorithm.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/aes_cmac.hpp"
#include "libsync/core/bytes.hpp"
#include "libsync/core/ntp_mac.hpp"

namespace isletime {

struct CmacKey {
  std::uint32_t id;  // at least 1: 0 means a crypto-NAK
  Aes128Cmac cmac;
};

inline constexpr std::size_t kNtpCmacSize = framing::kKeyId + sizeof(Aes128Cmac::Tag);

// Returns what is sent behind `packet`, which is a header and its extension fields.
constexpr std::array<std::uint8_t, kNtpCmacSize> ntp_cmac(const CmacKey& key, Bytes packet) {
  std::array<std::uint8_t, kNtpCmacSize> out{};
  store_be32(out, 0, key.id);
  const Aes128Cmac::Tag tag = key.cmac.tag_of(packet);
  for (std::size_t i = 0; i < tag.size(); ++i) out[framing::kKeyId + i] = tag[i];
  return out;
}

// `mac` is what parse() found at the end of `datagram`.
constexpr bool is_signed_by(const CmacKey& key, Bytes datagram, const Mac& mac) {
  if (mac.key_id != key.id || mac.digest.size() != sizeof(Aes128Cmac::Tag)) return false;
  if (datagram.size() < kNtpCmacSize) return false;
  const Aes128Cmac::Tag tag = key.cmac.tag_of(datagram.first(datagram.size() - kNtpCmacSize));
  return is_equal_in_constant_time(mac.digest, tag);
}

}  // namespace isletime
