// SPDX-License-Identifier: MIT
// Finds where the extension fields behind the 48-byte header end and the MAC begins, without cryptography.
// Up to version 3 all of it is a MAC (RFC 1305, appendix C); in version 4 the length decides (RFC 7822,
// section 7.5.1): 4 zero bytes are a crypto-NAK, 20 or 24 bytes a MAC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/result.hpp"

namespace isletime {

// Views into the datagram. An empty digest under key id 0 is a crypto-NAK.
struct Mac {
  std::uint32_t key_id = 0;
  Bytes digest;

  constexpr bool is_crypto_nak() const { return digest.empty(); }
};

struct ExtensionField {
  std::uint16_t type = 0;
  Bytes body;  // including padding
};

// `extensions` consists of whole fields.
struct Trailer {
  Bytes extensions;
  std::optional<Mac> mac;
};

enum class TrailerError : std::uint8_t { kBadMacLength, kBadExtensionField };

namespace framing {
inline constexpr std::size_t kKeyId = 4;
inline constexpr std::size_t kShortestMac = 20;    // version 4
inline constexpr std::size_t kLongestMac = 24;     // version 4
inline constexpr std::size_t kShortestDigest = 8;  // versions 1 to 3: DES
inline constexpr std::size_t kLongestDigest = 64;  // versions 1 to 3: SHA-512
inline constexpr std::size_t kShortestField = 16;

// The longest part of a digest that fits into a packet.
constexpr std::size_t longest_digest(std::uint8_t version) {
  return version >= 4 ? kLongestMac - kKeyId : kLongestDigest;
}
}  // namespace framing

constexpr Result<Mac, TrailerError> parse_mac(Bytes bytes, std::size_t shortest_digest,
                                              std::size_t longest_digest) {
  if (bytes.size() < framing::kKeyId || bytes.size() % 4 != 0) {
    return Unexpected{TrailerError::kBadMacLength};
  }
  const Mac mac{load_be32(bytes, 0), bytes.subspan(framing::kKeyId)};
  if (mac.digest.empty() && mac.key_id == 0) return mac;
  if (mac.digest.size() < shortest_digest || mac.digest.size() > longest_digest) {
    return Unexpected{TrailerError::kBadMacLength};
  }
  return mac;
}

// Returns the field at the start of `bytes`, or nothing if it is too short or states an invalid length (RFC
// 7822, section 7.5).
constexpr std::optional<ExtensionField> first_extension(Bytes bytes) {
  if (bytes.size() < framing::kShortestField) return std::nullopt;
  const std::size_t length = load_be16(bytes, 2);
  if (length < framing::kShortestField || length % 4 != 0 || length > bytes.size()) return std::nullopt;
  return ExtensionField{load_be16(bytes, 0), bytes.subspan(4, length - 4)};
}

constexpr Bytes after(Bytes extensions, const ExtensionField& field) {
  return extensions.subspan(4 + field.body.size());
}

constexpr Result<Trailer, TrailerError> parse_trailer_v4(Bytes bytes) {
  Bytes rest = bytes;
  while (rest.size() > framing::kLongestMac) {  // so a last field without a MAC has at least 28 bytes
    const auto field = first_extension(rest);
    if (!field) return Unexpected{TrailerError::kBadExtensionField};
    rest = after(rest, *field);
  }
  const Bytes extensions = bytes.first(bytes.size() - rest.size());
  if (rest.empty()) return Trailer{extensions, std::nullopt};
  const auto mac =
      parse_mac(rest, framing::kShortestMac - framing::kKeyId, framing::kLongestMac - framing::kKeyId);
  if (!mac) return Unexpected{mac.error()};
  return Trailer{extensions, *mac};
}

// `bytes` is everything after the header. Fails if no MAC or field of this version has such a length.
constexpr Result<Trailer, TrailerError> parse_trailer(Bytes bytes, std::uint8_t version) {
  if (bytes.empty()) return Trailer{};
  if (version >= 4) return parse_trailer_v4(bytes);
  const auto mac = parse_mac(bytes, framing::kShortestDigest, framing::kLongestDigest);
  if (!mac) return Unexpected{mac.error()};
  return Trailer{{}, *mac};
}

}  // namespace isletime
