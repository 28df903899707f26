// SPDX-License-Identifier: MIT
// A client's exchange with a key: its queries are signed with the key, and it considers only datagrams signed
// with the same key. Anybody can send other datagrams, including a crypto-NAK; they neither answer a query
// nor end it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libsync/core/bytes.hpp"
#include "libsync/core/result.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime {

enum class SignatureFault : std::uint8_t {
  kNotSigned,  // not signed, signed with another key, or changed on the way
  kCryptoNak,  // a crypto-NAK, which the server or an attacker has sent
};

// Returns a word for records, such as "not-signed".
const char* name_of(SignatureFault fault);
// Returns a clause for messages.
std::string text_of(SignatureFault fault, const Key& key);
// Returns the hint for a query without a reply: a server that does not know the key may be silent.
std::string text_of_silence(const Key& key);

std::vector<std::uint8_t> signed_by(const Key& key, Bytes packet);

// Returns the header of a datagram signed with the key. A datagram that is no NTP packet is returned
// unchanged, because policy's Client reports that.
Result<Bytes, SignatureFault> check_signature(const Key& key, Bytes datagram);

}  // namespace isletime
