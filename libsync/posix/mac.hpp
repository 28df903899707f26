// SPDX-License-Identifier: MIT
// Packets signed with a shared key: a digest of the key followed by the packet (RFC 5905, section 7.3), or
// AES-CMAC with the key (RFC 8573). Version 4 has room for the first 20 bytes of a digest (RFC 7822, section
// 7.5.1); earlier versions send the whole digest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ntp_mac.hpp"

namespace isletime {

class AesCmac;

enum class KeyType : std::uint8_t { kMd5, kSha1, kSha256, kSha512, kAes128, kAes256 };

const char* to_string(KeyType type);  // as in key files: "SHA256"

struct Key {
  std::uint32_t id = 0;  // at least 1; 0 means a crypto-NAK
  KeyType type = KeyType::kMd5;
  Bytes secret;                       // the owner holds the bytes; 16 for AES-128, 32 for AES-256
  const AesCmac* expanded = nullptr;  // the expanded AES key; if null, it is expanded each time
};

class Digest {
 public:
  explicit Digest(std::size_t size) : size_(size) {}

  Bytes bytes() const { return Bytes{storage_}.first(size_); }
  MutableBytes writable() { return MutableBytes{storage_}.first(size_); }

 private:
  std::array<std::uint8_t, framing::kLongestDigest> storage_{};
  std::size_t size_;
};

// Returns the whole digest. The key must have the length that its type needs.
Digest digest_of(const Key& key, Bytes message);

// A MAC as sent: the key's id and the digest.
class SentMac {
 public:
  // `packet` has at least a header, whose version decides.
  SentMac(const Key& key, Bytes packet);
  // The digest gets the length of the one in the MAC that it answers.
  SentMac(const Key& key, Bytes packet, const Mac& answered);

  Bytes bytes() const { return Bytes{storage_}.first(size_); }

 private:
  SentMac(const Key& key, Bytes packet, std::size_t longest_digest);

  std::array<std::uint8_t, framing::kKeyId + framing::kLongestDigest> storage_{};
  std::size_t size_;
};

// Takes constant time wherever a digest is wrong. Up to version 3 it accepts the whole digest, as chrony
// sends it, and its first 20 bytes, as ntpsec does.
bool is_signed_by(const Key& key, Bytes datagram);
// The same for a datagram that was parsed, with its `version` and `mac`.
bool is_signed_by(const Key& key, Bytes datagram, std::uint8_t version, const Mac& mac);

}  // namespace isletime
