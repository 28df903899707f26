// SPDX-License-Identifier: MIT
// Makes new keys from libsodium's random numbers, as lines of key files. Both chrony and ntpsec load them,
// except AES keys, for whose types the two have no common name. No key contains "#" or blanks, which would
// end it in one of them (CVE-2021-22212).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/posix/locked_bytes.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime {

// ntpsec supports no higher number.
inline constexpr std::uint32_t kLargestSharedKeyId = 65'535;

// The program whose names for AES are used.
enum class KeyDialect : std::uint8_t { kChrony, kNtpsec };

// Returns "7 SHA256 KEY\n", or nothing if there is no memory.
std::optional<LockedBytes> make_key_line(std::uint32_t id, KeyType type, KeyDialect dialect);

// Adds the line of key `id` to a key file, and creates the file with mode 0600 if it is missing. A reader
// sees the old file or the new one, and after a failure the old one remains. It refuses what read_key_file()
// refuses, symbolic links, and files that already have a key of this number. Returns nothing on success,
// otherwise one line that begins with a path.
std::optional<std::string> add_key_line(const std::string& path, std::uint32_t id, Bytes line);

}  // namespace isletime
