// SPDX-License-Identifier: MIT
#include "libsync/posix/mac.hpp"

#include <algorithm>

#include <nettle/cmac.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <sodium.h>

#include "libsync/core/ntp_packet.hpp"

namespace isletime {
namespace {

// What a digest is computed in holds the key, in parts or in a form from which it can be had.
template <class Context>
struct Wiped {
  Context context{};

  Wiped() = default;
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

Digest aes128_cmac(Bytes secret, Bytes message) {
  Wiped<cmac_aes128_ctx> cmac;
  cmac_aes128_set_key(&cmac.context, secret.data());
  cmac_aes128_update(&cmac.context, message.size(), message.data());
  Digest digest(CMAC128_DIGEST_SIZE);
  cmac_aes128_digest(&cmac.context, digest.writable().size(), digest.writable().data());
  return digest;
}

Digest aes256_cmac(Bytes secret, Bytes message) {
  Wiped<cmac_aes256_ctx> cmac;
  cmac_aes256_set_key(&cmac.context, secret.data());
  cmac_aes256_update(&cmac.context, message.size(), message.data());
  Digest digest(CMAC128_DIGEST_SIZE);
  cmac_aes256_digest(&cmac.context, digest.writable().size(), digest.writable().data());
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
      return aes128_cmac(key.secret, message);
    case KeyType::kAes256:
      return aes256_cmac(key.secret, message);
  }
  return Digest{0};
}

SentMac::SentMac(const Key& key, Bytes packet) {
  const Digest whole = digest_of(key, packet);
  const std::size_t carried =
      std::min(whole.bytes().size(), framing::longest_digest(parse_header(packet).version));
  store_be32(storage_, 0, key.id);
  std::copy_n(whole.bytes().begin(), carried, storage_.begin() + framing::kKeyId);
  size_ = framing::kKeyId + carried;
}

bool is_signed_by(const Key& key, Bytes datagram) {
  const auto packet = parse(datagram);
  if (!packet || !packet->mac || packet->mac->is_crypto_nak() || packet->mac->key_id != key.id) return false;
  const Bytes sent = packet->mac->digest;
  const Digest right = digest_of(key, datagram.first(datagram.size() - framing::kKeyId - sent.size()));
  const std::size_t whole = right.bytes().size();
  const std::size_t carried = std::min(whole, framing::longest_digest(packet->header.version));
  const std::size_t cut = std::min(whole, framing::longest_digest(kNewestVersion));
  if (sent.size() != carried && sent.size() != cut) return false;
  return sodium_memcmp(sent.data(), right.bytes().data(), sent.size()) == 0;
}

}  // namespace isletime
