// SPDX-License-Identifier: MIT
// A client's exchange under a key: its queries are signed by it, and of what comes only that is looked at
// which is signed by the same one. Anybody can send the rest, a crypto-NAK too: it neither answers a
// query nor ends it, whatever it says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libsync/core/bytes.hpp"
#include "libsync/core/result.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime {

enum class SignatureFault : std::uint8_t {
  kNotSigned,  // not at all, by another key, or not what was sent
  kCryptoNak,  // the server, or who speaks in its name, cannot check what the query was signed by
};

// One word for records: "not-signed".
const char* name_of(SignatureFault fault);
// A clause for people.
std::string text_of(SignatureFault fault, const Key& key);
// What to say of silence: a server that does not know a key need not answer.
std::string text_of_silence(const Key& key);

std::vector<std::uint8_t> signed_by(const Key& key, Bytes packet);

// The header of what is signed by the key, which stands for all of it. What is no NTP packet comes back as
// it is: policy's Client has a name for that.
Result<Bytes, SignatureFault> check_signature(const Key& key, Bytes datagram);

}  // namespace isletime
