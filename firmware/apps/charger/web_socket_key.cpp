// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/web_socket_key.hpp"

#include <algorithm>
#include <bit>

namespace isletime::firmware {
namespace {

constexpr std::size_t kBlock = 64;
using State = std::array<std::uint32_t, 5>;

std::uint32_t mix(int round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

void digest_block(State& state, Bytes block) {
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = load_be32(block, 4 * i);
  auto [a, b, c, d, e] = state;
  for (int round = 0; round < 80; ++round) {
    const auto i = static_cast<std::size_t>(round);
    if (round >= 16) {
      words[i % 16] =
          std::rotl(words[(i - 3) % 16] ^ words[(i - 8) % 16] ^ words[(i - 14) % 16] ^ words[i % 16], 1);
    }
    const std::uint32_t next = std::rotl(a, 5) + mix(round, b, c, d) + e + words[i % 16];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

}  // namespace

Sha1Digest sha1(std::string_view text) {
  constexpr std::size_t kLengthSize = 8;
  std::array<std::uint8_t, 2 * kBlock> padded{};
  const std::size_t size = std::min(text.size(), padded.size() - kLengthSize - 1);
  std::copy_n(text.begin(), size, padded.begin());
  padded[size] = 0x80;
  const std::size_t blocks = size + 1 + kLengthSize <= kBlock ? 1 : 2;
  store_be64(padded, blocks * kBlock - kLengthSize, std::uint64_t{size} * 8);
  State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (std::size_t i = 0; i < blocks; ++i) digest_block(state, Bytes{padded}.subspan(i * kBlock, kBlock));
  Sha1Digest digest{};
  for (std::size_t i = 0; i < state.size(); ++i) store_be32(digest, 4 * i, state[i]);
  return digest;
}

void encode_base64(Bytes bytes, char* out) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) *out++ = i <= count ? kLetters[group >> (18 - 6 * i) & 0x3f] : '=';
  }
}

WebSocketKey key_of(const WebSocketNonce& nonce) {
  WebSocketKey key{};
  encode_base64(nonce, key.data());
  return key;
}

WebSocketAccept accept_of(const WebSocketKey& key) {
  constexpr std::string_view kFixed = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<char, std::tuple_size_v<WebSocketKey> + kFixed.size()> text{};
  std::copy(kFixed.begin(), kFixed.end(), std::copy(key.begin(), key.end(), text.begin()));
  WebSocketAccept accept{};
  encode_base64(sha1({text.data(), text.size()}), accept.data());
  return accept;
}

}  // namespace isletime::firmware
