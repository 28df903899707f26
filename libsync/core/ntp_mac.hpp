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

// Why a datagram is no NTP packet; the last two are faults of the trailer.
enum class ParseError : std::uint8_t { kTooShort, kUnsupportedVersion, kBadMacLength, kBadExtensionField };

namespace framing {
inline constexpr std::size_t kKeyId = 4;
inline constexpr std::size_t kShortestMac = 20;    // version 4
inline constexpr std::size_t kLongestMac = 24;     // version 4
inline constexpr std::size_t kShortestDigest = 8;  // versions 1 to 3: DES
inline constexpr std::size_t kLongestDigest = 64;  // versions 1 to 3: SHA-512
inline constexpr std::size_t kShortestField = 16;

constexpr std::size_t shortest_digest(std::uint8_t version) {
  return version >= 4 ? kShortestMac - kKeyId : kShortestDigest;
}
// The longest part of a digest that fits into a packet.
constexpr std::size_t longest_digest(std::uint8_t version) {
  return version >= 4 ? kLongestMac - kKeyId : kLongestDigest;
}
}  // namespace framing

constexpr std::optional<Mac> parse_mac(Bytes bytes, std::uint8_t version) {
  if (bytes.size() < framing::kKeyId || bytes.size() % 4 != 0) return std::nullopt;
  const Mac mac{load_be32(bytes, 0), bytes.subspan(framing::kKeyId)};
  if (mac.digest.empty() && mac.key_id == 0) return mac;
  const std::size_t size = mac.digest.size();
  if (size < framing::shortest_digest(version) || size > framing::longest_digest(version))
    return std::nullopt;
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

// `bytes` is everything after the header. Fails if no MAC or field of this version has such a length.
constexpr Result<Trailer, ParseError> parse_trailer(Bytes bytes, std::uint8_t version) {
  Bytes rest = bytes;
  // A last field without a MAC has at least 28 bytes.
  while (version >= 4 && rest.size() > framing::kLongestMac) {
    const auto field = first_extension(rest);
    if (!field) return Unexpected{ParseError::kBadExtensionField};
    rest = after(rest, *field);
  }
  const auto mac = parse_mac(rest, version);
  if (!mac && !rest.empty()) return Unexpected{ParseError::kBadMacLength};
  return Trailer{bytes.first(bytes.size() - rest.size()), mac};
}

}  // namespace isletime
