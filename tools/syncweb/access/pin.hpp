// SPDX-License-Identifier: MIT
// The PIN that changes need, of which a file holds only the hash (Argon2id, RFC 9106, from libsodium). The
// costs are fixed, so that a check takes well under a second on the slowest hub, and 8 MiB.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"

namespace isletime::syncweb {

inline constexpr std::size_t kShortestPin = 4;
inline constexpr std::size_t kLongestPin = 64;

// Returns what is wrong with it as a clause, or nothing. It is plain text, so that it can be typed.
std::optional<std::string> fault_of_pin(std::string_view pin);

// Returns nothing if there is no memory.
std::optional<std::string> hash_of_pin(std::string_view pin);

bool is_hash_of(const std::string& hash, std::string_view pin);

// Reads the one line of a PIN file. Refuses a file that its group may write, or that others may read or
// write, and a hash of other costs. An error is one line that begins with the path.
Result<std::string, std::string> read_pin_file(const std::string& path);

}  // namespace isletime::syncweb
