// SPDX-License-Identifier: MIT
#include "tests/soak/requests.hpp"

#include <algorithm>

#include "tests/fakes/reply_maker.hpp"

namespace isletime::soak {
namespace {

using DatagramBytes = std::vector<std::uint8_t>;

Header query(const Tag& tag, std::uint8_t version = 4, Mode mode = Mode::kClient) {
  Header header;
  header.version = version;
  header.mode = mode;
  header.transmit = to_stamp(tag);
  return header;
}

// Returns bytes that look random but depend only on the number.
DatagramBytes noise(std::uint64_t number, std::size_t size) {
  DatagramBytes bytes(size);
  for (std::uint8_t& byte : bytes) {
    number = number * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::uint8_t>(number >> 56);
  }
  return bytes;
}

}  // namespace

NtpTimestamp to_stamp(const Tag& tag) {
  return NtpTimestamp::from_raw(std::uint64_t{static_cast<std::uint8_t>(tag.kind)} << 56 | tag.number);
}

Tag to_tag(NtpTimestamp stamp) {
  constexpr std::uint64_t kNumber = (std::uint64_t{1} << 56) - 1;
  return {static_cast<Kind>(stamp.raw() >> 56), stamp.raw() & kNumber};
}

// Makes requests like those of devices of all ages, and some of Windows, which uses mode 1.
DatagramBytes make_plain(std::uint64_t number) {
  const bool is_windows = number % 16 == 0;
  const auto version = static_cast<std::uint8_t>(number % 4 + 1);
  const auto header = is_windows ? query({Kind::kPlain, number}, 3, Mode::kSymmetricActive)
                                 : query({Kind::kPlain, number}, version);
  return fakes::with_trailer(header, {});
}

DatagramBytes make_signed(Kind kind, const Key& key, std::uint64_t number) {
  DatagramBytes bytes = fakes::with_trailer(query({kind, number}), {});
  const SentMac mac(key, bytes);
  bytes.insert(bytes.end(), mac.bytes().begin(), mac.bytes().end());
  return bytes;
}

DatagramBytes make_malformed(std::uint64_t number) {
  const Tag tag{Kind::kMalformed, number};
  const auto whole = [&](DatagramBytes trailer) {
    return fakes::with_trailer(query(tag), std::move(trailer));
  };
  const auto of_mode = [&](Mode mode) { return fakes::with_trailer(query(tag, 4, mode), {}); };
  switch (number % 14) {
    case 0: {
      DatagramBytes truncated = whole({});
      truncated.resize(number / 14 % kHeaderSize);
      return truncated;
    }
    case 1:
      return of_mode(Mode::kSymmetricPassive);
    case 2:
      return of_mode(Mode::kServer);
    case 3:
      return of_mode(Mode::kBroadcast);
    case 4: {
      DatagramBytes list = of_mode(Mode::kPrivate);
      list.resize(192);
      return list;
    }
    case 5:
      return {0x16, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};  // mode 6, READVAR, from a remote client
    case 6:
      return fakes::with_trailer(query(tag, 0), {});
    case 7:
      return fakes::with_trailer(query(tag, 7), {});
    case 8:
      return whole(noise(number, 1 + number / 14 % 3));
    case 9:
      return whole({0, 1, 0xff, 0xfc, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // an extension beyond the end
    case 10:
      return whole(DatagramBytes(32));  // an extension field of length zero
    case 11:
      return whole({0, 0, 0, 0});  // a crypto-NAK
    case 12: {
      DatagramBytes bytes = noise(number, 1400);
      bytes[0] = 0x24;  // a server's reply of version 4
      return bytes;
    }
    default:
      return {};
  }
}

DatagramBytes make_strangers(std::uint64_t number) {
  return fakes::with_trailer(query({Kind::kStranger, number}), {});
}

}  // namespace isletime::soak
