// SPDX-License-Identifier: MIT
// New keys, from libsodium's randomness, as lines of key files. Both chrony and ntpsec load them, except AES
// keys, for whose types the two have no common name. No line contains "#" or blanks in a key, which end it in
// one of them (CVE-2021-22212).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/posix/locked_bytes.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime {

// ntpsec knows no higher number.
inline constexpr std::uint32_t kLargestSharedKeyId = 65'535;

// The program whose names for AES are used.
enum class KeyDialect : std::uint8_t { kChrony, kNtpsec };

// "7 SHA256 KEY\n". Absent: there is no memory for it.
std::optional<LockedBytes> make_key_line(std::uint32_t id, KeyType type, KeyDialect dialect);

// Adds the line of key `id` to a key file, which it makes, with mode 0600, if there is none: a reader sees
// the old file or the new one, and after a failure the old one. It refuses what read_key_file() refuses, a
// symbolic link, and a file that has a key of this number. Absent: done. Otherwise one line that begins with
// a path.
std::optional<std::string> add_key_line(const std::string& path, std::uint32_t id, Bytes line);

}  // namespace isletime
