// SPDX-License-Identifier: MIT
// What may follow an NTP header, by RFC 5905 (section 7.3), RFC 7822 (section 7.5) and, up to version 3, RFC
// 1305 (appendix C). A Trailing is composed of fields and MACs byte by byte.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/ntp_mac.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

struct Trailing {
  std::array<std::uint8_t, 80> storage{};
  std::size_t size = 0;

  constexpr Bytes bytes() const { return Bytes{storage}.first(size); }

  // Appends a number of two bytes and fills up to `length` with one byte.
  constexpr Trailing then(std::uint16_t number, std::size_t length, std::uint8_t filler) const {
    Trailing out = *this;
    for (std::size_t i = 0; i < length; ++i) out.storage[size + i] = filler;
    out.storage[size] = static_cast<std::uint8_t>(number >> 8);
    out.storage[size + 1] = static_cast<std::uint8_t>(number & 0xff);
    out.size = size + length;
    return out;
  }

  // Appends a field; `claimed` is the length that it states.
  constexpr Trailing field(std::uint16_t type, std::uint16_t claimed, std::size_t length) const {
    Trailing out = then(type, length, 0xf1);
    out.storage[size + 2] = static_cast<std::uint8_t>(claimed >> 8);
    out.storage[size + 3] = static_cast<std::uint8_t>(claimed & 0xff);
    return out;
  }
  constexpr Trailing field(std::uint16_t length) const { return field(0x0104, length, length); }

  constexpr Trailing mac(std::uint8_t key_id, std::size_t length) const {
    Trailing out = then(0, length, 0xd1);
    if (length > 2) out.storage[size + 2] = 0;
    if (length > 3) out.storage[size + 3] = key_id;
    return out;
  }
};

struct Unsigned {
  std::uint8_t version;
  Trailing trailing;

  constexpr bool holds() const {
    const auto trailer = parse_trailer(trailing.bytes(), version);
    return trailer && !trailer->mac && trailer->extensions.size() == trailing.size;
  }
};

struct Signed {
  std::uint8_t version;
  Trailing trailing;
  std::size_t extensions;
  std::uint32_t key_id;
  std::size_t digest;

  constexpr bool holds() const {
    const Bytes bytes = trailing.bytes();
    const auto trailer = parse_trailer(bytes, version);
    if (!trailer || !trailer->mac) return false;
    const Mac& mac = *trailer->mac;
    return trailer->extensions.size() == extensions && mac.key_id == key_id && mac.digest.size() == digest &&
           (extensions == 0 || trailer->extensions.data() == bytes.data()) &&
           mac.digest.data() == bytes.data() + extensions + 4 && mac.is_crypto_nak() == (digest == 0);
  }
};

struct Malformed {
  std::uint8_t version;
  Trailing trailing;
  ParseError error;

  constexpr bool holds() const {
    const auto trailer = parse_trailer(trailing.bytes(), version);
    return !trailer && trailer.error() == error;
  }
};

inline constexpr Trailing kNothing{};

inline constexpr Unsigned kBareHeaders[] = {{1, kNothing}, {2, kNothing}, {3, kNothing}, {4, kNothing}};

inline constexpr Unsigned kExtensionFields[] = {
    {4, kNothing.field(28)},
    {4, kNothing.field(80)},
    {4, kNothing.field(16).field(28)},
    {4, kNothing.field(20).field(16).field(28)},
};

inline constexpr Signed kCryptoNaks[] = {
    {4, kNothing.mac(0, 4), 0, 0, 0},
    {4, kNothing.field(28).mac(0, 4), 28, 0, 0},
    {3, kNothing.mac(0, 4), 0, 0, 0},
};

// These are MD5, AES-CMAC and digests truncated to 16 bytes; SHA-1 and digests truncated to 20 bytes.
inline constexpr Signed kVersion4Macs[] = {
    {4, kNothing.mac(7, 20), 0, 7, 16},
    {4, kNothing.mac(7, 24), 0, 7, 20},
    {4, kNothing.mac(0, 20), 0, 0, 16},
};

inline constexpr Signed kMacsAfterExtensionFields[] = {
    {4, kNothing.field(16).mac(7, 20), 16, 7, 16},
    {4, kNothing.field(16).mac(7, 24), 16, 7, 20},
    {4, kNothing.field(28).mac(7, 20), 28, 7, 16},
    {4, kNothing.field(16).field(20).mac(7, 24), 36, 7, 20},
};

