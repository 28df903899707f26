// SPDX-License-Identifier: MIT
// Packets signed with a key that both sides have: a digest of the key and the packet, one behind the
// other (RFC 5905, section 7.3), or AES-CMAC under the key (RFC 8573). Version 4 has room for the
// first 20 bytes of a digest (RFC 7822, section 7.5.1), before it the whole digest is sent.
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
  std::uint32_t id = 0;  // 1 and above: 0 is a crypto-NAK's
  KeyType type = KeyType::kMd5;
  Bytes secret;                       // its owner made the key; 16 bytes for AES-128, 32 for AES-256
  const AesCmac* expanded = nullptr;  // the expanded AES key; null: it is expanded each time
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

// The digest is not cut. The key has the length that its type needs.
Digest digest_of(const Key& key, Bytes message);

// A MAC as it is sent: the key's id and the digest.
class SentMac {
 public:
  // `packet` has at least a header, which tells the version.
  SentMac(const Key& key, Bytes packet);
  // The digest has as many bytes as that of the MAC that is answered.
  SentMac(const Key& key, Bytes packet, const Mac& answered);

  Bytes bytes() const { return Bytes{storage_}.first(size_); }

 private:
  SentMac(const Key& key, Bytes packet, std::size_t longest_digest);

  std::array<std::uint8_t, framing::kKeyId + framing::kLongestDigest> storage_{};
  std::size_t size_;
};

// Takes the same time wherever a digest is wrong. Up to version 3 both the whole digest is right, as
// chrony sends it, and its first 20 bytes, as ntpsec does.
bool is_signed_by(const Key& key, Bytes datagram);
// The same for a datagram that was parsed: `version` and `mac` are its own.
bool is_signed_by(const Key& key, Bytes datagram, std::uint8_t version, const Mac& mac);

}  // namespace isletime
