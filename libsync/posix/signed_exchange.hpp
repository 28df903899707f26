// SPDX-License-Identifier: MIT
// A client's exchange under a key: its queries are signed by it, and only datagrams that are signed by the
// same key are looked at. Anybody can send others, a crypto-NAK too: they neither answer a query nor end it,
// whatever they say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libsync/core/bytes.hpp"
#include "libsync/core/result.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime {

enum class SignatureFault : std::uint8_t {
  kNotSigned,  // not signed, signed by another key, or changed on the way
  kCryptoNak,  // the server, or somebody in its name, cannot check the query's signature
};

// One word for records: "not-signed".
const char* name_of(SignatureFault fault);
// A clause for people.
std::string text_of(SignatureFault fault, const Key& key);
// The hint for a query that got no answer: a server that does not know a key need not answer.
std::string text_of_silence(const Key& key);

std::vector<std::uint8_t> signed_by(const Key& key, Bytes packet);

// Returns the header of a datagram that is signed by the key, which stands for all of it. A datagram that is
// no NTP packet comes back as it is: policy's Client has a name for that.
Result<Bytes, SignatureFault> check_signature(const Key& key, Bytes datagram);

}  // namespace isletime