// These are DES, MD5 and AES-CMAC, SHA-1, SHA-256, SHA-512.
inline constexpr Signed kMacsUpToVersion3[] = {
    {1, kNothing.mac(1, 12), 0, 1, 8},
    {2, kNothing.mac(1, 12), 0, 1, 8},
    {3, kNothing.mac(1, 12), 0, 1, 8},
    {3, kNothing.mac(1, 20), 0, 1, 16},
    {3, kNothing.mac(1, 24), 0, 1, 20},
    {3, kNothing.mac(1, 36), 0, 1, 32},
    {3, kNothing.mac(1, 68), 0, 1, 64},
    {3, kNothing.field(28), 0, 0x0104'001c, 24},
    {2, kNothing.field(16).mac(7, 20), 0, 0x0104'0010, 32},
};

inline constexpr Malformed kVersion4MacLengths[] = {
    {4, kNothing.mac(7, 4), ParseError::kBadMacLength},  // a key id without a digest is no crypto-NAK
    {4, kNothing.mac(0, 2), ParseError::kBadMacLength},
    {4, kNothing.mac(0, 3), ParseError::kBadMacLength},
    {4, kNothing.mac(0, 5), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 8), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 12), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 16), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 19), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 21), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 22), ParseError::kBadMacLength},
    {4, kNothing.mac(7, 23), ParseError::kBadMacLength},
    {4, kNothing.field(28).mac(7, 8), ParseError::kBadMacLength},
};

inline constexpr Malformed kOlderMacLengths[] = {
    {3, kNothing.mac(7, 4), ParseError::kBadMacLength},  {3, kNothing.mac(7, 8), ParseError::kBadMacLength},
    {3, kNothing.mac(7, 13), ParseError::kBadMacLength}, {3, kNothing.mac(7, 22), ParseError::kBadMacLength},
    {3, kNothing.mac(7, 72), ParseError::kBadMacLength}, {1, kNothing.mac(0, 2), ParseError::kBadMacLength},
};

// The fields state a length of 0, below 16, no multiple of 4, or beyond the end.
inline constexpr Malformed kBadFields[] = {
    {4, kNothing.field(0x0104, 0, 28), ParseError::kBadExtensionField},
    {4, kNothing.field(0x0104, 12, 28), ParseError::kBadExtensionField},
    {4, kNothing.field(0x0104, 30, 32), ParseError::kBadExtensionField},
    {4, kNothing.field(0x0104, 32, 28), ParseError::kBadExtensionField},
    {4, kNothing.field(0x0104, 0xfffc, 28), ParseError::kBadExtensionField},
    {4, kNothing.field(16).field(0x0104, 0, 28), ParseError::kBadExtensionField},
    {4, kNothing.mac(1, 36), ParseError::kBadExtensionField},  // version 4 has no digest of 32 bytes
};

// A last field of 20 or 24 bytes would pass for a MAC.
inline constexpr Malformed kShortLastFields[] = {
    {4, kNothing.field(16), ParseError::kBadMacLength},
    {4, kNothing.field(16).field(16), ParseError::kBadMacLength},
    {4, kNothing.field(28).field(16), ParseError::kBadMacLength},
};

// The first field of `trailing`: its type, the size of its body, and the number of bytes that follow.
struct FirstField {
  Trailing trailing;
  std::uint16_t type;
  std::size_t body;
  std::size_t remaining;

  constexpr bool holds() const {
    const Bytes bytes = trailing.bytes();
    const auto field = first_extension(bytes);
    return field && field->type == type && field->body.size() == body &&
           field->body.data() == bytes.data() + 4 && after(bytes, *field).size() == remaining;
  }
};

inline constexpr FirstField kFirstFields[] = {
    {kNothing.field(16), 0x0104, 12, 0},
    {kNothing.field(0x8203, 28, 28).field(16), 0x8203, 24, 16},
};

struct NoField {
  Trailing trailing;

  constexpr bool holds() const { return !first_extension(trailing.bytes()); }
};

inline constexpr NoField kNoFields[] = {
    {kNothing},
    {kNothing.field(12)},
    {kNothing.field(0x0104, 16, 15)},
    {kNothing.field(0x0104, 20, 16)},
    {kNothing.field(0x0104, 18, 20)},
};

inline constexpr Check kNtpMacChecks[] = {
    {"NtpMac.BareHeaders", first_failing<kBareHeaders>},
    {"NtpMac.ExtensionFields", first_failing<kExtensionFields>},
    {"NtpMac.CryptoNaks", first_failing<kCryptoNaks>},
    {"NtpMac.Version4Macs", first_failing<kVersion4Macs>},
    {"NtpMac.MacsAfterExtensionFields", first_failing<kMacsAfterExtensionFields>},
    {"NtpMac.MacsUpToVersion3", first_failing<kMacsUpToVersion3>},
    {"NtpMac.Version4MacLengths", first_failing<kVersion4MacLengths>},
    {"NtpMac.OlderMacLengths", first_failing<kOlderMacLengths>},
    {"NtpMac.BadFields", first_failing<kBadFields>},
    {"NtpMac.ShortLastFields", first_failing<kShortLastFields>},
    {"NtpMac.FirstFields", first_failing<kFirstFields>},
    {"NtpMac.NoFields", first_failing<kNoFields>},
};

}  // namespace isletime::vectors
