// SPDX-License-Identifier: MIT
// The NTP packet of RFC 5905, section 7.3, versions 1 to 4: converts bytes to fields and back without judging
// them. emit(parse(bytes)) equals `bytes`. Extension fields and the MAC remain views of the datagram.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ntp_mac.hpp"
#include "libsync/core/ntp_timestamp.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/short_time.hpp"

namespace isletime {

enum class Leap : std::uint8_t { kNone = 0, kInsert = 1, kDelete = 2, kUnsynchronised = 3 };

enum class Mode : std::uint8_t {
  kUnspecified = 0,
  kSymmetricActive = 1,
  kSymmetricPassive = 2,
  kClient = 3,
  kServer = 4,
  kBroadcast = 5,
  kControl = 6,
  kPrivate = 7,
};

inline constexpr std::uint16_t kNtpPort = 123;  // of UDP
inline constexpr std::uint8_t kOldestVersion = 1;
inline constexpr std::uint8_t kNewestVersion = 4;
inline constexpr std::size_t kHeaderSize = 48;
inline constexpr std::uint8_t kMaxStratum = 15;  // 16 and above mean "unsynchronised", which is 0 on the wire
inline constexpr std::int8_t kMaxPoll = 17;      // log2 seconds (RFC 5905, section 7.2: MAXPOLL)

struct Header {
  Leap leap = Leap::kNone;
  std::uint8_t version = kNewestVersion;  // 1 to 4
  Mode mode = Mode::kUnspecified;
  std::uint8_t stratum = 0;
  std::int8_t poll = 0;       // log2 seconds
  std::int8_t precision = 0;  // log2 seconds
  ShortTime root_delay;
  ShortTime root_dispersion;
  ReferenceId reference_id;
  NtpTimestamp reference;
  NtpTimestamp origin;
  NtpTimestamp receive;
  NtpTimestamp transmit;

  constexpr bool operator==(const Header&) const = default;
};

struct Packet {
  Header header;
  Bytes extensions;  // version 4 only
  std::optional<Mac> mac;
};

// Converts to the enumerator of the same name in a caller's own enum of reasons.
template <class Reason>
constexpr Reason as(ParseError error) {
  switch (error) {
    case ParseError::kTooShort:
      return Reason::kTooShort;
    case ParseError::kUnsupportedVersion:
      return Reason::kUnsupportedVersion;
    case ParseError::kBadMacLength:
      return Reason::kBadMacLength;
    case ParseError::kBadExtensionField:
      return Reason::kBadExtensionField;
  }
  return Reason::kTooShort;
}

namespace field {
inline constexpr std::size_t kLeapVersionMode = 0;
inline constexpr std::size_t kStratum = 1;
inline constexpr std::size_t kPoll = 2;
inline constexpr std::size_t kPrecision = 3;
inline constexpr std::size_t kRootDelay = 4;
inline constexpr std::size_t kRootDispersion = 8;
inline constexpr std::size_t kReferenceId = 12;
inline constexpr std::size_t kReference = 16;
inline constexpr std::size_t kOrigin = 24;
inline constexpr std::size_t kReceive = 32;
inline constexpr std::size_t kTransmit = 40;
}  // namespace field

// `bytes` must not be empty.
constexpr std::uint8_t version_of(Bytes bytes) {
  return static_cast<std::uint8_t>(bytes[field::kLeapVersionMode] >> 3 & 7);
}

// `bytes` must have at least kHeaderSize bytes.
constexpr Header parse_header(Bytes bytes) {
  const std::uint8_t first = bytes[field::kLeapVersionMode];
  return {
      .leap = static_cast<Leap>(first >> 6),
      .version = version_of(bytes),
      .mode = static_cast<Mode>(first & 7),
      .stratum = bytes[field::kStratum],
      .poll = static_cast<std::int8_t>(bytes[field::kPoll]),
      .precision = static_cast<std::int8_t>(bytes[field::kPrecision]),
      .root_delay = ShortTime::from_raw(load_be32(bytes, field::kRootDelay)),
      .root_dispersion = ShortTime::from_raw(load_be32(bytes, field::kRootDispersion)),
      .reference_id = {load_be32(bytes, field::kReferenceId)},
      .reference = NtpTimestamp::from_raw(load_be64(bytes, field::kReference)),
      .origin = NtpTimestamp::from_raw(load_be64(bytes, field::kOrigin)),
      .receive = NtpTimestamp::from_raw(load_be64(bytes, field::kReceive)),
      .transmit = NtpTimestamp::from_raw(load_be64(bytes, field::kTransmit)),
  };
}

[[gnu::noinline]] constexpr Result<Packet, ParseError> parse(Bytes bytes) {
  if (bytes.size() < kHeaderSize) return Unexpected{ParseError::kTooShort};
  const std::uint8_t version = version_of(bytes);
  if (version < kOldestVersion || version > kNewestVersion) {
    return Unexpected{ParseError::kUnsupportedVersion};
  }
  const auto trailer = parse_trailer(bytes.subspan(kHeaderSize), version);
  if (!trailer) return Unexpected{trailer.error()};
  return Packet{parse_header(bytes), trailer->extensions, trailer->mac};
}

constexpr std::uint8_t first_byte(Leap leap, std::uint8_t version, Mode mode) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(leap) << 6 | (version & 7U) << 3 |
                                   static_cast<unsigned>(mode));
}

// `out` must have at least kHeaderSize bytes.
constexpr void emit_header(const Header& header, MutableBytes out) {
  out[field::kLeapVersionMode] = first_byte(header.leap, header.version, header.mode);
  out[field::kStratum] = header.stratum;
  out[field::kPoll] = static_cast<std::uint8_t>(header.poll);
  out[field::kPrecision] = static_cast<std::uint8_t>(header.precision);
  store_be32(out, field::kRootDelay, header.root_delay.raw());
  store_be32(out, field::kRootDispersion, header.root_dispersion.raw());
  store_be32(out, field::kReferenceId, header.reference_id.value);
  store_be64(out, field::kReference, header.reference.raw());
  store_be64(out, field::kOrigin, header.origin.raw());
  store_be64(out, field::kReceive, header.receive.raw());
  store_be64(out, field::kTransmit, header.transmit.raw());
}

constexpr std::size_t emitted_size(const Packet& packet) {
  const std::size_t mac = packet.mac ? framing::kKeyId + packet.mac->digest.size() : 0;
  return kHeaderSize + packet.extensions.size() + mac;
}

// Returns the number of bytes written. Writes and returns nothing if `out` is smaller than
// emitted_size(packet).
constexpr std::optional<std::size_t> emit(const Packet& packet, MutableBytes out) {
  const std::size_t size = emitted_size(packet);
  if (out.size() < size) return std::nullopt;
  emit_header(packet.header, out);
  std::size_t at = kHeaderSize;
  for (const std::uint8_t byte : packet.extensions) out[at++] = byte;
  if (packet.mac) {
    store_be32(out, at, packet.mac->key_id);
    at += framing::kKeyId;
    for (const std::uint8_t byte : packet.mac->digest) out[at++] = byte;
  }
  return size;
}

}  // namespace isletime
