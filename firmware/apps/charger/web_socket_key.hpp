// SPDX-License-Identifier: MIT
// The proof in a WebSocket's handshake (RFC 6455, section 4): the server returns the SHA-1 (FIPS 180-4) of
// the client's key and a fixed text, in Base64 (RFC 4648), so that no other service takes it for its own
// protocol.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libsync/core/bytes.hpp"

namespace isletime::firmware {

using Sha1Digest = std::array<std::uint8_t, 20>;
Sha1Digest sha1(std::string_view text);  // at most 119 bytes, which fit into two blocks

// The characters that encode `kSize` bytes.
template <std::size_t kSize>
using Base64 = std::array<char, (kSize + 2) / 3 * 4>;
void encode_base64(Bytes bytes, char* out);

using WebSocketNonce = std::array<std::uint8_t, 16>;
using WebSocketKey = Base64<16>;
using WebSocketAccept = Base64<20>;
WebSocketKey key_of(const WebSocketNonce& nonce);
WebSocketAccept accept_of(const WebSocketKey& key);

}  // namespace isletime::firmware
