// SPDX-License-Identifier: MIT
#include "libsync/posix/mac.hpp"

#include <algorithm>

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <sodium.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/aes_cmac.hpp"

namespace isletime {
namespace {

// Wiped after use: the state of a digest contains the key, or data from which it can be recovered.
template <class Context>
struct Wiped {
  Context context;

  template <class... Arguments>
  explicit Wiped(const Arguments&... arguments) : context(arguments...) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { sodium_memzero(&context, sizeof context); }
};

Digest md5(Bytes secret, Bytes message) {
  Wiped<md5_ctx> hash;
  md5_init(&hash.context);
  md5_update(&hash.context, secret.size(), secret.data());
  md5_update(&hash.context, message.size(), message.data());
  Digest digest(MD5_DIGEST_SIZE);
  md5_digest(&hash.context, digest.writable().size(), digest.writable().data());
  return digest;
}

Digest sha1(Bytes secret, Bytes message) {
  Wiped<sha1_ctx> hash;
  sha1_init(&hash.context);
  sha1_update(&hash.context, secret.size(), secret.data());
  sha1_update(&hash.context, message.size(), message.data());
  Digest digest(SHA1_DIGEST_SIZE);
  sha1_digest(&hash.context, digest.writable().size(), digest.writable().data());
  return digest;
}

Digest sha256(Bytes secret, Bytes message) {
  Wiped<crypto_hash_sha256_state> hash;
  crypto_hash_sha256_init(&hash.context);
  crypto_hash_sha256_update(&hash.context, secret.data(), secret.size());
  crypto_hash_sha256_update(&hash.context, message.data(), message.size());
  Digest digest(crypto_hash_sha256_BYTES);
  crypto_hash_sha256_final(&hash.context, digest.writable().data());
  return digest;
}

Digest sha512(Bytes secret, Bytes message) {
  Wiped<crypto_hash_sha512_state> hash;
  crypto_hash_sha512_init(&hash.context);
  crypto_hash_sha512_update(&hash.context, secret.data(), secret.size());
  crypto_hash_sha512_update(&hash.context, message.data(), message.size());
  Digest digest(crypto_hash_sha512_BYTES);
  crypto_hash_sha512_final(&hash.context, digest.writable().data());
  return digest;
}

Digest aes_cmac(const Key& key, Bytes message) {
  Digest digest(std::tuple_size_v<AesCmac::Tag>);
  const auto put = [&](const AesCmac& cmac) {
    const AesCmac::Tag tag = cmac.tag_of(message);
    std::copy(tag.begin(), tag.end(), digest.writable().begin());
  };
  if (key.expanded != nullptr) {
    put(*key.expanded);
  } else {
    Wiped<AesCmac> expanded(key.secret);
    put(expanded.context);
  }
  return digest;
}

}  // namespace

const char* to_string(KeyType type) {
  switch (type) {
    case KeyType::kMd5:
      return "MD5";
    case KeyType::kSha1:
      return "SHA1";
    case KeyType::kSha256:
      return "SHA256";
    case KeyType::kSha512:
      return "SHA512";
    case KeyType::kAes128:
      return "AES128";
    case KeyType::kAes256:
      return "AES256";
  }
  return "?";
}

Digest digest_of(const Key& key, Bytes message) {
  switch (key.type) {
    case KeyType::kMd5:
      return md5(key.secret, message);
    case KeyType::kSha1:
      return sha1(key.secret, message);
    case KeyType::kSha256:
      return sha256(key.secret, message);
    case KeyType::kSha512:
      return sha512(key.secret, message);
    case KeyType::kAes128:
    case KeyType::kAes256:
      return aes_cmac(key, message);
  }
  return Digest{0};
}

SentMac::SentMac(const Key& key, Bytes packet, std::size_t longest_digest) {
  const Digest whole = digest_of(key, packet);
  const std::size_t carried = std::min(whole.bytes().size(), longest_digest);
  store_be32(storage_, 0, key.id);
  std::copy_n(whole.bytes().begin(), carried, storage_.begin() + framing::kKeyId);
  size_ = framing::kKeyId + carried;
}

SentMac::SentMac(const Key& key, Bytes packet)
    : SentMac(key, packet, framing::longest_digest(parse_header(packet).version)) {}

SentMac::SentMac(const Key& key, Bytes packet, const Mac& answered)
    : SentMac(key, packet, answered.digest.size()) {}

bool is_signed_by(const Key& key, Bytes datagram, std::uint8_t version, const Mac& mac) {
  if (mac.is_crypto_nak() || mac.key_id != key.id) return false;
  const Bytes sent = mac.digest;
  const Digest right = digest_of(key, datagram.first(datagram.size() - framing::kKeyId - sent.size()));
  const std::size_t whole = right.bytes().size();
  const std::size_t carried = std::min(whole, framing::longest_digest(version));
  const std::size_t cut = std::min(whole, framing::longest_digest(kNewestVersion));
  if (sent.size() != carried && sent.size() != cut) return false;
  return sodium_memcmp(sent.data(), right.bytes().data(), sent.size()) == 0;
}

bool is_signed_by(const Key& key, Bytes datagram) {
  const auto packet = parse(datagram);
  return packet && packet->mac && is_signed_by(key, datagram, packet->header.version, *packet->mac);
}

}  // namespace isletime
