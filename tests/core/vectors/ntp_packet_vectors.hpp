// SPDX-License-Identifier: MIT
// NTP packets: captured ones, and ones laid out by RFC 5905 (figure 8) and its predecessors. The fields are
// read off the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/ntp_packet.hpp"
#include "tests/core/vectors/ntp_mac_vectors.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

using HeaderBytes = std::array<std::uint8_t, 48>;

// The first byte of a packet, and the fields in it.
struct FirstByte {
  std::uint8_t byte;
  Leap leap;
  std::uint8_t version;
  Mode mode;

  constexpr bool holds() const {
    HeaderBytes bytes{byte};
    const Header header = parse_header(bytes);
    HeaderBytes emitted{};
    emit_header(header, emitted);
    return header.leap == leap && header.version == version && header.mode == mode && emitted == bytes;
  }
};

inline constexpr FirstByte kFirstBytes[] = {
    {0x08, Leap::kNone, 1, Mode::kUnspecified},     {0x0b, Leap::kNone, 1, Mode::kClient},
    {0x11, Leap::kNone, 2, Mode::kSymmetricActive}, {0x1a, Leap::kNone, 3, Mode::kSymmetricPassive},
    {0x1b, Leap::kNone, 3, Mode::kClient},          {0xd9, Leap::kUnsynchronised, 3, Mode::kSymmetricActive},
    {0x23, Leap::kNone, 4, Mode::kClient},          {0xe3, Leap::kUnsynchronised, 4, Mode::kClient},
    {0x24, Leap::kNone, 4, Mode::kServer},          {0x64, Leap::kInsert, 4, Mode::kServer},
    {0xa4, Leap::kDelete, 4, Mode::kServer},        {0x25, Leap::kNone, 4, Mode::kBroadcast},
    {0x26, Leap::kNone, 4, Mode::kControl},         {0x27, Leap::kNone, 4, Mode::kPrivate},
};

struct Layout {
  HeaderBytes bytes;
  Header header;

  constexpr bool holds() const {
    HeaderBytes emitted{};
    emit_header(header, emitted);
    return parse_header(bytes) == header && emitted == bytes;
  }
};

