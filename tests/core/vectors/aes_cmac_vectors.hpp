// SPDX-License-Identifier: MIT
// AES-128 by FIPS 197 (appendices B and C.1) and NIST SP 800-38A (appendix F.1.1), and AES-CMAC by RFC 4493
// (section 4), which RFC 8573 names as the vectors for NTP.
#pragma once

#include <array>
#include <string_view>

#include "libsync/core/aes_cmac.hpp"
#include "libsync/core/ntp_cmac.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

// Up to 64 bytes, given in hexadecimal.
struct Hex {
  std::array<std::uint8_t, 64> storage{};
  std::size_t size = 0;

  constexpr Hex(std::string_view digits) {
    for (; size < digits.size() / 2; ++size) {
      storage[size] = static_cast<std::uint8_t>(value(digits[2 * size]) * 16 + value(digits[2 * size + 1]));
    }
  }
  constexpr Bytes bytes() const { return {storage.data(), size}; }
  constexpr std::span<const std::uint8_t, 16> block() const {
    return std::span<const std::uint8_t, 16>{storage.data(), 16};
  }

 private:
  static constexpr int value(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }
};

constexpr bool is_equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

struct Encryption {
  Hex key;
  Hex plain;
  Hex encrypted;

  constexpr bool holds() const {
    Aes128::Block block{};
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = plain.storage[i];
    return is_equal(Aes128{key.block()}.encrypt(block), encrypted.bytes());
  }
};

inline constexpr Encryption kEncryptions[] = {
    {{"2b7e151628aed2a6abf7158809cf4f3c"},
     {"3243f6a8885a308d313198a2e0370734"},
     {"3925841d02dc09fbdc118597196a0b32"}},
    {{"000102030405060708090a0b0c0d0e0f"},
     {"00112233445566778899aabbccddeeff"},
     {"69c4e0d86a7b0430d8cdb78070b4c55a"}},
    {{"2b7e151628aed2a6abf7158809cf4f3c"},
     {"6bc1bee22e409f96e93d7e117393172a"},
     {"3ad77bb40d7a3660a89ecaf32466ef97"}},
    {{"2b7e151628aed2a6abf7158809cf4f3c"},
     {"ae2d8a571e03ac9c9eb76fac45af8e51"},
     {"f5d3d58503b9699de785895a96fdbaaf"}},
    {{"2b7e151628aed2a6abf7158809cf4f3c"},
     {"30c81c46a35ce411e5fbc1191a0a52ef"},
     {"43b1cd7f598ece23881b00e3ed030688"}},
    {{"2b7e151628aed2a6abf7158809cf4f3c"},
     {"f69f2445df4f9b17ad2b417be66c3710"},
     {"7b0c785e27e8ad3f8223207104725dd4"}},
};

struct Tagging {
  Hex message;
  Hex tag;

  constexpr bool holds() const {
    const Hex key{"2b7e151628aed2a6abf7158809cf4f3c"};
    return is_equal(Aes128Cmac{key.block()}.tag_of(message.bytes()), tag.bytes());
  }
};

inline constexpr Tagging kTaggings[] = {
    {{""}, {"bb1d6929e95937287fa37d129b756746"}},
    {{"6bc1bee22e409f96e93d7e117393172a"}, {"070a16b46b4d4144f79bdd9dd04a287c"}},
    {{"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411"},
     {"dfa66747de9ae63030ca32611497c827"}},
    {{"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"},
     {"51f0bebf7e3b9d92fc49741779363cfe"}},
};

// A client's packet with its MAC, of which one bit is turned over.
struct Forgery {
  std::size_t byte;
  std::uint8_t bit;
  std::uint32_t key_id = 7;
  bool is_accepted = false;

  constexpr bool holds() const {
    const Hex secret{"2b7e151628aed2a6abf7158809cf4f3c"};
    const CmacKey key{7, Aes128Cmac{secret.block()}};
    std::array<std::uint8_t, kHeaderSize + kNtpCmacSize> datagram{};
    datagram[0] = 0x23;
    datagram[47] = 0x5a;
    const auto mac = ntp_cmac(key, Bytes{datagram}.first(kHeaderSize));
    for (std::size_t i = 0; i < mac.size(); ++i) datagram[kHeaderSize + i] = mac[i];
    datagram[byte] = static_cast<std::uint8_t>(datagram[byte] ^ bit);
    const auto packet = parse(datagram);
    if (!packet || !packet->mac) return false;
    return is_signed_by({key_id, key.cmac}, datagram, *packet->mac) == is_accepted;
  }
};

inline constexpr Forgery kForgeries[] = {
    {0, 0, 7, true}, {0, 0, 8, false}, {1, 0x01},  {16, 0x80}, {47, 0x01},
    {48, 0x80},      {51, 0x01},       {52, 0x01}, {59, 0x10}, {67, 0x80},
};

inline constexpr Check kAesCmacChecks[] = {
    {"AesCmac.Encryptions", first_failing<kEncryptions>},
    {"AesCmac.Taggings", first_failing<kTaggings>},
    {"AesCmac.Forgeries", first_failing<kForgeries>},
};

}  // namespace isletime::vectors