// Packets 1, 18 and 19 of Wireshark's sample capture NTP_sync (2004-09-27, version 3).
inline constexpr Layout kCapturedHeaders[] = {
    {{0xd9, 0x00, 0x0a, 0xfa, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x90, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc5, 0x02, 0x04, 0xec, 0xec, 0x42, 0xee, 0x92},
     {.leap = Leap::kUnsynchronised,
      .version = 3,
      .mode = Mode::kSymmetricActive,
      .stratum = 0,
      .poll = 10,
      .precision = -6,
      .root_delay = ShortTime::from_raw(0),
      .root_dispersion = ShortTime::from_raw(0x0001'0290),
      .reference_id = {0},
      .reference = NtpTimestamp::from_raw(0),
      .origin = NtpTimestamp::from_raw(0),
      .receive = NtpTimestamp::from_raw(0),
      .transmit = NtpTimestamp::from_raw(0xc502'04ec'ec42'ee92)}},
    {{0x1a, 0x03, 0x0a, 0xee, 0x00, 0x00, 0x1b, 0xf7, 0x00, 0x00, 0x14, 0xec, 0x51, 0xae, 0x80, 0xb7,
      0xc5, 0x02, 0x03, 0x4c, 0x8d, 0x0e, 0x66, 0xcb, 0xc5, 0x02, 0x04, 0xec, 0xec, 0x42, 0xee, 0x92,
      0xc5, 0x02, 0x04, 0xeb, 0xcf, 0x49, 0x59, 0xe6, 0xc5, 0x02, 0x04, 0xeb, 0xcf, 0x4c, 0x6e, 0x6e},
     {.leap = Leap::kNone,
      .version = 3,
      .mode = Mode::kSymmetricPassive,
      .stratum = 3,
      .poll = 10,
      .precision = -18,
      .root_delay = ShortTime::from_raw(0x1bf7),
      .root_dispersion = ShortTime::from_raw(0x14ec),
      .reference_id = {0x51ae'80b7},  // 81.174.128.183
      .reference = NtpTimestamp::from_raw(0xc502'034c'8d0e'66cb),
      .origin = NtpTimestamp::from_raw(0xc502'04ec'ec42'ee92),
      .receive = NtpTimestamp::from_raw(0xc502'04eb'cf49'59e6),
      .transmit = NtpTimestamp::from_raw(0xc502'04eb'cf4c'6e6e)}},
    {{0x1a, 0x02, 0x0a, 0xec, 0x00, 0x00, 0x07, 0xc3, 0x00, 0x00, 0x2f, 0x80, 0xc6, 0x1e, 0x5c, 0x02,
      0xc5, 0x01, 0xf9, 0x95, 0x42, 0x50, 0x82, 0xcf, 0xc5, 0x02, 0x04, 0xec, 0xec, 0x42, 0xee, 0x92,
      0xc5, 0x02, 0x04, 0xeb, 0xd2, 0x35, 0x2e, 0xb5, 0xc5, 0x02, 0x04, 0xeb, 0xd2, 0x35, 0xd6, 0x7b},
     {.leap = Leap::kNone,
      .version = 3,
      .mode = Mode::kSymmetricPassive,
      .stratum = 2,
      .poll = 10,
      .precision = -20,
      .root_delay = ShortTime::from_raw(0x07c3),
      .root_dispersion = ShortTime::from_raw(0x2f80),
      .reference_id = {0xc61e'5c02},  // 198.30.92.2
      .reference = NtpTimestamp::from_raw(0xc501'f995'4250'82cf),
      .origin = NtpTimestamp::from_raw(0xc502'04ec'ec42'ee92),
      .receive = NtpTimestamp::from_raw(0xc502'04eb'd235'2eb5),
      .transmit = NtpTimestamp::from_raw(0xc502'04eb'd235'd67b)}},
};

// A kiss has leap 3, stratum 0 and four letters (RFC 5905, section 7.4).
inline constexpr Layout kKissesOfDeath[] = {
    {{0xe4, 0x00, 0x06, 0xe9, 0,    0,    0,    0,    0,    0,    0,    0,    'R', 'A', 'T', 'E',
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,   0,   0,   1,
      0xe9, 0x3c, 0x7f, 0x00, 0x00, 0x00, 0x00, 0x02, 0xe9, 0x3c, 0x7f, 0x00, 0,   0,   0,   3},
     {.leap = Leap::kUnsynchronised,
      .version = 4,
      .mode = Mode::kServer,
      .stratum = 0,
      .poll = 6,
      .precision = -23,
      .root_delay = {},
      .root_dispersion = {},
      .reference_id = kiss::kRate,
      .reference = {},
      .origin = NtpTimestamp::from_raw(1),
      .receive = NtpTimestamp::from_raw(0xe93c'7f00'0000'0002),
      .transmit = NtpTimestamp::from_raw(0xe93c'7f00'0000'0003)}},
};

// The parser reads a packet that no server should send as it stands; validation is not its task.
inline constexpr Layout kUnlikelyHeaders[] = {
    {{0xff, 0xff, 0x7f, 0x80, 0xff, 0xff, 0xff, 0x1b, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
      0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef},
     {.leap = Leap::kUnsynchronised,
      .version = 7,
      .mode = Mode::kPrivate,
      .stratum = 255,
      .poll = 127,
      .precision = -128,
      .root_delay = ShortTime::from_raw(0xffff'ff1b),
      .root_dispersion = ShortTime::from_raw(0xffff'ffff),
      .reference_id = {0},
      .reference = NtpTimestamp::from_raw(0xffff'ffff'ffff'ffff),
      .origin = NtpTimestamp::from_raw(1),
      .receive = NtpTimestamp::from_raw(0x8000'0000'0000'0000),
      .transmit = NtpTimestamp::from_raw(0x0123'4567'89ab'cdef)}},
    {{0x24, 16},
     {.leap = Leap::kNone,
      .version = 4,
      .mode = Mode::kServer,
      .stratum = 16,
      .poll = 0,
      .precision = 0,
      .root_delay = {},
      .root_dispersion = {},
      .reference_id = {},
      .reference = {},
      .origin = {},
      .receive = {},
      .transmit = {}}},
};

// A packet whose header is zero except for its first byte.
struct WholePacket {
  std::uint8_t first_byte;
  Trailing trailing;
  std::array<std::uint8_t, 128> storage{};
  std::size_t size = 0;

  constexpr WholePacket(std::uint8_t first, const Trailing& after_header)
      : first_byte(first), trailing(after_header), size(kHeaderSize + after_header.size) {
    storage[0] = first;
    for (std::size_t i = 0; i < after_header.size; ++i) storage[kHeaderSize + i] = after_header.storage[i];
  }
  constexpr Bytes bytes() const { return Bytes{storage}.first(size); }
};

struct RoundTrip {
  WholePacket packet;
  std::size_t extensions;
  bool has_mac;

  constexpr bool holds() const {
    const auto parsed = parse(packet.bytes());
    if (!parsed || parsed->extensions.size() != extensions || parsed->mac.has_value() != has_mac)
      return false;
    std::array<std::uint8_t, 128> out{};
    if (emit(*parsed, out) != packet.size || out != packet.storage) return false;
    std::array<std::uint8_t, 128> untouched{};
    return !emit(*parsed, MutableBytes{untouched}.first(packet.size - 1)) &&
           untouched == std::array<std::uint8_t, 128>{};
  }
};

inline constexpr RoundTrip kRoundTrips[] = {
    {{0x08, kNothing}, 0, false},
    {{0x0b, kNothing}, 0, false},
    {{0x13, kNothing}, 0, false},
    {{0x1b, kNothing}, 0, false},
    {{0x23, kNothing}, 0, false},
    {{0x13, kNothing.mac(1, 12)}, 0, true},
    {{0x1b, kNothing.mac(1, 68)}, 0, true},
    {{0x1b, kNothing.field(28)}, 0, true},
    {{0x23, kNothing.field(28)}, 28, false},
    {{0x23, kNothing.mac(7, 24)}, 0, true},
    {{0x24, kNothing.field(16).field(20).mac(7, 20)}, 36, true},
    {{0x24, kNothing.mac(0, 4)}, 0, true},
};

struct NotAPacket {
  WholePacket packet;
  std::size_t size;
  ParseError error;

  constexpr bool holds() const {
    const auto parsed = parse(packet.bytes().first(size));
    return !parsed && parsed.error() == error;
  }
};

inline constexpr NotAPacket kTooShort[] = {
    {{0x23, kNothing}, 0, ParseError::kTooShort},
    {{0x23, kNothing}, 1, ParseError::kTooShort},
    {{0x16, kNothing}, 12, ParseError::kTooShort},  // a mode 6 request
    {{0x23, kNothing}, 47, ParseError::kTooShort},
};

inline constexpr NotAPacket kUnsupportedVersions[] = {
    {{0x03, kNothing}, 48, ParseError::kUnsupportedVersion},
    {{0x2b, kNothing}, 48, ParseError::kUnsupportedVersion},
    {{0x33, kNothing}, 48, ParseError::kUnsupportedVersion},
    {{0x3b, kNothing.mac(7, 20)}, 68, ParseError::kUnsupportedVersion},
};

inline constexpr NotAPacket kBadTrailers[] = {
    {{0x23, kNothing.mac(7, 4)}, 52, ParseError::kBadMacLength},
    {{0x23, kNothing.mac(7, 20)}, 67, ParseError::kBadMacLength},
    {{0x1b, kNothing.mac(7, 72)}, 120, ParseError::kBadMacLength},
    {{0x23, kNothing.field(32)}, 76, ParseError::kBadExtensionField},
};

inline constexpr Check kNtpPacketChecks[] = {
    {"NtpPacket.FirstBytes", first_failing<kFirstBytes>},
    {"NtpPacket.CapturedHeaders", first_failing<kCapturedHeaders>},
    {"NtpPacket.KissesOfDeath", first_failing<kKissesOfDeath>},
    {"NtpPacket.UnlikelyHeaders", first_failing<kUnlikelyHeaders>},
    {"NtpPacket.RoundTrips", first_failing<kRoundTrips>},
    {"NtpPacket.TooShort", first_failing<kTooShort>},
    {"NtpPacket.UnsupportedVersions", first_failing<kUnsupportedVersions>},
    {"NtpPacket.BadTrailers", first_failing<kBadTrailers>},
};

}  // namespace isletime::vectors
